"""What is true of the figures of every document, whatever stands in it."""

from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.totals import Fault, Faulty, Line, Rules, TaxRate, compute, to_base
from finsuite.kernel.money import decimals, half_up

TAXES = [
    TaxRate("a", "VAT", D(20)),
    TaxRate("b", "VAT", D("5.5")),
    TaxRate("c", "GST", D("9.975")),
    TaxRate("d", "Levy", D("7.3"), is_compound=True),
    TaxRate("e", "Cess", D(150), is_compound=True),
    TaxRate("f", "Exempt", D(0)),
    TaxRate("g", "VAT", D(20)),  # another one of the same name and rate
]
CURRENCIES = ["JPY", "EUR", "KWD", "CLF"]


def holds_for(*drawn):
    """A property, tried on 60 draws."""
    return lambda test: settings(max_examples=60)(given(*drawn)(test))


percents = st.decimals(0, 100, places=2).map(lambda percent: f"{percent}%") | st.just("100%")
taxes = st.lists(st.sampled_from(TAXES), max_size=4, unique=True).map(tuple)
lines = st.builds(
    Line,
    quantity=st.integers(-5, 20).map(D) | st.decimals(-10, 100, places=6),
    rate=st.decimals(0, 10, places=4) | st.decimals(-50, 10**5, places=6),
    discount=st.just("") | percents,
    taxes=taxes,
)


@st.composite
def documents(draw, currencies=CURRENCIES, **fixed):
    currency = draw(st.sampled_from(currencies))
    amounts = st.just(D(0)) | st.decimals(-100, 100, places=decimals(currency))
    chosen = {
        "is_tax_inclusive": draw(st.booleans()),
        "is_discount_before_tax": draw(st.booleans()),
        "shipping_charge": draw(amounts),
        "shipping_taxes": draw(taxes),
        "adjustment": draw(amounts),
        "round_off": draw(st.sampled_from([None, D(1), D(5)])),
        **fixed,
    }
    rules = Rules(currency, draw(st.integers(decimals(currency), 6)), **chosen)
    items = draw(st.lists(lines, max_size=12))
    discount = draw(st.sampled_from(["", "percent", "amount"]))
    if discount == "percent":
        rules = replace(rules, discount=draw(percents))
    if discount == "amount":
        plain = compute(items, rules)
        off = (
            plain.sub_total if rules.is_discount_before_tax or rules.is_tax_inclusive else plain.sub_total + tax(plain)
        )
        units = draw(st.integers(0, int(abs(off).scaleb(decimals(currency)))))
        rules = replace(rules, discount=f"{D(units).scaleb(-decimals(currency)):f}")
    return items, rules


def tax(totals):
    """The tax of the lines alone."""
    return totals.tax_total - totals.shipping_tax


def nearest(exact, currency):
    """Half up to the currency, by fractions."""
    scaled = Fraction(exact) * 10 ** decimals(currency)
    return D(half_up(scaled.numerator, scaled.denominator)).scaleb(-decimals(currency))


@holds_for(documents())
def test_the_parts_add_up_to_the_total(document):
    items, rules = document
    totals = compute(items, rules)
    added = 0 if rules.is_tax_inclusive else totals.tax_total
    inside = totals.tax_total if rules.is_tax_inclusive else 0
    before_tax = totals.discount_total if rules.is_discount_before_tax else 0
    parts = totals.sub_total - totals.discount_total + added + totals.shipping_charge + totals.adjustment
    assert parts + totals.round_off == totals.total
    assert sum(line.item_total for line in totals.lines) == totals.sub_total
    assert sum(line.document_discount for line in totals.lines) == before_tax
    assert sum(row.amount for row in totals.taxes) == totals.tax_total
    assert sum(line.tax for line in totals.lines) + totals.shipping_tax == totals.tax_total
    assert sum(each.taxable for each in totals.combinations) == totals.net
    assert totals.net == totals.sub_total - before_tax + totals.shipping_charge - inside
    for line in totals.lines:
        assert sum(each.amount for each in line.taxes) == line.tax
        assert line.taxable + (line.tax if rules.is_tax_inclusive else 0) == line.item_total - line.document_discount
        assert line.item_total * (line.item_total - line.document_discount) >= 0  # no discount turns a line around


@holds_for(documents(shipping_charge=D(0)))
def test_the_lines_taxes_are_shares_of_the_rows(document):
    items, rules = document
    totals = compute(items, rules)
    for row in totals.taxes:
        assert row.amount == sum(each.amount for line in totals.lines for each in line.taxes if each.key == row.key)


