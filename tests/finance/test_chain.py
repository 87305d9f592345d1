"""The chain over what was issued: whatever is changed past the services is found, and named."""

import importlib
import json
from decimal import Decimal
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import InternalError, ProgrammingError, connection, transaction

from finance.choices import DocumentKind as Kind
from finance.models import ChainEntry, ChainHead, CreditNote, DocumentVersion, Invoice, InvoiceLine, Payment, Refund
from finance.selectors.chain import verify
from finance.services import payments, refunds
from finance.services.chain import content_hash, link_hash
from finance.services.document_moves import move_document
from finance.services.documents import create_document, update_document
from tests import factories


@pytest.fixture
def customer(organization):
    return factories.customer(organization, "Müller & Söhne")


@pytest.fixture
def issue(actor, organization, customer):
    def make(kind=Kind.INVOICE, amount=100):
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
    def record(amount, invoice=None):
        rows = [{"invoice_id": invoice.pk, "amount": Decimal(amount)}] if invoice else []
        return payments.record_payment(
            actor=actor,
            organization=organization,
            kind=Kind.PAYMENT,
            values={"customer_id": customer.pk, "amount": Decimal(amount)},
            allocations=rows,
        )

    return record


def chained(organization):
    rows = ChainEntry.objects.of(organization).order_by("position")
    return [(row.position, row.number, row.event, row.version) for row in rows]


def unguarded(sql, *values):
    """As somebody who owns the database could: the trigger is off for one statement."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE finance_chainentry DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE finance_chainentry ENABLE TRIGGER USER")


def test_each_issue_change_void_and_deletion_is_an_entry(actor, organization, issue, pay):
    invoice, note, payment = issue(), issue(Kind.CREDIT_NOTE), pay(40)
    update_document(actor=actor, document=invoice, values={"notes": "Thank you"})
    move_document(actor=actor, document=invoice, verb="void", reason="Wrong customer")
    move_document(actor=actor, document=invoice, verb="to_draft", reason="It was right")
    update_document(actor=actor, document=invoice, values={"notes": "Thanks"})
    move_document(actor=actor, document=invoice, verb="mark_sent")
    payments.update_payment(actor=actor, payment=payment, values={"reference": "Wire"})
    payments.delete_payment(actor=actor, payment=payment)
    assert chained(organization) == [
        (1, "INV-00001", "issued", 1),
        (2, "CN-00001", "issued", 1),
        (3, "PAY-00001", "issued", 1),
        (4, "INV-00001", "changed", 2),
        (5, "INV-00001", "voided", 3),
        (6, "INV-00001", "reopened", 4),
        (7, "INV-00001", "changed", 5),
        (8, "PAY-00001", "changed", 2),
        (9, "PAY-00001", "deleted", 3),
    ]
    assert note.status == "open"
    found = verify(organization)
    assert (found.entries, found.broken) == (9, None)


def test_estimates_and_drafts_are_not_chained(actor, organization, customer):
    for kind in (Kind.ESTIMATE, Kind.INVOICE):
        document = create_document(
            actor=actor,
            organization=organization,
            kind=kind,
            values={"customer_id": customer.pk},
            lines=[{"name": "Work", "rate": Decimal(5)}],
        )
        if kind is Kind.ESTIMATE:
            move_document(actor=actor, document=document, verb="mark_sent")
    assert chained(organization) == []
    assert verify(organization).broken is None


def test_what_goes_on_with_an_invoice_does_not_break_the_chain(actor, organization, issue, pay, customer):
    invoice = issue()
    pay(100, invoice)
    customer.display_name = "Renamed"
    customer.save()
    organization.name = "Renamed, too"
    organization.save()
    invoice.refresh_from_db()
    assert invoice.status == "paid"
    assert verify(organization).broken is None


def test_each_organization_has_a_chain_of_its_own(organization, issue, actor):
    other = factories.finance_organization(owner=factories.user("other@example.com"), name="Other")
    issue()
    payments.record_payment(
        actor=factories.SYSTEM,
        organization=other,
        kind=Kind.PAYMENT,
        values={"customer_id": factories.customer(other).pk, "amount": Decimal(5)},
    )
    assert (chained(organization), chained(other)) == (
        [(1, "INV-00001", "issued", 1)],
        [(1, "PAY-00001", "issued", 1)],
    )
    assert ChainEntry.objects.of(organization).get().previous == ""


def test_each_entry_follows_from_the_one_before(organization, issue):
    for _time in range(3):
        issue()
    first, second, third = ChainEntry.objects.of(organization).order_by("position")
    assert (first.previous, second.previous, third.previous) == ("", first.hash, second.hash)
    head = ChainHead.objects.get(organization=organization)
    assert (head.position, head.hash) == (3, third.hash)
    assert len({first.hash, second.hash, third.hash}) == 3
    assert len(first.hash) == 64


@pytest.mark.parametrize("statement", ["UPDATE finance_chainentry SET number = 'X'", "DELETE FROM finance_chainentry"])
def test_the_database_refuses_to_change_the_chain(organization, issue, statement):
    issue()
    with (
        pytest.raises((ProgrammingError, InternalError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert chained(organization) == [(1, "INV-00001", "issued", 1)]


def test_a_total_changed_past_the_services_is_found(organization, issue):
    issue()
    second = issue(amount=200)
    issue()
    Invoice.objects.filter(pk=second.pk).update(total=150, balance=150)
    broken = verify(organization).broken
    assert (broken.position, broken.number, broken.sentence) == (2, "INV-00002", "total was “200”, and is “150”")


def test_a_line_changed_past_the_services_is_found(organization, issue):
    invoice = issue(amount=200)
    InvoiceLine.objects.filter(document=invoice).update(name="Other work")
    assert verify(organization).broken.sentence == "line 1: name was “Work”, and is “Other work”"
    InvoiceLine.objects.filter(document=invoice).delete()
    assert verify(organization).broken.sentence == "the number of lines was 1, and is 0"


def test_a_payment_taken_out_past_the_services_is_found(organization, pay):
    pay(40)
    payment = pay(50)
    Payment.objects.filter(pk=payment.pk).delete()
    broken = verify(organization).broken
    assert (broken.position, broken.number) == (2, "PAY-00002")
    assert broken.sentence == "it is gone, and nothing tells that it was deleted"


def test_a_version_changed_past_the_services_is_found(organization, issue):
    issue()
    version = DocumentVersion.objects.get()
    version.content["total"] = "1"
    version.save()
    broken = verify(organization).broken
    assert (broken.number, broken.sentence) == ("INV-00001", "the version that was kept with it was changed")


def test_an_entry_changed_left_out_or_cut_off_is_found(organization, issue):
    for _time in range(3):
        issue()
    sentences = []
    for sql in (
        "UPDATE finance_chainentry SET number = 'INV-9' WHERE position = 2",
        "DELETE FROM finance_chainentry WHERE position = 2",
        "DELETE FROM finance_chainentry WHERE position = 3",
    ):
        with transaction.atomic():
            unguarded(sql)
            broken = verify(organization).broken
            sentences.append((broken.position, broken.sentence))
            transaction.set_rollback(True)
    assert sentences == [
        (2, "the entry itself was changed"),
        (3, "entry 2 is missing"),
        (3, "the chain should have 3 entries, and has 2"),
    ]


def test_a_chain_forged_from_one_entry_on_is_found_at_the_next(organization, issue):
    """Whoever changes a version and recomputes its entry's hashes has to recompute all that follow."""
    for _time in range(2):
        issue()
    version = DocumentVersion.objects.order_by("pk").first()
    version.content["reference"] = "Forged"
    version.save()
    entry = ChainEntry.objects.of(organization).order_by("position").first()
    entry.content_hash = content_hash(json.loads(json.dumps(version.content)))
    unguarded(
        "UPDATE finance_chainentry SET content_hash = %s, hash = %s WHERE id = %s",
        entry.content_hash,
        link_hash(entry),
        entry.pk,
    )
    broken = verify(organization).broken
    assert (broken.position, broken.sentence) == (2, "it does not follow the entry before it")


