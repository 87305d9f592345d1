"""PURE. Criteria as written, checked and understood: a tree of groups, each of which holds for all or any of its parts.

A criterion is {"field": …, "comparator": …, "value": …}; a group is {"all": […]} or {"any": […]}. The whole is a list
of such entries, all of which must hold. What can't be meant is refused at its place: `criteria.2.any.0`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from crm.criteria.fields import LISTED, VALUELESS, FieldKind, FilterField
from crm.criteria.periods import Calendar, Span
from finsuite.kernel.errors import Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.text import fold

MOST_CRITERIA = 25
MOST_VALUES = 200
DEEPEST = 3
ME = "me"
NOBODY = 0  # no record's id


@dataclass(frozen=True)
class Criterion:
    """One comparison, its values read: a list of them for "is one of", a pair for "is between", else one."""

    field: FilterField
    comparator: str
    value: Any = None


@dataclass(frozen=True)
class Group:
    """All of its parts must hold, or any one of them."""

    join: str  # "all" or "any"
    parts: tuple[Group | Criterion, ...]


@dataclass(frozen=True)
class Reading:
    """What the meaning of criteria depends on: the fields there are, the day, and who "me" is."""

    fields: Mapping[str, FilterField]
    calendar: Calendar
    user_id: int | None


def read_tree(criteria: Any, reading: Reading) -> Group:
    """The criteria understood; Refused by place if one can't be."""
    if not isinstance(criteria, (list, tuple)):
        raise _fault("criteria", _not_a_list())
    if _count(criteria) > MOST_CRITERIA:
        raise _fault("criteria", _("There can be at most %(limit)d criteria.") % {"limit": MOST_CRITERIA})
    return Group("all", tuple(_entry(entry, f"criteria.{at}", 1, reading) for at, entry in enumerate(criteria)))


def _entry(entry: Any, place: str, depth: int, reading: Reading) -> Group | Criterion:
    if not isinstance(entry, Mapping):
        raise _fault(place, _not_a_list())
    if "any" in entry or "all" in entry:
        return _group(entry, place, depth, reading)
    return _criterion(entry, place, reading)


def _group(entry: Mapping[str, Any], place: str, depth: int, reading: Reading) -> Group:
    join = "any" if "any" in entry else "all"
    parts = entry[join]
    if len(entry) > 1:
        raise _fault(place, _("A group has “any” or “all”, and nothing else."))
    if depth > DEEPEST:
        raise _fault(place, _("Groups can lie at most %(limit)d deep.") % {"limit": DEEPEST})
    if not isinstance(parts, (list, tuple)) or not parts:
        raise _fault(place, _("A group is a list of at least one criterion."))
    at = f"{place}.{join}"
    return Group(join, tuple(_entry(part, f"{at}.{index}", depth + 1, reading) for index, part in enumerate(parts)))


def _criterion(entry: Mapping[str, Any], place: str, reading: Reading) -> Criterion:
    unknown = sorted(str(name) for name in set(entry) - {"field", "comparator", "value"})
    if unknown:
        raise _fault(place, _("A criterion has no “%(name)s”.") % {"name": unknown[0]})
    field = reading.fields.get(str(entry.get("field")))
    if field is None:
        raise _fault(place, _("There is no field “%(name)s” to filter by.") % {"name": entry.get("field")})
    comparator = entry.get("comparator")
    if comparator not in field.comparators:
        said = _("“%(field)s” can't be compared by “%(comparator)s”.")
        raise _fault(place, said % {"field": field.label, "comparator": comparator})
    if comparator in VALUELESS:
        return Criterion(field, comparator)
    given = entry.get("value")
    try:
        return Criterion(field, comparator, _values(field, comparator, given, reading))
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        raise _fault(place, _value_fault(field, comparator, given)) from None


def _values(field: FilterField, comparator: str, given: Any, reading: Reading) -> Any:
    if comparator in LISTED:
        if not isinstance(given, (list, tuple)) or not 0 < len(given) <= MOST_VALUES:
            raise ValueError
        return [_value(field, part, reading) for part in given]
    if comparator == "between":
        if not isinstance(given, (list, tuple)) or len(given) != 2:
            raise ValueError
        low, high = (_value(field, part, reading) for part in given)
        if (low.start if isinstance(low, Span) else low) > (high.start if isinstance(high, Span) else high):
            raise ValueError
        return low, high
    return _value(field, given, reading)


def _value(field: FilterField, given: Any, reading: Reading) -> Any:
    match field.kind:
        case FieldKind.TEXT | FieldKind.TAGS:
            return _folded(given)
        case FieldKind.NUMBER | FieldKind.MONEY:
            return _number(given)
        case FieldKind.DATE:
            return reading.calendar.span(_day_text(given))
        case FieldKind.MOMENT:
            return reading.calendar.moments(_day_text(given))
        case FieldKind.YES_NO:
            if not isinstance(given, bool):
                raise TypeError
            return given
        case FieldKind.CHOICE:
            if given not in dict(field.options):
                raise ValueError
            return given
        case FieldKind.RECORD:
            return _record(field, given, reading)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\x00" in value or len(value) > 1000:
        raise ValueError
    return value.strip()


def _folded(value: Any) -> str:
    """Without capitals and accents; what nothing is left of can't be looked for."""
    folded = fold(_text(value))
    if not folded:
        raise ValueError
    return folded


def _number(value: Any) -> Decimal:
    if isinstance(value, (bool, float)) or not isinstance(value, (str, int, Decimal)):
        raise TypeError
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise ValueError
    return number


def _day_text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else _text(value)


def _record(field: FilterField, value: Any, reading: Reading) -> int:
    if value == ME and field.target == "users":
        return reading.user_id or NOBODY
    number = read_id(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 2**63:
        raise ValueError
    return number


def _count(entries: Any) -> int:
    """How many criteria there are, however deep; as far as it matters."""
    left, count = [(entries, 0)], 0
    while left and count <= MOST_CRITERIA:
        entry, depth = left.pop()
        if isinstance(entry, Mapping) and not ("any" in entry or "all" in entry):
            count += 1
        elif depth <= 2 * DEEPEST + 2:
            parts = entry.get("any", entry.get("all")) if isinstance(entry, Mapping) else entry
            if isinstance(parts, Sequence) and not isinstance(parts, str):
                left += [(part, depth + 1) for part in parts]
    return count


def _not_a_list() -> str:
    return _("Criteria are a list, each with a field, a comparator and a value, or a group of such.")


def _value_fault(field: FilterField, comparator: str, given: Any) -> str:
    if comparator == "between":
        return _("“%(field)s” is compared with two values, the smaller one first.") % {"field": field.label}
    if given in (None, "", []):
        return _("Say what “%(field)s” is compared with.") % {"field": field.label}
    return _("“%(value)s” is no value for “%(field)s”.") % {"value": given, "field": field.label}


def _fault(place: str, sentence: str) -> Refused:
    return Refused(sentence, code="criteria", fields={place: [sentence]})
