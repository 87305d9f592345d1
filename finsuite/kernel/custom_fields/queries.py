"""Finding and sorting records by their custom values, through the index that the database keeps of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from finsuite.kernel.custom_fields.kinds import DAYS, NUMBERS, FieldDefinition, Kind
from finsuite.kernel.custom_fields.tables import LONGEST_INDEXED, ValueRow
from finsuite.kernel.text import fold

FEW = 1_000
_EPOCH = dt.date(1970, 1, 1)
_START = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LOOKUPS = {"equal": "exact", "among": "in", "starts_with": "startswith", "ends_with": "endswith"}


@dataclass(frozen=True)
class Matching:
    """The filters on one field: (operation, value) → the filter of the records it holds for, never NULL.

    Operations: equal, among, contains, starts_with, ends_with, gt, gte, lt, lte, within, empty. Text regards neither
    capitals nor accents. One on numbers, days, boxes or choices asks the database one question as it is made.
    """

    values: type[ValueRow]
    field: FieldDefinition

    def __call__(self, operation: str, value: Any) -> Q:
        kind = self.field.kind
        if operation == "empty":
            return ~self._held(Q())
        if kind == Kind.YES_NO:
            ticked = self._held_along("number", Q(number=1))
            return ticked if value else ~ticked
        if kind in NUMBERS | DAYS:
            bounds = value if operation == "within" else [(operation, value)]
            return self._held_along("number", reduce(and_, (_numbered(*bound) for bound in bounds)))
        lookup = _LOOKUPS.get(operation, operation)
        if kind in (Kind.CHOICE, Kind.CHOICES):
            return self._held_along("key", Q(**{f"key__{lookup}": value}))
        return self._held(self._text(lookup, [fold(one) for one in value] if operation == "among" else fold(value)))

    def _text(self, lookup: str, value: Any) -> Q:
        if self.field.kind != Kind.LONG_TEXT:
            return Q(**{f"key__{lookup}": value})
        whole = Q(**{f"body__{lookup}": value})
        if lookup == "exact":
            return Q(key=value[:LONGEST_INDEXED]) & whole
        return whole

    def _held(self, condition: Q) -> Q:
        rows = _rows_of(self.values, self.field).filter(condition)
        return Q(pk__in=rows.values("record_id"))

    def _held_along(self, column: str, condition: Q) -> Q:
        """The same for what the index on this column reads in one go: where few hold it, they are read first.

        PostgreSQL's statistics take all fields' values together, so it can believe that half of the records match where
        none does, and then walks the whole list in its order to find a page of them. So it isn't left to guess: the
        index is read as far as one entry more than are few.
        """
        rows = _rows_of(self.values, self.field).filter(condition)
        if rows.order_by(column)[FEW : FEW + 1].exists():
            return Q(pk__in=rows.values("record_id"))
        return Q(pk__in=_ReadFirst(rows.values("record_id")))


class _ReadFirst(Subquery):
    """Ids that are read before the rest is planned around them: PostgreSQL takes a list for ten, and looks each up.

    However many they have become meanwhile, the answer is right.
    """

    template = "(SELECT unnest(ARRAY(%(subquery)s)))"


def _numbered(operation: str, value: Any) -> Q:
    told = [number_of(one) for one in value] if operation == "among" else number_of(value)
    return Q(**{f"number__{_LOOKUPS.get(operation, operation)}": told})


def number_of(value: Any) -> Decimal | int:
    """A number, a day or a moment as the index compares it."""
    if isinstance(value, dt.datetime):
        return Decimal(str((value - _START) // dt.timedelta(microseconds=1))) / 1_000_000
    if isinstance(value, dt.date):
        return (value - _EPOCH).days
    return value if isinstance(value, Decimal) else int(value)


def sorted_by(values: type[ValueRow], field: FieldDefinition) -> Subquery:
    """What records are sorted by: texts as they are searched, choices in their own order."""
    rows, column = compared(values, field)
    return Subquery(rows.filter(record_id=OuterRef("pk")).values(column)[:1])


def compared(values: type[ValueRow], field: FieldDefinition) -> tuple[QuerySet[Any], str]:
    """The values of a field, and the column that they are sorted by."""
    rows = _rows_of(values, field)
    if field.kind == Kind.CHOICE:
        places = [When(key=key, then=Value(place)) for place, key in enumerate(field.options)]
        return rows.annotate(place=Case(*places, default=Value(len(places)), output_field=IntegerField())), "place"
    return rows, "number" if field.kind in _NUMBERED else "key"


def sort_column(field: FieldDefinition) -> str:
    """The name of the column that a list sorted by the field is given."""
    return f"sorted_{field.name}"


_NUMBERED = NUMBERS | DAYS | {Kind.YES_NO}


def _rows_of(values: type[ValueRow], field: FieldDefinition) -> QuerySet[Any]:
    manager: Any = values._default_manager  # its `field` is named by the app's own table
    rows: QuerySet[Any] = manager.filter(field_id=field.pk)
    return rows
