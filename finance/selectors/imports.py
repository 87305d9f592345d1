"""What the pages and the API show of imports from other books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from finance.choices import ImportedKind
from finance.models import ImportJob, ImportOutcome, ImportResult, ImportRow, ImportUndo, Membership
from finance.rights import allows
from finance.services.import_books import RIGHTS
from finance.services.import_fields import Table, table_of
from finance.services.import_words import row_problem
from finsuite.kernel import formats
from finsuite.kernel.errors import NotFound, NotPermitted
from finsuite.kernel.imports.fields import BOOLEAN, DATE, DECIMAL
from finsuite.kernel.imports.files import fault_of, rows_of
from finsuite.kernel.imports.formats import Question
from finsuite.kernel.imports.headers import LINE, REASON
from finsuite.kernel.imports.mapping import formats_of, mapping_of
from finsuite.kernel.imports.problems import FileBroken
from finsuite.kernel.imports.words import file_fault

PREVIEW_ROWS = 8
SAMPLES = 3
SIDES = ("before", "after")


def modules_of(member: Membership) -> list[str]:
    """What this member may import."""
    return [module for module, rights in RIGHTS.items() if all(allows(member.role, right) for right in rights)]


def require_some(member: Membership) -> list[str]:
    """What this member may import; refused where that is nothing."""
    found = modules_of(member)
    if not found:
        raise NotPermitted(_("Your role in this organization does not allow this."))
    return found


def imports(member: Membership) -> QuerySet[ImportJob]:
    """The imports of what the member may import, the latest first."""
    rows = ImportJob.objects.of(member.organization).filter(module__in=modules_of(member))
    return rows.select_related("created_by").order_by("-id")


def one_import(member: Membership, import_id: int) -> ImportJob:
    """One of them, or NotFound."""
    job = imports(member).filter(pk=import_id).first()
    if job is None:
        raise NotFound(_("There is no such import."))
    job.organization = member.organization
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
        return formats_of(job, table_of(job.organization, job.module))[1]
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
    """A record of the file as people read of it."""

    line: int
    kind: str
    kind_label: str
    label: str
    record_id: int | None
    outcome: str
    outcome_label: str
    result: str
    result_label: str
    undo: str
    undo_label: str
    changes: Sequence[ShownChange] = field(default_factory=tuple)
    made: Sequence[str] = field(default_factory=tuple)
    reasons: Sequence[str] = field(default_factory=tuple)


def import_rows(job: ImportJob, show: str = "") -> QuerySet[ImportRow]:
    """The import's records in the file's order; `show` narrows them to an outcome, a result or what the undo did."""
    rows = ImportRow.objects.filter(job=job).order_by("line")
    kind, _dash, value = show.partition("-")
    if kind == "outcome" and value in ImportOutcome.values:
        return rows.filter(outcome=value)
    if kind == "result" and value in ImportResult.values:
        return rows.filter(result=value) if value != "refused" else refused_rows(job)
    if kind == "undo" and value in ImportUndo.values:
        return rows.filter(undo=value)
    return rows


def refused_rows(job: ImportJob) -> QuerySet[ImportRow]:
    """The records of the file that came to nothing, in the dry run or in the run."""
    rows = ImportRow.objects.filter(job=job).order_by("line")
    return rows.filter(outcome=ImportOutcome.REFUSE) | rows.filter(result=ImportResult.REFUSED)


def shown(job: ImportJob, rows: Iterable[ImportRow]) -> list[ShownRow]:
    """The records of an import in words."""
    table = table_of(job.organization, job.module)
    return [_shown(row, table.of(row.kind)) for row in rows]


def _shown(row: ImportRow, table: Table) -> ShownRow:
    result = row.result or (ImportResult.REFUSED if row.outcome == ImportOutcome.REFUSE else "")
    return ShownRow(
        line=row.line,
        kind=row.kind,
        kind_label=row.get_kind_display(),
        label=row.label,
        record_id=row.record_id,
        outcome=row.outcome,
        outcome_label=row.get_outcome_display(),
        result=result,
        result_label=str(ImportResult(result).label) if result else "",
        undo=row.undo,
        undo_label=str(ImportUndo(row.undo).label) if row.undo else "",
        changes=tuple(
            ShownChange(table.label(name), *(_text(table, name, change[side]) for side in SIDES))
            for name, change in row.changes.items()
        ),
        made=tuple(_made(one) for one in row.made),
        reasons=reasons(table, row.undo_problems if row.undo else row.problems),
    )


def reasons(table: Table, problems: Iterable[Mapping[str, Any]]) -> list[str]:
    """Why a record was not taken, or not taken back, and what else there is to know, in words."""
    return [row_problem(table, problem) for problem in problems]


def _made(one: Mapping[str, Any]) -> str:
    told = {
        "customer": _("with a new customer: %(name)s"),
        "tax": _("with a new tax: %(name)s"),
        "payment": _("with a payment of %(name)s"),
    }
    is_amount = "currency" in one
    return told[one["kind"]] % {
        "name": formats.amount(Decimal(one["label"]), one["currency"]) if is_amount else one["label"]
    }


def _text(table: Table, name: str, value: Any) -> str:
    """A kept value as people read it."""
    if (own := table.told(name, value)) is not None:
        return own
    if value is None or value == "":
        return ""
    if isinstance(value, dict):
        return str(value["name"])
    kind = table[name].kind if name in table else ""
    if kind == BOOLEAN or isinstance(value, bool):
        return _("yes") if value else _("no")
    if kind == DATE:
        return formats.day(dt.date.fromisoformat(value))
    return formats.number(Decimal(value)) if kind == DECIMAL else str(value)


def unmapped(job: ImportJob) -> list[str]:
    """The columns that will not be imported."""
    mapped = mapping_of(job)
    return [header for column, header in enumerate(job.headers) if column not in mapped and header]


def dry_run_table(job: ImportJob, show: str) -> Iterator[list[str]]:
    """The dry run as a table to download."""
    yield [
        *(_("Line"), _("Kind"), _("Record"), _("Dry run"), _("Result"), _("Undo"), _("Changes"), _("Made besides")),
        _("Reason"),
    ]
    table = table_of(job.organization, job.module)
    for row in import_rows(job, show).iterator(chunk_size=2_000):
        told = _shown(row, table.of(row.kind))
        changes = "; ".join(f"{change.field}: {change.before} → {change.after}" for change in told.changes)
        yield [
            *(str(told.line), told.kind_label, told.label, told.outcome_label, told.result_label, told.undo_label),
            *(changes, "; ".join(told.made), " ".join(told.reasons)),
        ]


def refused_table(job: ImportJob) -> Iterator[list[str]]:
    """The rows of refused records as they stood in the file, after their line and the reason: to mend and import."""
    table = table_of(job.organization, job.module)
    why: dict[int, str] = {}
    for refused in refused_rows(job):
        told = " ".join(reasons(table.of(refused.kind), refused.problems))
        why |= dict.fromkeys([refused.line, *refused.lines], told)
    width = len(job.headers)
    kept = [column for column, header in enumerate(job.headers) if header not in (LINE, REASON)]
    yield [LINE, REASON, *(job.headers[column] for column in kept)]
    rows = rows_of(job)
    next(rows, None)
    for row in rows:
        if row.line in why:
            own = [row.cells[column] for column in kept if column < len(row.cells)]
            yield [str(row.line), why[row.line], *own, *row.cells[width:]]


KIND_PAGES = {
    ImportedKind.CUSTOMER: "customer",
    ImportedKind.VENDOR: "vendor",
    ImportedKind.ITEM: "item",
    ImportedKind.INVOICE: "invoice",
}
