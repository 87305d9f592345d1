"""Criteria met or not, told record by record in plain Python: slowly, and by other means than the query."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crm.criteria.periods import Calendar
from finsuite.kernel.text import fold

USERS = ("owner",)


def meets(record: Any, criteria: Any, calendar: Calendar, me: int | None) -> bool:
    """Does the record meet every entry?"""
    return all(_holds(record, entry, calendar, me) for entry in criteria)


def _holds(record: Any, entry: dict[str, Any], calendar: Calendar, me: int | None) -> bool:
    if "any" in entry:
        return any(_holds(record, part, calendar, me) for part in entry["any"])
    if "all" in entry:
        return meets(record, entry["all"], calendar, me)
    name, comparator, asked = entry["field"], entry["comparator"], entry.get("value")
    held = getattr(record, f"{name}_id") if hasattr(record, f"{name}_id") else getattr(record, name)
    opposite = {"is_not": "is", "not_contains": "contains", "not_in": "in", "not_empty": "empty"}.get(comparator)
    if opposite:
        return not _compare(held, opposite, asked, calendar, me)
    return _compare(held, comparator, asked, calendar, me)


def _compare(held: Any, comparator: str, asked: Any, calendar: Calendar, me: int | None) -> bool:
    if comparator == "empty":
        return held in (None, "", [])
    if held in (None, "", []):
        return False
    if isinstance(held, list):
        wanted = {fold(tag) for tag in (asked if comparator == "in" else [asked])}
        return bool(wanted & {fold(tag) for tag in held})
    if isinstance(held, (date, datetime)):
        return _in_time(held, comparator, asked, calendar)
    if isinstance(held, str):
        return _text(fold(held), comparator, asked)
    return _value(held, comparator, asked, me)


def _text(held: str, comparator: str, asked: Any) -> bool:
    match comparator:
        case "is":
            return held == fold(asked)
        case "in":
            return any(held == fold(part) for part in asked)
        case "contains":
            return fold(asked) in held
        case "starts_with":
            return held.startswith(fold(asked))
    return held.endswith(fold(asked))


def _value(held: Any, comparator: str, asked: Any, me: int | None) -> bool:
    if isinstance(held, bool):
        return held is asked
    if comparator == "between":
        return Decimal(asked[0]) <= held <= Decimal(asked[1])
    parts = [me if part == "me" else Decimal(part) for part in (asked if comparator == "in" else [asked])]
    if comparator in ("is", "in"):
        return held in parts
    ordered = Decimal(parts[0])
    return {"gt": held > ordered, "gte": held >= ordered, "lt": held < ordered, "lte": held <= ordered}[comparator]


def _in_time(held: Any, comparator: str, asked: Any, calendar: Calendar) -> bool:
    day = held.astimezone(calendar.zone).date() if isinstance(held, datetime) else held
    spans = [calendar.span(part) for part in (asked if comparator == "between" else [asked])]
    first, after = spans[0].start, spans[-1].end
    if comparator in ("is", "between"):
        return first <= day < after
    return {"gt": day >= after, "gte": day >= first, "lt": day < first, "lte": day < after}[comparator]
