"""One arithmetic: rate first, then the line, then tax on the sum of its lines."""

from decimal import Decimal as D

import pytest

from finance.totals import Discount, Fault, Faulty, Line, LineTax, Rules, TaxRate, compute, parse_discount, to_base

VAT20 = TaxRate("20", "VAT 20 %", D(20))
VAT10 = TaxRate("10", "VAT 10 %", D(10))
GST = TaxRate("gst", "GST", D(5))
QST = TaxRate("qst", "QST", D("9.975"))
LEVY = TaxRate("levy", "Levy", D(10), is_compound=True)
CESS = TaxRate("cess", "Cess", D(1), is_compound=True)


def line(quantity="1", rate="0", *taxes, discount=""):
    return Line(D(quantity), D(rate), discount, taxes)


def rules(currency="EUR", price_precision=2, **given):
    return Rules(currency, price_precision, **given)


def rows(totals):
    return [(row.key, str(row.taxable), str(row.amount)) for row in totals.taxes]


def test_the_rate_is_rounded_first():
    totals = compute([line("1", "54.54545", VAT10)], rules())
    assert (totals.lines[0].rate, totals.tax_total, totals.total) == (D("54.55"), D("5.46"), D("60.01"))
    finer = compute([line("1", "54.54545", VAT10)], rules(price_precision=5))
    assert (finer.lines[0].rate, finer.lines[0].item_total, finer.total) == (D("54.54545"), D("54.55"), D("60.01"))


def test_tax_is_taken_of_the_sum_of_its_lines():
    totals = compute([line("1", "0.12", VAT20)] * 3, rules())
    assert rows(totals) == [("20", "0.36", "0.07")]  # three times 0.024 would be 0.06
    assert [each.tax for each in totals.lines] == [D("0.03"), D("0.02"), D("0.02")]


def test_a_rate_of_tax_is_one_row_over_all_its_lines_highest_first():
    totals = compute([line("2", "10", VAT10), line("1", "100", VAT20), line("1", "5"), line("1", "30", VAT10)], rules())
    assert rows(totals) == [("20", "100.00", "20.00"), ("10", "50.00", "5.00")]
    assert (totals.sub_total, totals.tax_total, totals.total) == (D("155.00"), D("25.00"), D("180.00"))
    assert [each.taxes for each in totals.lines] == [
        (LineTax("10", D("2.00")),),
        (LineTax("20", D("20.00")),),
        (),
        (LineTax("10", D("3.00")),),
    ]


def test_the_same_tax_at_two_rates_is_two_rows():
    totals = compute([line("1", "100", VAT20), line("1", "100", TaxRate("20", "VAT 20 %", D("19.6")))], rules())
    assert [(row.rate, row.amount) for row in totals.taxes] == [(D(20), D("20.00")), (D("19.6"), D("19.60"))]


@pytest.mark.parametrize(
    ("discount", "off", "item_total"), [("10%", "3.34", "30.03"), ("3.50", "3.50", "29.87"), ("100%", "33.37", "0.00")]
)
def test_a_line_has_its_own_discount(discount, off, item_total):
    totals = compute([line("3", "11.123", VAT20, discount=discount)], rules(price_precision=3))
    assert (totals.lines[0].discount, totals.lines[0].item_total) == (D(off), D(item_total))
    assert totals.sub_total == D(item_total)
    assert totals.discount_total == 0


def test_a_credited_line_mirrors_the_line_it_credits():
    lines = [line("3", "11.12", VAT20, discount="3.50"), line("-3", "11.12", VAT20, discount="3.50")]
    totals = compute(lines, rules())
    assert [each.discount for each in totals.lines] == [D("3.50"), D("-3.50")]
    assert (totals.sub_total, totals.total) == (0, 0)
    assert rows(totals) == [("20", "0.00", "0.00")]


def test_a_discount_before_tax_is_spread_over_the_lines():
    lines = [line("1", "100", VAT20), line("1", "50", VAT10), line("1", "25")]
    totals = compute(lines, rules(discount="10"))
    assert [each.document_discount for each in totals.lines] == [D("5.71"), D("2.86"), D("1.43")]
    assert rows(totals) == [("20", "94.29", "18.86"), ("10", "47.14", "4.71")]
    assert (totals.discount_total, totals.total) == (D("10.00"), D("188.57"))


