"""Stretches of days as accountants name them: this month, the last quarter, the fiscal year. PURE."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {"month": 1, "quarter": 3, "year": 12}
NAMES = ("this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year")


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, both included."""

    since: date
    to: date

    def months(self) -> Iterator[date]:
        """The first day of each month that the span touches."""
        first = self.since.replace(day=1)
        while first <= self.to:
            yield first
            if (first.year, first.month) == (date.max.year, date.max.month):
                return
            first = month_on(first, 1)

    def month(self, first: date) -> Span:
        """The days of the span that lie in the month of this first day."""
        last = first.replace(day=monthrange(first.year, first.month)[1])
        return Span(max(first, self.since), min(last, self.to))

    def before(self) -> Span:
        """The days just before: as many whole months where this is whole months, else as many days.

        Raises ValueError or OverflowError where the calendar has none.
        """
        if self.since.day == 1 and _ends_month(self.to):
            return Span(month_on(self.since, -self.month_count), self.since - timedelta(days=1))
        return Span(self.since - (self.to - self.since + timedelta(days=1)), self.since - timedelta(days=1))

    def year_before(self) -> Span:
        """The same days a year before; the end of February stays its end."""
        return Span(_year_before(self.since), _year_before(self.to))

    @property
    def month_count(self) -> int:
        """How many months the span touches."""
        return (self.to.year - self.since.year) * 12 + self.to.month - self.since.month + 1


def named(name: str, today: date, fiscal_start: int) -> Span:
    """The span of this name, as seen on this day. Quarters and years are those of the fiscal year, by its first month.

    On 2026-11-22, with a fiscal year from April, `this_year` is 2026-04-01 to 2027-03-31, and `last_quarter` 2026-07-01
    to 2026-09-30.
    """
    which, _underscore, unit = name.partition("_")
    length = MONTHS[unit]
    into_year = (today.month - fiscal_start) % 12
    first = month_on(today.replace(day=1), -(into_year % length))
    if which == "last":
        first = month_on(first, -length)
    return Span(first, month_on(first, length) - timedelta(days=1))


def _ends_month(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]


def _year_before(day: date) -> date:
    last = monthrange(day.year - 1, day.month)[1]
    is_end = day.month == 2 and _ends_month(day)
    return day.replace(year=day.year - 1, day=last if is_end else day.day)


def month_on(first: date, count: int) -> date:
    """The first of the month so many months after (below zero: before) the first of this one."""
    place = first.year * 12 + first.month - 1 + count
    return date(place // 12, place % 12 + 1, 1)