def test_an_invoice_put_in_past_the_services_is_found(organization, issue):
    note = issue(Kind.CREDIT_NOTE)
    copy = CreditNote.objects.get(pk=note.pk)
    copy.pk, copy.number = None, "CN-77777"
    copy.save(force_insert=True)
    broken = verify(organization).broken
    assert (broken.number, broken.sentence) == ("CN-77777", "it was issued, and the chain does not know it")


def test_the_command_says_ok_or_names_the_first_broken_entry(organization, issue):
    invoice = issue()
    out = StringIO()
    call_command("verify_chain", stdout=out)
    assert out.getvalue() == "Dupont Frères: OK, 1 entry\n"
    Invoice.objects.filter(pk=invoice.pk).update(reference="Changed")
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_chain", organization=organization.pk, stdout=out)
    assert stopped.value.code == 1
    assert out.getvalue() == "Dupont Frères: broken at entry 1, INV-00001: reference was “”, and is “Changed”\n"


def test_refunds_are_in_the_chain_and_so_is_their_deletion(actor, organization, issue, pay):
    note, payment = issue(Kind.CREDIT_NOTE), pay(40)
    refunds.refund_credit_note(actor=actor, credit_note=note, values={"amount": Decimal(30)})
    given = refunds.refund_payment(actor=actor, payment=payment, values={"amount": Decimal(15)})
    assert verify(organization).broken is None
    refunds.delete_refund(actor=actor, refund=given)
    rows = ChainEntry.objects.of(organization).filter(kind=Kind.REFUND).order_by("position")
    assert [(row.position, row.number, row.event, row.version) for row in rows] == [
        (3, "CN-00001", "issued", 1),
        (4, "PAY-00001", "issued", 1),
        (5, "PAY-00001", "deleted", 2),
    ]
    kept = DocumentVersion.objects.of(organization).get(kind=Kind.REFUND, record_id=rows[0].record_id).content
    assert (kept["amount"], kept["of"]["number"], kept["party"]["name"]) == ("30", "CN-00001", "Müller & Söhne")
    found = verify(organization)
    assert (found.entries, found.broken) == (5, None)
    Refund.objects.update(amount=Decimal(29))
    assert verify(organization).broken.sentence == "amount was “30”, and is “29”"
    Refund.objects.update(amount=Decimal(30))
    stray = Refund.objects.get()
    stray.pk = None
    stray.save()
    broken = verify(organization).broken
    assert (broken.number, broken.sentence) == ("CN-00001", "it was issued, and the chain does not know it")


def test_refunds_that_are_older_than_refunds_in_the_chain_are_added_to_it(actor, organization, issue, pay, monkeypatch):
    note, payment = issue(Kind.CREDIT_NOTE), pay(40)
    monkeypatch.setattr(refunds, "_keep", lambda *args: None)
    refunds.refund_credit_note(actor=actor, credit_note=note, values={})
    refunds.refund_payment(actor=actor, payment=payment, values={"amount": Decimal(15)})
    monkeypatch.undo()
    assert verify(organization).broken.number == "CN-00001"
    migration = importlib.import_module("finance.migrations.0018_refunds_in_the_chain")
    for _time in range(2):
        migration.add_refunds(apps, None)
        found = verify(organization)
        assert (found.entries, found.broken) == (4, None)
