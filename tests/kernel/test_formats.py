"""Amounts, numbers and dates as people write and read them, to the character."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from finsuite.kernel import formats
from finsuite.kernel.errors import Refused

NNBSP, NBSP = "\u202f", "\u00a0"
PARIS = dt.timezone(dt.timedelta(hours=1))


@pytest.mark.parametrize(
    ("value", "currency", "french", "english"),
    [
        ("1234567.5", "EUR", f"1{NNBSP}234{NNBSP}567,50{NBSP}€", "€1,234,567.50"),
        ("0", "EUR", f"0,00{NBSP}€", "€0.00"),
        ("-1200", "EUR", f"-1{NNBSP}200,00{NBSP}€", "-€1,200.00"),
        ("1234.5", "USD", f"1{NNBSP}234,50{NBSP}$US", "$1,234.50"),
        ("1234.5", "GBP", f"1{NNBSP}234,50{NBSP}£GB", "£1,234.50"),
        ("1540000", "JPY", f"1{NNBSP}540{NNBSP}000{NBSP}JPY", "¥1,540,000"),
        ("1234.567", "TND", f"1{NNBSP}234,567{NBSP}TND", f"TND{NBSP}1,234.567"),
    ],
)
def test_an_amount_is_written_as_the_language_does(value: str, currency: str, french: str, english: str) -> None:
    assert formats.amount(Decimal(value), currency, language="fr") == french
    assert formats.amount(Decimal(value), currency, language="en") == english


def test_an_amount_follows_the_language_of_the_request() -> None:
    with translation.override("fr"):
        assert formats.amount(Decimal("12.3"), "EUR") == f"12,30{NBSP}€"


def test_an_amount_for_programs_has_no_grouping_and_no_exponent() -> None:
    assert formats.plain_amount(Decimal("-1234567.50")) == "-1234567.50"
    assert formats.plain_amount(Decimal("1E+6")) == "1000000"


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        ("1234.50", "1234,50", "1234.50"),
        ("1.085", "1,0850", "1.0850"),
        ("-7", "-7", "-7"),
        ("1E+6", "1000000", "1000000"),
    ],
)
def test_a_number_in_a_form_is_as_its_reader_types_it_and_reads_back(value: str, french: str, english: str) -> None:
    assert formats.typed(Decimal(value), language="fr") == french
    assert formats.typed(Decimal(value), language="en") == english
    assert formats.parse_amount(french) == formats.parse_amount(english) == Decimal(value)


@pytest.mark.parametrize(
    ("share", "french", "english"),
    [("0.196", f"19,6{NBSP}%", "19.6%"), ("1", f"100{NBSP}%", "100%"), ("0.20049", f"20{NBSP}%", "20%")],
)
def test_a_percentage_has_at_most_one_decimal(share: str, french: str, english: str) -> None:
    assert formats.percent(Decimal(share), language="fr") == french
    assert formats.percent(Decimal(share), language="en") == english


@pytest.mark.parametrize(
    ("rate", "french", "english"),
    [("20.00", "20\u00a0%", "20%"), ("8.25", "8,25\u00a0%", "8.25%"), ("9.975", "9,975\u00a0%", "9.975%")],
)
def test_a_rate_in_percent_keeps_the_decimals_that_it_has(rate: str, french: str, english: str) -> None:
    assert formats.rate(Decimal(rate), language="fr") == french
    assert formats.rate(Decimal(rate), language="en") == english


def test_a_number_is_grouped() -> None:
    assert formats.number(1234567, language="fr") == f"1{NNBSP}234{NNBSP}567"
    assert formats.number(Decimal("1234.5"), language="en") == "1,234.5"


def test_a_day_is_in_figures_in_french_and_with_the_months_name_in_english() -> None:
    assert formats.day(dt.date(2026, 3, 4), language="fr") == "04/03/2026"
    assert formats.day(dt.date(2026, 3, 4), language="en") == "4 Mar 2026"


def test_a_moment_is_told_in_the_readers_time_zone() -> None:
    late = dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)
    with timezone.override(PARIS):
        assert formats.day(late, language="fr") == "01/01/2027"
        assert formats.moment(late, language="fr") == "01/01/2027 00:30"
        assert formats.clock(late, language="en") == "00:30:00"


NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("distance", "french", "english"),
    [
        (dt.timedelta(hours=-3), "il y a 3 heures", "3 hours ago"),
        (dt.timedelta(minutes=-1), "il y a 1 minute", "1 minute ago"),
        (dt.timedelta(days=2), "dans 2 jours", "in 2 days"),
        (dt.timedelta(days=-6, hours=-1), "il y a 6 jours", "6 days ago"),
        (dt.timedelta(days=-7), "14/11/2026", "14 Nov 2026"),
    ],
)
def test_a_near_moment_is_told_by_its_distance(distance: dt.timedelta, french: str, english: str) -> None:
    assert formats.ago(NOW + distance, now=NOW, language="fr") == french
    assert formats.ago(NOW + distance, now=NOW, language="en") == english


def test_a_language_that_babel_does_not_know_is_read_as_english() -> None:
    assert formats.amount(Decimal("1.5"), "EUR", language="xx-nowhere") == "€1.50"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1234.50", "1234.50"),
        ("1234,50", "1234.50"),
        ("1 234,50", "1234.50"),
        (f"1{NBSP}234{NBSP}567,5", "1234567.5"),
        (f"1{NNBSP}234,50", "1234.50"),
        ("1’234.50", "1234.50"),
        ("1'234'567", "1234567"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("1 234,567", "1234.567"),
        ("1234,567", "1234.567"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        (",5", "0.5"),
        (".5", "0.5"),
        ("12,", "12"),
        ("  42  ", "42"),
        ("-12,3", "-12.3"),
        ("−12,3", "-12.3"),
        ("+7", "7"),
        ("1,2345", "1.2345"),
        ("007", "7"),
    ],
)
def test_an_amount_is_read_with_either_mark_and_any_grouping(typed: str, value: str) -> None:
    assert formats.parse_amount(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["1,234", "1.234", "12.345", "-999,000"])
def test_an_amount_that_says_two_things_is_refused_with_both(typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        formats.parse_amount(typed)
    assert refusal.value.code == "amount_ambiguous"


def test_the_refusal_of_an_ambiguous_amount_names_both_readings() -> None:
    with pytest.raises(Refused) as refusal:
        formats.parse_amount("1,234")
    assert refusal.value.message == "“1,234” can be read as 1234 or as 1,2340. Write one or the other."


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-",
        ".",
        "1,23,4",
        "12 34",
        "1 2345",
        "1 234’567",
        "1,234 567",
        "1.234.56",
        "1,234,567.8.9",
        "1.2.3,4",
        "12a",
        "1e5",
        "٣٤",
        "１２",
        "--1",
        "€12",
        "NaN",
        "Infinity",
        "1 234,567,890",
        "1,234.5 6",
    ],
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        formats.parse_amount(typed)
    assert refusal.value.code == "amount_unreadable"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("value", ["0.00", "0.05", "1234.50", "999999999.99", "-1234567.89"])
def test_what_finsuite_writes_it_reads_back(value: str, language: str) -> None:
    written = formats.amount(Decimal(value), "EUR", language=language).replace("€", "").strip()
    assert formats.parse_amount(written) == Decimal(value)


def test_months_are_written_in_short_where_there_is_little_room() -> None:
    day = dt.date(2026, 9, 3)
    assert [formats.month_name(day, language=language) for language in ("en", "fr")] == ["Sep", "sept."]
    assert [formats.short_month(day, language=language) for language in ("en", "fr")] == ["Sep 26", "sept. 26"]
