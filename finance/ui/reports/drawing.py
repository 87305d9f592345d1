"""The chart of a report: the same figures as its table, the largest of them where there are many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from finance.selectors.reports.asking import Asked
from finance.selectors.reports.catalogue import Definition
from finance.selectors.reports.shapes import Report, Shape
from finsuite.kernel import formats
from finsuite.kernel.charts import Bars, Chart, Series

MOST_BARS = 10
MOST_MONTHS = 120


def columns_of(definition: Definition, report: Report, asked: Asked) -> Chart | None:
    """Months side by side; None for a report of something else."""
    if not report.drawn or report.columns[0].shape is not Shape.MONTH:
        return None
    rows = list(report.rows)[-MOST_MONTHS:]
    labels = {column.name: str(column.label) for column in report.columns}
    return Chart(
        _title(definition, asked),
        _months([row["month"] for row in rows]),
        [Series(labels[name], [float(row[name]) for row in rows]) for name in report.drawn],
        write=_written(asked),
        is_tabled=False,
    )


def _months(months: list[date]) -> list[str]:
    """What stands below the columns: the year only where there are several."""
    is_one_year = len({month.year for month in months}) == 1
    return [formats.month_name(month) if is_one_year else formats.short_month(month) for month in months]


def bars_of(definition: Definition, report: Report, asked: Asked) -> Bars | None:
    """Bars across, one below another: the rows, or the columns of the total where the report compares these."""
    if not report.drawn or report.columns[0].shape is Shape.MONTH:
        return None
    drawn = [name for name in report.drawn if name != "before"]  # what was before, the table tells
    found = _of_total(report, drawn) if len(drawn) > 2 else _of_rows(report, drawn)
    if not any(value for _label, value in found):
        return None
    labels, values = zip(*found, strict=True)
    title = _title(definition, asked)
    if len(found) == MOST_BARS and len(report.rows) * len(drawn) > MOST_BARS:
        title = _("%(title)s: the largest %(count)d") % {"title": title, "count": MOST_BARS}
    return Bars(title, labels, values, write=_written(asked))


def _of_total(report: Report, drawn: list[str]) -> list[tuple[str, float]]:
    labels = {column.name: str(column.label) for column in report.columns}
    total: Any = report.total
    return [(labels[name], float(total[name])) for name in drawn]


def _of_rows(report: Report, drawn: list[str]) -> list[tuple[str, float]]:
    labels = {column.name: str(column.label) for column in report.columns}
    several = len(drawn) > 1
    found = [
        (f"{row['name']} · {labels[name]}" if several else str(row["name"]), float(row[name]))
        for row in report.rows
        for name in drawn
        if row[name]
    ]
    largest = sorted(range(len(found)), key=lambda place: -abs(found[place][1]))[:MOST_BARS]
    return [found[place] for place in sorted(largest)]


def _title(definition: Definition, asked: Asked) -> str:
    told = {"title": str(definition.title), "currency": asked.base}
    return _("%(title)s, in %(currency)s") % told


def _written(asked: Asked) -> Callable[[float], str]:
    return lambda figure: formats.compact(figure, asked.base)
