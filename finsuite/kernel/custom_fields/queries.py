"""Finding and sorting records by their custom values, through the index that the database keeps of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from finsuite.kernel.custom_fields.kinds import DAYS, NUMBERS, FieldDefinition, Kind
from finsuite.kernel.custom_fields.tables import LONGEST_INDEXED, ValueRow
from finsuite.kernel.text import fold

_EPOCH = dt.date(1970, 1, 1)
_START = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LOOKUPS = {"equal": "exact", "among": "in", "starts_with": "startswith", "ends_with": "endswith"}


@dataclass(frozen=True)
class Matching:
    """The filters on one field: (operation, value) → the filter of the records it holds for, never NULL.

    Operations: equal, among, contains, starts_with, ends_with, gt, gte, lt, lte, empty. Text regards neither capitals
    nor accents.
    """

    values: type[ValueRow]
    field: FieldDefinition

    def __call__(self, operation: str, value: Any) -> Q:
        kind = self.field.kind
        if operation == "empty":
            return ~self._held(Q())
        if kind == Kind.YES_NO:
            ticked = self._held(Q(number=1))
            return ticked if value else ~ticked
        lookup = _LOOKUPS.get(operation, operation)
        if kind in NUMBERS | DAYS:
            told = [number_of(one) for one in value] if operation == "among" else number_of(value)
            return self._held(Q(**{f"number__{lookup}": told}))
        if kind in (Kind.CHOICE, Kind.CHOICES):
            return self._held(Q(**{f"key__{lookup}": value}))
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


def number_of(value: Any) -> Decimal | int:
    """A number, a day or a moment as the index compares it."""
    if isinstance(value, dt.datetime):
        return Decimal(str((value - _START) // dt.timedelta(microseconds=1))) / 1_000_000
    if isinstance(value, dt.date):
        return (value - _EPOCH).days
    return value if isinstance(value, Decimal) else int(value)


def sorted_by(values: type[ValueRow], field: FieldDefinition) -> Subquery:
    """What records are sorted by: texts as they are searched, choices in their own order."""
    rows = _rows_of(values, field).filter(record_id=OuterRef("pk"))
    if field.kind == Kind.CHOICE:
        places = [When(key=key, then=Value(place)) for place, key in enumerate(field.options)]
        rows = rows.annotate(place=Case(*places, default=Value(len(places)), output_field=IntegerField()))
        return Subquery(rows.values("place")[:1])
    return Subquery(rows.values("number" if field.kind in _NUMBERED else "key")[:1])


def sort_column(field: FieldDefinition) -> str:
    """The name of the column that a list sorted by the field is given."""
    return f"sorted_{field.name}"


_NUMBERED = NUMBERS | DAYS | {Kind.YES_NO}


def _rows_of(values: type[ValueRow], field: FieldDefinition) -> QuerySet[Any]:
    manager: Any = values._default_manager  # its `field` is named by the app's own table
    rows: QuerySet[Any] = manager.filter(field_id=field.pk)
    return rows
