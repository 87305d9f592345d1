"""Criteria turned into a filter: what list views, filters on a page and the sync's scope all speak.

A criterion is {"field": …, "comparator": …, "value": …}. Text is compared without regard to capitals; "contains" and
"starts with" on the indexed text do not regard accents either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.choices import Module
from crm.models import RECORDS
from finsuite.kernel.errors import Refused

MOST_CRITERIA = 25
MOST_VALUES = 200


class FieldKind(StrEnum):
    """How a field's values are compared."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    YES_NO = "yes_no"
    RECORD = "record"
    TAGS = "tags"


COMPARATORS: dict[str, Any] = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "contains": gettext_lazy("contains"),
    "starts_with": gettext_lazy("starts with"),
    "empty": gettext_lazy("is empty"),
    "not_empty": gettext_lazy("is not empty"),
    "gt": gettext_lazy("is more than"),
    "gte": gettext_lazy("is at least"),
    "lt": gettext_lazy("is less than"),
    "lte": gettext_lazy("is at most"),
    "in": gettext_lazy("is one of"),
}

ON_A_DAY: dict[str, Any] = {
    "is": gettext_lazy("is on"),
    "is_not": gettext_lazy("is not on"),
    "gt": gettext_lazy("is after"),
    "gte": gettext_lazy("is on or after"),
    "lt": gettext_lazy("is before"),
    "lte": gettext_lazy("is on or before"),
}

_EMPTY = ("empty", "not_empty")
_ORDER = ("gt", "gte", "lt", "lte")
BY_KIND: dict[FieldKind, tuple[str, ...]] = {
    FieldKind.TEXT: ("is", "is_not", "contains", "starts_with", "in", *_EMPTY),
    FieldKind.NUMBER: ("is", "is_not", *_ORDER, "in", *_EMPTY),
    FieldKind.DATE: ("is", "is_not", *_ORDER, *_EMPTY),
    FieldKind.MOMENT: _ORDER,
    FieldKind.YES_NO: ("is",),
    FieldKind.RECORD: ("is", "is_not", "in", *_EMPTY),
    FieldKind.TAGS: ("contains", *_EMPTY),
}

_DATES = {"created_at": gettext_lazy("Created"), "updated_at": gettext_lazy("Last change")}
_HIDDEN = frozenset({"id", "organization", "name_key", "sort_key", "search_text", "custom"})


@dataclass(frozen=True)
class FilterField:
    """A field that criteria may name."""

    name: str
    label: str
    kind: FieldKind
    nullable: bool

    @property
    def comparators(self) -> tuple[str, ...]:
        known = BY_KIND[self.kind]
        can_be_empty = self.nullable or self.kind in (FieldKind.TEXT, FieldKind.TAGS)
        return known if can_be_empty else tuple(name for name in known if name not in _EMPTY)

    def told(self, comparator: str) -> str:
        """The comparator in words that fit the field."""
        is_day = self.kind in (FieldKind.DATE, FieldKind.MOMENT)
        return str((ON_A_DAY if is_day else {}).get(comparator) or COMPARATORS[comparator])


def filter_fields(module: str) -> dict[str, FilterField]:
    """The fields of a module that criteria may name, by name, in the model's order."""
    columns = sorted(
        (c for c in RECORDS[Module(module)]._meta.concrete_fields if c.name not in _HIDDEN),
        key=lambda c: c.name in _DATES,
    )
    return {
        c.name: FilterField(c.name, str(_DATES.get(c.name, capfirst(str(c.verbose_name)))), _kind_of(c), c.null)
        for c in columns
    }


def criteria_filter(module: str, criteria: Sequence[Mapping[str, Any]]) -> Q:
    """The filter that keeps the records which meet every criterion; Refused by criterion if one can't be understood."""
    if not isinstance(criteria, (list, tuple)) or not all(isinstance(entry, Mapping) for entry in criteria):
        raise _fault(None, _("Criteria are a list, each with a field, a comparator and a value."))
    if len(criteria) > MOST_CRITERIA:
        raise _fault(None, _("There can be at most %(limit)d criteria.") % {"limit": MOST_CRITERIA})
    fields = filter_fields(module)
    kept = Q()
    for position, entry in enumerate(criteria):
        kept &= _criterion(fields, position, entry)
    return kept


