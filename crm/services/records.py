"""How the records of all modules are written: one at a time or a whole file's worth, by the same rules.

Every function takes the `Kind` that says what is particular to one module. Answers come in the order of
what was given: for each row the record, or the Refused that says why it is not to be had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from crm.access import Access, of_actor
from crm.choices import Level
from crm.models import Organization, Record
from crm.services.keeping import keep, lines_of, parts_of
from crm.services.record_kinds import Changes, Kind, content, told
from crm.services.record_values import Planned, drafted, planned
from crm.services.surroundings import Surroundings, Values, surroundings
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import insert_many, update_many
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.models import ScopedQuerySet
from finsuite.kernel.versions import require_version

R = TypeVar("R", bound=Record)

KEYS = ("name_key", "sort_key", "search_text")


def draft(kind: Kind[R], *, actor: Actor, access: Access, rows: Sequence[Values]) -> list[R | Refused]:
    """The records that these values would make, checked, and nothing saved."""
    around = surroundings(actor=actor, access=access, model=kind.model, rows=rows)
    return drafted(kind, actor, around, rows)


def create_one(kind: Kind[R], *, actor: Actor, organization: Organization, values: Values) -> R:
    """Make one record, or raise why not."""
    return accepted(create(kind, actor=actor, organization=organization, rows=[values])[0])


@transaction.atomic
def create(kind: Kind[R], *, actor: Actor, organization: Organization, rows: Sequence[Values]) -> list[R | Refused]:
    """Make a record of each row that is acceptable."""
    access = _entered(kind, actor, organization, Level.CREATE)
    around = surroundings(actor=actor, access=access, model=kind.model, rows=rows)
    outcomes = drafted(kind, actor, around, rows)
    made = [record for record in outcomes if not isinstance(record, Refused)]
    if made:
        with around.custom.naming_clashes():
            insert_many(made)
        audit.services.record_many(
            actor=actor,
            tenant=organization.tenant,
            verb="created",
            changes=[(record, {}, content(kind, record)) for record in made],
        )
        emit(kind.created(actor=actor, organization_id=organization.pk, ids=tuple(record.pk for record in made)))
        if kind.followed:
            kind.followed(actor, organization, [(record, {}, content(kind, record)) for record in made])
    return outcomes


def plan(
    kind: Kind[R], *, actor: Actor, access: Access, changes: Sequence[tuple[int, Values]]
) -> list[Planned[R] | Refused]:
    """What these values would change in these records, checked, and nothing saved."""
    around = _around(kind, actor, access, changes)
    found = _rows(kind, access).in_bulk([key for key, _values in changes])
    return planned(kind, around, found, changes)


def hold(kind: Kind[R], *, access: Access, ids: Sequence[int]) -> dict[int, R]:
    """Those of the records that the person may see, kept from being written or referred to by others."""
    take_turns(access.organization)
    rows = _rows(kind, access).filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    return {record.pk: record for record in rows}


@transaction.atomic
def update(
    kind: Kind[R], *, actor: Actor, organization: Organization, changes: Sequence[tuple[int, Values]]
) -> list[R | Refused]:
    """Give each record its new values, where they are acceptable. A record that they leave as it was is not written."""
    access = _entered(kind, actor, organization, Level.EDIT)
    around, found = _locked_for_change(kind, actor, access, changes)
    return [_record_of(entry) for entry in _updated(kind, actor, around, found, changes)]


@transaction.atomic
def change(
    kind: Kind[R], *, actor: Actor, organization: Organization, changes: Sequence[tuple[int, Values]]
) -> list[Planned[R] | Refused]:
    """As `update`, and answers what it changed in each record."""
    access = _entered(kind, actor, organization, Level.EDIT)
    around, found = _locked_for_change(kind, actor, access, changes)
    return _updated(kind, actor, around, found, changes)


@transaction.atomic
def update_one(kind: Kind[R], *, actor: Actor, record: R, values: Values, version: str | None) -> R:
    """The same for one record, on the condition that the caller has seen its last version."""
    organization = record.organization
    access = _entered(kind, actor, organization, Level.EDIT)
    around, found = _locked_for_change(kind, actor, access, [(record.pk, values)])
    if record.pk not in found:
        raise _absent()
    require_version(found[record.pk], version)
    return accepted(_record_of(_updated(kind, actor, around, found, [(record.pk, values)])[0]))


@transaction.atomic
def delete(kind: Kind[R], *, actor: Actor, organization: Organization, ids: Sequence[int]) -> list[int]:
    """Delete the records, their content kept in the history. Answers the ids of those that existed."""
    access = _entered(kind, actor, organization, Level.DELETE)
    return _deleted(kind, actor, organization, hold(kind, access=access, ids=ids))


@transaction.atomic
def delete_one(kind: Kind[R], *, actor: Actor, record: R, version: str | None) -> None:
    """The same for one record, on the condition that the caller has seen its last version."""
    organization = record.organization
    access = _entered(kind, actor, organization, Level.DELETE)
    found = hold(kind, access=access, ids=[record.pk])
    if record.pk not in found:
        raise _absent()
    require_version(found[record.pk], version)
    _deleted(kind, actor, organization, found)


def rehang(
    kind: Kind[Any], column: str, *, actor: Actor, organization: Organization, targets: Mapping[int, int]
) -> list[int]:
    """Hang these records (by id) on others, for a merge or its undo. Answers the ids of those that are there."""
    rows = kind.model.objects.of(organization).filter(pk__in=list(targets)).order_by("pk")
    records = list(rows.select_for_update(of=("self",), no_key=True))
    if records:
        changes = [(record, {column: getattr(record, column)}, {column: targets[record.pk]}) for record in records]
        for record in records:
            setattr(record, column, targets[record.pk])
        _save_changed(kind, actor, organization, changes)
    return [record.pk for record in records]


def accepted(outcome: R | Refused) -> R:
    """The record of a single row; its refusal is raised."""
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def opened(kind: Kind[R], *, actor: Actor, record: R, version: str | None) -> R:
    """The record, locked for a change of what hangs on it (a deal's lines), if the caller has seen its last version."""
    access = _entered(kind, actor, record.organization, Level.EDIT)
    rows = _rows(kind, access).filter(pk=record.pk).select_for_update(of=("self",), no_key=True)
    found = rows.first()
    if found is None:
        raise _absent()
    require_version(found, version)
    found.organization = record.organization
    return found


def _entered(kind: Kind[R], actor: Actor, organization: Organization, level: Level) -> Access:
    """Let the actor in who may do this with records of the kind."""
    access = of_actor(actor, organization)
    access.require(kind.module, level)
    return access


def _rows(kind: Kind[R], access: Access) -> ScopedQuerySet[R]:
    """The records that the person may see, and therefore may change: the filter of every page, for writing."""
    return kind.model.objects.of(access.organization).filter(access.visible(kind.module))


def _updated(
    kind: Kind[R],
    actor: Actor,
    around: Surroundings,
    found: Mapping[int, R],
    changes: Sequence[tuple[int, Values]],
) -> list[Planned[R] | Refused]:
    outcomes = planned(kind, around, found, changes)
    changed = [entry for entry in outcomes if isinstance(entry, Planned) and entry.change]
    if changed:
        for entry in changed:
            entry.record.set_keys()
        changes_made = [(entry.record, entry.change.before, entry.change.after) for entry in changed]
        with around.custom.naming_clashes():
            _save_changed(kind, actor, around.organization, changes_made)
    return outcomes


def _record_of(entry: Planned[R] | Refused) -> R | Refused:
    return entry if isinstance(entry, Refused) else entry.record


def _deleted(kind: Kind[R], actor: Actor, organization: Organization, found: Mapping[int, R]) -> list[int]:
    if not found:
        return []
    ids = tuple(found)
    parts, lines = parts_of(kind.module, ids), lines_of(kind.module, ids)
    for let_go in kind.leaving():
        let_go(actor, organization, ids)
    hung = {
        f"{dependent.module}.{column}": _let_go(
            dependent, column, actor, organization, ids, ids if dependent.model is kind.model else ()
        )
        for dependent, column in kind.dependents()
    }
    keep(actor, organization, kind.module, list(found.values()), parts, {**hung, **lines})
    audit.services.record_many(
        actor=actor,
        tenant=organization.tenant,
        verb="deleted",
        changes=[(record, content(kind, record), {}) for record in found.values()],
    )
    kind.model.objects.of(organization).filter(pk__in=ids).delete()
    emit(kind.deleted(actor=actor, organization_id=organization.pk, ids=ids))
    return list(ids)


def _let_go(
    kind: Kind[Any],
    column: str,
    actor: Actor,
    organization: Organization,
    ids: Sequence[int],
    going: Sequence[int],
) -> dict[int, int]:
    """Unhang what points at records that are about to go, but for what is `going` itself. Nothing else of it changes.

    Answers what hung on which.
    """
    rows = kind.model.objects.of(organization).filter(**{f"{column}__in": ids}).exclude(pk__in=going).order_by("pk")
    records = list(rows.select_for_update(of=("self",), no_key=True))
    if not records:
        return {}
    hung: dict[int, int] = {record.pk: getattr(record, column) for record in records}
    for record in records:
        setattr(record, column, None)
    changes = [(record, {column: hung[record.pk]}, {column: None}) for record in records]
    _save_changed(kind, actor, organization, changes)
    return hung


def _save_changed(
    kind: Kind[R],
    actor: Actor,
    organization: Organization,
    changes: Changes,
) -> None:
    fields: frozenset[str] = frozenset(name for _record, _before, after in changes for name in after)
    records = [record for record, _before, _after in changes]
    update_many(records, [*fields, *KEYS, *(["custom"] if any(name.startswith(PREFIX) for name in fields) else [])])
    audit.services.record_many(
        actor=actor,
        tenant=organization.tenant,
        verb="updated",
        changes=[(record, told(kind, before), told(kind, after)) for record, before, after in changes],
    )
    ids = tuple(record.pk for record in records)
    emit(kind.updated(actor=actor, organization_id=organization.pk, ids=ids, fields=fields))
    if kind.followed:
        kind.followed(actor, organization, changes)


def _around(kind: Kind[R], actor: Actor, access: Access, changes: Sequence[tuple[int, Values]]) -> Surroundings:
    rows = [values for _key, values in changes]
    return surroundings(actor=actor, access=access, model=kind.model, rows=rows)


def take_turns(organization: Organization) -> None:
    """One at a time in an organization: whoever deletes, or hangs records on one another.

    Two people hanging two records on one another at once must not close a loop, and two who delete must not wait for
    one another. All locks are taken in one order: this one, what is referred to, the records, what refers to them.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _locked_for_change(
    kind: Kind[R], actor: Actor, access: Access, changes: Sequence[tuple[int, Values]]
) -> tuple[Surroundings, dict[int, R]]:
    """What the changes refer to, and the records, kept from being written; who refers to them need not wait."""
    if kind.tree and any(values.get(kind.tree) is not None for _key, values in changes):
        take_turns(access.organization)
    around = _around(kind, actor, access, changes)
    rows = _rows(kind, access).filter(pk__in=[key for key, _values in changes]).order_by("pk")
    return around, {record.pk: record for record in rows.select_for_update(of=("self",), no_key=True)}


def _absent() -> NotFound:
    return NotFound(_("There is no such record."))
