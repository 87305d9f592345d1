"""What the pages and the API show of imports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.choices import Module
from crm.imports.fields import MODULES
from crm.models import RECORDS, ImportJob, ImportOutcome, ImportResult, ImportRow, ImportUndo
from crm.models.modules import references, referred
from crm.services.import_fields import Table, table_of, tables_of
from crm.services.import_words import row_problem
from crm.services.imports import formats_of
from finsuite.kernel import formats
from finsuite.kernel.errors import NotFound
from finsuite.kernel.imports.fields import BOOLEAN, CUSTOM, DATE, DECIMAL, LINKS, TAGS
from finsuite.kernel.imports.files import fault_of, rows_of
from finsuite.kernel.imports.formats import Question
from finsuite.kernel.imports.headers import LINE, REASON
from finsuite.kernel.imports.mapping import mapping_of
from finsuite.kernel.imports.problems import FileBroken
from finsuite.kernel.imports.words import file_fault

PREVIEW_ROWS = 8
SAMPLES = 3
SIDES = ("before", "after")


def imports(access: Access) -> QuerySet[ImportJob]:
    """The imports that the person may look into, the latest first.

    An import tells names and values of records. Who doesn't see all of the module's records, or of the records that
    its rows name, looks into their own imports only.
    """
    open_to_all = [module for module in MODULES if not access.owners.keys() & _told_of(module)]
    kept = Q(module__in=open_to_all) | Q(created_by_id=access.user_id)
    return ImportJob.objects.of(access.organization).filter(kept).select_related("created_by").order_by("-id")


def _told_of(module: str) -> set[str]:
    """The modules whose records an import of this one tells of."""
    model = RECORDS[Module(module)]
    return {module, *(str(to) for column in references(model) if (to := referred(model, column)))}


def one_import(access: Access, import_id: int | str) -> ImportJob:
    """One of them, or NotFound."""
    job = imports(access).select_related("organization").filter(pk=as_id(import_id)).first()
    if job is None:
        raise NotFound(_("There is no such import."))
    return job


@dataclass(frozen=True)
class Preview:
    """The start of the file as it is read now, and what stopped the reading, if anything did."""

    rows: Sequence[tuple[int, Sequence[str]]]
    fault: str = ""

    def samples(self, column: int) -> list[str]:
        """Different values of one column."""
        cells = (cells[column].strip() for _line, cells in self.rows if column < len(cells))
        return list(islice(dict.fromkeys(cell for cell in cells if cell), SAMPLES))


def preview(job: ImportJob) -> Preview:
    """The first rows below the header."""
    found: list[tuple[int, Sequence[str]]] = []
    try:
        for row in islice(rows_of(job), 1, PREVIEW_ROWS + 1):
            found.append((row.line, row.cells))  # noqa: PERF401 – what was read before a break is shown
    except FileBroken as broken:
        return Preview(found, file_fault(fault_of(broken)))
    return Preview(found)


def open_questions(job: ImportJob) -> list[Question]:
    """The mapped columns whose dates or amounts can be read two ways."""
    try:
        return formats_of(job)[1]
    except FileBroken:
        return []


@dataclass(frozen=True)
class ShownChange:
    """One field of one record, before and after, as text."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownRow:
    """A row as people read it."""

    line: int
    module: str
    label: str
    record_id: int | None
    outcome: str
    outcome_label: str
    result: str
    result_label: str
    undo: str
    undo_label: str
    changes: Sequence[ShownChange] = field(default_factory=tuple)
    reasons: Sequence[str] = field(default_factory=tuple)


def import_rows(job: ImportJob, show: str = "") -> QuerySet[ImportRow]:
    """The import's rows in the file's order; `show` narrows them to an outcome, a result or what the undo did."""
    rows = ImportRow.objects.filter(job=job).order_by("line", "module")
    kind, _dash, value = show.partition("-")
    if kind == "outcome" and value in ImportOutcome.values:
        return rows.filter(outcome=value)
    if kind == "result" and value in ImportResult.values:
        return rows.filter(result=value) if value != "refused" else refused_rows(job)
    if kind == "undo" and value in ImportUndo.values:
        return rows.filter(undo=value)
    return rows