def test_a_discount_after_tax_leaves_the_tax_as_it_is():
    given = rules(
        discount="10%", is_discount_before_tax=False, shipping_charge=D(12), shipping_taxes=(VAT20,), adjustment=D(1)
    )
    totals = compute([line("1", "100", VAT20)], given)
    assert rows(totals) == [("20", "112.00", "22.40")]
    assert totals.discount_total == D("12.00")  # of 100.00 and its tax; not of shipping and adjustment
    assert totals.total == D("123.40")
    assert totals.lines[0].document_discount == 0


def test_a_percentage_makes_credited_lines_cheaper_too():
    lines = [line("1", "100", VAT20), line("-1", "50")]
    totals = compute(lines, rules(discount="10%"))
    assert [each.document_discount for each in totals.lines] == [D("10.00"), D("-5.00")]
    assert (totals.discount_total, rows(totals), totals.total) == (D("5.00"), [("20", "90.00", "18.00")], D("63.00"))


def test_an_amount_comes_off_the_lines_of_the_totals_sign():
    lines = [line("1", "100", VAT20), line("-1", "99"), line("1", "0", VAT10)]
    totals = compute(lines, rules(discount="1"))
    assert [each.document_discount for each in totals.lines] == [D("1.00"), 0, 0]
    assert (rows(totals)[0], totals.total) == (("20", "99.00", "19.80"), D("19.80"))


def test_a_document_of_credits_is_discounted_towards_zero():
    totals = compute([line("-1", "100", VAT20)], rules(discount="10"))
    assert (totals.discount_total, totals.tax_total, totals.total) == (D("-10.00"), D("-18.00"), D("-108.00"))


def test_several_taxes_on_one_line():
    totals = compute([line("1", "100", GST, QST)], rules("CAD"))
    assert rows(totals) == [("qst", "100.00", "9.98"), ("gst", "100.00", "5.00")]
    assert totals.total == D("114.98")


def test_a_compound_tax_is_taken_of_the_net_and_the_other_taxes():
    totals = compute([line("1", "100", LEVY, GST), line("1", "100", VAT20)], rules())
    assert rows(totals) == [("20", "100.00", "20.00"), ("gst", "100.00", "5.00"), ("levy", "105.00", "10.50")]
    assert totals.total == D("235.50")


def test_compound_taxes_are_not_taken_of_one_another_so_their_order_is_nothing():
    for taxes in [(LEVY, CESS, GST), (CESS, GST, LEVY)]:
        totals = compute([line("1", "100", *taxes)], rules())
        assert rows(totals) == [("gst", "100.00", "5.00"), ("levy", "105.00", "10.50"), ("cess", "105.00", "1.05")]


def test_inclusive_prices_contain_their_tax_and_the_gross_stays():
    totals = compute([line("1", "100", VAT20), line("1", "9.99", VAT10)], rules(is_tax_inclusive=True))
    assert rows(totals) == [("20", "83.33", "16.67"), ("10", "9.08", "0.91")]
    assert (totals.sub_total, totals.tax_total, totals.net, totals.total) == (
        D("109.99"),
        D("17.58"),
        D("92.41"),
        D("109.99"),
    )
    assert [(each.item_total, each.taxable, each.tax) for each in totals.lines] == [
        (D("100.00"), D("83.33"), D("16.67")),
        (D("9.99"), D("9.08"), D("0.91")),
    ]


def test_inclusive_prices_with_a_compound_tax():
    totals = compute([line("1", "115.50", GST, LEVY)], rules(is_tax_inclusive=True))
    assert rows(totals) == [("gst", "100.00", "5.00"), ("levy", "105.00", "10.50")]
    assert totals.total == D("115.50")


def test_inclusive_taxes_that_stand_together_and_alone_are_one_row():
    lines = [line("1", "10", VAT20), line("1", "10", VAT20, GST), line("1", "10", GST)]
    totals = compute(lines, rules(is_tax_inclusive=True))
    assert totals.total == D("30.00")
    assert rows(totals) == [("20", "16.33", "3.27"), ("gst", "17.52", "0.88")]
    assert [(each.taxable, each.amounts) for each in totals.combinations] == [
        (D("8.33"), (D("1.67"),)),
        (D("8.00"), (D("1.60"), D("0.40"))),
        (D("9.52"), (D("0.48"),)),
    ]


