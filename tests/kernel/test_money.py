from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsuite.kernel.money import allocate, apportion, decimals, half_up, quantize, to_base, to_home, trimmed

D = Decimal


@pytest.mark.parametrize(("currency", "places"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)])
def test_each_currency_has_its_own_decimals(currency, places):
    assert decimals(currency) == places


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.005", "EUR", "1.01"),
        ("-1.005", "EUR", "-1.01"),
        ("2.5", "JPY", "3"),
        ("0.0005", "KWD", "0.001"),
        ("99999999999999999999.995", "EUR", "100000000000000000000.00"),
    ],
)
def test_ties_are_rounded_away_from_zero(amount, currency, rounded):
    assert str(quantize(D(amount), currency)) == rounded


def test_crm_rates_divide_and_finance_rates_multiply():
    assert to_home(D("120"), D("1.2"), "EUR") == D("100.00")
    assert to_base(D("120"), D("0.015"), "USD") == D("1.80")


@pytest.mark.parametrize("convert", [to_home, to_base])
def test_a_rate_is_above_zero(convert):
    with pytest.raises(ValueError, match="above zero"):
        convert(D(1), D(0), "EUR")


def test_what_rounding_leaves_over_goes_to_the_largest_remainders():
    assert allocate(D("100.00"), [D(1), D(1), D(1)], "EUR") == [D("33.34"), D("33.33"), D("33.33")]
    assert allocate(D("-0.05"), [D(3), D(7)], "EUR") == [D("-0.02"), D("-0.03")]


@pytest.mark.parametrize("weights", [[], [D(0), D(0)], [D(-1), D(2)]])
def test_weights_without_a_share_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        allocate(D(1), weights, "EUR")


def test_a_total_finer_than_its_currency_is_refused():
    with pytest.raises(ValueError, match="decimals"):
        allocate(D("0.001"), [D(1)], "EUR")


@given(
    st.decimals(-(10**12), 10**12, places=2),
    st.lists(st.decimals(0, 10**9, places=4), min_size=1, max_size=30).filter(any),
)
def test_no_cent_is_lost_whatever_the_weights(total, weights):
    shares = allocate(total, weights, "EUR")
    assert sum(shares) == total
    assert all(share == quantize(share, "EUR") for share in shares)


def test_what_is_zero_gets_no_share_of_a_total_that_is_further_off():
    assert apportion(101, [996, 0, 0], 10) == [101, 0, 0]
    assert apportion(-3, [-4, 0, -4], 10) == [-2, 0, -1]
    assert apportion(1, [0, 0], 10) == [1, 0]  # somebody has to


@given(st.lists(st.integers(0, 10**6), max_size=12), st.integers(1, 997))
def test_positive_shares_go_by_largest_remainders(numerators, denominator):
    total = half_up(sum(numerators), denominator)
    shares = [numerator // denominator for numerator in numerators]
    by_remainder = sorted(range(len(shares)), key=lambda place: -(numerators[place] % denominator))
    for place in by_remainder[: total - sum(shares)]:
        shares[place] += 1
    assert apportion(total, numerators, denominator) == shares


@given(st.lists(st.integers(-(10**6), 10**6), max_size=12), st.integers(1, 997))
def test_shares_of_both_signs_add_up_next_to_what_they_are_exactly(numerators, denominator):
    total = half_up(sum(numerators), denominator)
    shares = apportion(total, numerators, denominator)
    assert sum(shares) == total
    for share, numerator in zip(shares, numerators, strict=True):
        assert abs(share * denominator - numerator) < denominator
        assert share * numerator > 0 or share == 0
    assert apportion(-total, [-numerator for numerator in numerators], denominator) == [-share for share in shares]


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        ("12", "EUR", "12.00"),
        ("12.500000", "EUR", "12.50"),
        ("0.012500", "EUR", "0.0125"),
        ("100.00", "JPY", "100"),
        ("0.5", "JPY", "0.5"),
        ("1.5", "KWD", "1.500"),
        ("0", "EUR", "0.00"),
        ("-3.10", "EUR", "-3.10"),
        ("1E+3", "EUR", "1000.00"),
    ],
)
def test_an_amount_is_told_with_its_currencys_decimals_and_as_many_more_as_it_needs(amount, currency, told):
    assert format(trimmed(D(amount), currency), "f") == told
