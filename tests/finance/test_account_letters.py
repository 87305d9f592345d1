"""Receipts and statements: drawn in the customer's language, e-mailed by hand, when paying, and by program."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from audit.models import Entry
from finance.choices import DocumentKind as Kind
from finance.documents.content import content
from finance.models import Email, Payment
from finance.selectors.statements import statement
from finance.services.account_letters import ReceiptLetter, StatementLetter
from finance.services.contact_persons import create_contact_person
from finance.services.document_moves import move_document
from finance.services.payments import record_payment
from finance.services.refunds import refund_credit_note, refund_payment
from tests import factories
from tests.api.conftest import Program, program  # noqa: F401

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def customer(organization, actor):
    found = factories.customer(
        organization, "Mérieux", language="fr", email="info@merieux.example", billing_city="Lyon"
    )
    create_contact_person(
        actor=actor, customer=found, values={"first_name": "Claire", "email": "claire@merieux.example"}
    )
    return found


@pytest.fixture
def issue(organization, actor, customer):
    def make(kind, verb, amount):
        lines = [{"name": "Work", "rate": Decimal(amount)}]
        day = date(2026, 11, 2)
        draft = factories.document(organization, kind, customer_id=customer.pk, lines=lines, date=day)
        return move_document(actor=actor, document=draft, verb=verb)

    return make


@pytest.fixture
def payment(organization, actor, customer, issue):
    """500.00, of which 300.00 settle an invoice."""
    invoice = issue(Kind.INVOICE, "mark_sent", 300)
    return record_payment(
        actor=actor,
        organization=organization,
        kind=Kind.PAYMENT,
        values={"customer_id": customer.pk, "amount": Decimal(500), "date": date(2026, 11, 20), "reference": "SEPA 7"},
        allocations=[{"invoice_id": invoice.pk, "amount": Decimal(300)}],
    )


@pytest.fixture
def as_boss(client, boss):
    client.force_login(boss, backend=BACKEND)
    return client


def url(name, organization, **names):
    return reverse(f"finance:{name}", kwargs={"organization": organization.pk, **names})


def typed(page):
    return {bound.name: bound.value() or "" for bound in page.context["form"]}


def of_november(customer):
    return statement(customer, since=date(2026, 11, 1), to=date(2026, 11, 30))


def test_a_receipt_says_what_was_paid_and_what_it_settled(payment):
    for language, total in (("en", "€500.00"), ("fr", "500,00\u00a0€")):
        told = content(ReceiptLetter(payment).sheet(language))
        assert (told["number"], told["party"]["name"], told["party"]["address"]) == ("PAY-00001", "Mérieux", ["Lyon"])
        assert total in [amount for _label, amount, _weight in told["totals"]]
    told = content(ReceiptLetter(payment).sheet("en"))
    assert told["facts"] == [["Date", "20 Nov 2026"], ["Paid by", "Bank transfer"], ["Reference", "SEPA 7"]]
    assert told["table"]["rows"][0]["name"] == "INV-00001"
    assert told["table"]["rows"][0]["cells"] == ["2 Nov 2026", "€300.00", "€300.00"]
    assert [(label, amount) for label, amount, _weight in told["totals"]] == [
        ("Amount received", "€500.00"),
        ("Settled", "-€300.00"),
        ("Your credit", "€200.00"),
    ]


def test_a_statement_is_drawn_line_by_line(customer, payment):
    told = content(StatementLetter(customer, of_november(customer)).sheet("en"))
    rows = [(row["name"], *row["cells"]) for row in told["table"]["rows"]]
    assert rows == [
        ("Opening balance", "1 Nov 2026", "", "", "€0.00"),
        ("Invoice INV-00001", "2 Nov 2026", "€300.00", "", "€300.00"),
        ("Payment PAY-00001", "20 Nov 2026", "", "€500.00", "-€200.00"),
    ]
    assert told["totals"][-1] == ["Closing balance", "-€200.00", "due"]


def test_a_receipt_is_written_in_the_customer_s_language_and_kept_in_the_history(organization, payment, as_boss):
    address = url("payment_email", organization, payment=payment.pk)
    page = as_boss.get(address)
    form = typed(page)
    assert (form["to"], form["language"]) == ("claire@merieux.example", "fr")
    assert "500,00\u00a0€" in form["body"]
    as_boss.post(address, {**form, "attach": "on"})
    email = Email.objects.get()
    assert (email.kind, email.record_kind, email.record_id) == ("payment", "payment", payment.pk)
    assert email.attachments.get().name.endswith("PAY-00001.pdf")
    assert bytes(email.attachments.get().content[:5]) == b"%PDF-"
    shown = as_boss.get(url("payment_detail", organization, payment=payment.pk)).content.decode()
    assert "e-mailed a receipt of" in shown
    about = as_boss.get(url("email_detail", organization, email=email.pk)).content.decode()
    assert url("payment_detail", organization, payment=payment.pk) in about


@pytest.mark.parametrize(("thank", "emails"), [({"thank": "on"}, 1), ({}, 0)])
def test_a_customer_is_thanked_while_the_payment_is_recorded(organization, customer, as_boss, thank, emails):
    values = {"customer": customer.pk, "currency": "EUR", "amount": "50", "date": "2026-11-20", "mode": "check"}
    page = as_boss.get(url("payment_new", organization), {"customer": customer.pk})
    assert "Goes to claire@merieux.example" in page.content.decode()
    as_boss.post(url("payment_new", organization), {**values, **thank, "once": "one-key"})
    as_boss.post(url("payment_new", organization), {**values, **thank, "once": "one-key"})
    assert (Payment.objects.count(), Email.objects.count()) == (1, emails)


def test_nobody_is_thanked_who_has_no_address_or_has_been_already(organization, as_boss, payment):
    nobody = factories.customer(organization, "Sans adresse")
    for address in (
        f"{url('payment_new', organization)}?customer={nobody.pk}",
        url("payment_edit", organization, payment=payment.pk),
    ):
        assert "Thank the customer" not in as_boss.get(address).content.decode()


def test_a_statement_is_written_for_the_days_that_are_shown(organization, customer, payment, as_boss):
    shown = url("customer_statement", organization, customer=customer.pk)
    days = {"since": "2026-11-01", "to": "2026-11-15"}
    page = as_boss.get(shown, days)
    address = page.context["email_url"]
    form = typed(as_boss.get(address))
    assert "01/11/2026 – 15/11/2026" in form["body"]
    assert "300,00\u00a0€" in form["body"]
    sent = as_boss.post(address, {**form, "attach": "on"})
    assert sent.url.startswith(f"{shown}?since=2026-11-01&to=2026-11-15")
    email = Email.objects.get()
    assert (email.kind, email.record_kind, email.record_id) == ("statement", "customer", customer.pk)
    assert "Mérieux 2026-11-15.pdf" in email.attachments.get().name
    entry = Entry.objects.get(kind="finance.customer", verb="statement sent")
    assert entry.after == {"recipients": ["claire@merieux.example"]}


def test_a_statement_of_the_first_days_there_are_is_empty(organization, customer, as_boss):
    page = as_boss.get(url("customer_statement", organization, customer=customer.pk), {"to": "0001-01-05"})
    assert (page.status_code, page.context["lines"]) == (200, [])


def test_each_line_of_a_statement_leads_to_its_record(organization, actor, customer, payment, issue, as_boss):
    note = issue(Kind.CREDIT_NOTE, "mark_open", 40)
    day = date(2026, 11, 21)
    refund_payment(actor=actor, payment=payment, values={"amount": Decimal(10), "date": day})
    refund_credit_note(actor=actor, credit_note=note, values={"amount": Decimal(40), "date": day})
    page = as_boss.get(
        url("customer_statement", organization, customer=customer.pk), {"since": "2026-11-01", "to": "2026-11-30"}
    )
    told = [(line.kind, line.record_kind, address) for line, _label, address in page.context["lines"]]
    paid = url("payment_detail", organization, payment=payment.pk)
    credited = url("credit_note_detail", organization, document=note.pk)
    assert told[1:] == [
        ("credit_note", "credit_note", credited),
        ("payment", "payment", paid),
        *sorted([("refund", "payment", paid), ("refund", "credit_note", credited)], key=lambda one: told.index(one)),
    ]
    assert len(told) == 5


def test_a_program_sends_receipts_and_statements(organization, boss, customer, payment, program):  # noqa: F811
    cache.clear()
    call, root = program(boss), f"/finance/{organization.pk}"
    answer = call("POST", f"{root}/payments/{payment.pk}/email", {"language": "en"})
    assert (answer.status_code, answer.json()["subject"]) == (201, "Payment received by Dupont Frères")
    answer = call(
        "POST",
        f"{root}/customers/{customer.pk}/statement/email?since=2026-11-01&to=2026-11-30",
        {"cc": ["x@example.com"], "language": "en"},
    )
    told = answer.json()
    assert (answer.status_code, told["kind"], told["cc"]) == (201, "statement", ["x@example.com"])
    assert "The balance is -€200.00." in told["body"]
    for address in (f"{root}/payments/{payment.pk}/pdf", f"{root}/customers/{customer.pk}/statement/pdf"):
        drawn = call("GET", address)
        assert (drawn.status_code, drawn.headers["Content-Type"], drawn.content[:5]) == (
            200,
            "application/pdf",
            b"%PDF-",
        )
    lines = call("GET", f"{root}/customers/{customer.pk}/statement").json()["lines"]
    assert {line["record_kind"] for line in lines} <= {"invoice", "payment"}
    assert Email.objects.count() == 2
