"""How the records of all modules are written: one at a time or a whole file's worth, by the same rules.

Every function takes the `Kind` that says what is particular to one module. Answers come in the order of
what was given: for each row the record, or the Refused that says why it is not to be had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import audit.services
from crm.access import Access, of_actor
from crm.choices import Level, Module
from crm.events import RecordEvent, RecordUpdated
from crm.models import Organization, Record
from crm.models.modules import references, referred
from crm.selectors.records import named
from crm.services.keeping import keep, lines_of, parts_of
from crm.services.surroundings import Surroundings, Values, ancestors, surroundings
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import insert_many, update_many
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.custom_fields.sets import refuse_taken
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.models import ScopedQuerySet
from finsuite.kernel.records import Change, assign
from finsuite.kernel.text import fold
from finsuite.kernel.versions import require_version

R = TypeVar("R", bound=Record)

Changes = Sequence[tuple[Any, Mapping[str, Any], Mapping[str, Any]]]
Followed = Callable[[Actor, Organization, Changes], None]

KEYS = ("name_key", "sort_key", "search_text")
MOST_TAGS = 50


@dataclass(frozen=True)
class Kind(Generic[R]):
    """What is particular to one kind of record."""

    model: type[R]
    module: Module
    writable: tuple[str, ...]
    required: str
    complete: Callable[[R, Surroundings], None]  # fills in what a new record's values left out
    faults: Callable[[R, Surroundings], dict[str, str]]  # what is wrong with the record as a whole
    dependents: Callable[[], Sequence[tuple[Kind[Any], str]]]  # what points at it, and is let go when it is deleted
    created: type[RecordEvent]
    updated: type[RecordUpdated]
    deleted: type[RecordEvent]
    settle: Callable[[R, Change, Surroundings], None] | None = None  # what follows from new values, before it is judged
    derived: tuple[str, ...] = ()  # columns that follow from others: saved with them, not told in the history
    followed: Followed | None = None  # called after each save of several: (record, before, after) each
    leaving: Callable[[], Sequence[Callable[[Actor, Organization, Sequence[int]], None]]] = tuple  # before they go
    tree: str = ""  # the column by which records of this kind hang on one another, if they do
    tree_fault: Callable[[], str] = str  # what is said to whoever would close a loop


@dataclass(frozen=True)
class Planned(Generic[R]):
    """A record with its new values set but not saved, and what they change."""

    record: R
    change: Change


def draft(kind: Kind[R], *, actor: Actor, access: Access, rows: Sequence[Values]) -> list[R | Refused]:
    """The records that these values would make, checked, and nothing saved."""
    around = surroundings(actor=actor, access=access, model=kind.model, rows=rows)
    return _all_drafted(kind, actor, around, rows)


def create_one(kind: Kind[R], *, actor: Actor, organization: Organization, values: Values) -> R:
    """Make one record, or raise why not."""
    return accepted(create(kind, actor=actor, organization=organization, rows=[values])[0])


@transaction.atomic
def create(kind: Kind[R], *, actor: Actor, organization: Organization, rows: Sequence[Values]) -> list[R | Refused]:
    """Make a record of each row that is acceptable."""
    access = _entered(kind, actor, organization, Level.CREATE)
    around = surroundings(actor=actor, access=access, model=kind.model, rows=rows)
    drafted = _all_drafted(kind, actor, around, rows)
    made = [record for record in drafted if not isinstance(record, Refused)]
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
    return drafted


def plan(
    kind: Kind[R], *, actor: Actor, access: Access, changes: Sequence[tuple[int, Values]]
) -> list[Planned[R] | Refused]:
    """What these values would change in these records, checked, and nothing saved."""
    around = _around(kind, actor, access, changes)
    found = _rows(kind, access).in_bulk([key for key, _values in changes])
    return _planned(kind, around, found, changes)


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


def content(kind: Kind[R], record: R) -> dict[str, Any]:
    """Everything that the record says, as the history keeps it; what is empty is left out."""
    values = ((name, getattr(record, name)) for name in kind.writable)
    custom = {f"{PREFIX}{key}": value for key, value in record.custom.items()}
    return {**{name: value for name, value in values if value not in (None, "", [])}, **custom}


def told(kind: Kind[R], values: Mapping[str, Any]) -> dict[str, Any]:
    """These values as the history keeps them, without what only follows from others."""
    return {name: value for name, value in values.items() if name not in kind.derived}


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


def _all_drafted(kind: Kind[R], actor: Actor, around: Surroundings, rows: Sequence[Values]) -> list[R | Refused]:
    drafted = [_drafted(kind, actor, around, row) for row in rows]
    return refuse_taken(around.custom, drafted, lambda entry: entry)


def _drafted(kind: Kind[R], actor: Actor, around: Surroundings, row: Values) -> R | Refused:
    record = kind.model(organization=around.organization)
    try:
        _assigned(kind, record, row, around)
        if "owner_id" not in row and actor.user_id in around.members:
            record.owner_id = actor.user_id
        kind.complete(record, around)
        _check_whole(kind, record, around)
    except Refused as refused:
        return refused
    record.set_keys()
    return record


def _planned(
    kind: Kind[R], around: Surroundings, found: Mapping[int, R], changes: Sequence[tuple[int, Values]]
) -> list[Planned[R] | Refused]:
    changes = _without_unseen(kind, around.access, found, changes)
    hung_on = _mentioned(kind, changes) if kind.tree else []
    above = ancestors(kind.model, kind.tree, hung_on) if hung_on else {}
    planned: list[Planned[R] | Refused] = []
    seen: set[int] = set()
    for key, values in changes:
        record = found.get(key)
        if record is None:
            planned.append(Refused(_("There is no such record."), code="not_found"))
        elif key in seen:
            planned.append(Refused(_("This record is to be changed twice at once."), code="duplicate"))
        else:
            planned.append(_replanned(kind, record, values, around, above))
        seen.add(key)
    return refuse_taken(around.custom, planned, lambda entry: entry.record if entry.change else None)


def _without_unseen(
    kind: Kind[R], access: Access, found: Mapping[int, R], changes: Sequence[tuple[int, Values]]
) -> Sequence[tuple[int, Values]]:
    """The changes without those that would empty a reference because whoever makes them can't see what is there.

    One statement for each such module, and only where one is to be emptied.
    """
    for column in references(kind.model):
        module = referred(kind.model, column)
        if module is None or module not in access.owners:
            continue
        emptied = {
            key: getattr(found[key], column)
            for key, values in changes
            if key in found and column in values and values[column] is None
        }
        held = {target for target in emptied.values() if target is not None}
        seen = set(named(access, module, held))
        changes = [
            (key, {name: value for name, value in values.items() if name != column})
            if emptied.get(key) is not None and emptied[key] not in seen
            else (key, values)
            for key, values in changes
        ]
    return changes


def _replanned(
    kind: Kind[R], record: R, values: Values, around: Surroundings, above: dict[int, int | None]
) -> Planned[R] | Refused:
    try:
        change = _assigned(kind, record, values, around)
        if kind.settle and change:
            kind.settle(record, change, around)
        if kind.tree and kind.tree in change:
            _check_tree(kind, record, above)
        _check_whole(kind, record, around)
    except Refused as refused:
        return refused
    if kind.tree and kind.tree in change:
        above[record.pk] = getattr(record, kind.tree)
    return Planned(record, change)


def _updated(
    kind: Kind[R],
    actor: Actor,
    around: Surroundings,
    found: Mapping[int, R],
    changes: Sequence[tuple[int, Values]],
) -> list[Planned[R] | Refused]:
    planned = _planned(kind, around, found, changes)
    changed = [entry for entry in planned if isinstance(entry, Planned) and entry.change]
    if changed:
        for entry in changed:
            entry.record.set_keys()
        changes_made = [(entry.record, entry.change.before, entry.change.after) for entry in changed]
        with around.custom.naming_clashes():
            _save_changed(kind, actor, around.organization, changes_made)
    return planned


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


def _assigned(kind: Kind[R], record: R, values: Values, around: Surroundings) -> Change:
    """Set the values and check what they refer to; every fault is told at once."""
    held = {name: getattr(record, name) for name in (*around.references, "currency") if name in values}
    faults: dict[str, list[str]] = {}
    change = added = Change()
    own, custom = around.custom.split(values)
    try:
        change = assign(record, _prepared(own), allowed=kind.writable)
    except Refused as refused:
        if refused.code == "unknown_field":
            raise
        faults = refused.fields
    for name, before in held.items():
        given = getattr(record, name)
        if given == before or name in faults:
            continue
        if name == "currency" and record.pk is not None:
            faults[name] = [_("The currency can't be changed once the record exists.")]
        elif fault := around.fault_of(name, given):
            faults[name] = [fault]
    try:
        added = around.custom.apply(record, custom, currency=record.currency or around.home_currency)
    except Refused as refused:
        faults = {**faults, **refused.fields}
    if faults:
        raise _refusal(faults)
    return change.and_(added)


def _check_whole(kind: Kind[R], record: R, around: Surroundings) -> None:
    faults = {name: [fault] for name, fault in kind.faults(record, around).items()}
    if not getattr(record, kind.required):
        faults.setdefault(kind.required, [_required_fault(kind)])
    if faults:
        raise _refusal(faults)


def _prepared(values: Values) -> Values:
    """Tags in their one form, currency codes in capitals."""
    prepared = dict(values)
    if "tags" in values:
        prepared["tags"] = _tags(values["tags"])
    if isinstance(values.get("currency"), str):
        prepared["currency"] = values["currency"].strip().upper()
    return prepared


def _tags(given: Any) -> list[str]:
    """Trimmed, each once, in the order given."""
    if not isinstance(given, (list, tuple)) or not all(isinstance(tag, str) for tag in given):
        raise _refusal({"tags": [_("Tags are a list of texts.")]})
    tags: dict[str, str] = {}
    for tag in given:
        if tag.strip():
            tags.setdefault(fold(tag), " ".join(tag.split()))
    kept = list(tags.values())
    if len(kept) > MOST_TAGS:
        raise _refusal({"tags": [_("A record can have at most %(limit)d tags.") % {"limit": MOST_TAGS}]})
    if any(len(tag) > 50 or "\x00" in tag for tag in kept):
        raise _refusal({"tags": [_("A tag can have at most %(limit)d characters.") % {"limit": 50}]})
    return kept


def _check_tree(kind: Kind[R], record: R, above: Mapping[int, int | None]) -> None:
    """Refuse to hang a record on itself or on one that hangs on it."""
    step: int | None = getattr(record, kind.tree)
    seen: set[int] = set()
    while step is not None and step not in seen:
        if step == record.pk:
            raise _refusal({kind.tree: [kind.tree_fault()]})
        seen.add(step)
        step = above.get(step)


def _mentioned(kind: Kind[R], changes: Sequence[tuple[int, Values]]) -> list[int]:
    """What these changes hang records on."""
    values = (row.get(kind.tree) for _key, row in changes)
    return sorted({value for value in values if type(value) is int and 0 < value < 2**63})


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


def _required_fault(kind: Kind[R]) -> str:
    label = capfirst(str(kind.model._meta.get_field(kind.required).verbose_name))  # type: ignore[union-attr]
    return _("%(field)s is required.") % {"field": label}


def _refusal(faults: Mapping[str, Sequence[str]]) -> Refused:
    count = len(faults)
    if count == 1:
        return Refused(next(iter(faults.values()))[0], fields=faults)
    return Refused(
        ngettext("%(count)d field can't be saved as it is.", "%(count)d fields can't be saved as they are.", count)
        % {"count": count},
        fields=faults,
    )


def _absent() -> NotFound:
    return NotFound(_("There is no such record."))
