"""The one arithmetic of all documents: lines in; amounts, tax rows and total out. docs/totals.md shows it in figures.

PURE: no clock, no query, no log, no words for people. Inside, an amount is a whole number of its currency's smallest
unit (cents) and a ratio is a Fraction, so that nothing is rounded but where a rule says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm

from finance.figures import (
    CONTEXT,
    EXCHANGE_RATE,
    PERCENT,
    QUANTITY,
    RATE,
    BaseTax,
    BaseTotals,
    Combination,
    Discount,
    Fault,
    Faulty,
    Line,
    LineTax,
    LineTotal,
    Money,
    Rules,
    TaxRate,
    TaxRow,
    Totals,
    parse_discount,
    rounded,
    shortest,
    whole,
)
from finsuite.kernel.money import apportion, half_up

__all__ = [
    "BaseTax",
    "BaseTotals",
    "Combination",
    "Discount",
    "Fault",
    "Faulty",
    "Line",
    "LineTax",
    "LineTotal",
    "Rules",
    "TaxRate",
    "TaxRow",
    "Totals",
    "compute",
    "parse_discount",
    "section_totals",
    "to_base",
]


def compute(lines: Sequence[Line], rules: Rules) -> Totals:
    """All figures of a document. Raises Faulty, and nothing else, for what can't be computed."""
    money = Money(rules.currency)
    if not 0 <= rules.price_precision <= RATE[1]:
        raise Faulty(None, "price_precision", Fault.OUT_OF_RANGE)
    shipping = money.units(rules.shipping_charge, "shipping_charge")
    adjustment = money.units(rules.adjustment, "adjustment")
    priced = [_price(index, line, rules.price_precision, money) for index, line in enumerate(lines)]
    sub_total = sum(item.item_total for item in priced)

    parts, shipped, groups = _grouped(lines, priced, shipping, rules)
    discount = parse_discount(rules.discount)
    before_tax = _discount_before_tax(groups, discount, sub_total, money) if rules.is_discount_before_tax else 0
    rows = _tax_rows(groups)
    for group in groups:
        group.share_taxes_out()

    tax_total, shipping_tax = sum(amount for _, _, amount in rows), shipped.tax
    after_tax = 0
    if not rules.is_discount_before_tax:
        off = sub_total if rules.is_tax_inclusive else sub_total + tax_total - shipping_tax
        after_tax = _discount_amount(discount, off, money)
    total = sub_total - before_tax - after_tax + shipping + adjustment + (0 if rules.is_tax_inclusive else tax_total)
    round_off = _round_off(total, rules.round_off, money)
    net = sum(group.net for group in groups)
    figures = {"sub_total": sub_total, "net": net, "tax_total": tax_total, "discount": after_tax}
    for name, amount in [*figures.items(), *(("taxable", taxable) for _, taxable, _ in rows)]:
        money.bounded(amount, name)
    money.bounded(total + round_off, "total")
    return Totals(
        rules=rules,
        lines=tuple(_line_total(item, part, money) for item, part in zip(priced, parts, strict=True)),
        taxes=tuple(
            TaxRow(tax.key, tax.name, shortest(tax.rate), tax.is_compound, money.amount(taxable), money.amount(amount))
            for tax, taxable, amount in rows
        ),
        combinations=tuple(group.told(money) for group in groups),
        sub_total=money.amount(sub_total),
        discount_total=money.amount(before_tax + after_tax),
        shipping_charge=money.amount(shipping),
        shipping_tax=money.amount(shipping_tax),
        tax_total=money.amount(tax_total),
        net=money.amount(net),
        adjustment=money.amount(adjustment),
        round_off=money.amount(round_off),
        total=money.amount(total + round_off),
    )


