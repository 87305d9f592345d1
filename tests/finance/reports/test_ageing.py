"""What was owed on a day, by whom and since when: today's figures, and those of any day before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from finance.ageing import NAMES
from finance.choices import DocumentKind as Kind
from finance.selectors.receivables import payables, receivables, receivables_by_customer
from finance.selectors.reports import voided
from finance.selectors.statements import statement
from finance.services import credit_notes, payments, refunds, write_offs
from finance.services.document_moves import move_document
from tests import factories

D = Decimal
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(voided, "today", lambda _organization: TODAY)


@pytest.fixture
def pay(actor, organization, customer):
    def record(amount, *applied, **values):
        return payments.record_payment(
            actor=actor,
            organization=organization,
            kind=Kind.PAYMENT,
            values={"customer_id": customer.pk, "amount": D(amount), **values},
            allocations=[{"invoice_id": invoice.pk, "amount": D(part)} for invoice, part in applied],
        )

    return record


@pytest.fixture
def a_year(actor, customer, issue, pay):
    """Invoices, payments before and after their invoices, credits, refunds, a write-off."""
    first = issue(Kind.INVOICE, "500", date=date(2026, 8, 1), due_date=date(2026, 8, 31))
    pay(200, (first, 200), date=date(2026, 8, 15))
    second = issue(Kind.INVOICE, "300", date=date(2026, 9, 10), due_date=date(2026, 9, 25))
    paid = pay(350, (first, 300), date=date(2026, 9, 10), tax_withheld=D(10))
    note = issue(Kind.CREDIT_NOTE, "40", date=date(2026, 9, 12))
    rows = [{"invoice_id": second.pk, "amount": D(25)}]
    credit_notes.apply_credit_note(actor=actor, credit_note=note, allocations=rows)
    refunds.refund_payment(actor=actor, payment=paid, values={"amount": D(20), "date": date(2026, 9, 20)})
    write_offs.write_off(actor=actor, invoice=second, amount=D(5), reason="Rounding", day=date(2026, 9, 30))
    third = issue(Kind.INVOICE, "80", date=date(2026, 10, 20), due_date=date(2026, 10, 20))
    pay(30, (third, 30), date=date(2026, 10, 1))  # in advance
    refunds.refund_credit_note(actor=actor, credit_note=note, values={"amount": D(5), "date": date(2026, 10, 30)})
    return first, second, third


def test_on_each_day_it_is_what_the_customer_s_statement_comes_to(a_year, customer, organization, ask):
    days = [date(2026, 7, 20) + timedelta(offset) for offset in range(0, 130, 3)]
    for day in [*days, date(2026, 9, 10), date(2026, 9, 30), date(2026, 10, 30), TODAY, date(2027, 5, 5)]:
        report = ask("receivables-ageing", as_of=day.isoformat())
        closing = statement(customer, since=day, to=day).closing
        total = report.total
        assert total["net"] == closing, day
        assert total["outstanding"] - total["unused"] == total["net"], day
        assert sum(total[name] for name in NAMES) == total["outstanding"], day


def test_of_today_it_is_what_is_stored(
    a_year, organization, currencies, customer, issue, ask, django_assert_num_queries
):
    other = factories.customer(organization, "Acme")
    issue(Kind.INVOICE, "1000.01", currency="USD", exchange_rate=D("0.8765"), customer_id=other.pk, date=TODAY)
    with django_assert_num_queries(1):
        report = ask("receivables-ageing", as_of=TODAY.isoformat())
    stored = receivables(organization, today=TODAY)
    assert (report.total["outstanding"], report.total["unused"]) == (stored.base.outstanding, stored.base.unused)
    assert {name: report.total[name] for name in NAMES} == stored.base.ageing
    apart = receivables_by_customer(organization, today=TODAY)
    assert [(row["name"], row["outstanding"]) for row in report.rows] == [
        (one.name, one.base.outstanding) for one in apart
    ]
    dollars = ask("receivables-ageing", as_of=TODAY.isoformat(), currency="USD")
    assert [(row["name"], row["outstanding"], row["unused"]) for row in dollars.rows] == [("Acme", D("876.51"), 0)]


def test_behind_each_figure_are_its_documents(a_year, customer, ask, django_assert_num_queries):
    day = "2026-10-25"
    summary = ask("receivables-ageing", as_of=day)
    one = ask("receivables-ageing", as_of=day, customer=str(customer.pk))
    assert one.total["open_base"] == summary.total["outstanding"]
    for step in (*NAMES, "unused"):
        with django_assert_num_queries(2):
            behind = ask("receivables-ageing", as_of=day, step=step)
        assert behind.total["open_base"] == summary.total[step], step
        assert bool(behind.rows) == bool(summary.total[step]), step
    unused = ask("receivables-ageing", as_of=day, step="unused")
    assert [(row["number"], row["open"], row["days"]) for row in unused.rows] == [
        ("PAY-00002", 40, None),
        ("CN-00001", 40, None),
    ]
    late = ask("receivables-ageing", as_of=day, step="days_1_15")
    assert [(row["number"], row["open"], row["total"], row["days"]) for row in late.rows] == [("INV-00003", 50, 80, 5)]


def test_drafts_and_what_is_void_were_never_owed(actor, draft, issue, ask):
    draft(Kind.INVOICE, "50")
    move_document(actor=actor, document=issue(Kind.INVOICE, "900"), verb="void", reason="Wrong")
    assert ask("receivables-ageing", as_of="2026-12-31").is_empty


def test_what_was_voided_after_a_past_day_is_left_out_and_named(
    actor, organization, issue, draft, ask, django_assert_num_queries, monkeypatch
):
    kept = issue(Kind.INVOICE, "10", date=date(2020, 9, 1))
    gone = issue(Kind.INVOICE, "20", date=date(2020, 9, 2))
    note = issue(Kind.CREDIT_NOTE, "7", date=date(2020, 9, 2))
    later = issue(Kind.INVOICE, "30", date=date(2020, 10, 1))
    never = draft(Kind.INVOICE, "40", date=date(2020, 9, 3))
    for document in (gone, note, later, never):
        move_document(actor=actor, document=document, verb="void", reason="Wrong.")
    with django_assert_num_queries(2):
        report = ask("receivables-ageing", as_of="2020-09-30")
    assert report.total["outstanding"] == kept.total
    sentence = "Voided after this day, and left out: "
    assert report.notes[1:] == [f"{sentence}{note.number} (€7.00), {gone.number} (€20.00)."]
    assert ask("receivables-ageing", as_of="2020-09-30", currency="EUR").notes[1:] == report.notes[1:]
    other = factories.customer(organization, "Other")
    assert ask("receivables-ageing", as_of="2020-09-30", customer=str(other.pk)).notes[1:] == []
    assert ask("receivables-ageing", as_of="2020-08-31").notes[1:] == []
    assert ask("payables-ageing", as_of="2020-09-30").notes[1:] == []
    assert len(ask("receivables-ageing", as_of=TODAY.isoformat()).notes) == 1  # of today, nothing was voided since
    monkeypatch.setattr(voided, "MOST_NAMED", 1)
    assert ask("receivables-ageing", as_of="2020-09-30").notes[1] == f"{sentence}{note.number} (€7.00) and 1 more."


def test_payables_mirror_it(actor, organization, vendor, issue, ask, django_assert_num_queries):
    bill = issue(Kind.BILL, "100", date=date(2026, 5, 1), due_date=date(2026, 5, 31))
    payments.record_payment(
        actor=actor,
        organization=organization,
        kind=Kind.VENDOR_PAYMENT,
        values={"vendor_id": vendor.pk, "amount": D(70), "date": date(2026, 6, 10)},
        allocations=[{"bill_id": bill.pk, "amount": D(60)}],
    )
    assert [row["days_1_15"] for row in ask("payables-ageing", as_of="2026-06-09").rows] == [100]
    with django_assert_num_queries(2):
        report = ask("payables-ageing", as_of="2026-06-10")
    row = report.rows[0]
    assert (row["name"], row["days_1_15"], row["unused"], row["net"]) == ("Papeterie Roux", 40, 10, 30)
    assert payables(organization).base.outstanding == 40
    behind = ask("payables-ageing", as_of="2026-06-10", vendor=str(vendor.pk), step="unused")
    assert [(row["kind"], row["number"], row["open"]) for row in behind.rows] == [("vendor_payment", "VP-00001", 10)]
