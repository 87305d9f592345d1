"""The undo: taking back what an import did, where nobody has touched it since, and saying what was left and why.

What was issued stays: an invoice that was sent is voided, never deleted. What was made on the way for an invoice, a
customer or a tax, stays as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

import audit.services
from finance.choices import ImportedKind
from finance.models import (
    Customer,
    ImportJob,
    ImportResult,
    ImportRow,
    ImportState,
    ImportUndo,
    Invoice,
    Item,
    Organization,
    Vendor,
)
from finance.services import customers, documents, items, vendors
from finance.services.import_books import REFUSALS, Books, books_of, problems_of, snapshot
from finsuite.kernel.bulk import update_many
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.said import in_every_language

BATCH = 50
_MODELS: dict[ImportedKind, Any] = {
    ImportedKind.CUSTOMER: Customer,
    ImportedKind.VENDOR: Vendor,
    ImportedKind.ITEM: Item,
    ImportedKind.INVOICE: Invoice,
}
_DELETE: dict[ImportedKind, Callable[..., None]] = {
    ImportedKind.CUSTOMER: lambda actor, record: customers.delete_customer(actor=actor, customer=record),
    ImportedKind.VENDOR: lambda actor, record: vendors.delete_vendor(actor=actor, vendor=record),
    ImportedKind.ITEM: lambda actor, record: items.delete_item(actor=actor, item=record),
    ImportedKind.INVOICE: lambda actor, record: documents.delete_document(actor=actor, document=record),
}
_UPDATE: dict[ImportedKind, Callable[..., Any]] = {
    ImportedKind.CUSTOMER: lambda actor, record, values: customers.update_customer(
        actor=actor, customer=record, values=values
    ),
    ImportedKind.VENDOR: lambda actor, record, values: vendors.update_vendor(actor=actor, vendor=record, values=values),
    ImportedKind.ITEM: lambda actor, record, values: items.update_item(actor=actor, item=record, values=values),
}


@transaction.atomic
def undo_batch(job_id: int) -> bool:
    """Take back the next batch, the last rows first. Answers whether there may be more."""
    job = (
        ImportJob.objects.select_for_update(of=("self",))
        .select_related("organization", "acting")
        .filter(pk=job_id, state=ImportState.UNDOING)
        .first()
    )
    if job is None:
        return False
    written = ImportRow.objects.filter(job=job, undo="", result__in=(ImportResult.CREATED, ImportResult.UPDATED))
    rows = list(written.order_by("-line")[:BATCH])
    with translation.override(job.acting.language if job.acting else None):
        books = books_of(job)
        for row in rows:
            _take_back(books, row)
        update_many(rows, ["undo", "undo_problems"])
        _advance(books, rows)
    return bool(rows)


def _take_back(books: Books, row: ImportRow) -> None:
    kind = ImportedKind(row.kind)
    record = _there(books.organization, kind, row.record_id)
    if record is None:
        _note(row, ImportUndo.REVERSED if row.result == ImportResult.CREATED else ImportUndo.KEPT, "deleted_since")
        return
    try:
        _undone(books, kind, row, record)
    except REFUSALS as refusal:
        problems = in_every_language(problems_of(refusal), lambda: _refusals(books, kind, row))
        row.undo, row.undo_problems = ImportUndo.KEPT, [problem.as_json() for problem in problems]


def _refusals(books: Books, kind: ImportedKind, row: ImportRow) -> list[Problem]:
    """The same refusal once more; even if it went well this time, nothing is undone."""
    try:
        with transaction.atomic():
            _undone(books, kind, row, _there(books.organization, kind, row.record_id))
            transaction.set_rollback(True)
    except REFUSALS as refusal:
        return problems_of(refusal)
    return []


@transaction.atomic
def _undone(books: Books, kind: ImportedKind, row: ImportRow, record: Any) -> None:
    if row.result == ImportResult.UPDATED:
        _restore(books, kind, row, record)
    elif isinstance(record, Invoice) and record.is_issued:
        _note(row, ImportUndo.KEPT, "issued")
    elif record.updated_at != row.version:
        _note(row, ImportUndo.KEPT, "changed_since")
    else:
        _DELETE[kind](books.actor, record)
        _note(row, ImportUndo.REVERSED)


def _restore(books: Books, kind: ImportedKind, row: ImportRow, record: Any) -> None:
    """Give back the values before, field by field, where the imported one still stands. Persons stay as they are."""
    names = [name for name in row.changes if name != "contact_persons"]
    now = snapshot(record, names)
    back = {name: _raw(row.changes[name]["before"]) for name in names if now[name] == row.changes[name]["after"]}
    if back:
        _UPDATE[kind](books.actor, record, back)
    stays = [name for name in row.changes if name not in back]
    row.undo = ImportUndo.REVERSED if back or not stays else ImportUndo.KEPT
    row.undo_problems = [Problem("changed_since", name).as_json() for name in stays]


def _raw(kept: Any) -> Any:
    return kept["id"] if isinstance(kept, dict) else kept


def _there(organization: Organization, kind: ImportedKind, record_id: int | None) -> Any:
    found = _MODELS[kind].objects.of(organization).filter(pk=record_id).first()
    if found is not None:
        found.organization = organization
    return found


def _note(row: ImportRow, undo: ImportUndo, code: str = "") -> None:
    row.undo = undo
    row.undo_problems = [Problem(code).as_json()] if code else []


def _advance(books: Books, rows: list[ImportRow]) -> None:
    job = books.job
    counts = Counter(job.undo_counts)
    counts.update(str(row.undo) for row in rows)
    if rows:
        todo = sum(job.results.get(name, 0) for name in ("created", "updated"))
        job.progress = min(99, sum(counts.values()) * 100 // max(todo, 1))
    else:
        job.state, job.progress, job.undone_at = ImportState.UNDONE, 100, timezone.now()
        audit.services.record(
            actor=books.actor, tenant=job.organization.tenant, subject=job, verb="undone", after=dict(counts)
        )
    job.undo_counts = dict(counts)
    job.save()
