"""A report beside the same one of an earlier period: what each row was then, and how it has changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import pgettext_lazy

from finance.selectors.reports.asking import Asked
from finance.selectors.reports.shapes import NOTHING, NUMERIC, Column, Report, Row, Shape

COLUMNS = (
    Column("before", pgettext_lazy("figure of an earlier period", "Before")),
    Column("change", pgettext_lazy("by which part a figure has grown", "Change"), Shape.SHARE),
)

Find = Callable[[Asked], Report]
Key = Callable[[Asked, Row], Hashable]
"""By what a row of one period is the same as a row of the other."""


def by(name: str) -> Key:
    """Rows are the same that have the same value there; of rows that are no records, those of one kind."""
    return lambda _asked, row: row.get("kind") or row[name]


def comparable(
    find: Find, *, figure: str, key: Key, told: Callable[[Asked, Hashable, Row], Row] = lambda _asked, _key, row: row
) -> Find:
    """The report, with what its `figure` was before where that is asked for: twice its statements then.

    `told` says of a row of the earlier period what it is in this one.
    """

    def compared(asked: Asked) -> Report:
        report = find(asked)
        if asked.compared is None:
            return report
        then = replace(asked, span=asked.compared)
        earlier = find(then)
        before = {key(then, row): row for row in earlier.rows}
        rows = [_beside(row, figure, before.pop(key(asked, row), {})) for row in report.rows]
        gone = [_beside(_emptied(told(asked, same, row), report.columns), figure, row) for same, row in before.items()]
        return replace(
            report,
            columns=[*report.columns, *COLUMNS],
            rows=list(_in_order(rows, gone)),
            total=_beside(report.total or {}, figure, earlier.total or {}),
            drawn=(*report.drawn, "before"),
            notes=report.notes or earlier.notes,
        )

    return compared


def _beside(row: Row, figure: str, earlier: Row) -> dict[str, Any]:
    """The row with what it was before, and by which part of that it has changed; None where it was nothing."""
    before: Decimal = earlier.get(figure) or NOTHING
    change = (row[figure] - before) / abs(before) if before else None
    return {**row, "before": before, "change": change}


def _emptied(row: Row, columns: Any) -> Mapping[str, Any]:
    """A row of which nothing is left."""
    zeros = {column.name: _zero(column) for column in columns if column.shape in NUMERIC}
    return {**row, **zeros}


def _zero(column: Column) -> Any:
    if column.shape is Shape.COUNT:
        return 0
    return NOTHING if column.shape is Shape.MONEY and column.name != "average" else None


def _in_order(rows: list[dict[str, Any]], gone: list[dict[str, Any]]) -> Iterator[Row]:
    """The records first, those of before behind those of now; months in their order; what is no record last."""
    records = [row for row in (*rows, *gone) if not row.get("kind")]
    if any("month" in row for row in records):
        records.sort(key=lambda row: row["month"])
    yield from records
    yield from (row for row in (*rows, *gone) if row.get("kind") == "none")
    yield from (row for row in (*rows, *gone) if row.get("kind") == "rest")
