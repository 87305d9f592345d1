"""Sales by month: what was invoiced in each, less what was credited in it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from finance.periods import Span, month_on
from finance.selectors.reports.asking import Asked
from finance.selectors.reports.sales import COUNTED, COUNTS, MONEY, SUMS, sold_by, total_of
from finance.selectors.reports.shapes import NOTHING, Column, Report, Row, Shape

MOST_EMPTY = 60  # months; in a longer period, those in which nothing happened are left out

COLUMNS = (Column("month", _("Month"), Shape.MONTH), *COUNTED, *MONEY)


def sales_by_month(asked: Asked) -> Report:
    """The months of the period in order, the empty ones too where they are few. One statement."""
    rows = sold_by(asked, "date_trunc('month', d.date)::date", order="1")
    found: dict[object, Row] = {row["key"]: {**row, "month": row["key"]} for row in rows}
    nothing = {**dict.fromkeys(COUNTS, 0), **dict.fromkeys(SUMS, NOTHING)}
    is_filled = (found or asked.compared) and asked.span.month_count <= MOST_EMPTY
    months = asked.span.months() if is_filled else found
    told = [found.get(month) or {**nothing, "month": month} for month in months]
    return Report(columns=COLUMNS, rows=told, total={"month": _("Total"), **total_of(rows)}, drawn=("net",))


def place_of(asked: Asked, row: Row) -> int:
    """Which month of its period a row is: the same one of another period is compared with it."""
    return Span(asked.span.since, row["month"]).month_count - 1


def month_at(asked: Asked, place: object, row: Row) -> Row:
    """A row of another period as the same month of this one."""
    return {**row, "month": month_on(asked.span.since.replace(day=1), place)}  # type: ignore[arg-type]
