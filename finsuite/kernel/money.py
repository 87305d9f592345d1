"""Rounding and sharing out money. With finance/totals.py, the only place that rounds amounts.

Amounts are Decimal and belong to a currency, named by its ISO 4217 code. Ties are rounded away from zero (half up).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache

from babel.numbers import get_currency_precision

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


@lru_cache(maxsize=256)
def decimals(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD, 4 for CLF."""
    return get_currency_precision(currency)


def quantize(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole smallest units of its currency, half up: 1.005 EUR is 1.01 EUR."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), context=_EXACT)


def trimmed(amount: Decimal, currency: str) -> Decimal:
    """The amount with its currency's decimals, and as many more as it needs: 12 EUR is 12.00, 0.0125 stays itself."""
    needed = -int(amount.normalize(_EXACT).as_tuple().exponent)
    return amount.quantize(Decimal(1).scaleb(-max(decimals(currency), needed)), context=_EXACT)


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
        sign, count = (-1 if units < 0 else 1), abs(int(units))
        shares = [count * weight / sum(weights) for weight in weights]
        whole = [int(share) for share in shares]
        by_remainder = sorted(range(len(shares)), key=lambda place: (whole[place] - shares[place], place))
        for place in by_remainder[: count - sum(whole)]:
            whole[place] += 1
        return [sign * share * unit for share in whole]