def test_inclusive_prices_are_discounted_with_their_tax():
    totals = compute([line("1", "120", VAT20)], rules(is_tax_inclusive=True, discount="10%"))
    assert (rows(totals), totals.discount_total, totals.total) == ([("20", "90.00", "18.00")], D("12.00"), D("108.00"))
    after = compute(
        [line("1", "120", VAT20)], rules(is_tax_inclusive=True, discount="10%", is_discount_before_tax=False)
    )
    assert (rows(after), after.discount_total, after.total) == ([("20", "100.00", "20.00")], D("12.00"), D("108.00"))


def test_shipping_is_untaxed_unless_it_has_taxes():
    plain = compute([line("1", "100", VAT20)], rules(shipping_charge=D("10")))
    assert (rows(plain), plain.shipping_tax, plain.total) == ([("20", "100.00", "20.00")], 0, D("130.00"))
    taxed = compute([line("1", "100", VAT20)], rules(shipping_charge=D("10"), shipping_taxes=(VAT20,)))
    assert (rows(taxed), taxed.shipping_tax, taxed.total) == ([("20", "110.00", "22.00")], D("2.00"), D("132.00"))
    inclusive = rules(shipping_charge=D("12"), shipping_taxes=(VAT20,), is_tax_inclusive=True)
    within = compute([line("1", "120", VAT20)], inclusive)
    assert (rows(within), within.shipping_tax, within.total) == ([("20", "110.00", "22.00")], D("2.00"), D("132.00"))


def test_no_shipping_makes_no_tax_row():
    assert compute([line("1", "100")], rules(shipping_taxes=(VAT20,))).taxes == ()


def test_the_discount_does_not_touch_the_shipping():
    given = rules(shipping_charge=D("10"), shipping_taxes=(VAT20,), discount="100%")
    assert rows(compute([line("1", "100", VAT20)], given)) == [("20", "10.00", "2.00")]


@pytest.mark.parametrize(
    ("step", "total", "round_off"),
    [(None, "20.63", "0"), ("1", "21.00", "0.37"), ("0.5", "20.50", "-0.13"), ("0.25", "20.75", "0.12")],
)
def test_the_total_is_rounded_off_to_a_step(step, total, round_off):
    totals = compute([line("1", "20.63")], rules(round_off=step and D(step)))
    assert (totals.total, totals.round_off) == (D(total), D(round_off))


def test_the_adjustment_comes_after_tax_and_before_rounding_off():
    totals = compute([line("1", "100", VAT20)], rules(adjustment=D("-0.49"), round_off=D(1)))
    assert (totals.tax_total, totals.adjustment, totals.round_off, totals.total) == (
        D("20.00"),
        D("-0.49"),
        D("0.49"),
        D("120.00"),
    )


@pytest.mark.parametrize(
    ("currency", "precision", "net", "tax"),
    [
        ("JPY", 0, "124", "25"),
        ("EUR", 2, "123.46", "24.69"),
        ("KWD", 3, "123.457", "24.691"),
        ("CLF", 4, "123.4568", "24.6914"),
    ],
)
def test_each_currency_has_its_decimals(currency, precision, net, tax):
    totals = compute([line("1", "123.4567890", VAT20)], rules(currency, precision))
    expected = D("123") if currency == "JPY" else D(net)
    assert str(totals.sub_total) == str(expected)
    assert totals.tax_total == D(tax)


def test_an_empty_document_is_zero():
    totals = compute([], rules(discount="10%", round_off=D(1)))
    assert (totals.lines, totals.taxes, totals.total, str(totals.total)) == ((), (), 0, "0.00")


@pytest.mark.parametrize(
    ("text", "value", "is_percent"),
    [("", "0", False), (" ", "0", False), ("10%", "10", True), (" 12.5 % ", "12.5", True), ("12.50", "12.50", False)],
)
def test_a_discount_is_a_percentage_or_an_amount(text, value, is_percent):
    assert parse_discount(text) == Discount(D(value), is_percent)


