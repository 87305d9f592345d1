"""Payments settle invoices and bills, in whole or in part; what is left over is credit; deleting takes it all back."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

import finance.services.rates
from audit.models import Entry
from finance.choices import DocumentKind as Kind
from finance.events import DocumentCreated, DocumentDeleted, DocumentMoved, DocumentUpdated
from finance.models import (
    Bill,
    CreditNote,
    Invoice,
    Payment,
    PaymentAllocation,
    Refund,
    VendorPayment,
    WriteOff,
)
from finance.services import credit_notes, payments, refunds, write_offs
from finance.services.document_moves import move_document
from finance.services.documents import delete_document, update_document
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused, TransitionRefused
from finsuite.kernel.versions import version_of
from tests import factories


def refused(function, **values):
    with pytest.raises(Refused) as caught:
        function(**values)
    return caught.value


def add_dollars(organization):
    values = {"code": "USD", "rate": Decimal("0.90")}
    finance.services.rates.add_currency(actor=factories.SYSTEM, organization=organization, values=values)


def line(amount):
    return [{"name": "Work", "rate": Decimal(amount)}]


@pytest.fixture
def sent(draft, actor):
    def make(amount, kind=Kind.INVOICE, **values):
        verb = {Kind.INVOICE: "mark_sent", Kind.BILL: "mark_open", Kind.CREDIT_NOTE: "mark_open"}[kind]
        return move_document(actor=actor, document=draft(kind, lines=line(amount), **values), verb=verb)

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


def left(document):
    document.refresh_from_db()
    return document.status, document.balance


def unused(payment):
    payment.refresh_from_db()
    return payment.applied_total, payment.refunded_total, payment.balance


def test_a_payment_of_two_invoices_in_part(sent, pay):
    first, second = sent(300), sent(450)
    payment = pay(500, (first, 300), (second, 200), reference="Wire 7", mode="check")
    assert (payment.number, payment.mode, payment.applied_total, payment.balance) == ("PAY-00001", "check", 500, 0)
    assert (left(first), left(second)) == (("paid", 0), ("sent", 250))
    second.refresh_from_db()
    assert (second.paid_total, second.settled_total, second.balance_base) == (200, 200, 250)


def test_what_is_left_over_is_credit_for_later(sent, pay, actor):
    first = sent(100)
    payment = pay(150, (first, 100))
    assert unused(payment) == (100, 0, 50)
    second = sent(80)
    payments.apply_payment(actor=actor, payment=payment, allocations=[{"invoice_id": second.pk, "amount": Decimal(30)}])
    payments.apply_payment(actor=actor, payment=payment, allocations=[{"invoice_id": second.pk, "amount": Decimal(20)}])
    assert unused(payment) == (150, 0, 0)
    assert left(second) == ("sent", 30)
    assert PaymentAllocation.objects.get(invoice=second).amount == 50


def test_more_than_was_paid_is_not_applied(sent, pay):
    invoice = sent(300)
    with pytest.raises(Refused) as caught:
        pay(200, (invoice, 201))
    assert caught.value.code == "over_applied"
    assert caught.value.message == "€201.00 are applied, but only €200.00 are there to be applied."
    assert not Payment.objects.exists()
    assert left(invoice) == ("sent", 300)


def test_more_than_is_owed_is_not_applied(sent, pay):
    invoice = sent(300)
    with pytest.raises(Refused) as caught:
        pay(500, (invoice, 301))
    assert caught.value.fields == {"allocations/0/amount": ["Of INV-00001 only €300.00 are left to pay."]}
    assert not Payment.objects.exists()


def test_what_can_not_be_paid_is_refused_in_its_place(sent, draft, pay, actor, organization):
    good, unsent = sent(10), draft(Kind.INVOICE, lines=line(10))
    gone = move_document(actor=actor, document=sent(10), verb="void", reason="Wrong")
    strange = sent(10, customer_id=factories.customer(organization, "Somebody else").pk)
    with pytest.raises(Refused) as caught:
        pay(100, (good, 10), (unsent, 10), (gone, 10), (strange, 10), (Invoice(pk=999_999), 10))
    assert caught.value.fields == {
        "allocations/1/invoice_id": ["INV-00002 is in the state “Draft”, so there is nothing to pay of it."],
        "allocations/2/invoice_id": ["INV-00003 is in the state “Void”, so there is nothing to pay of it."],
        "allocations/3/invoice_id": ["INV-00004 is somebody else's."],
        "allocations/4/invoice_id": ["There is no such document."],
    }
    assert left(good) == ("sent", 10)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("1.005")}, "amount"),
        ({"amount": None}, "amount"),
        ({"bank_charges": Decimal(-1)}, "bank_charges"),
        ({"bank_charges": Decimal(11)}, "bank_charges"),
        ({"tax_withheld": Decimal(-1)}, "tax_withheld"),
        ({"customer_id": None}, "customer_id"),
        ({"customer_id": 999_999}, "customer_id"),
        ({"mode": "barter"}, "mode"),
        ({"exchange_rate": Decimal(2)}, "exchange_rate"),
        ({"currency": "USD"}, "currency"),
        ({"balance": Decimal(5)}, "balance"),
    ],
)
def test_a_payment_that_can_not_be_is_refused_by_field(actor, organization, customer, values, field):
    found = refused(
        payments.record_payment,
        actor=actor,
        organization=organization,
        kind=Kind.PAYMENT,
        values={"customer_id": customer.pk, "amount": Decimal(10), **values},
    )
    assert set(found.fields) == {field}
    assert not Payment.objects.exists()


def test_withheld_tax_settles_an_invoice_but_is_not_refunded(sent, pay, actor):
    invoice = sent(100)
    payment = pay(90, (invoice, 100), tax_withheld=Decimal(10))
    assert left(invoice) == ("paid", 0)
    assert unused(payment) == (100, 0, 0)
    payments.unapply_payment(actor=actor, payment=payment, document_id=invoice.pk)
    found = refused(refunds.refund_payment, actor=actor, payment=payment, values={"amount": Decimal(91)})
    assert found.message == "Of PAY-00001 only €90.00 can be refunded."


def test_deleting_a_payment_leaves_all_as_it_was(sent, pay, actor, told):
    first, second = sent(300), sent(450)
    payment = pay(500, (first, 300), (second, 200))
    told.clear()
    payments.delete_payment(actor=actor, payment=payment)
    assert (left(first), left(second)) == (("sent", 300), ("sent", 450))
    assert not Payment.objects.exists()
    assert not PaymentAllocation.objects.exists()
    assert [(type(event).__name__, event.kind, event.record_id, getattr(event, "verb", "")) for event in told] == [
        (DocumentMoved.__name__, "invoice", first.pk, "unsettle"),
        (DocumentUpdated.__name__, "invoice", second.pk, ""),
        (DocumentDeleted.__name__, "payment", payment.pk, ""),
    ]
    entry = Entry.objects.get(kind="finance.payment", verb="deleted")
    assert entry.before["allocations"] == ["INV-00001: 300", "INV-00002: 200"]


def test_events_and_history_tell_of_a_payment(sent, pay, told):
    first, second = sent(300), sent(450)
    told.clear()
    payment = pay(500, (first, 300), (second, 200), deal_id=7)
    assert [(type(event), event.kind, event.record_id) for event in told] == [
        (DocumentMoved, "invoice", first.pk),
        (DocumentUpdated, "invoice", second.pk),
        (DocumentCreated, "payment", payment.pk),
    ]
    assert (told[0].verb, told[0].before, told[0].after, told[2].deal_id) == ("settle", "sent", "paid", 7)
    entry = Entry.objects.get(kind="finance.invoice", verb="settle")
    assert (entry.before["status"], entry.after["status"], entry.after["balance"]) == ("sent", "paid", "0.0000")
    entry = Entry.objects.get(kind="finance.payment", verb="created")
    assert entry.after["allocations"] == ["INV-00001: 300", "INV-00002: 200"]


def test_a_payment_is_changed_and_what_it_pays_follows(sent, pay, actor):
    first, second = sent(300), sent(450)
    payment = pay(500, (first, 300), (second, 200))
    version = version_of(payment)
    changed = payments.update_payment(
        actor=actor,
        payment=payment,
        values={"amount": Decimal(400), "reference": "Corrected"},
        allocations=[{"invoice_id": second.pk, "amount": Decimal(400)}],
        version=version,
    )
    assert (changed.amount, changed.applied_total, changed.balance) == (400, 400, 0)
    assert (left(first), left(second)) == (("sent", 300), ("sent", 50))
    with pytest.raises(Conflict):
        payments.update_payment(actor=actor, payment=payment, values={"reference": "Late"}, version=version)
    found = refused(payments.update_payment, actor=actor, payment=payment, values={"amount": Decimal(399)})
    assert found.code == "over_applied"
    other = factories.customer(changed.organization, "Another")
    found = refused(payments.update_payment, actor=actor, payment=payment, values={"customer_id": other.pk})
    assert set(found.fields) == {"customer_id"}


def test_a_payment_changed_into_itself_writes_nothing(sent, pay, actor):
    invoice = sent(300)
    payment = pay(300, (invoice, 300), reference="A")
    again = payments.update_payment(
        actor=actor,
        payment=payment,
        values={"reference": "A "},
        allocations=[{"invoice_id": invoice.pk, "amount": Decimal("300.00")}],
    )
    assert again.updated_at == Payment.objects.get().updated_at == payment.updated_at
    assert not Entry.objects.filter(kind="finance.payment", verb="updated").exists()


def test_what_was_gained_by_the_rate_is_kept_with_the_payment(sent, pay, organization):
    add_dollars(organization)
    invoice = sent(1000, currency="USD", exchange_rate=Decimal("0.92"))
    pay(400, (invoice, 400), exchange_rate=Decimal("0.95"))
    pay(600, (invoice, 600), exchange_rate=Decimal("0.90"))
    rows = PaymentAllocation.objects.order_by("pk").values_list("amount_base", "exchange_difference")
    assert list(rows) == [(368, 12), (552, -12)]
    assert left(invoice) == ("paid", 0)
    assert Payment.objects.first().amount_base == 380


def test_a_vendor_s_currency_that_rose_is_a_loss(sent, actor, organization, vendor):
    add_dollars(organization)
    bill = sent(100, kind=Kind.BILL, currency="USD")
    paid = payments.record_payment(
        actor=actor,
        organization=organization,
        kind=Kind.VENDOR_PAYMENT,
        values={"vendor_id": vendor.pk, "amount": Decimal(120), "exchange_rate": Decimal("0.95")},
        allocations=[{"bill_id": bill.pk, "amount": Decimal(100)}],
    )
    assert (paid.number, paid.currency, paid.balance) == ("VP-00001", "USD", 20)
    assert paid.allocations.get().exchange_difference == -5
    assert left(bill) == ("paid", 0)
    refunds.refund_payment(actor=actor, payment=paid, values={"amount": Decimal(20)})
    assert unused(paid) == (100, 20, 0)


def test_an_invoice_is_paid_in_its_own_currency(sent, pay, organization):
    add_dollars(organization)
    with pytest.raises(Refused) as caught:
        pay(100, (sent(100, currency="USD"), 100), currency="EUR")
    assert caught.value.fields == {
        "allocations/0/invoice_id": ["INV-00001 is in USD, and is settled in that currency only."]
    }


def test_voiding_a_partly_paid_invoice_makes_its_payments_credit(sent, pay, actor):
    invoice, note = sent(300), sent(40, kind=Kind.CREDIT_NOTE)
    payment = pay(100, (invoice, 100))
    rows = [{"invoice_id": invoice.pk, "amount": Decimal(40)}]
    credit_notes.apply_credit_note(actor=actor, credit_note=note, allocations=rows)
    write_offs.write_off(actor=actor, invoice=invoice, amount=Decimal(10), reason="Rounding")
    assert left(invoice) == ("sent", 150)
    assert left(note) == ("closed", 0)
    moved = move_document(actor=actor, document=invoice, verb="void", reason="Disputed")
    assert (moved.status, moved.paid_total, moved.credited_total, moved.written_off_total) == ("void", 0, 0, 0)
    assert moved.void_reason == "Disputed"
    assert unused(payment) == (0, 0, 100)
    assert left(note) == ("open", 40)
    assert not WriteOff.objects.exists()
    entry = Entry.objects.get(kind="finance.payment", verb="unapplied")
    assert entry.before == {"allocations": ["INV-00001: 100"]}


def test_a_paid_invoice_is_not_voided(sent, pay, actor):
    invoice = sent(100)
    pay(100, (invoice, 100))
    with pytest.raises(TransitionRefused):
        move_document(actor=actor, document=invoice, verb="void", reason="No")
    assert left(invoice) == ("paid", 0)


def test_a_void_bill_s_payment_is_an_advance_and_a_paid_bill_is_not_deleted(sent, actor, organization, vendor):
    bill = sent(100, kind=Kind.BILL)
    paid = payments.record_payment(
        actor=actor,
        organization=organization,
        kind=Kind.VENDOR_PAYMENT,
        values={"vendor_id": vendor.pk, "amount": Decimal(60)},
        allocations=[{"bill_id": bill.pk, "amount": Decimal(60)}],
    )
    found = refused(delete_document, actor=actor, document=bill)
    assert found.message == "V-2026-17 is paid, at least in part. Take the payments off it first."
    assert Bill.objects.get().paid_total == 60
    move_document(actor=actor, document=bill, verb="void")
    assert unused(paid) == (0, 0, 60)
    assert VendorPayment.objects.get().balance_base == 60


def test_a_credit_note_is_applied_refunded_and_closed(sent, actor):
    invoice, note = sent(300), sent(100, kind=Kind.CREDIT_NOTE)
    rows = [{"invoice_id": invoice.pk, "amount": Decimal(60)}]
    credit_notes.apply_credit_note(actor=actor, credit_note=note, allocations=rows)
    assert (left(note), left(invoice)) == (("open", 40), ("sent", 240))
    found = refused(credit_notes.apply_credit_note, actor=actor, credit_note=note, allocations=rows)
    assert found.message == "Of CN-00001 only €40.00 are left."
    assert refused(move_document, actor=actor, document=note, verb="void", reason="Gone").code == "in_use"
    refund = refunds.refund_credit_note(actor=actor, credit_note=note, values={})
    assert (refund.amount, left(note)) == (40, ("closed", 0))
    refunds.delete_refund(actor=actor, refund=refund)
    assert left(note) == ("open", 40)
    credit_notes.unapply_credit_note(actor=actor, credit_note=note, document_id=invoice.pk)
    assert (left(note), left(invoice)) == (("open", 100), ("sent", 300))


def test_a_draft_credit_note_is_not_used(sent, draft, actor):
    note = draft(Kind.CREDIT_NOTE, lines=line(100))
    rows = [{"invoice_id": sent(300).pk, "amount": Decimal(60)}]
    found = refused(credit_notes.apply_credit_note, actor=actor, credit_note=note, allocations=rows)
    assert found.code == "wrong_state"
    assert refused(refunds.refund_credit_note, actor=actor, credit_note=note, values={}).code == "wrong_state"
    assert CreditNote.objects.get().used_total == 0


def test_unused_credit_is_refunded_and_then_the_payment_stays(sent, pay, actor):
    payment = pay(100)
    refund = refunds.refund_payment(actor=actor, payment=payment, values={"amount": Decimal(30), "mode": "cash"})
    assert unused(payment) == (0, 30, 70)
    assert refused(payments.delete_payment, actor=actor, payment=payment).code == "refunded"
    found = refused(payments.update_payment, actor=actor, payment=payment, values={"amount": Decimal(29)})
    assert found.fields == {"amount": ["€30.00 of it were refunded already."]}
    refunds.delete_refund(actor=actor, refund=refund)
    assert unused(payment) == (0, 0, 100)
    payments.delete_payment(actor=actor, payment=payment)
    assert not Refund.objects.exists()


def test_a_write_off_makes_an_invoice_paid_until_it_is_cancelled(sent, pay, actor):
    invoice = sent(100)
    pay(60, (invoice, 60))
    assert refused(write_offs.write_off, actor=actor, invoice=invoice, reason=" ").code == "required"
    found = refused(write_offs.write_off, actor=actor, invoice=invoice, amount=Decimal(41), reason="Bankrupt")
    assert found.fields == {"amount": ["Of INV-00001 only €40.00 are left to pay."]}
    write_offs.write_off(actor=actor, invoice=invoice, reason="Bankrupt")
    assert left(invoice) == ("paid", 0)
    write_offs.cancel_write_off(actor=actor, invoice=invoice)
    assert left(invoice) == ("sent", 40)
    assert refused(write_offs.cancel_write_off, actor=actor, invoice=invoice).code == "nothing_left"


def test_a_draft_is_not_written_off(draft, actor):
    invoice = draft(Kind.INVOICE)
    assert refused(write_offs.write_off, actor=actor, invoice=invoice, reason="No").code == "not_payable"
    assert not WriteOff.objects.exists()


def test_a_partly_paid_invoice_keeps_its_rate(sent, pay, actor, organization):
    add_dollars(organization)
    invoice = sent(100, currency="USD")
    pay(40, (invoice, 40))
    found = refused(update_document, actor=actor, document=invoice, values={"exchange_rate": Decimal(1)})
    assert set(found.fields) == {"exchange_rate"}


@pytest.mark.parametrize(("rule", "is_refused"), [("ignore", False), ("warn", False), ("refuse", True)])
def test_the_credit_limit_is_kept_as_the_preferences_say(
    draft, sent, pay, actor, organization, customer, rule, is_refused
):
    customer.credit_limit = Decimal(250)
    customer.save()
    organization.preferences.credit_limit_rule = rule
    organization.preferences.save()
    sent(150)
    unsent = draft(Kind.INVOICE, lines=line(100))
    assert unsent.status == "draft"
    if not is_refused:
        sent(101)
        return
    with pytest.raises(Refused) as caught:
        draft(Kind.INVOICE, lines=line(101))
    assert caught.value.message == (
        "With this, Müller & Söhne would owe €1.00 more than their credit limit of €250.00."
    )
    move_document(actor=actor, document=unsent, verb="mark_sent")
    assert Invoice.objects.filter(status="sent").count() == 2
    pay(101)  # in advance: it counts against what is owed
    sent(101)


def test_only_who_may_moves_money(sent, pay, actor, organization, customer, staff, viewer, outsider, accountant):
    invoice = sent(100)
    given = {
        "organization": organization,
        "kind": Kind.PAYMENT,
        "values": {"customer_id": customer.pk, "amount": Decimal(10)},
    }
    for person in (staff, viewer):
        with pytest.raises(NotPermitted):
            payments.record_payment(actor=Actor.person(person), **given)
        with pytest.raises(NotPermitted):
            write_offs.write_off(actor=Actor.person(person), invoice=invoice, reason="No")
    with pytest.raises(NotFound):
        payments.record_payment(actor=Actor.person(outsider), **given)
    assert not Payment.objects.exists()
    payment = payments.record_payment(actor=Actor.person(accountant), **given)
    with pytest.raises(NotPermitted):
        payments.delete_payment(actor=Actor.person(staff), payment=payment)
    with pytest.raises(NotPermitted):
        refunds.refund_payment(actor=Actor.person(staff), payment=payment, values={})
    assert unused(payment) == (0, 0, 10)


def test_the_database_itself_holds_what_was_applied_to_what_was_paid(sent, pay):
    payment = pay(100, (sent(100), 100))
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(applied_total=101)
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(applied_total=101, balance=-1)


@pytest.mark.parametrize("count", [1, 20])
def test_a_payment_takes_the_same_statements_whatever_it_pays(
    sent, actor, organization, customer, count, django_assert_num_queries
):
    rows = [{"invoice_id": sent(10).pk, "amount": Decimal(10)} for _invoice in range(count)]
    with django_assert_num_queries(13):
        payments.record_payment(
            actor=actor,
            organization=organization,
            kind=Kind.PAYMENT,
            values={"customer_id": customer.pk, "amount": Decimal(10 * count)},
            allocations=rows,
        )


def test_a_customer_is_somebody_s_even_when_paying(actor, organization, customer, sent, pay):
    """A second organization's payment can't name an invoice of the first."""
    owner = factories.user("elsewhere@example.com")
    other = factories.finance_organization(owner=owner, name="Elsewhere")
    theirs = factories.customer(other, "Theirs")
    invoice = sent(50)
    found = refused(
        payments.record_payment,
        actor=Actor.person(owner),
        organization=other,
        kind=Kind.PAYMENT,
        values={"customer_id": theirs.pk, "amount": Decimal(50)},
        allocations=[{"invoice_id": invoice.pk, "amount": Decimal(50)}],
    )
    assert found.fields == {"allocations/0/invoice_id": ["There is no such document."]}
    assert left(invoice) == ("sent", 50)
