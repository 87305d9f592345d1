"""Restoring deleted records: the same id and content, and what hung on them hung back where nobody changed it since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core import serializers
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

import audit.services
from crm.access import Access, of_actor
from crm.choices import Level, Module
from crm.events import RecordsRestored
from crm.models import DealContact, DealLine, DeletedRecord, Organization, Record
from crm.selectors.custom_fields import custom_fields
from crm.services import record_kinds, records
from crm.services.deal_contacts import bring_back_contacts
from crm.services.keeping import LINES
from crm.services.kinds import KINDS
from crm.services.record_kinds import Kind
from crm.services.surroundings import ancestors
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import reinsert_many, update_many
from finsuite.kernel.custom_fields.sets import refuse_taken
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from finsuite.kernel.events import emit

KEPT_FOR = timedelta(days=60)

Known = Mapping[type[models.Model], set[int]]


def may_restore(access: Access, deleted: DeletedRecord) -> bool:
    """Whoever may delete the module's records, and whoever deleted this one."""
    return access.may(deleted.module, Level.DELETE) or (
        access.may(deleted.module, Level.VIEW) and deleted.user_id == access.user_id
    )


@transaction.atomic
def restore_record(*, actor: Actor, deleted: DeletedRecord) -> Record:
    """Restore one record, or raise why not."""
    organization = deleted.organization
    outcome = restore_records(actor=actor, organization=organization, module=deleted.module, ids=[deleted.pk])
    if deleted.pk not in outcome:
        raise NotFound(_("There is no such deleted record."))
    return records.accepted(outcome[deleted.pk])


@transaction.atomic
def restore_records(
    *, actor: Actor, organization: Organization, module: str, ids: Sequence[int]
) -> dict[int, Record | Refused]:
    """Restore these entries of the bin. Answers, for each that is there, the record or why it can't come back."""
    access = of_actor(actor, organization)
    access.require(module, Level.VIEW)
    kind = KINDS[Module(module)]
    records.take_turns(organization)
    rows = DeletedRecord.objects.of(organization).filter(access.visible(module), module=module, restored_at=None)
    found = {one.pk: one for one in rows.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))}
    if not all(may_restore(access, one) for one in found.values()):
        raise NotPermitted(_("Your profile may not restore records that others have deleted."))
    drafted = _drafted(organization, kind, list(found.values()))
    back = {key: record for key, record in drafted.items() if not isinstance(record, Refused)}
    if back:
        kept = [found[key] for key in back]
        _insert(actor, organization, kind, list(back.values()), kept)
        _hang_back(actor, organization, kind, kept)
        _tell(actor, organization, kind, list(back.values()))
        now = timezone.now()
        for one in kept:
            one.restored_at, one.restored_by_name = now, actor.label[:250]
        update_many(kept, ["restored_at", "restored_by_name"])
    return drafted


def purge_deleted_records(*, before: datetime) -> int:
    """Clear the bin of what was deleted before this moment. Answers how many records that were."""
    return DeletedRecord.objects.filter(deleted_at__lt=before).delete()[0]


def _drafted(organization: Organization, kind: Kind[Any], kept: Sequence[DeletedRecord]) -> dict[int, Record | Refused]:
    """The records as they were, unsaved, without references to what is gone meanwhile."""
    rows = _read([one.content for one in kept])
    known = _known(organization, rows)
    entries: list[Any] = [_or_refused(row, known) for row in rows]
    there = set(
        kind.model.objects.of(organization).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    )
    for place, row in enumerate(rows):
        if row.pk in there:
            entries[place] = Refused(_("This record is there again already."), code="there")
    checked = refuse_taken(custom_fields(organization, kind.module), entries, lambda record: record)
    return {one.pk: entry for one, entry in zip(kept, checked, strict=True)}


def _or_refused(row: Any, known: Known) -> Any:
    try:
        _drop_lost(row, known)
    except Refused as refused:
        return refused
    row.set_keys()
    return row


def _read(contents: Iterable[dict[str, Any]]) -> list[Any]:
    return [read.object for read in serializers.deserialize("python", list(contents), ignorenonexistent=True)]