@pytest.mark.parametrize(
    "text", ["-5", "+5", "5,5", "1e3", "%", "10%%", "ten", "NaN", "5 5", ".5", "5.", "٣", "1" * 18, "9\n%x"]
)
def test_nothing_else_is_a_discount(text):
    with pytest.raises(Faulty) as caught:
        parse_discount(text)
    assert (caught.value.line, caught.value.field, caught.value.code) == (None, "discount", Fault.NOT_A_DISCOUNT)


GOOD = line("1", "10")
FAULTS = [
    (line("NaN", "1"), {}, "quantity", Fault.NOT_A_NUMBER),
    (line("1", "sNaN"), {}, "rate", Fault.NOT_A_NUMBER),
    (line("1", "-Infinity"), {}, "rate", Fault.NOT_A_NUMBER),
    (line("1000000000000", "0"), {}, "quantity", Fault.TOO_BIG),
    (line("1E+999999", "0"), {}, "quantity", Fault.TOO_BIG),
    (line("1", "1E+999999"), {}, "rate", Fault.TOO_BIG),
    (line("1", "99999999999999.999"), {}, "rate", Fault.TOO_BIG),
    (line("1E-999999", "1"), {}, "quantity", Fault.TOO_PRECISE),
    (line("0.0000001", "1"), {}, "quantity", Fault.TOO_PRECISE),
    (line("1." + "0" * 80 + "1", "1"), {}, "quantity", Fault.TOO_PRECISE),
    (line("999999999999", "99999999999999"), {}, "item_total", Fault.TOO_BIG),
    (line("1", "10", discount="ten"), {}, "discount", Fault.NOT_A_DISCOUNT),
    (line("1", "10", discount="100.01%"), {}, "discount", Fault.ABOVE_100_PERCENT),
    (line("1", "10", discount="10.01"), {}, "discount", Fault.DISCOUNT_TOO_BIG),
    (line("-1", "10", discount="10.01"), {}, "discount", Fault.DISCOUNT_TOO_BIG),
    (line("1", "10", discount="1.001"), {}, "discount", Fault.TOO_PRECISE),
    (line("1", "10", VAT20, TaxRate("20", "Other", D(5))), {}, "taxes", Fault.TAX_TWICE),
    (line("1", "10", TaxRate("x", "X", D("NaN"))), {}, "taxes", Fault.NOT_A_NUMBER),
    (line("1", "10", TaxRate("x", "X", D(-1))), {}, "taxes", Fault.NEGATIVE),
    (line("1", "10", TaxRate("x", "X", D(1000))), {}, "taxes", Fault.TOO_BIG),
    (line("1", "10", TaxRate("x", "X", D("0.0000001"))), {}, "taxes", Fault.TOO_PRECISE),
]


@pytest.mark.parametrize(("bad", "given", "field", "code"), FAULTS)
def test_what_is_wrong_with_a_line_is_said_with_its_number(bad, given, field, code):
    with pytest.raises(Faulty) as caught:
        compute([GOOD, bad], rules(**given))
    assert (caught.value.line, caught.value.field, caught.value.code) == (1, field, code)


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"discount": "10.01"}, "discount", Fault.DISCOUNT_TOO_BIG),
        ({"discount": "x"}, "discount", Fault.NOT_A_DISCOUNT),
        ({"discount": "10.001"}, "discount", Fault.TOO_PRECISE),
        ({"discount": "10.01", "is_discount_before_tax": False}, "discount", Fault.DISCOUNT_TOO_BIG),
        ({"shipping_charge": D("Infinity")}, "shipping_charge", Fault.NOT_A_NUMBER),
        ({"shipping_charge": D("0.001")}, "shipping_charge", Fault.TOO_PRECISE),
        ({"shipping_taxes": (VAT20, VAT20)}, "shipping_taxes", Fault.TAX_TWICE),
        ({"adjustment": D("1E+17")}, "adjustment", Fault.TOO_BIG),
        ({"adjustment": D("99999999999999999.99")}, "total", Fault.TOO_BIG),
        ({"round_off": D(0)}, "round_off", Fault.NOT_ABOVE_ZERO),
        ({"round_off": D("0.001")}, "round_off", Fault.TOO_PRECISE),
        ({"price_precision": 7}, "price_precision", Fault.OUT_OF_RANGE),
        ({"price_precision": -1}, "price_precision", Fault.OUT_OF_RANGE),
    ],
)
def test_what_is_wrong_with_the_document_is_said_too(given, field, code):
    with pytest.raises(Faulty) as caught:
        compute([GOOD], rules(**given))
    assert (caught.value.line, caught.value.field, caught.value.code) == (None, field, code)


