"""PURE. Days and stretches of days, given by date or relative to today: "today", "this_quarter", "last_30_days".

Every one of them is a span from its first day up to, and without, the day after its last. So "is" means within the
span, "before" means before its start, "after" means from its end on, whether it is one day or a whole year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy, pgettext_lazy

MOST_DAYS = 3660

PERIODS: dict[str, Any] = {
    "today": gettext_lazy("today"),
    "yesterday": gettext_lazy("yesterday"),
    "tomorrow": gettext_lazy("tomorrow"),
    "this_week": gettext_lazy("this week"),
    "last_week": gettext_lazy("last week"),
    "next_week": gettext_lazy("next week"),
    "this_month": gettext_lazy("this month"),
    "last_month": gettext_lazy("last month"),
    "next_month": gettext_lazy("next month"),
    "this_quarter": gettext_lazy("this quarter"),
    "last_quarter": gettext_lazy("last quarter"),
    "next_quarter": gettext_lazy("next quarter"),
    "this_year": pgettext_lazy("the organization's fiscal year", "this year"),
    "last_year": pgettext_lazy("the organization's fiscal year", "last year"),
    "next_year": pgettext_lazy("the organization's fiscal year", "next year"),
}

_DAYS = re.compile(r"(last|next)_([1-9][0-9]{0,3})_days")
_STEPS = {"last": -1, "this": 0, "next": 1}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Span:
    """From `start` up to, and without, `end`."""

    start: Any
    end: Any


@dataclass(frozen=True)
class Calendar:
    """What day it is for the organization, and when its years begin."""

    today: date
    zone: ZoneInfo
    fiscal_start: int = 1

    def span(self, text: str) -> Span:
        """The days that a date or a relative period means; ValueError where it means none."""
        if text in PERIODS:
            return self._period(text)
        if found := _DAYS.fullmatch(text):
            return self._days(found[1], int(found[2]))
        day = parse_date(text)
        if day is None:
            raise ValueError(text)
        return Span(day, day + timedelta(days=1))

    def moments(self, text: str) -> Span:
        """The same in time: from midnight to midnight where the organization is. A given moment is itself alone."""
        try:
            days = self.span(text)
        except ValueError:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
            return Span(moment, moment + timedelta(microseconds=1))
        return Span(self._midnight(days.start), self._midnight(days.end))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone)

    def _period(self, name: str) -> Span:
        if name in ("today", "yesterday", "tomorrow"):
            first = self.today + timedelta(days={"yesterday": -1, "today": 0, "tomorrow": 1}[name])
            return Span(first, first + timedelta(days=1))
        which, unit = name.split("_")
        step = _STEPS[which]
        if unit == "week":
            monday = self.today + timedelta(weeks=step, days=-self.today.weekday())
            return Span(monday, monday + timedelta(weeks=1))
        return self._months(_MONTHS[unit], step)

    def _months(self, length: int, step: int) -> Span:
        """The stretch of `length` months that today lies in, moved on by `step`, as the fiscal year counts them."""
        month = self.today.year * 12 + self.today.month - 1
        offset = (self.fiscal_start - 1) % length
        first = (month - offset) // length * length + offset + step * length
        return Span(_first_of(first), _first_of(first + length))

    def _days(self, which: str, count: int) -> Span:
        """Today is the last of the last days, and the first of the next ones."""
        if count > MOST_DAYS:
            raise ValueError(count)
        if which == "last":
            return Span(self.today - timedelta(days=count - 1), self.today + timedelta(days=1))
        return Span(self.today, self.today + timedelta(days=count))


def days_of(text: str) -> tuple[str, int] | None:
    """ "last" or "next" and the number, of a period like `last_30_days`."""
    found = _DAYS.fullmatch(text)
    return (found[1], int(found[2])) if found else None


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
