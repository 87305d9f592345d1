"""What every report is: columns, rows and a total. Page, API and files show the same one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

NOTHING = Decimal(0)


class Shape(StrEnum):
    """What the values of a column are."""

    ID = "id"  # of a record, for programs
    TEXT = "text"
    DAY = "day"
    MONTH = "month"  # its first day
    COUNT = "count"
    QUANTITY = "quantity"
    RATE = "rate"  # in percent, as taxes have it
    SHARE = "share"  # of one
    MONEY = "money"  # in base currency
    AMOUNT = "amount"  # in the currency that the row's `currency` names


NUMERIC = (Shape.COUNT, Shape.QUANTITY, Shape.RATE, Shape.SHARE, Shape.MONEY, Shape.AMOUNT)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name on the API, and its heading."""

    name: str
    label: Any
    shape: Shape = Shape.MONEY

    @property
    def is_number(self) -> bool:
        return self.shape in NUMERIC


Row = Mapping[str, Any]
"""Values by column; `kind` says of a row that it is no record: "rest", "none"."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a report found. `drawn` names the columns that its chart shows."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row | None = None
    drawn: tuple[str, ...] = ()
    notes: Sequence[Any] = field(default_factory=tuple)

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def shown(self) -> list[Column]:
        """The columns that people read."""
        return [column for column in self.columns if column.shape is not Shape.ID]


def summed(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Any]:
    """The total of these columns over all rows."""
    return {name: sum((row[name] or NOTHING for row in rows), NOTHING) for name in names}


def fetch(statement: str, bound: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that one statement answers, by column."""
    with connection.cursor() as cursor:
        cursor.execute(statement, bound)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
