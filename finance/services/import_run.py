"""The run: doing what the dry run has shown, a batch at a time, each with its records' results in one transaction.

Each record is judged again as it is entered. What has changed since the dry run is refused, with the reason, rather
than done unseen; a worker that dies leaves whole batches behind, and the next one goes on after them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone, translation

import audit.services
from finance.access import require
from finance.choices import ImportedKind
from finance.imports.reading import Entry
from finance.models import ImportJob, ImportResult, ImportRow, ImportState
from finance.services import numbering
from finance.services.import_books import Applied, Books, books_of, rights_of
from finance.services.import_check import WRITES
from finance.services.import_entries import attempt
from finance.services.import_fields import Table
from finsuite.kernel.bulk import update_many
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.rows import thawed
from finsuite.kernel.imports.tables import ImportOutcome

BATCH = 20
_WRITTEN = ("result", "record_id", "version", "changes", "made", "problems")
_RESULTS = {
    ImportOutcome.CREATE: ImportResult.CREATED,
    ImportOutcome.UPDATE: ImportResult.UPDATED,
    ImportOutcome.UNCHANGED: ImportResult.UNCHANGED,
    ImportOutcome.SKIP: ImportResult.SKIPPED,
    ImportOutcome.REFUSE: ImportResult.REFUSED,
}


@transaction.atomic
def run_batch(job_id: int) -> bool:
    """Do the next batch of the import. Answers whether there may be more."""
    job = (
        ImportJob.objects.select_for_update(of=("self",))
        .select_related("organization", "acting")
        .filter(pk=job_id, state=ImportState.RUNNING)
        .first()
    )
    if job is None:
        return False
    with translation.override(job.acting.language if job.acting else None):
        books = books_of(job)
        for right in rights_of(job):
            require(books.actor, job.organization, right)
        rows = list(ImportRow.objects.filter(job=job, line__gt=job.line, outcome__in=WRITES).order_by("line")[:BATCH])
        table = books.table
        for row in rows:
            _do(books, table, row)
        update_many(rows, _WRITTEN)
        _step_past(books, rows)
        _advance(books, rows)
    return bool(rows)


def _do(books: Books, table: Table, row: ImportRow) -> None:
    """Enter one record, if that does what was shown; else nothing of it stays."""
    parts = [thawed(table, part) for part in row.parts]
    entry = Entry(row.line, row.label, thawed(table, row.values), parts, row.lines)
    with transaction.atomic():
        applied = attempt(books, entry)
        problems = _surprises(row, applied)
        if problems:
            transaction.set_rollback(True)
    if problems:
        row.result, row.problems = ImportResult.REFUSED, [problem.as_json() for problem in problems]
        return
    row.result = _RESULTS[ImportOutcome(applied.outcome)]
    row.problems = [problem.as_json() for problem in applied.notes]
    row.changes, row.made = applied.changes, applied.made
    if applied.record is not None:
        row.record_id, row.version = applied.record.pk, applied.record.updated_at


def _surprises(row: ImportRow, applied: Applied) -> list[Problem]:
    """Why what would be done is not what was shown. That nothing is left to be done is no surprise."""
    if applied.outcome == ImportOutcome.UPDATE and row.outcome == ImportOutcome.CREATE:
        return [Problem("appeared")]
    if applied.outcome == ImportOutcome.CREATE and row.outcome == ImportOutcome.UPDATE:
        return [Problem("gone")]
    if applied.outcome == ImportOutcome.UPDATE and (
        applied.record.pk != row.record_id
        or any(row.changes.get(name) != change for name, change in applied.changes.items())
    ):
        return [Problem("changed")]
    return []


def _step_past(books: Books, rows: Sequence[ImportRow]) -> None:
    """The numbers that were imported are not given again."""
    numbers = [row.label for row in rows if row.kind == ImportedKind.INVOICE and row.result == ImportResult.CREATED]
    if numbers:
        numbering.step_past(organization=books.organization, series="invoice", numbers=numbers)


def _advance(books: Books, rows: Sequence[ImportRow]) -> None:
    """Note how far it has come, and what came of it; without rows left, it is done."""
    job = books.job
    counts = Counter(job.results)
    for row in rows:
        counts[row.result] += 1
        if row.result == ImportResult.CREATED:
            counts.update(_PLURALS[made["kind"]] for made in row.made)
    if rows:
        job.line = rows[-1].line
        todo = job.counts.get("create", 0) + job.counts.get("update", 0)
        done = sum(counts[result] for result in ImportResult.values)
        job.progress = min(99, done * 100 // max(todo, 1))
    else:
        counts.update(
            unchanged=job.counts.get("unchanged", 0),
            skipped=job.counts.get("skip", 0),
            refused=job.counts.get("refuse", 0),
        )
        job.state, job.progress, job.finished_at = ImportState.DONE, 100, timezone.now()
        audit.services.record(
            actor=books.actor, tenant=job.organization.tenant, subject=job, verb="finished", after=dict(counts)
        )
    job.results = dict(counts)
    job.save()


_PLURALS = {"customer": "customers", "tax": "taxes", "payment": "payments"}