def _known(organization: Organization, rows: Sequence[Any]) -> Known:
    """Of what these rows refer to, what is there, themselves included; one statement a table."""
    wanted: dict[type[models.Model], set[int]] = {}
    for row in rows:
        for column in row._meta.concrete_fields:
            key = getattr(row, column.attname)
            if isinstance(column, models.ForeignKey) and column.name != "organization" and key is not None:
                wanted.setdefault(column.related_model, set()).add(key)
    known: dict[type[models.Model], set[int]] = {}
    for model, keys in wanted.items():
        found = model._base_manager.filter(pk__in=keys)
        if any(column.name == "organization" for column in model._meta.concrete_fields):
            found = found.filter(organization=organization)
        known[model] = set(found.values_list("pk", flat=True))
    for row in rows:
        known.setdefault(type(row), set()).add(row.pk)
    return known


def _drop_lost(row: Any, known: Known) -> None:
    for column in row._meta.concrete_fields:
        key = getattr(row, column.attname)
        if not isinstance(column, models.ForeignKey) or column.name == "organization" or key is None:
            continue
        if key in known.get(column.related_model, ()):
            continue
        if not column.null:
            said = _("“%(name)s” refers to something that has been deleted since (%(field)s).")
            raise Refused(said % {"name": row, "field": capfirst(str(column.verbose_name))}, code="lost")
        setattr(row, column.attname, None)


def _insert(
    actor: Actor,
    organization: Organization,
    kind: Kind[Any],
    back: Sequence[Record],
    kept: Sequence[DeletedRecord],
) -> None:
    with custom_fields(organization, kind.module).naming_clashes():
        reinsert_many(back)
    parts = _read(part for one in kept for part in one.parts)
    known = _known(organization, parts)
    by_table: dict[type[models.Model], dict[int, Any]] = {}
    for row in parts:
        try:
            _drop_lost(row, known)
        except Refused:  # a role in a deal that is gone
            continue
        by_table.setdefault(type(row), {})[row.pk] = row
    for model, rows in by_table.items():
        if model is DealContact and kind.module is Module.CONTACTS:
            bring_back_contacts(actor, organization, list(rows.values()))
        else:
            reinsert_many(list(rows.values()))


def _hang_back(actor: Actor, organization: Organization, kind: Kind[Any], kept: Sequence[DeletedRecord]) -> None:
    """Hang back what was let go, where nothing else has been put in its place."""
    let_go: dict[str, dict[int, int]] = {}
    for one in kept:
        for name, ids in one.let_go.items():
            let_go.setdefault(name, {}).update(dict.fromkeys(ids, one.record_id))
    for name, targets in let_go.items():
        if name == LINES:
            _hang_lines(organization, targets)
            continue
        module, column = name.split(".")
        hanging = KINDS[Module(module)]
        free = hanging.model.objects.of(organization).filter(pk__in=list(targets), **{f"{column}__isnull": True})
        wanted = {key: targets[key] for key in free.order_by("pk").values_list("pk", flat=True)}
        if hanging.tree == column:
            wanted = _without_loops(hanging, wanted)
        if wanted:
            records.rehang(hanging, column, actor=actor, organization=organization, targets=wanted)


def _without_loops(kind: Kind[Any], wanted: Mapping[int, int]) -> dict[int, int]:
    """Those of the records that don't stand above what they are to hang on by now."""
    above = dict(ancestors(kind.model, kind.tree, sorted(set(wanted.values()))))
    fine: dict[int, int] = {}
    for key, target in wanted.items():
        step: int | None = target
        seen: set[int] = set()
        while step is not None and step != key and step not in seen:
            seen.add(step)
            step = above.get(step)
        if step != key:
            fine[key] = above[key] = target
    return fine


def _hang_lines(organization: Organization, targets: Mapping[int, int]) -> None:
    lines = list(DealLine.objects.filter(deal__organization=organization, pk__in=list(targets), product=None))
    for line in lines:
        line.product_id = targets[line.pk]
    update_many(lines, ["product_id"])


def _tell(actor: Actor, organization: Organization, kind: Kind[Any], back: Sequence[Record]) -> None:
    audit.services.record_many(
        actor=actor,
        tenant=organization.tenant,
        verb="restored",
        changes=[(row, {}, record_kinds.content(kind, row)) for row in back],
    )
    ids = tuple(row.pk for row in back)
    emit(kind.created(actor=actor, organization_id=organization.pk, ids=ids))
    emit(RecordsRestored(actor=actor, organization_id=organization.pk, module=kind.module.value, ids=ids))
