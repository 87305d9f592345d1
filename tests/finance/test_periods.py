"""The days that the names of periods mean."""

from __future__ import annotations

from datetime import date

import pytest

from finance.periods import Span, named


@pytest.mark.parametrize(
    ("name", "today", "fiscal_start", "since", "to"),
    [
        ("this_month", "2026-11-22", 1, "2026-11-01", "2026-11-30"),
        ("last_month", "2026-01-05", 1, "2025-12-01", "2025-12-31"),
        ("this_quarter", "2026-11-22", 1, "2026-10-01", "2026-12-31"),
        ("this_quarter", "2026-11-22", 2, "2026-11-01", "2027-01-31"),
        ("last_quarter", "2026-02-28", 1, "2025-10-01", "2025-12-31"),
        ("last_quarter", "2026-11-22", 4, "2026-07-01", "2026-09-30"),
        ("this_year", "2026-11-22", 1, "2026-01-01", "2026-12-31"),
        ("this_year", "2026-11-22", 4, "2026-04-01", "2027-03-31"),
        ("this_year", "2026-03-31", 4, "2025-04-01", "2026-03-31"),
        ("last_year", "2028-03-01", 3, "2027-03-01", "2028-02-29"),
    ],
)
def test_a_period_is_that_of_the_fiscal_year(name, today, fiscal_start, since, to):
    found = named(name, date.fromisoformat(today), fiscal_start)
    assert (found.since.isoformat(), found.to.isoformat()) == (since, to)


@pytest.mark.parametrize(
    ("since", "to", "before", "year_before"),
    [
        ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31"), ("2025-01-01", "2025-12-31")),
        ("2026-10-01", "2026-12-31", ("2026-07-01", "2026-09-30"), ("2025-10-01", "2025-12-31")),
        ("2025-02-01", "2025-02-28", ("2025-01-01", "2025-01-31"), ("2024-02-01", "2024-02-29")),
        ("2024-02-29", "2024-03-04", ("2024-02-24", "2024-02-28"), ("2023-02-28", "2023-03-04")),
        ("2026-03-10", "2026-03-10", ("2026-03-09", "2026-03-09"), ("2025-03-10", "2025-03-10")),
    ],
)
def test_what_a_span_is_compared_with(since, to, before, year_before):
    span = Span(date.fromisoformat(since), date.fromisoformat(to))
    assert span.before() == Span(*map(date.fromisoformat, before))
    assert span.year_before() == Span(*map(date.fromisoformat, year_before))


def test_before_the_first_year_there_is_none():
    for span in (Span(date(1, 1, 1), date(1, 12, 31)), Span(date(1900, 1, 1), date(9999, 12, 31))):
        with pytest.raises((ValueError, OverflowError)):
            span.before()


def test_a_span_tells_its_months_and_the_days_of_each():
    span = Span(date(2026, 1, 15), date(2026, 3, 2))
    assert list(span.months()) == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert span.month_count == 3
    assert span.month(date(2026, 1, 1)) == Span(date(2026, 1, 15), date(2026, 1, 31))
    assert span.month(date(2026, 3, 1)) == Span(date(2026, 3, 1), date(2026, 3, 2))
    assert list(Span(date(9999, 12, 1), date(9999, 12, 31)).months()) == [date(9999, 12, 1)]
