"""The worked tables of docs/deals.md, and what holds for all amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.amounts import Figures, Line, TooLarge, figures, line_total, sum_of

D = Decimal

LINES = [
    # currency, quantity, price, percent, amount, total
    ("EUR", "3", "19.99", None, None, "59.97"),
    ("EUR", "2.5", "10.005", None, None, "25.03"),  # the price is 10.01 first
    ("EUR", "3", "19.99", "10", None, "53.97"),
    ("EUR", "1", "0.05", "50", None, "0.03"),  # half up
    ("EUR", "3", "19.99", None, "9.97", "50.00"),
    ("EUR", "1", "100", "100", None, "0.00"),
    ("JPY", "3", "1250.5", None, None, "3753"),  # 1,251 first
    ("JPY", "1", "999", "12.5", None, "874"),
    ("KWD", "2", "1.2345", None, None, "2.470"),  # 1.235 first
    ("KWD", "1", "0.125", "50", None, "0.063"),
    ("KWD", "4", "2.500", None, "0.0005", "9.999"),
]


@pytest.mark.parametrize(("currency", "quantity", "price", "percent", "amount", "total"), LINES)
def test_a_line_comes_to_what_the_table_says(
    currency: str, quantity: str, price: str, percent: str | None, amount: str | None, total: str
) -> None:
    line = Line(D(quantity), D(price), D(percent) if percent else None, D(amount) if amount else None)
    assert str(line_total(line, currency)) == total


FIGURES = [
    # currency, rate, home, amount, probability, amount_home, expected, expected_home
    ("EUR", "1", "EUR", "1000", 75, "1000.00", "750.00", "750.00"),
    ("EUR", "1", "EUR", "0.05", 10, "0.05", "0.01", "0.01"),  # 0.005 half up
    ("USD", "1.085", "EUR", "1085.00", 40, "1000.00", "434.00", "400.00"),
    ("JPY", "162.5", "EUR", "10000", 90, "61.54", "9000", "55.38"),
    ("KWD", "0.3345", "EUR", "100.000", 20, "298.95", "20.000", "59.79"),
    ("EUR", "0.00615", "JPY", "61.54", 50, "10007", "30.77", "5003"),
    ("EUR", "1", "EUR", "99.99", 0, "99.99", "0.00", "0.00"),
]


@pytest.mark.parametrize(
    ("currency", "rate", "home", "amount", "probability", "in_home", "expected", "expected_home"), FIGURES
)
def test_a_deals_figures_are_those_of_the_table(
    currency: str,
    rate: str,
    home: str,
    amount: str,
    probability: int,
    in_home: str,
    expected: str,
    expected_home: str,
) -> None:
    found = figures(D(amount), probability=probability, currency=currency, rate=D(rate), home=home)
    told = (str(found.amount_home), str(found.expected_revenue), str(found.expected_home))
    assert told == (in_home, expected, expected_home)


def test_without_an_amount_nothing_is_expected() -> None:
    nothing = Figures(None, None, None, None)
    assert figures(None, probability=50, currency="EUR", rate=D(1), home="EUR") == nothing


def test_an_amount_beyond_what_can_be_stored_is_told_not_cut() -> None:
    with pytest.raises(TooLarge):
        line_total(Line(D("99999999999999"), D("99999999999999")), "EUR")
    with pytest.raises(TooLarge):
        figures(D("9999999999999999"), probability=1, currency="USD", rate=D("0.000000001"), home="EUR")


amounts = st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False, allow_infinity=False)
percents = st.none() | st.decimals(min_value=0, max_value=100, places=4)
lines = st.builds(Line, quantity=amounts, price=amounts.map(lambda n: n / 1000), discount_percent=percents)


@given(st.lists(lines, max_size=12), st.randoms(), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_the_order_of_lines_does_not_change_their_sum(several: list[Line], random: object, currency: str) -> None:
    shuffled = list(several)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sum_of(line_total(line, currency) for line in several) == sum_of(
        line_total(line, currency) for line in shuffled
    )


@given(lines, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_discount_in_percent_never_adds_nor_turns_the_sign(line: Line, currency: str) -> None:
    assert 0 <= line_total(line, currency) <= line_total(Line(line.quantity, line.price), currency)
