"""The undo: taking back what an import did, where nobody has touched it since, and saying what was left and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Case, When
from django.utils import timezone, translation

import audit.services
from crm.models import RECORDS, ImportJob, ImportResult, ImportRow, ImportState, ImportUndo
from crm.models.modules import references, referred
from crm.services import records
from crm.services.import_changes import actor_of, kind_of, refusals, restored
from crm.services.import_fields import tables_of
from crm.services.record_kinds import Kind
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import update_many
from finsuite.kernel.errors import Refused
from finsuite.kernel.imports.problems import Problem

BATCH = 1_000


@transaction.atomic
def undo_batch(job_id: int) -> bool:
    """Take back the next batch. Answers whether there may be more."""
    job = (
        ImportJob.objects.select_for_update(of=("self",))
        .select_related("organization", "acting")
        .filter(pk=job_id, state=ImportState.UNDOING)
        .first()
    )
    if job is None:
        return False
    rows = _next_rows(job)
    with translation.override(job.acting.language if job.acting else None):
        actor = actor_of(job)
        if rows:
            _take_back(job, actor, rows)
        _advance(job, actor, rows)
    return bool(rows)


def _next_rows(job: ImportJob) -> list[ImportRow]:
    """The file's own records before the accounts made for them, children before their parents; one wave at a time."""
    written = ImportRow.objects.filter(job=job, undo="", result__in=(ImportResult.CREATED, ImportResult.UPDATED))
    own_first = Case(When(module=job.module, then=0), default=1)
    rows = list(written.order_by(own_first, "-wave", "line")[:BATCH])
    return [row for row in rows if (row.module, row.wave) == (rows[0].module, rows[0].wave)]


def _take_back(job: ImportJob, actor: Actor, rows: Sequence[ImportRow]) -> None:
    kind = kind_of(rows[0].module)
    ids = [row.record_id for row in rows]
    held = kind.model.objects.of(job.organization).filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    found = {record.pk: record for record in held}
    for row in rows:
        if row.record_id not in found:
            _note(row, ImportUndo.REVERSED if row.result == ImportResult.CREATED else ImportUndo.KEPT, "deleted_since")
    there = [row for row in rows if not row.undo]
    _delete(job, actor, kind, [row for row in there if row.result == ImportResult.CREATED], found)
    _restore(job, actor, kind, [row for row in there if row.result == ImportResult.UPDATED], found)
    update_many(rows, ["undo", "undo_problems"])


def _delete(job: ImportJob, actor: Actor, kind: Kind[Any], rows: Sequence[ImportRow], found: dict[int, Any]) -> None:
    """Delete what the import created, unless it has changed or something else hangs on it by now."""
    untouched = [row for row in rows if found[row.record_id or 0].updated_at == row.version]
    used = _in_use(job, kind, [row.record_id or 0 for row in untouched])
    goes = [row for row in untouched if row.record_id not in used]
    ids = [row.record_id or 0 for row in goes]
    gone = set(records.delete(kind, actor=actor, organization=job.organization, ids=ids)) if ids else set()
    for row in goes:
        if row.record_id in gone:
            _note(row, ImportUndo.REVERSED)
        else:
            _note(row, ImportUndo.KEPT, "hidden_since")
    for row in rows:
        if not row.undo:
            _note(row, ImportUndo.KEPT, "in_use" if row.record_id in used else "changed_since")


def _in_use(job: ImportJob, kind: Kind[Any], ids: Sequence[int]) -> set[int]:
    """Those of these records that others refer to: an account's contacts, a vendor's products, a contact's deals."""
    used: set[int] = set()
    for model in RECORDS.values():
        for column in references(model):
            if ids and referred(model, column) == kind.module:
                rows = model.objects.of(job.organization).filter(**{f"{column}__in": ids})
                used.update(rows.values_list(column, flat=True).distinct())
    return used


def _restore(job: ImportJob, actor: Actor, kind: Kind[Any], rows: Sequence[ImportRow], found: dict[int, Any]) -> None:
    """Give back the values before, field by field, where the imported value still stands."""
    tables = tables_of(job)
    todo: list[tuple[ImportRow, dict[str, Any]]] = []
    for row in rows:
        back, stays = restored(tables[row.module], row.changes, found[row.record_id or 0])
        row.undo_problems = [Problem("changed_since", name).as_json() for name in stays]
        if back:
            todo.append((row, back))
        else:
            row.undo = ImportUndo.KEPT if stays else ImportUndo.REVERSED
    if not todo:
        return
    changes = [(row.record_id or 0, back) for row, back in todo]
    written = records.update(kind, actor=actor, organization=job.organization, changes=changes)
    for (row, _back), record in zip(todo, written, strict=True):
        if isinstance(record, Refused):
            row.undo = ImportUndo.FAILED
            row.undo_problems = [problem.as_json() for problem in refusals(record)]
        else:
            row.undo = ImportUndo.REVERSED


def _note(row: ImportRow, undo: ImportUndo, code: str = "") -> None:
    row.undo = undo
    row.undo_problems = [Problem(code).as_json()] if code else []


def _advance(job: ImportJob, actor: Actor, rows: Sequence[ImportRow]) -> None:
    counts = Counter(job.undo_counts)
    counts.update(str(row.undo) for row in rows)
    if rows:
        todo = sum(job.results.get(name, 0) for name in ("created", "updated", "accounts"))
        job.progress = min(99, sum(counts.values()) * 100 // max(todo, 1))
    else:
        job.state, job.progress, job.undone_at = ImportState.UNDONE, 100, timezone.now()
        audit.services.record(
            actor=actor, tenant=job.organization.tenant, subject=job, verb="undone", after=dict(counts)
        )
    job.undo_counts = dict(counts)
    job.save()
