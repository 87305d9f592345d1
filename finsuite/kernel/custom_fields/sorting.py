"""A list in the order of one custom field, read page by page from the index of values.

Records that have no value come last both ways; an unticked box is a no, and comes before the ticked ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from finsuite.kernel.custom_fields.kinds import FieldDefinition, Kind
from finsuite.kernel.custom_fields.queries import compared, sort_column, sorted_by
from finsuite.kernel.custom_fields.tables import ValueRow
from finsuite.kernel.ids import read_id

_MARK = re.compile(r"([0-9]{1,19})(?:!|~(.*))", re.DOTALL)
_BEYOND_NUMBERS = Decimal(10) ** 19


@dataclass(frozen=True)
class Mark:
    """How far a list was read: the last record, and its value; None where it has none."""

    pk: int
    value: Any = None


@dataclass(frozen=True, kw_only=True)
class Sorting:
    """One custom field that a list is sorted by, up or down; among equals the first made first, or last."""

    values: type[ValueRow]
    field: FieldDefinition
    is_falling: bool

    def ordered(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """All of the rows, in one statement: for whoever reads them to the end."""
        column = sort_column(self.field)
        rows = found.annotate(**{column: sorted_by(self.values, self.field)})
        nulls = {"nulls_last": True} if self._empty_last else {"nulls_first": True}
        order = F(column).desc(**nulls) if self.is_falling else F(column).asc(**nulls)
        sorted_rows: QuerySet[Any] = rows.order_by(order, f"{self._minus}pk")
        return sorted_rows

    def slice_of(self, found: QuerySet[Any], *, after: str, size: int) -> tuple[list[Any], str]:
        """The next so many rows after the mark, and the mark to go on from ("" at the end).

        Two statements, and a third where those that have a value end. A mark that is none of ours is as if absent.
        """
        marks = list(self._marks(found, self._read(after), size + 1))
        rows = found.in_bulk([mark.pk for mark in marks[:size]])
        told = _told(marks[size - 1]) if len(marks) > size else ""
        return [rows[mark.pk] for mark in marks[:size] if mark.pk in rows], told

    def _marks(self, found: QuerySet[Any], mark: Mark | None, most: int) -> Iterator[Mark]:
        """The next records with their values: of those that have one, then of the others, or the other way round."""
        parts = [self._held, self._empty] if self._empty_last else [self._empty, self._held]
        if mark is not None and (mark.value is None) == (parts[1] == self._empty):
            parts = parts[1:]
        for part in parts:
            read = [Mark(*row) for row in part(found, mark)[:most]]
            yield from read
            most -= len(read)
            mark = None
            if not most:
                return

    def _held(self, found: QuerySet[Any], mark: Mark | None) -> QuerySet[Any, Any]:
        rows, column = compared(self.values, self.field)
        rows = rows.filter(**{f"{column}__isnull": False}, record_id__in=found.order_by().values("pk"))
        if mark is not None:
            tied = Q(**{column: mark.value, f"record_id__{self._past}": mark.pk})
            beyond = tied | Q(**{f"{column}__{self._past}": mark.value})
            # The second condition says the same once more, in a form that the index can start from.
            rows = rows.filter(beyond, **{f"{column}__{self._past}e": mark.value})
        rows = rows.order_by(f"{self._minus}{column}", f"{self._minus}record_id")
        return rows.values_list("record_id", column)

    def _empty(self, found: QuerySet[Any], mark: Mark | None) -> QuerySet[Any, Any]:
        held, _column = compared(self.values, self.field)
        rows = found.filter(~Exists(held.filter(record_id=OuterRef("pk"))))
        if mark is not None:
            rows = rows.filter(**{f"pk__{self._past}": mark.pk})
        return rows.order_by(f"{self._minus}pk").values_list("pk")

    @property
    def _empty_last(self) -> bool:
        return self.is_falling or self.field.kind != Kind.YES_NO

    @property
    def _minus(self) -> str:
        return "-" if self.is_falling else ""

    @property
    def _past(self) -> str:
        return "lt" if self.is_falling else "gt"

    def _read(self, after: str) -> Mark | None:
        found = _MARK.fullmatch(after)
        pk = read_id(found[1]) if found else None
        if found is None or pk is None:
            return None
        if found[2] is None:
            return Mark(pk)
        _rows, column = compared(self.values, self.field)
        if column == "key":
            return Mark(pk, found[2].replace("\x00", ""))
        try:
            value = Decimal(found[2])
        except InvalidOperation:
            return None
        return Mark(pk, value) if value.is_finite() and abs(value) < _BEYOND_NUMBERS else None


def _told(mark: Mark) -> str:
    return f"{mark.pk}!" if mark.value is None else f"{mark.pk}~{mark.value}"
