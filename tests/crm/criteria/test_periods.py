"""What "this quarter" and the like mean: a table a day, worked by hand."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.criteria.periods import PERIODS, Calendar

PARIS = ZoneInfo("Europe/Paris")
SATURDAY = date(2026, 11, 21)

CALENDAR_YEAR = {
    "today": ("2026-11-21", "2026-11-22"),
    "yesterday": ("2026-11-20", "2026-11-21"),
    "tomorrow": ("2026-11-22", "2026-11-23"),
    "this_week": ("2026-11-16", "2026-11-23"),
    "last_week": ("2026-11-09", "2026-11-16"),
    "next_week": ("2026-11-23", "2026-11-30"),
    "this_month": ("2026-11-01", "2026-12-01"),
    "last_month": ("2026-10-01", "2026-11-01"),
    "next_month": ("2026-12-01", "2027-01-01"),
    "this_quarter": ("2026-10-01", "2027-01-01"),
    "last_quarter": ("2026-07-01", "2026-10-01"),
    "next_quarter": ("2027-01-01", "2027-04-01"),
    "this_year": ("2026-01-01", "2027-01-01"),
    "last_year": ("2025-01-01", "2026-01-01"),
    "next_year": ("2027-01-01", "2028-01-01"),
}
FROM_APRIL = {
    "this_year": ("2026-04-01", "2027-04-01"),
    "last_year": ("2025-04-01", "2026-04-01"),
    "this_quarter": ("2026-10-01", "2027-01-01"),
}
FROM_FEBRUARY = {
    "this_year": ("2026-02-01", "2027-02-01"),
    "this_quarter": ("2026-11-01", "2027-02-01"),
    "last_quarter": ("2026-08-01", "2026-11-01"),
    "next_quarter": ("2027-02-01", "2027-05-01"),
}
FROM_DECEMBER = {
    "this_year": ("2025-12-01", "2026-12-01"),
    "next_year": ("2026-12-01", "2027-12-01"),
    "this_quarter": ("2026-09-01", "2026-12-01"),
}


@pytest.mark.parametrize(
    ("fiscal_start", "name", "expected"),
    [
        (start, name, expected)
        for start, table in ((1, CALENDAR_YEAR), (4, FROM_APRIL), (2, FROM_FEBRUARY), (12, FROM_DECEMBER))
        for name, expected in table.items()
    ],
)
def test_a_period_lies_between_these_days(fiscal_start, name, expected):
    span = Calendar(SATURDAY, PARIS, fiscal_start).span(name)
    assert (str(span.start), str(span.end)) == expected


def test_the_table_has_every_period():
    assert set(CALENDAR_YEAR) == set(PERIODS)


def test_today_is_the_last_of_the_last_days_and_the_first_of_the_next():
    calendar = Calendar(SATURDAY, PARIS)
    last, ahead = calendar.span("last_7_days"), calendar.span("next_7_days")
    assert (last.start, last.end) == (date(2026, 11, 15), date(2026, 11, 22))
    assert (ahead.start, ahead.end) == (date(2026, 11, 21), date(2026, 11, 28))
    assert calendar.span("last_1_days") == calendar.span("today")


def test_days_are_days_where_the_organization_is():
    span = Calendar(SATURDAY, PARIS).moments("2026-10-25")  # clocks go back: a day of 25 hours
    assert (span.end.astimezone(ZoneInfo("UTC")) - span.start.astimezone(ZoneInfo("UTC"))).total_seconds() == 25 * 3600
    assert span.start.isoformat() == "2026-10-25T00:00:00+02:00"


def test_a_given_moment_is_itself_alone():
    span = Calendar(SATURDAY, PARIS).moments("2026-11-21T10:00:00Z")
    assert span.start == datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("UTC"))
    assert (span.end - span.start).microseconds == 1


@pytest.mark.parametrize(
    "text", ["", "soon", "this_decade", "last_0_days", "last_9999_days", "2026-02-30", "last__days"]
)
def test_what_is_no_day_is_no_day(text):
    with pytest.raises(ValueError):  # noqa: PT011 – each says it in its own words
        Calendar(SATURDAY, PARIS).moments(text)