def to_base(totals: Totals, exchange_rate: Decimal, base_currency: str) -> BaseTotals:
    """The figures in base currency, at `exchange_rate` base per one unit of the document's currency.

    The total is converted and rounded; what it consists of is apportioned within it, so that the parts add up to it.
    In the same way the tax rows share the tax, and the combinations the net, from which the rows' taxables follow.
    """
    foreign, base = Money(totals.rules.currency), Money(base_currency)
    rate = Fraction(whole(exchange_rate, EXCHANGE_RATE, "exchange_rate"), 10 ** EXCHANGE_RATE[1])
    if rate <= 0:
        raise Faulty(None, "exchange_rate", Fault.NOT_ABOVE_ZERO)
    rate = rate * base.unit / foreign.unit
    inclusive = totals.rules.is_tax_inclusive

    def converted(amounts: Iterable[Decimal]) -> list[int]:
        return [foreign.units(amount, "total") * rate.numerator for amount in amounts]

    def shared(total: int, amounts: Iterable[Decimal]) -> list[int]:
        return apportion(total, converted(amounts), rate.denominator)

    [total, tax] = [half_up(amount, rate.denominator) for amount in converted([totals.total, totals.tax_total])]
    parts = [totals.sub_total, -totals.discount_total, totals.shipping_charge, totals.adjustment, totals.round_off]
    added = [] if inclusive else [totals.tax_total]
    sub_total, discount, shipping, adjustment, round_off, *taxes = shared(total, parts + added)
    tax_total = tax if inclusive else taxes[0]
    net = sub_total + (discount if totals.rules.is_discount_before_tax else 0) + shipping - (tax if inclusive else 0)
    nets = shared(net, [combination.taxable for combination in totals.combinations])
    amounts = shared(tax_total, [row.amount for row in totals.taxes]) if totals.taxes else []
    taxables = _base_taxables(totals, nets, amounts, shared)
    for amount in (total, sub_total, discount, shipping, adjustment, round_off, tax_total, net, *taxables):
        base.bounded(amount, "total")
    return BaseTotals(
        taxes=tuple(
            BaseTax(row.key, base.amount(taxable), base.amount(amount))
            for row, taxable, amount in zip(totals.taxes, taxables, amounts, strict=True)
        ),
        sub_total=base.amount(sub_total),
        discount_total=base.amount(-discount),
        shipping_charge=base.amount(shipping),
        tax_total=base.amount(tax_total),
        net=base.amount(net),
        adjustment=base.amount(adjustment),
        round_off=base.amount(round_off),
        total=base.amount(total),
    )


def section_totals(lines: Sequence[tuple[str, Decimal]]) -> dict[int, Decimal]:
    """What each section comes to, by the place of the line that begins it. Lines are (heading, item total).

    Lines before the first heading are of no section.
    """
    sums: dict[int, Decimal] = {}
    begun = None
    for place, (heading, item_total) in enumerate(lines):
        if heading:
            begun = place
            sums[begun] = Decimal(0)
        if begun is not None:
            sums[begun] += item_total
    return sums


class _Taxed:
    """An amount and its taxes: one line, the shipping, or all that bear the same taxes.

    With tax inclusive, the amount contains them.
    """

    __slots__ = ("amount", "is_inclusive", "taxes")

    def __init__(self, amount: int, *, is_inclusive: bool) -> None:
        self.amount, self.is_inclusive = amount, is_inclusive
        self.taxes: dict[TaxRate, int] = {}

    @property
    def tax(self) -> int:
        return sum(self.taxes.values())

    @property
    def net(self) -> int:
        return self.amount - self.tax if self.is_inclusive else self.amount

    def under(self, tax: TaxRate, amount: int) -> int:
        """What the tax is taken of: the amount given, and for a compound tax the taxes that are not, too."""
        if not tax.is_compound:
            return amount
        return amount + sum(share for other, share in self.taxes.items() if not other.is_compound)

    def basis(self, tax: TaxRate) -> int:
        return self.amount if self.is_inclusive else self.under(tax, self.amount)


class _Part(_Taxed):
    __slots__ = ("discount", "discountable")

    def __init__(self, amount: int, discountable: int, *, is_inclusive: bool) -> None:
        super().__init__(amount, is_inclusive=is_inclusive)
        self.discountable, self.discount = discountable, 0