def refused_rows(job: ImportJob) -> QuerySet[ImportRow]:
    """The rows of the file that came to nothing, in the dry run or in the run."""
    rows = ImportRow.objects.filter(job=job, module=job.module).order_by("line")
    return rows.filter(outcome=ImportOutcome.REFUSE) | rows.filter(result=ImportResult.REFUSED)


def shown(job: ImportJob, rows: Iterable[ImportRow]) -> list[ShownRow]:
    """The rows of an import in words."""
    tables = tables_of(job)
    return [_shown(row, tables[row.module]) for row in rows]


def _shown(row: ImportRow, table: Table) -> ShownRow:
    problems = row.undo_problems if row.undo else row.problems
    result = row.result or (ImportResult.REFUSED if row.outcome == ImportOutcome.REFUSE else "")
    return ShownRow(
        line=row.line,
        module=row.module,
        label=row.label,
        record_id=row.record_id,
        outcome=row.outcome,
        outcome_label=row.get_outcome_display(),
        result=result,
        result_label=str(ImportResult(result).label) if result else "",
        undo=row.undo,
        undo_label=str(ImportUndo(row.undo).label) if row.undo else "",
        changes=tuple(
            ShownChange(table.label(name), *(_text(table, name, row.changes[name][side]) for side in SIDES))
            for name in table
            if name in row.changes
        ),
        reasons=reasons(table, problems),
    )


def reasons(table: Table, problems: Iterable[Mapping[str, Any]]) -> list[str]:
    """Why a row was not taken, or not taken back, in words."""
    return [row_problem(table, problem) for problem in problems]


def _text(table: Table, name: str, value: Any) -> str:
    """A kept value as people read it."""
    kind = table[name].kind
    if kind == CUSTOM:
        return table.told(name, value)
    if value is None:
        return ""
    if kind == BOOLEAN:
        return _("yes") if value else _("no")
    if kind == DATE:
        return formats.day(dt.date.fromisoformat(value))
    if kind in LINKS:
        return str(value["name"])
    if kind == DECIMAL:
        return formats.number(Decimal(value))
    return ", ".join(value) if kind == TAGS else str(value)


def unmapped(job: ImportJob) -> list[str]:
    """The columns that will not be imported."""
    mapped = mapping_of(job)
    return [header for column, header in enumerate(job.headers) if column not in mapped and header]


def mapped_fields(job: ImportJob) -> list[str]:
    """The labels of the fields that the file fills, in the order of the fields."""
    filled = set(job.mapping.values())
    return [label for name, label in table_of(job.organization, job.module).labels().items() if name in filled]


def dry_run_table(job: ImportJob, show: str) -> Iterator[list[str]]:
    """The dry run as a table to download."""
    yield [_("Line"), _("Record"), _("Dry run"), _("Result"), _("Undo"), _("Changes"), _("Reason")]
    tables = tables_of(job)
    for row in import_rows(job, show).iterator(chunk_size=2_000):
        told = _shown(row, tables[row.module])
        changes = "; ".join(f"{change.field}: {change.before} → {change.after}" for change in told.changes)
        yield [
            str(told.line),
            told.label,
            told.outcome_label,
            told.result_label,
            told.undo_label,
            changes,
            " ".join(told.reasons),
        ]


def refused_table(job: ImportJob) -> Iterator[list[str]]:
    """The refused rows as they stood in the file, after their line and the reason: to mend and import again."""
    table = table_of(job.organization, job.module)
    why = {row.line: " ".join(reasons(table, row.problems)) for row in refused_rows(job)}
    width = len(job.headers)
    kept = [column for column, header in enumerate(job.headers) if header not in (LINE, REASON)]
    yield [LINE, REASON, *(job.headers[column] for column in kept)]
    rows = rows_of(job)
    next(rows, None)
    for row in rows:
        if row.line in why:
            own = [row.cells[column] for column in kept if column < len(row.cells)]
            yield [str(row.line), why[row.line], *own, *row.cells[width:]]
