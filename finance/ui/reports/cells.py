"""A report's values as people read them, and as files hold them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from finance.selectors.reports.shapes import Column, Report, Row, Shape
from finance.ui.reports.links import Links
from finsuite.kernel import formats
from finsuite.kernel.money import trimmed

CURRENCY = _("Currency")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, and where it leads."""

    text: str
    url: str
    is_number: bool
    is_faint: bool  # zero, or nothing


def cells(columns: Sequence[Column], row: Row, base: str, links: Links) -> list[Cell]:
    """A row as the page shows it."""
    return [_cell(column, row, base, links.get(column.name, "")) for column in columns]


def _cell(column: Column, row: Row, base: str, url: str) -> Cell:
    is_nothing = not row.get(column.name)
    return Cell(written(column, row, base), "" if is_nothing else url, column.is_number, is_nothing)


def written(column: Column, row: Row, base: str) -> str:
    """A value as its reader writes it; nothing where there is none."""
    value = row.get(column.name)
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        return formats.month(value) if column.shape is Shape.MONTH else formats.day(value)
    if not isinstance(value, (int, Decimal)):
        return str(value)
    if column.shape is Shape.AMOUNT:
        return formats.amount(value, row["currency"])
    if column.shape is Shape.MONEY:
        return formats.amount(value, base)
    if column.shape is Shape.SHARE:
        return formats.percent(value)
    if column.shape is Shape.RATE:
        return formats.rate(Decimal(value))
    if column.shape is Shape.QUANTITY:
        return formats.exact(Decimal(value))
    return formats.number(value)


def file_rows(report: Report, base: str) -> Iterator[list[Any]]:
    """The report as a file: headings, rows, the total. Numbers stay numbers, and say which currency they are in."""
    columns = list(_with_currency(report.shown))
    yield [_heading(column, base) for column in columns]
    for row in [*report.rows, *([report.total] if report.total else [])]:
        yield [_filed(column, row, base) for column in columns]


def _with_currency(columns: Sequence[Column]) -> Iterator[Column]:
    """The columns, with one that names the currency before the first amount that isn't in base currency."""
    told = False
    for column in columns:
        if column.shape is Shape.AMOUNT and not told:
            told = True
            yield Column("currency", CURRENCY, Shape.TEXT)
        yield column


def _heading(column: Column, base: str) -> str:
    return f"{column.label} ({base})" if column.shape is Shape.MONEY else str(column.label)


def _filed(column: Column, row: Row, base: str) -> Any:
    value = row.get(column.name)
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%Y-%m}" if column.shape is Shape.MONTH else value
    if column.shape is Shape.MONEY:
        return trimmed(Decimal(value), base)
    if column.shape is Shape.AMOUNT:
        return trimmed(Decimal(value), row["currency"])
    if column.shape is Shape.SHARE:
        return _plain(round(Decimal(value), 4))
    if column.shape in (Shape.QUANTITY, Shape.RATE):
        return _plain(Decimal(value))
    return value if isinstance(value, int) else str(value)


def _plain(value: Decimal) -> Decimal:
    """The number without zeros at its end, and without an exponent."""
    short = value.normalize()
    return short if short.as_tuple().exponent < 0 else value.quantize(Decimal(1))  # type: ignore[operator]
