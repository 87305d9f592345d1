"""The words of a document's arithmetic: what goes into finance/totals.py, what comes out, and what it refuses. PURE."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

from finsuite.kernel.money import decimals

CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)
_LAST = [Decimal(1).scaleb(-places) for places in range(16)]  # 1, 0.1, 0.01, …

# The sizes that the documents' columns can hold: whole digits, decimals.
QUANTITY, RATE, AMOUNT, PERCENT, EXCHANGE_RATE = (12, 6), (14, 6), (17, 4), (3, 6), (9, 15)


class Fault(StrEnum):
    """Why figures can't be computed. Whoever speaks to people has a sentence for each."""

    NOT_A_NUMBER = "not_a_number"
    TOO_BIG = "too_big"
    TOO_PRECISE = "too_precise"  # more decimals than the currency or the column has
    NOT_ABOVE_ZERO = "not_above_zero"
    NEGATIVE = "negative"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_DISCOUNT = "not_a_discount"  # neither "12.5%" nor "12.50"
    ABOVE_100_PERCENT = "above_100_percent"
    DISCOUNT_TOO_BIG = "discount_too_big"  # more than what it is taken off
    TAX_TWICE = "tax_twice"  # the same tax twice on one line


class Faulty(ValueError):
    """Figures that can't be computed: which line (counted from 0; None: the document), which field, and why."""

    def __init__(self, line: int | None, field: str, code: Fault) -> None:
        super().__init__(f"{field} of {'the document' if line is None else f'line {line}'}: {code}")
        self.line, self.field, self.code = line, field, code


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One tax as a line bears it. A compound one is taken of the net and of the line's taxes that aren't compound."""

    key: str
    name: str
    rate: Decimal  # percent: 20 is 20 %
    is_compound: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    quantity: Decimal
    rate: Decimal
    discount: str = ""  # "10%" or "12.50", off this line
    taxes: tuple[TaxRate, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a document says of all its lines."""

    currency: str
    price_precision: int
    is_tax_inclusive: bool = False
    discount: str = ""  # "10%" or "12.50", off the document
    is_discount_before_tax: bool = True
    shipping_charge: Decimal = Decimal(0)
    shipping_taxes: tuple[TaxRate, ...] = ()
    adjustment: Decimal = Decimal(0)
    round_off: Decimal | None = None  # the step that totals are rounded to: 1, 0.5, 0.25; None: they are not


@dataclass(frozen=True, slots=True)
class Discount:
    value: Decimal
    is_percent: bool


@dataclass(frozen=True, slots=True)
class LineTax:
    key: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LineTotal:
    rate: Decimal  # rounded to the price precision
    discount: Decimal  # the line's own
    item_total: Decimal  # quantity × rate − discount; with tax inclusive, tax is in it
    document_discount: Decimal  # its share of a discount before tax
    taxable: Decimal  # without tax, after both discounts
    tax: Decimal
    taxes: tuple[LineTax, ...]


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One tax over the whole document: authoritative; the lines' taxes are shares of it."""

    key: str
    name: str
    rate: Decimal
    is_compound: bool
    taxable: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Combination:
    """What bears the same taxes, lines and shipping together. taxable + amounts is what they cost, to the cent."""

    taxes: tuple[TaxRate, ...]
    taxable: Decimal
    amounts: tuple[Decimal, ...]  # one per tax


@dataclass(frozen=True, slots=True)
class Totals:
    """All figures of a document.

    total = sub_total − discount_total + tax_total + shipping_charge + adjustment + round_off. With tax inclusive, the
    tax is inside sub_total and shipping_charge already and is not added again.
    """

    rules: Rules
    lines: tuple[LineTotal, ...]
    taxes: tuple[TaxRow, ...]
    combinations: tuple[Combination, ...]
    sub_total: Decimal  # the sum of the lines' item_total
    discount_total: Decimal  # the document's own discount; those of lines are in item_total
    shipping_charge: Decimal
    shipping_tax: Decimal  # the part of tax_total that is the shipping's
    tax_total: Decimal
    net: Decimal  # lines and shipping without tax, after a discount before tax
    adjustment: Decimal
    round_off: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class BaseTax:
    key: str
    taxable: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BaseTotals:
    """The figures of Totals in base currency; they add up in the same way. `taxes` in the order of Totals.taxes."""

    taxes: tuple[BaseTax, ...]
    sub_total: Decimal
    discount_total: Decimal
    shipping_charge: Decimal
    tax_total: Decimal
    net: Decimal
    adjustment: Decimal
    round_off: Decimal
    total: Decimal


NO_DISCOUNT = Discount(Decimal(0), is_percent=False)


def parse_discount(text: str, line: int | None = None) -> Discount:
    """A text like "10%" or "12.50" as a discount; empty is none. Raises Faulty for anything else, and above 100 %."""
    if not text.strip():
        return NO_DISCOUNT
    match = re.fullmatch(r"\s*([0-9]{1,17}(?:\.[0-9]{1,6})?)\s*(%?)\s*", text)
    if match is None:
        raise Faulty(line, "discount", Fault.NOT_A_DISCOUNT)
    discount = Discount(Decimal(match[1]), is_percent=match[2] == "%")
    if discount.is_percent and discount.value > 100:
        raise Faulty(line, "discount", Fault.ABOVE_100_PERCENT)
    return discount


class Money:
    """Amounts of one currency as whole numbers of its smallest unit, and back."""

    def __init__(self, currency: str) -> None:
        self.places = decimals(currency)
        self.unit = 10**self.places

    def units(self, value: Decimal, name: str, line: int | None = None) -> int:
        return whole(value, (AMOUNT[0], self.places), name, line)

    def amount(self, units: int) -> Decimal:
        return Decimal(units).scaleb(-self.places, CONTEXT)

    def bounded(self, units: int, name: str, line: int | None = None) -> int:
        if abs(units) >= 10 ** (AMOUNT[0] + self.places):
            raise Faulty(line, name, Fault.TOO_BIG)
        return units


def whole(value: Decimal, size: tuple[int, int], name: str, line: int | None = None) -> int:
    """The value in whole units of its last decimal. `size`: how many digits it may have before and after the point."""
    result = rounded(value, size, name, line)
    if result != value:
        raise Faulty(line, name, Fault.TOO_PRECISE)
    return int(result.scaleb(size[1], CONTEXT))


def rounded(value: Decimal, size: tuple[int, int], name: str, line: int | None = None) -> Decimal:
    digits, places = size
    if not value.is_finite():
        raise Faulty(line, name, Fault.NOT_A_NUMBER)
    if value and value.adjusted() >= digits:
        raise Faulty(line, name, Fault.TOO_BIG)
    result = value.quantize(_LAST[places], context=CONTEXT)
    if result and result.adjusted() >= digits:
        raise Faulty(line, name, Fault.TOO_BIG)
    return result or abs(result)  # never −0.00


def shortest(rate: Decimal) -> Decimal:
    """The rate without zeros at its end, so that 20 and 20.000000 are told alike."""
    return rate.quantize(_LAST[0]) if rate == rate.to_integral_value() else rate.normalize(CONTEXT)
