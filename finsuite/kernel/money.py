"""Rounding and sharing out money. With finance/totals.py, the only place that rounds amounts.

Amounts are Decimal and belong to a currency, named by its ISO 4217 code. Ties are rounded away from zero (half up).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import lcm

from babel.numbers import get_currency_precision

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


@lru_cache(maxsize=256)
def decimals(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD, 4 for CLF."""
    return get_currency_precision(currency)


@lru_cache(maxsize=64)
def _unit(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def quantize(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole smallest units of its currency, half up: 1.005 EUR is 1.01 EUR."""
    return amount.quantize(_unit(decimals(currency)), context=_EXACT)


def trimmed(amount: Decimal, currency: str) -> Decimal:
    """The amount with its currency's decimals, and as many more as it needs: 12 EUR is 12.00, 0.0125 stays itself."""
    usual = quantize(amount, currency)
    if usual == amount:
        return usual
    needed = -int(amount.normalize(_EXACT).as_tuple().exponent)
    return amount.quantize(_unit(needed), context=_EXACT)


def to_home(amount: Decimal, rate: Decimal, home: str) -> Decimal:
    """A foreign amount in home currency, where `rate` is foreign per one home (CRM direction).

    Raises ValueError for a rate that isn't above zero.
    """
    if rate <= 0:
        raise ValueError("a rate is above zero")
    with localcontext(_EXACT):
        return quantize(amount / rate, home)


def to_base(amount: Decimal, rate: Decimal, base: str) -> Decimal:
    """A foreign amount in base currency, where `rate` is base per one foreign (finance direction).

    Raises ValueError for a rate that isn't above zero.
    """
    if rate <= 0:
        raise ValueError("a rate is above zero")
    with localcontext(_EXACT):
        return quantize(amount * rate, base)


def allocate(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Share the total out by weight, in whole smallest units, so that the shares add up to it exactly.

    What rounding leaves over goes, unit by unit, to the largest remainders; among equals, to the first.
    Raises ValueError without weights, for a negative one, if all are zero, or if the total is no whole number of units.
    """
    if not weights or any(weight < 0 for weight in weights) or not any(weights):
        raise ValueError("weights are not negative, and one is above zero")
    unit = Decimal(1).scaleb(-decimals(currency))
    with localcontext(_EXACT):
        units = total / unit
        if units != units.to_integral_value():
            raise ValueError("the total has more decimals than its currency")
    exact = [Fraction(weight) for weight in weights]
    scale = lcm(*(weight.denominator for weight in exact))
    whole = [int(weight * scale) for weight in exact]
    shares = apportion(int(units), [int(units) * weight for weight in whole], sum(whole))
    with localcontext(_EXACT):
        return [share * unit for share in shares]


def half_up(numerator: int, denominator: int) -> int:
    """The whole number nearest to the fraction; a tie goes away from zero. The denominator is above zero."""
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -rounded if numerator < 0 else rounded


def apportion(total: int, numerators: Sequence[int], denominator: int) -> list[int]:
    """Whole numbers next to each numerator / denominator that add up to the total: the sum of the fractions, rounded.

    Each fraction is rounded. What is then missing, or too much, is given or taken one by one where the rounding has
    gone furthest the other way; among equals, the first come off best. Without negative ones that is the method of
    largest remainders. Of fractions of both signs none changes its sign; what is zero stays so; and the opposite
    fractions give the opposite numbers.
    """
    shares = [half_up(numerator, denominator) for numerator in numerators]
    missing = total - sum(shares)
    if not missing:
        return shares
    sign = 1 if missing > 0 else -1

    def rank(place: int) -> tuple[int, int]:
        growing = sign * numerators[place] > 0
        return sign * (shares[place] * denominator - numerators[place]), place if growing else -place

    places = sorted((place for place, n in enumerate(numerators) if n), key=rank) or list(range(len(shares)))
    each, rest = divmod(abs(missing), len(places))
    for order, place in enumerate(places):
        shares[place] += sign * (each + (order < rest))
    return shares
