"""Taking a merge back: the losers return under their old ids, and everything goes where it was."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

import audit.services
from crm.access import of_actor
from crm.choices import Level, Module
from crm.events import MergeUndone
from crm.models import RECORDS, Merge, MergedRecord, Organization
from crm.models.modules import references
from crm.services import record_kinds, records
from crm.services.deal_lines import follow_lines
from crm.services.hanging import hanging_on
from crm.services.kinds import KINDS
from crm.services.merging import hang, value_of
from crm.services.record_kinds import Kind
from crm.services.surroundings import ancestors
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit


@transaction.atomic
def undo_merge(*, actor: Actor, merge: Merge) -> Merge:
    """Take the merge back, or raise Refused with what stands in the way. What has moved on since stays where it is."""
    organization = merge.organization
    access = of_actor(actor, organization)
    access.require(merge.module, Level.EDIT)
    access.require(merge.module, Level.DELETE)
    kind = KINDS[Module(merge.module)]
    records.take_turns(organization)
    merge = Merge.objects.select_for_update(of=("self",)).select_related("organization").get(pk=merge.pk)
    merge.organization = organization
    survivor = records.hold(kind, access=access, ids=[merge.survivor_id]).get(merge.survivor_id)
    if fault := _fault(merge, survivor):
        raise Refused(fault, code="cannot_undo")
    losers = list(merge.losers.order_by("id"))
    # First what the survivor says (only one record may say what is unique), at last what it refers to.
    refers = references(RECORDS[kind.module])
    # What lines come to follows from where they hang.
    by_lines = {"amount"} if "lines" in merge.moved else set()
    own = {name: value for name, value in merge.before.items() if name not in refers and name not in by_lines}
    _give_back(kind, actor, merge, own)
    restored = _restored([loser.content for loser in losers])
    _give_back(kind, actor, merge, {name: value for name, value in merge.before.items() if name in refers})
    _move_back(actor, organization, merge)
    if by_lines:
        amount = merge.before.get("amount", getattr(survivor, "amount", None))
        follow_lines(actor=actor, organization=organization, deal_id=merge.survivor_id, without=_decimal(amount))
    _require_no_loop(kind, restored)
    _close(merge, actor)
    _tell(kind, actor, organization, merge, restored)
    return merge


def why_not(merge: Merge, survivor: Any) -> str:
    """Why the merge can't be undone as things stand, in a sentence; "" if it can. `survivor` as stored, or None."""
    return _fault(merge, survivor)


def _fault(merge: Merge, survivor: Any) -> str:
    if merge.undone_at is not None:
        return _("This merge has been undone already.")
    if survivor is None:
        later = (
            MergedRecord.objects.of(merge.organization_id)
            .filter(module=merge.module, record_id=merge.survivor_id, is_back=False)
            .select_related("merge")
            .first()
        )
        if later is not None:
            said = _("“%(name)s” was merged into “%(into)s” since. Undo that merge first.")
            return said % {"name": merge.survivor_label, "into": later.merge.survivor_label}
        return _("“%(name)s” has been deleted since, so there is nothing to take apart.") % {
            "name": merge.survivor_label
        }
    changed = [name for name, value in merge.after.items() if _json(value_of(survivor, name)) != value]
    if changed:
        said = _("“%(name)s” has changed since the merge: %(fields)s. Undoing would lose that.")
        return said % {"name": survivor, "fields": ", ".join(_label(merge, name) for name in changed)}
    return ""


def _json(value: Any) -> Any:
    return orjson.loads(DjangoJSONEncoder().encode(value))


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _label(merge: Merge, name: str) -> str:
    if name.startswith("cf_"):
        return name.removeprefix("cf_")
    column = RECORDS[Module(merge.module)]._meta.get_field(name)
    return str(capfirst(str(getattr(column, "verbose_name", name))))


def _give_back(kind: Kind[Any], actor: Actor, merge: Merge, values: dict[str, Any]) -> None:
    """Let the survivor say again what it said before."""
    if values:
        changes = [(merge.survivor_id, values)]
        records.accepted(records.update(kind, actor=actor, organization=merge.organization, changes=changes)[0])


def _restored(contents: Sequence[dict[str, Any]]) -> list[Any]:
    """The rows, back in their tables under their old ids; a reference to what is gone meanwhile is empty."""
    found = []
    together = {(content["model"], content["pk"]) for content in contents}
    for read in serializers.deserialize("python", list(contents)):
        row: Any = read.object
        _drop_lost_references(row, together)
        if hasattr(row, "updated_at"):
            row.updated_at = timezone.now()
        row.save_base(raw=True, force_insert=True)
        found.append(row)
    return found


def _drop_lost_references(row: models.Model, together: set[tuple[str, int]]) -> None:
    for column in row._meta.concrete_fields:
        key = getattr(row, column.attname)
        if not isinstance(column, models.ForeignKey) or key is None:
            continue
        target = column.related_model
        if (target._meta.label_lower, key) in together or target._base_manager.filter(pk=key).exists():
            continue
        if not column.null:
            said = _("“%(name)s” refers to something that has been deleted since (%(field)s).")
            raise Refused(said % {"name": row, "field": capfirst(str(column.verbose_name))}, code="cannot_undo")
        setattr(row, column.attname, None)


def _move_back(actor: Actor, organization: Organization, merge: Merge) -> None:
    """What still hangs on the survivor goes back to where it hung; what was moved or deleted since stays as it is."""
    known = {hanging.name: hanging for hanging in hanging_on(Module(merge.module))}
    for name, moved in merge.moved.items():
        hanging = known[name]
        wanted = {pk: int(loser) for loser, ids in moved.items() for pk in ids}
        still = hanging.rows([merge.survivor_id]).filter(pk__in=list(wanted)).values_list("pk", flat=True)
        targets = {pk: wanted[pk] for pk in still}
        if targets:
            hang(hanging, actor, organization, targets)
    _restored(merge.kept)


def _require_no_loop(kind: Kind[Any], restored: Sequence[Any]) -> None:
    if not kind.tree:
        return
    above = ancestors(kind.model, kind.tree, [row.pk for row in restored])
    for row in restored:
        step, seen = above.get(row.pk), set()
        while step is not None and step not in seen:
            if step == row.pk:
                said = _("“%(name)s” would hang on itself: what it hung on has been moved below it since.")
                raise Refused(said % {"name": row}, code="cannot_undo")
            seen.add(step)
            step = above.get(step)


def _close(merge: Merge, actor: Actor) -> None:
    merge.undone_at, merge.undone_by_name = timezone.now(), actor.label[:250]
    merge.save(update_fields=["undone_at", "undone_by_name"])
    merge.losers.update(is_back=True)


def _tell(kind: Kind[Any], actor: Actor, organization: Organization, merge: Merge, restored: Sequence[Any]) -> None:
    survivor = kind.model.objects.get(pk=merge.survivor_id)
    audit.services.record_many(
        actor=actor,
        tenant=organization.tenant,
        verb="restored",
        changes=[(row, {}, record_kinds.content(kind, row)) for row in restored],
    )
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=survivor,
        verb="unmerged",
        before={"merged_with": [str(row) for row in restored]},
    )
    ids = tuple(row.pk for row in restored)
    emit(kind.created(actor=actor, organization_id=organization.pk, ids=ids))
    emit(
        MergeUndone(
            actor=actor,
            organization_id=organization.pk,
            module=merge.module,
            survivor_id=merge.survivor_id,
            loser_ids=ids,
        )
    )