@holds_for(documents(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_of_their_taxes_changes_no_figure_of_the_document(document, random):
    items, rules = document
    shuffled = [replace(item, taxes=tuple(random.sample(item.taxes, len(item.taxes)))) for item in items]
    random.shuffle(shuffled)
    before, after = compute(items, rules), compute(shuffled, rules)
    assert replace(before, lines=()) == replace(after, lines=())
    assert to_base(before, D("0.731"), "EUR") == to_base(after, D("0.731"), "EUR")


@holds_for(documents(is_tax_inclusive=False))
def test_each_tax_is_taken_once_of_what_it_is_taken_of_half_up(document):
    items, rules = document
    for row in compute(items, rules).taxes:
        assert row.amount == nearest(Fraction(row.taxable) * Fraction(row.rate) / 100, rules.currency)


@holds_for(documents(is_tax_inclusive=False))
def test_a_tax_is_taken_of_the_net_of_its_lines_and_if_compound_of_the_others_on_them(document):
    totals = compute(*document)
    for row in totals.taxes:
        taxable = D(0)
        for each in totals.combinations:
            if row.key in {borne.key for borne in each.taxes}:
                others = zip(each.taxes, each.amounts, strict=True)
                plain = sum(amount for borne, amount in others if not borne.is_compound)
                taxable += each.taxable + (plain if row.is_compound else 0)
        assert row.taxable == taxable


@holds_for(documents(is_tax_inclusive=True))
def test_with_tax_inclusive_no_tax_moves_the_total(document):
    items, rules = document
    untaxed = compute([replace(item, taxes=()) for item in items], replace(rules, shipping_taxes=()))
    assert compute(items, rules).total == untaxed.total


@holds_for(documents(is_tax_inclusive=True))
def test_with_tax_inclusive_each_combination_of_taxes_keeps_its_gross(document):
    items, rules = document
    totals = compute(items, rules)
    gross = {}
    for item, line in zip(items, totals.lines, strict=True):
        borne = frozenset(item.taxes)
        gross[borne] = gross.get(borne, D(0)) + line.item_total - line.document_discount
    if totals.shipping_charge:
        borne = frozenset(rules.shipping_taxes)
        gross[borne] = gross.get(borne, D(0)) + totals.shipping_charge
    assert {frozenset(each.taxes): each.taxable + sum(each.amounts) for each in totals.combinations} == gross


@holds_for(documents(is_tax_inclusive=True))
def test_with_tax_inclusive_each_tax_is_its_exact_part_of_the_gross_half_up(document):
    totals = compute(*document)
    exact = dict.fromkeys([(row.key, row.is_compound) for row in totals.taxes], Fraction(0))
    for each in totals.combinations:
        plain = 1 + sum(Fraction(borne.rate) for borne in each.taxes if not borne.is_compound) / 100
        compound = 1 + sum(Fraction(borne.rate) for borne in each.taxes if borne.is_compound) / 100
        net = Fraction(each.taxable + sum(each.amounts)) / (plain * compound)
        for borne in each.taxes:
            share = net * (plain if borne.is_compound else 1) * Fraction(borne.rate) / 100
            exact[borne.key, borne.is_compound] += share
    assert [row.amount for row in totals.taxes] == [nearest(each, totals.rules.currency) for each in exact.values()]


@holds_for(documents(), st.sampled_from(CURRENCIES), st.decimals("0.000001", 2000, places=6))
def test_the_parts_in_base_currency_add_up_to_its_total(document, currency, rate):
    totals = compute(*document)
    base = to_base(totals, rate, currency)
    inclusive, before_tax = totals.rules.is_tax_inclusive, totals.rules.is_discount_before_tax
    parts = base.sub_total - base.discount_total + (0 if inclusive else base.tax_total) + base.shipping_charge
    assert parts + base.adjustment + base.round_off == base.total
    assert sum(row.amount for row in base.taxes) == base.tax_total
    less = (base.discount_total if before_tax else 0) + (base.tax_total if inclusive else 0)
    assert base.net == base.sub_total + base.shipping_charge - less
    unit = D(1).scaleb(-decimals(currency))
    assert base.total == nearest(Fraction(totals.total) * Fraction(rate), currency)
    for name in ["sub_total", "discount_total", "shipping_charge", "tax_total", "adjustment", "round_off"]:
        assert abs(Fraction(getattr(base, name)) - Fraction(getattr(totals, name)) * Fraction(rate)) < unit
    if len(totals.combinations) == len(totals.taxes) == 1 and not totals.taxes[0].is_compound:
        assert base.taxes[0].taxable == base.net


@holds_for(documents())
def test_at_rate_one_the_base_figures_are_the_documents(document):
    totals = compute(*document)
    base = to_base(totals, D(1), totals.rules.currency)
    for name in [
        "sub_total",
        "discount_total",
        "shipping_charge",
        "tax_total",
        "net",
        "adjustment",
        "round_off",
        "total",
    ]:
        assert getattr(base, name) == getattr(totals, name)
    assert [(row.taxable, row.amount) for row in base.taxes] == [(row.taxable, row.amount) for row in totals.taxes]


@holds_for(documents(), st.integers(1, 5))
def test_lines_of_nothing_change_nothing(document, count):
    items, rules = document
    nothing = [replace(item, quantity=D(0)) for item in items] * count
    assert replace(compute(items + nothing, rules), lines=()) == replace(compute(items, rules), lines=())


@holds_for(documents())
def test_figures_fed_back_give_the_same_figures(document):
    items, rules = document
    totals = compute(items, rules)
    fed_back = [
        replace(item, rate=line.rate, discount=f"{abs(line.discount):f}")
        for item, line in zip(items, totals.lines, strict=True)
    ]
    assert compute(fed_back, rules) == totals


@holds_for(documents(round_off=None))
def test_the_opposite_document_has_the_opposite_figures(document):
    items, rules = document
    totals = compute(items, rules)
    opposite = compute(
        [replace(item, quantity=-item.quantity) for item in items],
        replace(rules, shipping_charge=-rules.shipping_charge, adjustment=-rules.adjustment),
    )
    for name in ["sub_total", "discount_total", "shipping_tax", "tax_total", "net", "total"]:
        assert getattr(opposite, name) == -getattr(totals, name)
    assert [(row.taxable, row.amount) for row in opposite.taxes] == [
        (-row.taxable, -row.amount) for row in totals.taxes
    ]
    assert [(line.taxable, line.tax) for line in opposite.lines] == [
        (-line.taxable, -line.tax) for line in totals.lines
    ]


@holds_for(documents(currencies=["JPY"]), st.sampled_from(["EUR", "KWD", "CLF"]))
def test_a_currency_only_sets_where_the_smallest_unit_stands(document, currency):
    items, rules = document
    places = decimals(currency)
    precision = min(rules.price_precision, 6 - places)
    yen = compute(items, replace(rules, price_precision=precision))
    discount = rules.discount if "%" in rules.discount or not rules.discount else str(D(rules.discount).scaleb(-places))
    smaller = compute(
        [replace(item, rate=item.rate.scaleb(-places)) for item in items],
        replace(
            rules,
            currency=currency,
            price_precision=precision + places,
            discount=discount,
            shipping_charge=rules.shipping_charge.scaleb(-places),
            adjustment=rules.adjustment.scaleb(-places),
            round_off=rules.round_off and rules.round_off.scaleb(-places),
        ),
    )
    for name in ["sub_total", "discount_total", "shipping_tax", "tax_total", "round_off", "total"]:
        assert getattr(smaller, name).scaleb(places) == getattr(yen, name)
    assert [row.amount.scaleb(places) for row in smaller.taxes] == [row.amount for row in yen.taxes]


anything = st.decimals() | st.decimals(-(10**13), 10**15)


@holds_for(
    st.lists(st.builds(Line, anything, anything, st.text("0123456789.% -e", max_size=6), taxes), max_size=3),
    st.builds(
        Rules,
        st.sampled_from(CURRENCIES),
        st.integers(-1, 7),
        st.booleans(),
        st.text("0123456789.%", max_size=4),
        st.booleans(),
        anything,
        taxes,
        anything,
        st.none() | anything,
    ),
    anything,
)
def test_whatever_comes_in_it_is_computed_or_found_faulty(items, rules, rate):
    try:
        totals = compute(items, rules)
        base = to_base(totals, rate, "KWD")
    except Faulty as faulty:
        fault = faulty
    else:
        for name in ["sub_total", "discount_total", "shipping_charge", "tax_total", "net", "adjustment", "total"]:
            assert max(abs(getattr(totals, name)), abs(getattr(base, name))) < 10**17
        return
    assert fault.line is None or 0 <= fault.line < len(items)
    assert fault.code in Fault


@pytest.mark.parametrize("is_tax_inclusive", [False, True])
def test_hundreds_of_lines_add_up_whatever_their_order(is_tax_inclusive):
    items = [Line(D(n % 7 + 1), D(n * 37 % 1009) / 100, "5%" if n % 3 else "", (TAXES[n % 6],)) for n in range(600)]
    rules = Rules("EUR", 2, is_tax_inclusive=is_tax_inclusive, discount="33.33", round_off=D(1))
    totals = compute(items, rules)
    assert sum(line.document_discount for line in totals.lines) == D("33.33")
    assert sum(line.tax for line in totals.lines) == totals.tax_total
    assert replace(compute(items[::-1], rules), lines=()) == replace(totals, lines=())
