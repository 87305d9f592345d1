"""When a document is due. No database, no clock."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from finance.choices import TermKind


def due_date(kind: str, days: int, day: date) -> date:
    """The day that a document of this day is to be paid by."""
    match TermKind(kind):
        case TermKind.RECEIPT:
            return day
        case TermKind.DAYS:
            return day + timedelta(days=days)
        case TermKind.END_OF_MONTH:
            return _end_of(day.year, day.month)
        case TermKind.END_OF_NEXT_MONTH:
            return _end_of(day.year + day.month // 12, day.month % 12 + 1)


def _end_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
