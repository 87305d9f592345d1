"""Terms follow one another by the calendar; a day brings what is due, once."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.recurrence import MOST_TERMS, Act, State, Step, Unit, after, day_of, due, next_bill_on, term

START = date(2026, 1, 31)


def state(**given):
    usual = {"status": "future", "starts_on": START, "first_bill_on": START, "unit": Unit.MONTHS, "interval": 1}
    return State(**{**usual, **given})


def done(found, today):
    for step in due(found, today):
        found = after(found, step)
    return found


@pytest.mark.parametrize(
    ("first", "unit", "interval", "days"),
    [
        (date(2026, 1, 31), Unit.MONTHS, 1, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (date(2024, 2, 29), Unit.YEARS, 1, ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        (date(2026, 11, 15), Unit.MONTHS, 3, ["2026-11-15", "2027-02-15", "2027-05-15"]),
        (date(2026, 12, 28), Unit.WEEKS, 2, ["2026-12-28", "2027-01-11"]),
    ],
)
def test_terms_begin_by_the_calendar(first, unit, interval, days):
    assert [day_of(first, unit, interval, count).isoformat() for count in range(len(days))] == days


def test_a_term_ends_the_day_before_the_next_begins():
    assert term(state(), 0) == (date(2026, 1, 31), date(2026, 2, 27))
    assert term(state(), 1) == (date(2026, 2, 28), date(2026, 3, 30))


@pytest.mark.parametrize(
    ("known", "today", "acts"),
    [
        ({}, START - timedelta(1), []),
        ({}, START, [Act.GO_LIVE, Act.BILL]),
        ({"first_bill_on": date(2026, 2, 14)}, START, [Act.START_TRIAL]),
        ({"first_bill_on": date(2026, 2, 14), "status": "trial"}, date(2026, 2, 13), []),
        ({"first_bill_on": date(2026, 2, 14), "status": "trial"}, date(2026, 2, 14), [Act.GO_LIVE, Act.BILL]),
        ({"status": "live", "billed": 1}, date(2026, 2, 27), []),
        ({"status": "live", "billed": 1}, date(2026, 2, 28), [Act.BILL]),
        ({"status": "live", "billed": 1}, date(2026, 4, 30), [Act.BILL, Act.BILL, Act.BILL]),
        ({"status": "live", "billed": 2, "terms": 2}, date(2026, 3, 30), []),
        ({"status": "live", "billed": 2, "terms": 2}, date(2026, 3, 31), [Act.EXPIRE]),
        ({"status": "non_renewing", "billed": 1}, date(2026, 2, 27), []),
        ({"status": "non_renewing", "billed": 1}, date(2026, 2, 28), [Act.END]),
        ({"status": "paused", "billed": 1}, date(2026, 9, 1), []),
        ({"status": "cancelled", "billed": 1}, date(2026, 9, 1), []),
        ({"status": "live", "billed": 1, "unpaid_since": date(2026, 2, 1)}, date(2026, 2, 1), []),
        ({"status": "live", "billed": 1, "unpaid_since": date(2026, 2, 1)}, date(2026, 2, 2), [Act.DUN]),
        ({"status": "live", "billed": 1, "unpaid_since": date(2026, 2, 1)}, date(2026, 2, 4), [Act.DUN, Act.REMIND]),
        ({"status": "dunning", "billed": 1, "reminded": 3, "unpaid_since": date(2026, 2, 1)}, date(2026, 2, 22), []),
        (
            {"status": "dunning", "billed": 1, "reminded": 3, "unpaid_since": date(2026, 2, 1)},
            date(2026, 2, 23),
            [Act.GIVE_UP],
        ),
        ({"status": "dunning", "billed": 1, "unpaid_since": date(2026, 2, 1)}, date(2026, 3, 15), [Act.GIVE_UP]),
        ({"status": "dunning", "billed": 1, "reminded": 1}, date(2026, 2, 20), [Act.RECOVER]),
        ({"status": "unpaid", "billed": 1, "reminded": 3}, date(2026, 3, 15), [Act.RECOVER, Act.BILL]),
    ],
)
def test_a_day_brings_what_is_due(known, today, acts):
    assert [step.act for step in due(state(**known), today)] == acts


def test_the_next_bill_is_told_beforehand():
    assert next_bill_on(state()) == START
    assert next_bill_on(state(status="live", billed=1)) == date(2026, 2, 28)
    assert next_bill_on(state(status="live", billed=2, terms=2)) is None
    assert next_bill_on(state(status="non_renewing", billed=1)) is None


@given(
    first=st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    unit=st.sampled_from(list(Unit)),
    interval=st.integers(1, 12),
    ahead=st.integers(0, 800),
    terms=st.one_of(st.none(), st.integers(1, 5)),
)
def test_asked_twice_a_day_brings_nothing_more_and_terms_leave_no_gap(first, unit, interval, ahead, terms):
    begun = state(starts_on=first, first_bill_on=first, unit=unit, interval=interval, terms=terms)
    today = first + timedelta(days=ahead)
    bills = [step for step in due(begun, today) if step.act is Act.BILL]
    assert bills[0].since == first
    for one, two in pairwise(bills):
        assert two.since == one.until + timedelta(days=1)
    finished = done(begun, today)
    if len(bills) < MOST_TERMS - 1:
        assert due(finished, today) == []
    # Looked at every day, or only at the end: the same bills.
    daily, seen = begun, []
    for passed in range(ahead + 1):
        for step in due(daily, first + timedelta(days=passed)):
            seen.append(step)
            daily = after(daily, step)
    if len(bills) < MOST_TERMS - 1:
        assert [step for step in seen if step.act is Act.BILL] == bills
        assert replace(daily) == finished


def test_a_step_names_its_term():
    assert due(state(status="live", billed=1), date(2026, 2, 28)) == [
        Step(Act.BILL, date(2026, 2, 28), date(2026, 3, 30))
    ]
