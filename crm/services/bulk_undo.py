"""Undoing a bulk change: values go back where they still stand, deleted records come back under their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import audit.services
from crm.access import of_actor
from crm.choices import Module
from crm.models import BulkChange, BulkChangeRow, BulkKind, BulkResult, BulkState, BulkUndo, DeletedRecord
from crm.services import records
from crm.services.bulk import AT_ONCE, BATCH, person, send
from crm.services.kinds import KINDS
from crm.services.recycling import restore_records
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import update_many
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.errors import Refused

UNDOABLE_FOR = timedelta(days=30)
_WRITTEN = ("undo", "undo_reason", "kept")


def why_not(change: BulkChange) -> str:
    """Why a bulk change can't be undone, in a sentence; "" if it can."""
    if change.state in (BulkState.UNDOING, BulkState.UNDONE):
        return _("This has been undone already.")
    if change.state == BulkState.RUNNING:
        return _("This is still under way.")
    if not change.changed:
        return _("Nothing was changed.")
    if timezone.now() - change.created_at > UNDOABLE_FOR:
        return _("This is too long ago to be undone: 30 days is the limit.")
    return ""


@transaction.atomic
def undo_bulk(*, actor: Actor, change: BulkChange) -> BulkChange:
    """Take a bulk change back, as far as nobody has changed it since; what stays is told row by row."""
    organization = change.organization
    change = BulkChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if fault := why_not(change):
        raise Refused(fault, code="cannot_undo")
    change.state, change.undone_by_id, change.undone_by_name = BulkState.UNDOING, actor.user_id, actor.label[:250]
    change.save()
    change.organization = organization
    if change.changed <= AT_ONCE:
        undo_batch(change.pk, actor=actor)
        change.refresh_from_db()
    else:
        transaction.on_commit(lambda: send("crm.undo_bulk_change", change.pk), robust=True)
    return change


@transaction.atomic
def undo_batch(change_id: int, *, actor: Actor | None = None) -> bool:
    """Take back the next batch, the last records first. Answers whether there may be more."""
    found = BulkChange.objects.select_for_update(of=("self",)).select_related("organization", "undone_by")
    change = found.filter(pk=change_id, state=BulkState.UNDOING).first()
    if change is None:
        return False
    with translation.override(change.undone_by.language if change.undone_by and actor is None else None):
        actor = actor or person(change.undone_by, change.via)
        rows = BulkChangeRow.objects.filter(change=change, result=BulkResult.CHANGED, undo="")
        todo = list(rows.order_by("-number")[:BATCH])
        if todo:
            (_restore if change.kind == BulkKind.DELETE else _take_back)(change, actor, todo)
            update_many(todo, _WRITTEN)
        is_more = len(todo) == BATCH
        _advance(change, actor, todo, is_more=is_more)
    return is_more


def _restore(change: BulkChange, actor: Actor, rows: Sequence[BulkChangeRow]) -> None:
    ids = [row.deleted_id for row in rows if row.deleted_id]
    outcomes = restore_records(actor=actor, organization=change.organization, module=change.module, ids=ids)
    back = DeletedRecord.objects.filter(pk__in=ids).exclude(restored_at=None)
    there = set(back.values_list("pk", flat=True))  # those that somebody had restored before, too
    for row in rows:
        outcome = outcomes.get(row.deleted_id or 0)
        if outcome is None and row.deleted_id in there:
            row.undo, row.undo_reason = BulkUndo.RESTORED, _("It had been restored already.")
        elif outcome is None:
            row.undo, row.undo_reason = BulkUndo.FAILED, _("It is not in the bin any more.")
        elif isinstance(outcome, Refused):
            row.undo, row.undo_reason = BulkUndo.FAILED, outcome.message
        else:
            row.undo = BulkUndo.RESTORED


def _take_back(change: BulkChange, actor: Actor, rows: Sequence[BulkChangeRow]) -> None:
    kind = KINDS[Module(change.module)]
    access = of_actor(actor, change.organization)
    held = records.hold(kind, access=access, ids=[row.record_id for row in rows])
    todo: list[tuple[BulkChangeRow, dict[str, Any]]] = []
    for row in rows:
        if row.record_id not in held:
            row.undo, row.undo_reason = BulkUndo.FAILED, _("There is no such record.")
            continue
        back, row.kept = standing(held[row.record_id], row.before, row.after)
        if back:
            todo.append((row, back))
        else:
            row.undo = BulkUndo.KEPT
    outcomes = records.change(
        kind,
        actor=actor,
        organization=change.organization,
        changes=[(row.record_id, back) for row, back in todo],
    )
    for (row, back), outcome in zip(todo, outcomes, strict=True):
        if isinstance(outcome, Refused):
            row.undo, row.undo_reason = BulkUndo.FAILED, outcome.message
            continue
        row.kept += [name for name in back if name not in outcome.change.after]
        row.undo = BulkUndo.KEPT if row.kept else BulkUndo.RESTORED


def standing(record: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What to write so that the record is as before, and the columns that were changed again since, which stay.

    What is as before already is neither.
    """
    back: dict[str, Any] = {}
    stays: list[str] = []
    for name, value in after.items():
        held = _held(record, name)
        if held == _thawed(record, name, value):
            back[name] = before[name]
        elif held != _thawed(record, name, before[name]):
            stays.append(name)
    return back, stays


def _held(record: Any, name: str) -> Any:
    if name.startswith(PREFIX):
        return record.custom.get(name.removeprefix(PREFIX))
    return getattr(record, name)


def _thawed(record: Any, name: str, value: Any) -> Any:
    if name.startswith(PREFIX) or value is None:
        return value
    try:
        column = record._meta.get_field(name)
    except FieldDoesNotExist:
        return value
    return value if isinstance(column, models.ForeignKey) else column.to_python(value)


def _advance(change: BulkChange, actor: Actor, rows: Sequence[BulkChangeRow], *, is_more: bool) -> None:
    counts = Counter(change.undo_results)
    counts.update(str(row.undo) for row in rows)
    change.undo_results = dict(counts)
    if not is_more:
        change.state, change.undone_at = BulkState.UNDONE, timezone.now()
        audit.services.record(
            actor=actor,
            tenant=change.organization.tenant,
            subject=change,
            verb="undone",
            after={"module": change.module, "kind": change.kind, **change.undo_results},
        )
    change.save()