def _criterion(fields: Mapping[str, FilterField], position: int, entry: Mapping[str, Any]) -> Q:
    unknown = sorted(set(entry) - {"field", "comparator", "value"})
    if unknown:
        raise _fault(position, _("A criterion has no “%(name)s”.") % {"name": unknown[0]})
    field = fields.get(str(entry.get("field")))
    if field is None:
        raise _fault(position, _("There is no field “%(name)s” to filter by.") % {"name": entry.get("field")})
    comparator = entry.get("comparator")
    if comparator not in field.comparators:
        raise _fault(
            position,
            _("“%(field)s” can't be compared by “%(comparator)s”.") % {"field": field.label, "comparator": comparator},
        )
    if comparator in _EMPTY:
        return _empty(field) if comparator == "empty" else ~_empty(field)
    try:
        return _compared(field, comparator, entry.get("value"))
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        raise _fault(
            position,
            _("“%(value)s” is no value for “%(field)s”.") % {"value": entry.get("value"), "field": field.label},
        ) from None


def _compared(field: FilterField, comparator: str, given: Any) -> Q:
    read = _READERS[field.kind]
    if comparator == "in":
        if not isinstance(given, (list, tuple)) or not 0 < len(given) <= MOST_VALUES:
            raise ValueError
        kept = Q()
        for value in given:
            kept |= _equal(field, read(value))
        return kept
    value = read(given)
    match comparator:
        case "is":
            return _equal(field, value)
        case "is_not":
            return ~_equal(field, value)
        case "contains" if field.kind is FieldKind.TAGS:
            return Q(**{f"{field.name}__contains": [value]})
        case "contains":
            return Q(**{f"{field.name}__icontains": value})
        case "starts_with":
            return Q(**{f"{field.name}__istartswith": value})
    return Q(**{f"{field.name}__{comparator}": value})


def _equal(field: FilterField, value: Any) -> Q:
    if field.kind is FieldKind.TEXT:
        return Q(**{f"{field.name}__iexact": value})
    return Q(**{field.name: value})


def _empty(field: FilterField) -> Q:
    if field.nullable:
        return Q(**{f"{field.name}__isnull": True})
    return Q(**{field.name: [] if field.kind is FieldKind.TAGS else ""})


def _kind_of(column: models.Field[Any, Any]) -> FieldKind:
    match column:
        case models.ForeignKey():
            return FieldKind.RECORD
        case models.BooleanField():
            return FieldKind.YES_NO
        case models.IntegerField() | models.DecimalField():
            return FieldKind.NUMBER
        case models.DateTimeField():
            return FieldKind.MOMENT
        case models.DateField():
            return FieldKind.DATE
        case models.CharField() | models.TextField():
            return FieldKind.TEXT
    return FieldKind.TAGS


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\x00" in value or len(value) > 1000:
        raise ValueError
    return value.strip()


def _number(value: Any) -> Decimal:
    if isinstance(value, (bool, float)) or not isinstance(value, (str, int, Decimal)):
        raise TypeError
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise ValueError
    return number


def _day(value: Any) -> date:
    day = value if isinstance(value, date) else parse_date(_text(value))
    if day is None:
        raise ValueError
    return day


def _moment(value: Any) -> datetime:
    if isinstance(value, str) and (day := parse_date(value.strip())) is not None:
        return timezone.make_aware(datetime.combine(day, time.min))
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _record(value: Any) -> int:
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 2**63:
        raise ValueError
    return number


_READERS: dict[FieldKind, Callable[[Any], Any]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _day,
    FieldKind.MOMENT: _moment,
    FieldKind.YES_NO: _yes_no,
    FieldKind.RECORD: _record,
    FieldKind.TAGS: _text,
}


def _fault(position: int | None, sentence: str) -> Refused:
    name = "criteria" if position is None else f"criteria.{position}"
    return Refused(sentence, code="criteria", fields={name: [sentence]})
