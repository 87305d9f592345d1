"""The pages of payments: what they ask of the database, what they fill in, and what they say."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from finance.choices import DocumentKind as Kind
from finance.models import CustomValue, DocumentVersion, Payment
from finance.services.custom_fields import create_custom_field
from finance.services.document_moves import move_document
from finance.services.documents import create_document
from finance.services.payments import record_payment, update_payment
from finsuite.kernel import tenants
from tests import factories

ROOMS = len(tenants._providers)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def url(name, organization, **names):
    return reverse(f"finance:{name}", kwargs={"organization": organization.pk, **names})


@pytest.fixture
def as_boss(client, boss):
    client.force_login(boss, backend=BACKEND)
    return client


@pytest.fixture
def customer(organization):
    return factories.customer(organization, "Acme")


@pytest.fixture
def issue(actor, organization, customer):
    def make(amount, kind=Kind.INVOICE):
        document = create_document(
            actor=actor,
            organization=organization,
            kind=kind,
            values={"customer_id": customer.pk},
            lines=[{"name": "Work", "rate": Decimal(amount)}],
        )
        verb = "mark_sent" if kind is Kind.INVOICE else "mark_open"
        return move_document(actor=actor, document=document, verb=verb)

    return make


@pytest.fixture
def pay(actor, organization, customer):
    def record(amount, *applied):
        return record_payment(
            actor=actor,
            organization=organization,
            kind=Kind.PAYMENT,
            values={"customer_id": customer.pk, "amount": Decimal(amount)},
            allocations=[{"invoice_id": invoice.pk, "amount": Decimal(part)} for invoice, part in applied],
        )

    return record


def form(customer, **more):
    day = {"date": "2026-11-20", "mode": "check"}
    return {"customer": customer.pk, "currency": "EUR", "amount": "500", **day, **more}


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_statements_however_long_it_is(
    organization, as_boss, pay, count, django_assert_num_queries
):
    for _time in range(count):
        pay(5)
    as_boss.get(url("payment_list", organization))
    with django_assert_num_queries(5 + ROOMS):  # session, person, membership, payments, sums
        page = as_boss.get(url("payment_list", organization))
    assert page.content.decode().count("PAY-000") == count


def test_an_amount_fills_the_longest_due_first_and_says_what_is_left_over(organization, as_boss, customer, issue):
    first, second = issue(300), issue(150)
    page = as_boss.post(url("payment_new", organization), form(customer, do="fill"), headers={"HX-Request": "true"})
    html = page.content.decode()
    assert f'name="pay-{first.pk}" id="pay-{first.pk}" value="300.00"' in html
    assert f'name="pay-{second.pk}" id="pay-{second.pk}" value="150.00"' in html
    assert "€50.00 are left over. They become the customer’s credit" in html
    assert not Payment.objects.exists()


def test_a_payment_is_recorded_with_what_it_settles(organization, as_boss, customer, issue):
    first, second = issue(300), issue(450)
    data = form(customer, **{f"pay-{first.pk}": "300", f"pay-{second.pk}": "200"})
    page = as_boss.post(url("payment_new", organization), data)
    payment = Payment.objects.get()
    assert page.url == url("payment_detail", organization, payment=payment.pk)
    assert (payment.amount, payment.mode, payment.applied_total) == (500, "check", 500)
    shown = as_boss.get(page.url).content.decode()
    assert "INV-00001" in shown
    assert "INV-00002" in shown


def test_a_payment_sent_twice_is_recorded_once(organization, as_boss, customer):
    for _time in range(2):
        as_boss.post(url("payment_new", organization), form(customer, once="one-key"))
    assert Payment.objects.count() == 1


def test_what_is_refused_is_told_in_its_row(organization, as_boss, customer, issue):
    invoice = issue(300)
    page = as_boss.post(url("payment_new", organization), form(customer, **{f"pay-{invoice.pk}": "301"}))
    assert page.status_code == 422
    assert "Of INV-00001 only €300.00 are left to pay." in page.content.decode()
    page = as_boss.post(url("payment_new", organization), form(customer, **{f"pay-{invoice.pk}": "a lot"}))
    assert page.status_code == 422
    assert not Payment.objects.exists()


def test_the_invoice_s_button_leads_to_its_payment_filled_in(organization, as_boss, issue):
    invoice = issue(300)
    shown = as_boss.get(url("invoice_detail", organization, document=invoice.pk)).content.decode()
    address = f"{url('payment_new', organization)}?invoice={invoice.pk}"
    assert address in shown
    html = as_boss.get(address).content.decode()
    assert f'name="pay-{invoice.pk}" id="pay-{invoice.pk}" value="300.00"' in html
    assert "All of it is applied." in html


def test_the_invoice_tells_what_settled_it_and_takes_credits(organization, as_boss, issue, pay):
    invoice, note = issue(300), issue(40, Kind.CREDIT_NOTE)
    payment = pay(100, (invoice, 60))
    settle = url("invoice_settle", organization, document=invoice.pk)
    as_boss.post(settle, {f"payment-{payment.pk}": "40", f"credit_note-{note.pk}": "40"})
    invoice.refresh_from_db()
    assert (invoice.paid_total, invoice.credited_total, invoice.balance) == (100, 40, 160)
    html = as_boss.get(url("invoice_detail", organization, document=invoice.pk)).content.decode()
    assert "PAY-00001" in html
    assert "CN-00001" in html
    page = as_boss.post(settle, {f"payment-{payment.pk}": "1"})
    assert [str(told) for told in get_messages(page.wsgi_request)] == ["Say how much is applied."]


def test_a_write_off_and_a_refund_by_their_dialogs(organization, as_boss, issue, pay):
    invoice, payment = issue(300), pay(100)
    names = {"document": invoice.pk}
    as_boss.post(url("invoice_write_off", organization, **names), {"amount": "300", "reason": "Bankrupt"})
    invoice.refresh_from_db()
    assert (invoice.status, invoice.written_off_total) == ("paid", 300)
    page = as_boss.get(url("invoice_detail", organization, **names)).content.decode()
    assert "The customer owes the €300.00 of INV-00001 again." in page
    as_boss.post(url("invoice_cancel_write_off", organization, **names))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.balance) == ("sent", 300)
    data = {"refund-amount": "100", "refund-date": "2026-11-20", "refund-mode": "cash"}
    as_boss.post(url("payment_refund", organization, payment=payment.pk), data)
    payment.refresh_from_db()
    assert (payment.refunded_total, payment.balance) == (100, 0)


def test_the_customer_s_page_tells_what_is_owed(organization, as_boss, customer, issue, pay):
    issue(300)
    pay(50)
    html = as_boss.get(url("customer_detail", organization, customer=customer.pk)).content.decode()
    assert "€300.00" in html
    assert "€50.00" in html
    statement = as_boss.get(url("customer_statement", organization, customer=customer.pk)).content.decode()
    assert "€250.00" in statement


def test_a_viewer_sees_payments_without_buttons(organization, client, viewer, issue, pay):
    invoice = issue(300)
    payment = pay(50, (invoice, 50))
    client.force_login(viewer, backend=BACKEND)
    html = client.get(url("payment_detail", organization, payment=payment.pk)).content.decode()
    assert "PAY-00001" in html
    assert "unapply/" not in html
    shown = client.get(url("invoice_detail", organization, document=invoice.pk)).content.decode()
    assert "PAY-00001" in shown
    assert "Record a payment" not in shown


@pytest.mark.parametrize("count", [2, 7])
def test_a_customer_s_documents_are_on_their_page_and_others_are_not(
    organization, as_boss, customer, issue, pay, count, django_assert_num_queries
):
    for _turn in range(count):
        issue(100)
    issue(40, Kind.CREDIT_NOTE)
    pay(50)
    other = factories.customer(organization, "Bravo")
    factories.document(organization, Kind.INVOICE, customer_id=other.pk, number="NOT-THEIRS")
    address = url("customer_documents", organization, customer=customer.pk)
    with django_assert_num_queries(13 + ROOMS):
        html = as_boss.get(address).content.decode()
    assert [f"INV-{place:05d}" in html for place in range(count, 0, -1)] == [True] * min(count, 5) + [False] * (
        count - 5
    )
    assert (f"/invoices/?party={customer.pk}" in html) is (count > 5)
    assert ("CN-00001" in html, "PAY-00001" in html, "NOT-THEIRS" in html) == (True, True, False)
    assert f"/estimates/new/?customer={customer.pk}" in html


def test_a_viewer_begins_no_document_for_a_customer(organization, client, viewer, customer, issue):
    issue(100)
    client.force_login(viewer, backend=BACKEND)
    html = client.get(url("customer_documents", organization, customer=customer.pk)).content.decode()
    assert "INV-00001" in html
    assert "/new/" not in html


def test_a_vendor_s_documents_are_on_their_page(organization, as_boss):
    vendor = factories.finance_vendor(organization, "Float")
    factories.document(organization, Kind.BILL, vendor_id=vendor.pk, number="F-1")
    html = as_boss.get(url("vendor_documents", organization, vendor=vendor.pk)).content.decode()
    assert "F-1" in html
    assert f"/purchase-orders/new/?vendor={vendor.pk}" in html


def test_custom_fields_are_typed_shown_and_no_part_of_what_was_received(organization, actor, as_boss, customer, issue):
    values = {"module": "payments", "label": "Slip", "kind": "text", "is_required": True}
    create_custom_field(actor=actor, organization=organization, values=values)
    invoice = issue(500)
    body = form(customer, **{f"pay-{invoice.pk}": "500"})
    refused = as_boss.post(url("payment_new", organization), body)
    assert (refused.status_code, Payment.objects.count()) == (422, 0)
    as_boss.post(url("payment_new", organization), {**body, "cf_slip": "S-77"})
    made = Payment.objects.get()
    assert (made.custom, made.applied_total) == ({"slip": "S-77"}, Decimal(500))
    page = as_boss.get(url("payment_detail", organization, payment=made.pk)).content.decode()
    assert page.count("S-77") == 2  # beside the payment, and in its history
    assert 'value="S-77"' in as_boss.get(url("payment_edit", organization, payment=made.pk)).content.decode()
    update_payment(actor=actor, payment=made, values={"cf_slip": "S-78"})
    assert DocumentVersion.objects.filter(kind=Kind.PAYMENT, record_id=made.pk).count() == 1
    found = Payment.objects.filter(pk=made.pk).values_list("custom", flat=True)
    assert list(found) == [{"slip": "S-78"}]
    assert list(CustomValue.objects.values_list("record_id", "key")) == [(made.pk, "s-78")]
