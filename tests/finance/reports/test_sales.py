"""The three reports on sales: what counts, from which figures, and that they come to the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest

from finance.choices import DocumentKind as Kind
from finance.models import CreditNote, Invoice
from finance.services.document_moves import move_document
from tests import factories

D = Decimal
SUMS = ("net", "tax", "total")


@pytest.fixture
def vat(organization):
    return factories.tax(organization)


@pytest.fixture
def gst(organization):
    return factories.tax(organization, "GST", "5.5")


@pytest.fixture
def items(organization):
    return [factories.item(organization, name, sales_rate=D(10), unit="h") for name in ("Consulting", "Training")]


def told(report, *names):
    return [tuple(str(row.get(name)) if name == "name" else row.get(name) for name in names) for row in report.rows]


@pytest.fixture
def a_year(currencies, organization, customer, vat, gst, items, issue):
    """Sixty documents of all sorts, in three currencies, over a year and a bit."""
    chance = Random(20261122)
    customers = [customer, factories.customer(organization, "Acme"), factories.customer(organization, "Zeta")]
    for place in range(60):
        lines = [
            {
                "name": "Work",
                "item_id": chance.choice([None, items[0].pk, items[1].pk]),
                "rate": D(chance.randrange(1, 99999)) / 100,
                "quantity": D(chance.randrange(1, 500)) / 100,
                "discount": chance.choice(["", "10%", "0.01"]),
                "tax_ids": chance.choice([[], [vat.pk], [gst.pk], [vat.pk, gst.pk]]),
            }
            for _line in range(chance.randrange(1, 6))
        ]
        currency = chance.choice(["EUR", "USD", "JPY"])
        if currency == "JPY":
            lines = [{**line, "rate": line["rate"].quantize(D(1)) + 1, "discount": ""} for line in lines]
        issue(
            Kind.CREDIT_NOTE if place % 4 == 0 else Kind.INVOICE,
            *lines,
            date=date(2025, 12, 1 + place % 31) if place % 7 == 0 else date(2026, 1 + place % 12, 1 + place % 28),
            customer_id=chance.choice(customers).pk,
            currency=currency,
            is_tax_inclusive=chance.random() < 0.4,
            discount=chance.choice(["", "7%", "1"]),
            is_discount_before_tax=chance.random() < 0.7,
            shipping_charge=D(chance.choice([0, 12])),
            shipping_tax_id=chance.choice([None, vat.pk]),
            adjustment=D(chance.choice([0, 1, -1])),
        )


def test_the_three_reports_come_to_the_same_and_to_what_is_stored(a_year, organization, ask):
    for given in ({}, {"currency": "USD"}, {"since": "2026-02-01", "to": "2026-05-31"}, {"period": "last_month"}):
        reports = [ask(f"sales-by-{by}", **given) for by in ("customer", "item", "month")]
        totals = [[report.total[name] for name in SUMS] for report in reports]
        assert totals[0] == totals[1] == totals[2], given
        for report, total in zip(reports, totals, strict=True):
            assert [sum(row[name] for row in report.rows) for name in SUMS] == total, given
    in_2026 = {"organization": organization, "date__year": 2026}
    sold = sum(one.total_base for one in Invoice.objects.filter(**in_2026))
    credited = sum(one.total_base for one in CreditNote.objects.filter(**in_2026))
    taxed = sum(one.tax_total_base for one in Invoice.objects.filter(**in_2026))
    less = sum(one.tax_total_base for one in CreditNote.objects.filter(**in_2026))
    whole = ask("sales-by-customer").total
    assert (whole["total"], whole["tax"]) == (sold - credited, taxed - less)
    assert whole["net"] == whole["total"] - whole["tax"]
    assert ask("tax-summary").total["sales_tax"] == whole["tax"]
    rest = [row for row in ask("sales-by-item").rows if row.get("kind") == "rest"]
    assert len(rest) == 1
    assert abs(rest[0]["net"]) < 45 * 12  # shipping, adjustments, discounts after tax and cents, and no more


def test_each_document_counts_at_its_own_rate_on_its_own_day(
    currencies, customer, ask, issue, django_assert_num_queries
):
    issue(Kind.INVOICE, "1000", currency="USD", exchange_rate=D("0.90"), date=date(2026, 1, 31))
    issue(Kind.INVOICE, "1000", currency="USD", exchange_rate=D("0.80"), date=date(2026, 3, 1))
    issue(Kind.CREDIT_NOTE, "100", currency="USD", exchange_rate=D("0.85"), date=date(2026, 3, 31))
    issue(Kind.INVOICE, "10000", currency="JPY", exchange_rate=D("0.0061"), date=date(2026, 3, 2))
    with django_assert_num_queries(1):
        report = ask("sales-by-month", since="2026-01-15", to="2026-04-02")
    assert told(report, "month", "invoices", "credit_notes", "net") == [
        (date(2026, 1, 1), 1, 0, D("900")),
        (date(2026, 2, 1), 0, 0, 0),
        (date(2026, 3, 1), 2, 1, D("776")),
        (date(2026, 4, 1), 0, 0, 0),
    ]
    assert (report.total["net"], report.total["invoices"]) == (1676, 3)
    with django_assert_num_queries(1):
        report = ask("sales-by-customer")
    assert told(report, "customer_id", "name", "net", "share") == [(customer.pk, "Müller & Söhne", 1676, 1)]


def test_drafts_and_what_is_void_never_count(actor, organization, ask, draft, issue):
    draft(Kind.INVOICE, "50")
    draft(Kind.CREDIT_NOTE, "7")
    move_document(actor=actor, document=issue(Kind.INVOICE, "900"), verb="void", reason="Wrong")
    for by in ("customer", "item", "month"):
        assert ask(f"sales-by-{by}").is_empty


def test_items_are_told_with_what_was_given_back_and_what_is_on_no_line(
    organization, items, vat, ask, issue, django_assert_num_queries
):
    line = {"item_id": items[0].pk, "quantity": D(3), "rate": D(100), "tax_ids": [vat.pk]}
    issue(Kind.INVOICE, line, "40", shipping_charge=D(12), discount="10%")
    issue(Kind.CREDIT_NOTE, {**line, "quantity": D(1)})
    with django_assert_num_queries(2):
        report = ask("sales-by-item")
    assert told(report, "name", "unit", "quantity", "average", "net", "tax") == [
        ("Consulting", "h", 2, 85, 170, 34),
        ("Lines without an item", None, None, None, 36, 0),
        ("Not on lines", None, None, None, 12, 0),
    ]
    assert [report.total[name] for name in SUMS] == [218, 34, 252]


def test_a_report_can_be_of_one_customer_item_or_salesperson(organization, staff, items, customer, ask, issue):
    other = factories.customer(organization, "Acme")
    issue(Kind.INVOICE, {"item_id": items[0].pk, "rate": D(70)}, "5", salesperson_id=staff.pk)
    issue(Kind.INVOICE, {"item_id": items[1].pk, "rate": D(30)}, customer_id=other.pk)
    assert told(ask("sales-by-customer", item=str(items[0].pk)), "name", "net") == [("Müller & Söhne", 70)]
    assert told(ask("sales-by-customer", salesperson=str(staff.pk)), "name", "net") == [("Müller & Söhne", 75)]
    assert told(ask("sales-by-item", customer=str(other.pk)), "name", "net") == [("Training", 30)]
    assert ask("sales-by-month", customer=str(customer.pk), item=str(items[1].pk)).total["net"] == 0


def test_in_a_long_period_only_months_with_sales_are_told(ask, issue):
    issue(Kind.INVOICE, "10", date=date(2026, 3, 2))
    issue(Kind.INVOICE, "10", date=date(2031, 3, 2))
    report = ask("sales-by-month", since="1900-01-01", to="9999-12-31")
    assert [row["month"].year for row in report.rows] == [2026, 2031]
    assert [row["month"] for row in ask("sales-by-month", since="2026-03-02", to="2026-03-02").rows] == [
        date(2026, 3, 1)
    ]


def test_a_report_is_told_beside_that_of_an_earlier_period(
    organization, customer, items, ask, issue, django_assert_num_queries
):
    other = factories.customer(organization, "Acme")
    issue(Kind.INVOICE, {"item_id": items[0].pk, "rate": D(120)}, date=date(2026, 3, 5))
    issue(Kind.INVOICE, {"item_id": items[0].pk, "rate": D(100)}, date=date(2025, 3, 5), shipping_charge=D(5))
    issue(Kind.INVOICE, "40", date=date(2025, 5, 5), customer_id=other.pk)
    beside = ("name", "net", "before", "change")
    with django_assert_num_queries(2):
        report = ask("sales-by-customer", compare="year")
    assert told(report, *beside) == [("Müller & Söhne", 120, 105, D(15) / 105), ("Acme", 0, 40, -1)]
    assert (report.total["net"], report.total["before"]) == (120, 145)
    assert told(ask("sales-by-item", compare="year"), *beside) == [
        ("Consulting", 120, 100, D("0.2")),
        ("Lines without an item", 0, 40, -1),
        ("Not on lines", 0, 5, -1),
    ]
    months = ask("sales-by-month", compare="year").rows
    assert [row["month"].isoformat()[:7] for row in months] == [f"2026-{month:02}" for month in range(1, 13)]
    assert [(row["net"], row["before"]) for row in months if row["net"] or row["before"]] == [(120, 105), (0, 40)]
    gone = ask("sales-by-month", since="2026-05-01", to="2026-05-31", compare="year")
    assert told(gone, "month", "invoices", *beside[1:]) == [(date(2026, 5, 1), 0, 0, 40, -1)]
    long = ask("sales-by-month", since="2020-01-01", to="2025-12-31", compare="previous")
    assert [row["month"].isoformat()[:7] for row in long.rows] == ["2025-03", "2025-05"]
    assert told(ask("sales-by-customer", since="2026-03-01", to="2026-03-31", compare="previous"), *beside) == [
        ("Müller & Söhne", 120, 0, None)
    ]


def test_another_organization_s_sales_are_not_told(outsider, ask, issue):
    from finance.models import Membership, Organization

    other = Organization.objects.get(pk=Membership.objects.get(user=outsider).organization_id)
    made = factories.document(other, Kind.INVOICE, date=date(2026, 3, 3), customer_id=factories.customer(other).pk)
    move_document(actor=factories.SYSTEM, document=made, verb="mark_sent")
    assert all(ask(f"sales-by-{by}").is_empty for by in ("customer", "item", "month"))