class _Group(_Taxed):
    """The parts that bear the same taxes. `ratios`: which part of its basis each tax is."""

    __slots__ = ("parts", "ratios")

    def __init__(self, rates: tuple[TaxRate, ...], *, is_inclusive: bool) -> None:
        super().__init__(0, is_inclusive=is_inclusive)
        self.parts: list[_Part] = []
        self.ratios = _ratios(rates, is_inclusive=is_inclusive)

    def add(self, part: _Part) -> None:
        self.parts.append(part)
        self.amount += part.amount

    def share_discount_out(self, discount: int, weights: Sequence[int], ratio: Fraction) -> None:
        self.amount -= discount
        numerators = [weight * ratio.numerator for weight in weights]
        for part, share in zip(self.parts, apportion(discount, numerators, ratio.denominator), strict=True):
            part.discount = share
            part.amount -= share

    def share_taxes_out(self) -> None:
        for tax, ratio in self.ratios.items():
            numerators = [part.basis(tax) * ratio.numerator for part in self.parts]
            for part, share in zip(self.parts, apportion(self.taxes[tax], numerators, ratio.denominator), strict=True):
                part.taxes[tax] = share

    def told(self, money: Money) -> Combination:
        return Combination(tuple(self.ratios), money.amount(self.net), tuple(map(money.amount, self.taxes.values())))


@dataclass(frozen=True, slots=True)
class _Priced:
    rate: Decimal
    discount: int
    item_total: int


def _price(index: int, line: Line, precision: int, money: Money) -> _Priced:
    """The rate is rounded first, then quantity × rate, then what is taken off it."""
    quantity = whole(line.quantity, QUANTITY, "quantity", index)
    rate = rounded(line.rate, (RATE[0], precision), "rate", index)
    exact = quantity * int(rate.scaleb(precision, CONTEXT)) * money.unit
    amount = money.bounded(half_up(exact, 10 ** (QUANTITY[1] + precision)), "item_total", index)
    discount = _discount_amount(parse_discount(line.discount, index), amount, money, index)
    return _Priced(rate, discount, amount - discount)


def _discount_amount(discount: Discount, off: int, money: Money, line: int | None = None) -> int:
    """What the discount takes off an amount: of the same sign, and never more than it."""
    if discount.is_percent:
        ratio = _ratio(discount.value)
        return half_up(off * ratio.numerator, ratio.denominator)
    amount = money.units(discount.value, "discount", line)
    if amount > abs(off):
        raise Faulty(line, "discount", Fault.DISCOUNT_TOO_BIG)
    return -amount if off < 0 else amount


@lru_cache(maxsize=1024)
def _ratio(percent: Decimal) -> Fraction:
    return Fraction(percent) / 100


def _ratios(rates: tuple[TaxRate, ...], *, is_inclusive: bool) -> dict[TaxRate, Fraction]:
    """Which part of its basis each tax is; with tax inclusive, which part of the gross."""
    plain = 1 + sum(_ratio(tax.rate) for tax in rates if not tax.is_compound)
    gross = plain * (1 + sum(_ratio(tax.rate) for tax in rates if tax.is_compound))
    if not is_inclusive:
        return {tax: _ratio(tax.rate) for tax in rates}
    return {tax: _ratio(tax.rate) * (plain if tax.is_compound else 1) / gross for tax in rates}


def _rank(tax: TaxRate) -> tuple[bool, Decimal, str, str]:
    """The order of taxes everywhere, whatever that of the lines: the compound ones last, high rates first."""
    return tax.is_compound, -tax.rate, tax.name, tax.key


def _ordered(taxes: tuple[TaxRate, ...], name: str, line: int | None) -> tuple[TaxRate, ...]:
    for tax in taxes:
        whole(tax.rate, PERCENT, name, line)
        if tax.rate < 0:
            raise Faulty(line, name, Fault.NEGATIVE)
    if len({tax.key for tax in taxes}) < len(taxes):
        raise Faulty(line, name, Fault.TAX_TWICE)
    return tuple(sorted(taxes, key=_rank))


def _grouped(
    lines: Sequence[Line], priced: Sequence[_Priced], shipping: int, rules: Rules
) -> tuple[list[_Part], _Part, list[_Group]]:
    """The lines, the shipping, and these grouped by the taxes they bear; a shipping of zero bears none."""
    inclusive = rules.is_tax_inclusive
    parts = [_Part(item.item_total, item.item_total, is_inclusive=inclusive) for item in priced]
    borne = [(part, _ordered(line.taxes, "taxes", n)) for n, (part, line) in enumerate(zip(parts, lines, strict=True))]
    shipped = _Part(shipping, 0, is_inclusive=inclusive)
    shipping_taxes = _ordered(rules.shipping_taxes, "shipping_taxes", None)
    if shipping:
        borne.append((shipped, shipping_taxes))
    groups: dict[tuple[TaxRate, ...], _Group] = {}
    for part, rates in borne:
        if rates not in groups:
            groups[rates] = _Group(rates, is_inclusive=inclusive)
        groups[rates].add(part)
    return parts, shipped, [groups[rates] for rates in sorted(groups, key=lambda rates: [_rank(tax) for tax in rates])]


