"""What a deal is worth: its lines, their sum, what of it is expected, and all that in home currency. Pure.

The worked table is in docs/deals.md, and the same figures in tests/crm/test_amounts.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext

from finsuite.kernel.money import quantize, to_home

MOST = Decimal(10) ** 16  # what an amount's column can hold, in whole units
_DIGITS = 60
_HUNDRED = Decimal(100)


class TooLarge(ValueError):
    """The amount has more digits than can be stored."""


@dataclass(frozen=True)
class Line:
    """Quantity × price, less a discount in percent or as an amount; never both."""

    quantity: Decimal
    price: Decimal
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None


@dataclass(frozen=True)
class Figures:
    """The stored figures of a deal; None where it has no amount."""

    amount: Decimal | None
    amount_home: Decimal | None
    expected_revenue: Decimal | None
    expected_home: Decimal | None


def line_gross(line: Line, currency: str) -> Decimal:
    """Quantity × price before any discount, exact; the price is rounded to the currency's decimals first."""
    with localcontext(prec=_DIGITS):
        return line.quantity * quantize(line.price, currency)


def line_total(line: Line, currency: str) -> Decimal:
    """What the line comes to, rounded half up once, at the end."""
    gross = line_gross(line, currency)
    with localcontext(prec=_DIGITS):
        if line.discount_percent is not None:
            gross = gross * (_HUNDRED - line.discount_percent) / _HUNDRED
        elif line.discount_amount is not None:
            gross -= quantize(line.discount_amount, currency)
        return _fitting(quantize(gross, currency))


def sum_of(totals: Iterable[Decimal]) -> Decimal:
    """The sum of amounts that are rounded already."""
    with localcontext(prec=_DIGITS):
        return _fitting(sum(totals, Decimal(0)))


def figures(amount: Decimal | None, *, probability: int, currency: str, rate: Decimal, home: str) -> Figures:
    """The amount rounded to its currency, the part of it to be expected, and both in home currency.

    `rate` is what one unit of home currency buys (CRM direction).
    """
    if amount is None:
        return Figures(None, None, None, None)
    with localcontext(prec=_DIGITS):
        rounded = quantize(amount, currency)
        expected = quantize(rounded * probability / _HUNDRED, currency)
    return Figures(
        amount=_fitting(rounded),
        amount_home=_fitting(to_home(rounded, rate, home)),
        expected_revenue=expected,
        expected_home=to_home(expected, rate, home),
    )


def _fitting(amount: Decimal) -> Decimal:
    if abs(amount) >= MOST:
        raise TooLarge
    return amount
