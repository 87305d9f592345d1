"""Cells to values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.values import (
    AMBIGUOUS,
    COMMA,
    DAY_FIRST,
    MONTH_FIRST,
    POINT,
    date_evidence,
    number_evidence,
    parse_boolean,
    parse_date,
    parse_decimal,
    parse_integer,
    parse_tags,
)


def outcome(value: Any) -> Any:
    return value.code if isinstance(value, Problem) else value


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("1234", None),
        ("1234,5", COMMA),
        ("1 234,56", COMMA),
        ("1.234,56", COMMA),
        ("1,234.56", POINT),
        ("1,234,567", POINT),
        ("1.234.567", COMMA),
        ("0,125", COMMA),
        ("1,234", AMBIGUOUS),
        ("12.345", AMBIGUOUS),
        ("1 234,56 €", COMMA),
        ("n/a", None),
    ],
)
def test_a_number_shows_its_decimal_mark_or_not(text: str, evidence: str | None) -> None:
    assert number_evidence(text) == evidence


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("1\u202f234\u00a0567,80 €", "", Decimal("1234567.80")),
        ("1'234.50", "", Decimal("1234.50")),
        ("$1,234.50", "", Decimal("1234.50")),
        ("EUR 12,5", COMMA, Decimal("12.50")),
        ("1,234", COMMA, "too_many_decimals"),
        ("1,230", COMMA, Decimal("1.23")),
        ("1,234", POINT, Decimal("1234.00")),
        ("1,234", "", "ambiguous_number"),
        ("12,5", POINT, "other_decimal_mark"),
        ("-5.20", "", Decimal("-5.20")),
        ("12,34,567.00", "", Decimal("1234567.00")),
        ("1,2,3.4", "", "not_a_number"),
        ("abc", "", "not_a_number"),
        ("1e9", "", "not_a_number"),
        ("99999999999999999", "", "number_too_large"),
        ("٣", "", Decimal("3.00")),
    ],
)
def test_amounts_with_french_and_english_marks(text: str, mark: str, expected: Any) -> None:
    assert outcome(parse_decimal(text, "annual_revenue", mark)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("250", 250),
        ("1 200", 1200),
        ("1,200", 1200),
        ("1.200", 1200),
        ("250.0", 250),
        ("250,00", 250),
        ("12.5", "not_a_whole_number"),
        ("-3", "not_a_whole_number"),
        ("many", "not_a_whole_number"),
        ("12345678901", "number_too_large"),
    ],
)
def test_whole_numbers(text: str, expected: Any) -> None:
    assert outcome(parse_integer(text, "employees")) == expected


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("25/12/1980", DAY_FIRST),
        ("12/25/1980", MONTH_FIRST),
        ("03/04/1985", AMBIGUOUS),
        ("05/05/1985", None),
        ("1985-04-03", None),
        ("", None),
    ],
)
def test_a_date_shows_its_order_or_not(text: str, evidence: str | None) -> None:
    assert date_evidence(text) == evidence


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("1985-04-03", "", dt.date(1985, 4, 3)),
        ("1985-04-03T10:20:30Z", "", dt.date(1985, 4, 3)),
        ("19850403", "", dt.date(1985, 4, 3)),
        ("1985/04/03", "", dt.date(1985, 4, 3)),
        ("03/04/1985", DAY_FIRST, dt.date(1985, 4, 3)),
        ("03/04/1985", MONTH_FIRST, dt.date(1985, 3, 4)),
        ("3.4.1985", DAY_FIRST, dt.date(1985, 4, 3)),
        ("03/04/1985", "", "ambiguous_date"),
        ("25/12/1980", "", dt.date(1980, 12, 25)),
        ("05/05/1985", "", dt.date(1985, 5, 5)),
        ("25/12/1980", MONTH_FIRST, "not_a_date"),
        ("31/02/1980", "", "not_a_date"),
        ("03/04/85", DAY_FIRST, "not_a_date"),
        ("yesterday", "", "not_a_date"),
    ],
)
def test_dates_are_never_guessed(text: str, order: str, expected: Any) -> None:
    assert outcome(parse_date(text, "date_of_birth", order)) == expected


def test_yes_and_no_in_two_languages() -> None:
    assert [parse_boolean(word, "x") for word in ("Oui", "yes", "1", "TRUE", "x")] == [True] * 5
    assert [parse_boolean(word, "x") for word in ("Non", "no", "0", "false")] == [False] * 4
    assert outcome(parse_boolean("maybe", "x")) == "not_yes_or_no"


def test_tags_are_split_and_kept_once() -> None:
    assert parse_tags("VIP; export,vip ;; Lyon", "tags") == ["VIP", "export", "Lyon"]
    assert outcome(parse_tags("x" * 51, "tags")) == "too_long"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from([COMMA, POINT]))
def test_any_amount_reads_back_in_both_ways_of_writing(amount: Decimal, mark: str) -> None:
    text = f"{amount:,.2f}"
    if mark == COMMA:
        text = text.replace(",", "\u202f").replace(".", ",")
    assert parse_decimal(text, "annual_revenue", mark) == amount


@given(st.dates(min_value=dt.date(1000, 1, 1)), st.sampled_from([DAY_FIRST, MONTH_FIRST]))
def test_any_day_reads_back_in_both_orders(day: dt.date, order: str) -> None:
    text = f"{day.day:02}/{day.month:02}/{day.year}" if order == DAY_FIRST else f"{day.month}/{day.day}/{day.year}"
    assert parse_date(text, "date_of_birth", order) == day
    assert parse_date(day.isoformat(), "date_of_birth") == day


@given(st.text(max_size=30))
def test_no_text_makes_a_parser_fail(text: str) -> None:
    for parse in (parse_decimal, parse_integer, parse_date, parse_boolean, parse_tags):
        parse(text, "field")
