"""The dry run: each record of the file is rehearsed, batch by batch, and what it would do is kept; nothing else is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from django.db import transaction
from django.utils import timezone, translation

from finance.access import require
from finance.choices import ImportedKind
from finance.imports.grouping import count, grouped, key_of
from finance.imports.reading import Entry, read
from finance.models import ImportJob, ImportRow
from finance.services.import_books import Applied, Books, books_of, rights_of
from finance.services.import_entries import rehearse
from finance.services.import_twice import refuse_namesakes, refuse_same_values
from finsuite.kernel.bulk import insert_many
from finsuite.kernel.imports.files import fault_of, rows_of
from finsuite.kernel.imports.mapping import mapping_of
from finsuite.kernel.imports.problems import FileBroken
from finsuite.kernel.imports.reader import MOST_ROWS, Row
from finsuite.kernel.imports.rows import Plan, frozen, plan_columns
from finsuite.kernel.imports.tables import ImportOutcome, ImportState
from finsuite.kernel.imports.work import SECONDS_AT_A_TIME

BATCH = 20  # groups of rows in one transaction
WRITES = (ImportOutcome.CREATE, ImportOutcome.UPDATE)


class _Superseded(Exception):
    """Somebody else does this dry run, or a later one has begun."""


def check(job_id: int) -> bool:
    """Go on with the dry run for a while. Answers whether there is more to do."""
    job = ImportJob.objects.select_related("organization", "acting").filter(pk=job_id, state="checking").first()
    if job is None:
        return False
    with translation.override(job.acting.language if job.acting else None):
        try:
            return _go_on(books_of(job))
        except FileBroken as broken:
            _break(job, broken)
        except _Superseded:
            pass
    return False


def _go_on(books: Books) -> bool:
    job = books.job
    for right in rights_of(job):
        require(books.actor, job.organization, right)
    mapping = mapping_of(job)
    plans = [
        plan_columns(books.table.of(kind), mapping, job.formats, width=len(job.headers))
        for kind in (ImportedKind.CUSTOMER, ImportedKind.VENDOR)
    ]
    key = key_of(job.module, mapping)
    counts = count(_below_header(job), key)
    rows, groups = sum(counts.values()), len(counts) - ("" in counts) + counts[""]
    if not rows:
        raise FileBroken("no_rows")
    if rows > MOST_ROWS:
        raise FileBroken("too_many_rows", most=MOST_ROWS)
    left = islice(grouped(_below_header(job), key, counts), job.line, None)
    until = time.monotonic() + SECONDS_AT_A_TIME
    while batch := list(islice(left, BATCH)):
        _rehearse_batch(replace(books), plans, batch, groups)  # what is there is read anew for each
        if time.monotonic() > until:
            return True
    _end(books, rows)
    return False


def _below_header(job: ImportJob) -> Iterator[Row]:
    found = rows_of(job)
    next(found, None)
    return found


@transaction.atomic
def _rehearse_batch(books: Books, plans: Sequence[Plan], batch: Sequence[Sequence[Row]], groups: int) -> None:
    job = books.job
    _hold(job)
    entries = [entry for group in batch for entry in read(job.module, group, *plans)]
    rows = [row_of(job, entry, rehearse(books, entry)) for entry in entries]
    insert_many(rows)
    job.line += len(batch)
    progress = min(99, job.line * 100 // groups)
    counts = Counter(job.counts)
    counts.update(str(row.outcome) for row in rows)
    job.counts = dict(counts)
    ImportJob.objects.filter(pk=job.pk).update(
        line=job.line, progress=progress, counts=job.counts, updated_at=timezone.now()
    )


def _hold(job: ImportJob) -> ImportJob:
    """The import as it is now, if it is still this dry run's turn."""
    mine = {"pk": job.pk, "attempt": job.attempt, "state": ImportState.CHECKING, "line": job.line}
    held = ImportJob.objects.select_for_update(of=("self",)).filter(**mine).first()
    if held is None:
        raise _Superseded
    return held


def row_of(job: ImportJob, entry: Entry, applied: Applied) -> ImportRow:
    """What is kept of a record that was rehearsed."""
    writes = applied.outcome in WRITES
    is_there = applied.record is not None and applied.outcome != ImportOutcome.CREATE
    return ImportRow(
        job=job,
        line=entry.line,
        lines=entry.lines,
        kind=applied.kind,
        label=entry.label,
        outcome=applied.outcome,
        values=frozen(entry.values) if writes else {},
        parts=[frozen(part) for part in entry.parts] if writes else [],
        changes=applied.changes,
        made=[{name: told for name, told in made.items() if name != "id"} for made in applied.made],
        problems=[problem.as_json() for problem in applied.notes],
        record_id=applied.record.pk if is_there else None,
    )


@transaction.atomic
def _end(books: Books, rows: int) -> None:
    job = books.job
    held = _hold(job)
    refused = refuse_namesakes(job) + refuse_same_values(job, books.table)
    if refused:
        counts = Counter(job.counts)
        counts.subtract(refused)
        counts[ImportOutcome.REFUSE] += refused.total()
        job.counts = {str(outcome): number for outcome, number in counts.items() if number}
    made: dict[str, set[str]] = {}
    payments = 0
    for told in ImportRow.objects.filter(job=job).exclude(made=[]).values_list("made", flat=True).iterator():
        payments += sum(one["kind"] == "payment" for one in told)
        for one in told:
            made.setdefault(one["kind"], set()).add(one["label"])
    besides = {"customers": len(made.get("customer", ())), "taxes": len(made.get("tax", ())), "payments": payments}
    held.counts = {**job.counts, "rows": rows, **{name: number for name, number in besides.items() if number}}
    held.state, held.progress, held.checked_at = ImportState.CHECKED, 100, timezone.now()
    held.save()


@transaction.atomic
def _break(job: ImportJob, broken: FileBroken) -> None:
    held = _hold(job)
    ImportRow.objects.filter(job=held).delete()
    held.state, held.progress, held.counts, held.fault = ImportState.BROKEN, 100, {}, fault_of(broken)
    held.save()