def _discount_before_tax(groups: Sequence[_Group], discount: Discount, sub_total: int, money: Money) -> int:
    """Takes the discount off the lines, and says how much that is in all.

    A percentage makes each line cheaper by it, credited ones too. An amount comes off those lines that have the sign
    of the sub-total, by their size. It is shared out over the groups first, then within each, so that the order of
    the lines moves no tax.
    """
    total = _discount_amount(discount, sub_total, money)
    if not discount.value:
        return 0
    weights = [
        [part.discountable if discount.is_percent or part.discountable * total > 0 else 0 for part in group.parts]
        for group in groups
    ]
    sums = [sum(group) for group in weights]
    ratio = _ratio(discount.value) if discount.is_percent else Fraction(total, sum(sums))
    shares = apportion(total, [weight * ratio.numerator for weight in sums], ratio.denominator)
    for group, share, each in zip(groups, shares, weights, strict=True):
        group.share_discount_out(share, each, ratio)
    return total


def _tax_rows(groups: Sequence[_Group]) -> list[tuple[TaxRate, int, int]]:
    """Each tax on the sum of all that bears it: (tax, taxable, amount). Each group gets its share of the amount."""
    bearing: dict[TaxRate, list[_Group]] = {}
    for group in groups:
        for tax in group.ratios:
            bearing.setdefault(tax, []).append(group)
    amounts = {}
    for tax in sorted(bearing, key=_rank):  # compound taxes come last, on what the others are by then
        over = lcm(*(group.ratios[tax].denominator for group in bearing[tax]))
        exact = [group.basis(tax) * int(group.ratios[tax] * over) for group in bearing[tax]]
        amounts[tax] = half_up(sum(exact), over)
        for group, share in zip(bearing[tax], apportion(amounts[tax], exact, over), strict=True):
            group.taxes[tax] = share
    return [
        (tax, sum(group.under(tax, group.net) for group in bearing[tax]), amount) for tax, amount in amounts.items()
    ]


def _round_off(total: int, step: Decimal | None, money: Money) -> int:
    if step is None:
        return 0
    units = money.units(step, "round_off")
    if units <= 0:
        raise Faulty(None, "round_off", Fault.NOT_ABOVE_ZERO)
    return half_up(total, units) * units - total


def _line_total(item: _Priced, part: _Part, money: Money) -> LineTotal:
    return LineTotal(
        rate=item.rate,
        discount=money.amount(item.discount),
        item_total=money.amount(item.item_total),
        document_discount=money.amount(part.discount),
        taxable=money.amount(part.net),
        tax=money.amount(part.tax),
        taxes=tuple(LineTax(tax.key, money.amount(share)) for tax, share in part.taxes.items()),
    )


def _base_taxables(
    totals: Totals, nets: Sequence[int], amounts: Sequence[int], shared: Callable[[int, Iterable[Decimal]], list[int]]
) -> list[int]:
    """What each tax is taken of, in base currency: the net of what bears it; if compound, with the others on it."""
    rates = [TaxRate(row.key, row.name, row.rate, row.is_compound) for row in totals.taxes]
    plain = [0] * len(nets)
    taxables = []
    for tax, amount in zip(rates, amounts, strict=True):
        bearing = [place for place, combination in enumerate(totals.combinations) if tax in combination.taxes]
        taxables.append(sum(nets[place] + (plain[place] if tax.is_compound else 0) for place in bearing))
        if not tax.is_compound:
            borne = [totals.combinations[place] for place in bearing]
            shares = shared(amount, [each.amounts[each.taxes.index(tax)] for each in borne])
            for place, share in zip(bearing, shares, strict=True):
                plain[place] += share
    return taxables