BIG = "90000000000000"
TAX900 = TaxRate("900", "Tax", D(900))


@pytest.mark.parametrize(
    ("lines", "given", "field"),
    [
        ([line("999", BIG, VAT20), line("999", BIG)], {}, "sub_total"),
        ([line("600", BIG)], {"shipping_charge": D(BIG) * 600}, "net"),
        ([line("999", BIG, VAT20)] * 2 + [line("-999", BIG)] * 2, {}, "taxable"),
        ([line("200", BIG, TAX900)], {"adjustment": -D(BIG) * 999}, "tax_total"),
        ([line("999", BIG, VAT20)], {"discount": "100%", "is_discount_before_tax": False}, "discount"),
        ([line("600", BIG)], {"adjustment": D(BIG) * 600}, "total"),
    ],
)
def test_sums_that_no_column_holds_are_refused(lines, given, field):
    with pytest.raises(Faulty) as caught:
        compute(lines, rules(**given))
    assert (caught.value.line, caught.value.field, caught.value.code) == (None, field, Fault.TOO_BIG)


def test_a_rate_too_small_to_see_is_no_negative_zero():
    assert str(compute([line("1", "-0.001")], rules()).lines[0].rate) == "0.00"


@pytest.mark.parametrize(("rate", "told"), [("20.000000", "20"), ("1E+2", "100"), ("5.50", "5.5"), ("0.00", "0")])
def test_a_tax_row_tells_its_rate_in_the_shortest_way(rate, told):
    [row] = compute([line("1", "1", TaxRate("x", "X", D(rate)))], rules()).taxes
    assert str(row.rate) == told


def test_the_parts_in_base_currency_add_up_to_the_total():
    lines = [line("1", "33.33", VAT20), line("1", "33.33", VAT10), line("1", "33.33")]
    totals = compute(lines, rules("USD", discount="1.11", shipping_charge=D("3.33"), adjustment=D("0.03")))
    base = to_base(totals, D("0.333"), "EUR")
    assert base.total == D("37.34")
    assert base.sub_total - base.discount_total + base.tax_total + base.shipping_charge + base.adjustment == base.total
    assert (base.sub_total, base.discount_total, base.tax_total) == (D("33.30"), D("0.37"), D("3.29"))
    assert [(row.key, row.taxable, row.amount) for row in base.taxes] == [
        ("20", D("10.98"), D("2.19")),
        ("10", D("10.98"), D("1.10")),
    ]


def test_at_rate_one_the_base_is_the_document():
    totals = compute([line("3", "7.77", VAT20, LEVY), line("1", "5", VAT10)], rules(discount="7%"))
    base = to_base(totals, D(1), "EUR")
    assert (base.sub_total, base.tax_total, base.total) == (totals.sub_total, totals.tax_total, totals.total)
    assert [(row.taxable, row.amount) for row in base.taxes] == [(row.taxable, row.amount) for row in totals.taxes]


@pytest.mark.parametrize(
    ("rate", "code"),
    [("0", Fault.NOT_ABOVE_ZERO), ("-1", Fault.NOT_ABOVE_ZERO), ("NaN", Fault.NOT_A_NUMBER), ("1E+9", Fault.TOO_BIG)],
)
def test_an_exchange_rate_is_above_zero(rate, code):
    with pytest.raises(Faulty) as caught:
        to_base(compute([GOOD], rules()), D(rate), "USD")
    assert (caught.value.field, caught.value.code) == ("exchange_rate", code)


@pytest.mark.parametrize(
    "given", [{}, {"adjustment": D(-99999999999999)}, {"is_tax_inclusive": True, "adjustment": D(-99999999999999)}]
)
def test_figures_that_the_base_currencys_columns_can_not_hold_are_refused(given):
    totals = compute([line("1", "99999999999999", VAT20)], rules(**given))
    with pytest.raises(Faulty) as caught:
        to_base(totals, D("99999"), "JPY")
    assert (caught.value.field, caught.value.code) == ("total", Fault.TOO_BIG)
