"""The laws of carrying: there, back and there again is there once; and the same from the other end."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.transforms import TRANSFORMS, Unfit, transform

TABLE = {"Hot": "hot", "Cold": "cold"}
TEXT = st.text() | st.none()
NUMBER = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12) | st.none()
ANY = st.one_of(TEXT, NUMBER, st.integers(), st.booleans(), st.dates())
CASES = {
    "identity": ({}, ANY, ANY),
    "text": ({}, ANY, ANY),
    "trimmed": ({}, TEXT, TEXT),
    "lower": ({}, TEXT, TEXT),
    "quantised": ({"places": 2}, NUMBER, NUMBER),
    "choice": (TABLE, st.sampled_from([*TABLE, "", None]), st.sampled_from([*TABLE.values(), "", None])),
    "constant": ({"value": "fixed"}, ANY, ANY),
}


def test_every_transform_has_its_laws_tested():
    assert set(CASES) == set(TRANSFORMS)


@pytest.mark.parametrize("name", TRANSFORMS)
@given(data=st.data())
def test_there_and_back_and_there_is_there(name, data):
    options, crm_values, finance_values = CASES[name]
    made = transform(name, options)
    crm, finance = data.draw(crm_values), data.draw(finance_values)
    assert made.fwd(made.bwd(made.fwd(crm))) == made.fwd(crm)
    assert made.bwd(made.fwd(made.bwd(finance))) == made.bwd(finance)
    assert made.name == name


@pytest.mark.parametrize(
    ("name", "options", "value"),
    [
        ("choice", TABLE, "Warm"),
        ("quantised", {"places": 2}, "ten"),
        ("quantised", {"places": 2}, Decimal("NaN")),
        ("quantised", {"places": 2}, Decimal("Infinity")),
    ],
)
def test_what_has_no_counterpart_is_refused(name, options, value):
    with pytest.raises(Unfit):
        transform(name, options).fwd(value)


def test_an_unknown_finance_choice_is_refused():
    with pytest.raises(Unfit):
        transform("choice", TABLE).bwd("warm")


def test_options_that_break_the_laws_are_refused():
    for name, options in (
        ("choice", {"a": "x", "b": "x"}),
        ("quantised", {"places": -1}),
        ("quantised", {"places": "2"}),
    ):
        with pytest.raises(ValueError):  # noqa: PT011
            transform(name, options)
    with pytest.raises(KeyError):
        transform("guess")


def test_cents_are_rounded_half_up():
    assert transform("quantised").fwd(Decimal("1.005")) == Decimal("1.01")
