"""What is owed, since when, in each currency and in base; and what a customer's statement says."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

import finance.services.rates
from finance.ageing import NAMES, due_between, step_of
from finance.choices import DocumentKind as Kind
from finance.models import Invoice
from finance.selectors.receivables import (
    net_owed_in_base,
    open_documents,
    payables,
    payables_by_vendor,
    receivables,
    receivables_by_customer,
)
from finance.selectors.statements import currencies_of, statement
from finance.services import credit_notes, payments, refunds, write_offs
from finance.services.document_moves import move_document
from finance.services.documents import create_document
from tests import factories

TODAY = date(2026, 11, 22)


@pytest.fixture
def customer(organization):
    return factories.customer(organization, "Müller & Söhne")


@pytest.fixture
def issue(actor, organization, customer):
    def make(amount, days_late=0, kind=Kind.INVOICE, **values):
        due = TODAY - timedelta(days_late)
        days = {"due_date": due, "date": due - timedelta(10)} if kind in (Kind.INVOICE, Kind.BILL) else {}
        party = {} if kind is Kind.BILL else {"customer_id": customer.pk}
        document = create_document(
            actor=actor,
            organization=organization,
            kind=kind,
            values={**party, **days, **values},
            lines=[{"name": "Work", "rate": Decimal(amount)}],
        )
        verb = "mark_sent" if kind is Kind.INVOICE else "mark_open"
        return move_document(actor=actor, document=document, verb=verb)

    return make


@pytest.fixture
def pay(actor, organization, customer):
    def record(amount, *applied, **values):
        rows = [{"invoice_id": invoice.pk, "amount": Decimal(part)} for invoice, part in applied]
        return payments.record_payment(
            actor=actor,
            organization=organization,
            kind=Kind.PAYMENT,
            values={"customer_id": customer.pk, "amount": Decimal(amount), **values},
            allocations=rows,
        )

    return record


@pytest.mark.parametrize(
    ("days", "step"),
    [
        (-400, "current"),
        (0, "current"),
        (1, "days_1_15"),
        (15, "days_1_15"),
        (16, "days_16_30"),
        (30, "days_16_30"),
        (31, "days_31_45"),
        (45, "days_31_45"),
        (46, "days_over_45"),
        (4000, "days_over_45"),
    ],
)
def test_every_day_is_in_one_step(days, step):
    due = TODAY - timedelta(days)
    assert step_of(due, TODAY) == step
    found = []
    for name in NAMES:
        first, last = due_between(name, TODAY)
        if (first is None or due >= first) and (last is None or due <= last):
            found.append(name)
    assert found == [step]


def test_what_is_owed_is_told_by_age_and_currency(issue, pay, actor, organization, django_assert_num_queries):
    values = {"code": "USD", "rate": Decimal("0.90")}
    finance.services.rates.add_currency(actor=actor, organization=organization, values=values)
    issue(100)
    late = issue(200, days_late=1)
    issue(400, days_late=16)
    issue(800, days_late=31)
    issue(1600, days_late=46)
    issue(50, days_late=46, currency="USD", exchange_rate=Decimal("0.80"))
    pay(80, (late, 50))
    issue(25, kind=Kind.CREDIT_NOTE)
    with django_assert_num_queries(2):
        owed = receivables(organization, today=TODAY)
    euros, dollars = owed.currencies
    assert (euros.currency, euros.outstanding, euros.overdue, euros.unused) == ("EUR", 3050, 2950, 55)
    assert euros.ageing == {
        "current": 100,
        "days_1_15": 150,
        "days_16_30": 400,
        "days_31_45": 800,
        "days_over_45": 1600,
    }
    assert (dollars.currency, dollars.outstanding, dollars.overdue, dollars.unused) == ("USD", 50, 50, 0)
    assert (owed.base.outstanding, owed.base.overdue, owed.base.unused, owed.base.net) == (3090, 2990, 55, 3035)
    assert owed.base.ageing["days_over_45"] == 1640


def test_drafts_and_what_is_void_or_paid_are_not_owed(issue, pay, actor, organization, customer):
    pay(100, (issue(100), 100))
    move_document(actor=actor, document=issue(50), verb="void", reason="Wrong")
    create_document(
        actor=actor,
        organization=organization,
        kind=Kind.INVOICE,
        values={"customer_id": customer.pk},
        lines=[{"name": "Work", "rate": Decimal(7)}],
    )
    assert receivables(organization).is_nothing
    assert net_owed_in_base(organization, customer.pk) == 0


def test_what_is_unused_counts_against_what_is_owed(issue, pay, organization, customer, django_assert_num_queries):
    issue(100)
    issue(50, currency="USD", exchange_rate=Decimal("0.80"))
    pay(30)
    issue(25, kind=Kind.CREDIT_NOTE)
    with django_assert_num_queries(1):
        assert net_owed_in_base(organization, customer.pk) == 100 + 40 - 30 - 25
    pay(200)
    assert net_owed_in_base(organization, customer.pk) == -115


def test_customers_are_told_apart_the_largest_first(issue, organization, customer):
    other = factories.customer(organization, "Acme")
    issue(100)
    issue(300, customer_id=other.pk, days_late=20)
    found = receivables_by_customer(organization, today=TODAY)
    assert [(one.name, one.base.outstanding, one.base.ageing["days_16_30"]) for one in found] == [
        ("Acme", 300, 300),
        ("Müller & Söhne", 100, 0),
    ]
    assert receivables(organization, customer_id=other.pk).base.outstanding == 300


def test_open_invoices_are_told_the_longest_due_first(issue, pay, organization, customer):
    later, first, second = issue(10), issue(20, days_late=9), issue(30, days_late=5)
    pay(20, (first, 20))
    found = open_documents(organization, Invoice, customer.pk, "EUR")
    assert [one.pk for one in found] == [second.pk, later.pk]


def test_a_statement_runs_from_what_was_owed_to_what_is(
    issue, pay, actor, customer, organization, django_assert_num_queries
):
    old = issue(500, date=date(2026, 8, 1), due_date=date(2026, 8, 31))
    pay(200, (old, 200), date=date(2026, 8, 15))
    new = issue(300, date=date(2026, 9, 10), due_date=date(2026, 9, 10))
    paid = pay(350, (old, 300), date=date(2026, 9, 10), tax_withheld=Decimal(10))
    note = issue(40, kind=Kind.CREDIT_NOTE, date=date(2026, 9, 12))
    rows = [{"invoice_id": new.pk, "amount": Decimal(40)}]
    credit_notes.apply_credit_note(actor=actor, credit_note=note, allocations=rows)
    refunds.refund_payment(actor=actor, payment=paid, values={"amount": Decimal(20), "date": date(2026, 9, 20)})
    write_offs.write_off(actor=actor, invoice=new, amount=Decimal(5), reason="Rounding", day=date(2026, 9, 30))
    issue(999, date=date(2026, 10, 1), due_date=date(2026, 10, 1))
    with django_assert_num_queries(2):
        found = statement(customer, since=date(2026, 9, 1), to=date(2026, 9, 30))
    assert found.opening == 300
    assert [(line.day.day, line.kind, line.number, line.amount, line.balance) for line in found.lines] == [
        (10, "invoice", "INV-00002", 300, 600),
        (10, "payment", "PAY-00002", -360, 240),
        (12, "credit_note", "CN-00001", -40, 200),
        (20, "refund", "PAY-00002", 20, 220),
        (30, "write_off", "INV-00002", -5, 215),
    ]
    assert (found.closing, found.added, found.taken) == (215, 320, 405)
    whole = statement(customer, since=date(2026, 1, 1), to=date(2026, 12, 31))
    owed = receivables(organization, customer_id=customer.pk).currencies[0]
    assert (whole.opening, whole.closing) == (0, owed.net)
    assert currencies_of(customer) == ["EUR"]


def test_what_is_owed_to_vendors_mirrors_it(actor, organization, issue):
    vendor = factories.finance_vendor(organization, "Papeterie Roux")
    bill = issue(100, days_late=3, kind=Kind.BILL, vendor_id=vendor.pk, number="A-1")
    payments.record_payment(
        actor=actor,
        organization=organization,
        kind=Kind.VENDOR_PAYMENT,
        values={"vendor_id": vendor.pk, "amount": Decimal(70)},
        allocations=[{"bill_id": bill.pk, "amount": Decimal(60)}],
    )
    owed = payables(organization, today=TODAY)
    assert (owed.base.outstanding, owed.base.overdue, owed.base.unused) == (40, 40, 10)
    assert [(one.name, one.base.outstanding) for one in payables_by_vendor(organization)] == [("Papeterie Roux", 40)]
