"""Which reminder is due on which day: once each, never of what is long past."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.reminding import WINDOW, Debt, Rule, due, planned, spans

DUE = date(2026, 11, 20)
BEFORE = Rule(id=1, days=-3, active_from=date(2026, 1, 1))
ON = Rule(id=2, days=0, active_from=date(2026, 1, 1))
AFTER = Rule(id=3, days=7, active_from=date(2026, 1, 1))
RULES = (BEFORE, ON, AFTER)
DEBT = Debt(id=7, due_date=DUE, sent_on=date(2026, 10, 20))


def day(offset):
    return DUE + timedelta(days=offset)


@pytest.mark.parametrize(
    ("debt", "rules", "offset", "rule"),
    [
        ({}, RULES, -4, None),
        ({}, RULES, -3, 1),
        ({}, RULES, -1, 1),  # nobody was there on the day itself
        ({}, RULES, 0, 2),  # the latest day speaks for those before it
        ({}, RULES, 3, 2),
        ({}, RULES, 4, None),  # the window is over
        ({}, RULES, 7, 3),
        ({}, RULES, 10, 3),
        ({}, RULES, 11, None),
        ({"reminded_on": day(-3)}, RULES, -2, None),  # done
        ({"reminded_on": day(-1)}, RULES, 0, 2),
        ({"reminded_on": day(0)}, RULES, 1, None),  # somebody reminded by hand on that day
        ({"reminded_on": day(8)}, RULES, 9, None),  # or after it
        ({"sent_on": day(0)}, RULES, 0, None),  # not on the day that it is sent
        ({"sent_on": day(-1)}, RULES, 0, 2),
        ({"sent_on": day(-3)}, RULES, -2, None),
        ({}, (replace(AFTER, active_from=day(8)),), 9, None),  # its day was before it was switched on
        ({}, (replace(AFTER, active_from=day(7)),), 9, 3),
        ({}, (), 7, None),
    ],
)
def test_at_most_one_reminder_is_due_on_a_day(debt, rules, offset, rule):
    found = due(rules, replace(DEBT, **debt), day(offset))
    assert (found and found.rule.id) == rule


def test_an_occasion_has_one_name_whenever_it_is_met():
    assert {due(RULES, DEBT, day(offset)).key for offset in (7, 8, 10)} == {"reminder:7:2026-11-27"}


def test_what_is_planned_is_what_the_days_bring():
    other = replace(DEBT, id=8, due_date=day(2))
    found = planned(RULES, [DEBT, other], day(-1), day(8))
    told = [((when - DUE).days, one.debt.id, one.rule.id) for when, one in found]
    assert told == [(-1, 7, 1), (-1, 8, 1), (0, 7, 2), (2, 8, 2), (7, 7, 3)]


@given(
    offsets=st.lists(st.integers(-60, 365), max_size=5, unique=True),
    since=st.integers(-80, 80),
    sent=st.integers(-90, 90),
    runs=st.sets(st.integers(-90, 380)),
)
def test_whenever_workers_run_no_day_is_met_twice_nor_long_after(offsets, since, sent, runs):
    rules = [Rule(id=number, days=days, active_from=day(since)) for number, days in enumerate(offsets)]
    debt, met = replace(DEBT, sent_on=day(sent)), []
    for offset in sorted(runs):
        found = due(rules, debt, day(offset))
        if found:
            met.append(found.occasion)
            debt = replace(debt, reminded_on=day(offset))
            assert found.occasion <= day(offset) <= found.occasion + timedelta(days=WINDOW)
            assert found.occasion >= day(since)
            assert any(first <= DUE <= last for first, last in spans(rules, day(offset), day(offset)))
    assert met == sorted(set(met))
