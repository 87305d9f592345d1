"""The verbs on documents, and one document made of another, on the API."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from finance import workflow
from finance.api.document_fields import verbs
from finance.choices import DocumentKind as Kind
from finance.models import Bill, CreditNote, DocumentVersion, Invoice
from finance.services.document_moves import move_document
from tests import factories


@pytest.fixture
def call(program, boss):
    cache.clear()
    return program(boss, "read", "write", "admin")


@pytest.fixture
def base(organization):
    return f"/finance/{organization.pk}"


@pytest.fixture
def customer(organization):
    return factories.customer(organization)


@pytest.fixture
def draft(organization, customer):
    """A draft of any kind: two lines of 100.00 and 50.00."""
    vendor = factories.finance_vendor(organization)
    lines = [{"name": "Work", "rate": Decimal(100)}, {"name": "Travel", "rate": Decimal(25), "quantity": Decimal(2)}]

    def make(kind, **values):
        party = {"vendor_id": vendor.pk} if kind in (Kind.PURCHASE_ORDER, Kind.BILL) else {"customer_id": customer.pk}
        number = {"number": "V-1"} if kind is Kind.BILL else {}
        return factories.document(organization, kind, lines=lines, **party, **number, **values)

    return make


def _address(base, document):
    return f"{base}/{document.kind.value.replace('_', '-')}s/{document.pk}"


# Of each kind, the verbs that a draft takes one after the other, and the status shown after each.
LIVES = [
    (Kind.ESTIMATE, [("mark-sent", "sent"), ("accept", "accepted"), ("decline", "declined"), ("accept", "accepted")]),
    (Kind.SALES_ORDER, [("confirm", "open"), ("void", "void")]),
    (Kind.INVOICE, [("mark-sent", "sent"), ("void", "void"), ("to-draft", "draft")]),
    (Kind.CREDIT_NOTE, [("mark-open", "open"), ("void", "void"), ("to-draft", "draft")]),
    (Kind.PURCHASE_ORDER, [("mark-issued", "open"), ("mark-billed", "billed"), ("unmark-billed", "open")]),
    (Kind.BILL, [("mark-open", "open"), ("void", "void"), ("reopen", "open")]),
]


@pytest.mark.parametrize(("kind", "life"), LIVES, ids=[kind.value for kind, _life in LIVES])
def test_a_document_is_moved_by_its_verbs(call, base, draft, kind, life):
    document = draft(kind)
    for verb, status in life:
        answer = call("POST", f"{_address(base, document)}/{verb}", {"reason": "A slip"})
        assert (answer.status_code, answer.json()["status"], len(answer.json()["lines"])) == (200, status, 2)
    told = [entry["verb"] for entry in call("GET", f"{_address(base, document)}/history").json()["results"]]
    assert told == [*(verb.replace("-", "_") for verb, _status in reversed(life)), "created"]


@pytest.mark.parametrize("kind", workflow.TABLES)
def test_an_illegal_move_names_the_state_the_verb_and_the_legal_moves(call, base, draft, kind):
    document = draft(kind)
    legal = [verb.replace("_", "-") for verb in workflow.buttons(kind, "draft")]
    tried = 0
    for verb in verbs(kind):
        if verb in legal:
            continue
        answer = call("POST", f"{_address(base, document)}/{verb}", {"reason": "A slip"})
        told = answer.json()
        assert (answer.status_code, told["type"]) == (409, "urn:finsuite:problem:transition_refused")
        assert (told["state"], told["verb"], told["legal"]) == ("draft", verb, legal)
        assert document.number in told["detail"]
        tried += 1
    assert tried == len(verbs(kind)) - len(legal)
    document.refresh_from_db()
    assert document.status == "draft"


def test_the_verbs_that_nobody_presses_have_no_address(call, base, draft):
    for verb in ("settle", "unsettle", "invoice", "free"):
        assert call("POST", f"{_address(base, draft(Kind.INVOICE))}/{verb}").status_code == 404


def test_voiding_takes_a_reason_the_version_seen_and_the_right(call, base, draft, program, staff):
    invoice = draft(Kind.INVOICE)
    one = _address(base, invoice)
    refused = call("POST", f"{one}/void")
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (400, ["/reason"])
    assert call("POST", f"{one}/void", {"reason": "x" * 501}).status_code == 400
    assert call("POST", f"{one}/void", {"reason": "A slip"}, if_match='"2020-01-01T00:00:00Z"').status_code == 412
    assert program(staff)("POST", f"{one}/void", {"reason": "A slip"}).status_code == 403
    assert not Invoice.objects.filter(status="void").exists()
    tag = call("GET", one).headers["ETag"]
    assert call("POST", f"{one}/void", {"reason": "A slip"}, if_match=tag).json()["status"] == "void"


def test_marking_as_sent_keeps_what_was_sent_and_is_repeated_once(call, base, draft):
    invoice = draft(Kind.INVOICE)
    answers = [call("POST", f"{_address(base, invoice)}/mark-sent", {}, idempotency_key="once") for _turn in range(2)]
    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, "sent")] * 2
    assert DocumentVersion.objects.filter(kind="invoice", record_id=invoice.pk).count() == 1


def test_an_estimate_becomes_an_order_and_the_order_invoices_in_parts(call, base, draft):
    offer = draft(Kind.ESTIMATE, reference="R-9")
    call("POST", f"{_address(base, offer)}/mark-sent")
    made = call("POST", f"{_address(base, offer)}/convert", {"to": "sales_order", "values": {"notes": "Thank you"}})
    told = made.json()
    assert (made.status_code, told["number"], told["reference"], told["notes"], told["estimate"]) == (
        *(201, "SO-00001", "R-9", "Thank you", offer.pk),
    )
    assert made.headers["Location"] == f"/api/v1{base}/sales-orders/{told['id']}"
    order = f"{base}/sales-orders/{told['id']}"
    travel = told["lines"][1]
    call("POST", f"{order}/confirm")
    part = {"to": "invoice", "quantities": [{"line": travel["id"], "quantity": "1"}]}
    assert call("POST", f"{order}/convert", part).json()["total"] == "25.00"
    assert call("POST", f"{order}/convert", {"to": "invoice"}).json()["total"] == "125.00"
    told = call("GET", order).json()
    assert (told["status"], [line["invoiced_quantity"] for line in told["lines"]]) == ("invoiced", ["1", "2"])
    again = call("POST", f"{order}/convert", {"to": "invoice"})
    assert (again.status_code, again.json()["type"]) == (400, "urn:finsuite:problem:wrong_state")
    assert Invoice.objects.count() == 2


def test_an_invoice_is_credited_and_an_order_to_a_vendor_billed(call, base, draft):
    invoice, order = draft(Kind.INVOICE), draft(Kind.PURCHASE_ORDER)
    for document, verb in ((invoice, "mark_sent"), (order, "mark_issued")):
        move_document(actor=factories.SYSTEM, document=document, verb=verb)
    note = call("POST", f"{_address(base, invoice)}/convert", {"to": "credit_note"}).json()
    assert (note["total"], note["invoice"], note["used"], note["balance"]) == ("150.00", invoice.pk, "0.00", "150.00")
    unnumbered = call("POST", f"{_address(base, order)}/convert", {"to": "bill"})
    assert [error["pointer"] for error in unnumbered.json()["errors"]] == ["/values/number"]
    bill = call("POST", f"{_address(base, order)}/convert", {"to": "bill", "values": {"number": "V-7"}}).json()
    assert (bill["number"], bill["total"], call("GET", _address(base, order)).json()["status"]) == (
        *("V-7", "150.00", "billed"),
    )


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/to"]),
        ({"to": "bill"}, ["/to"]),
        ({"to": "invoice", "quantities": [{"line": 999, "quantity": "1"}]}, ["/quantities/0/line"]),
        ({"to": "invoice", "quantities": [{"line": "{line}"}]}, ["/quantities/0/quantity"]),
        ({"to": "invoice", "quantities": [{"line": "{line}", "quantity": "9"}]}, ["/quantities/0/quantity"]),
        ({"to": "invoice", "quantities": []}, ["/quantities"]),
        ({"to": "invoice", "values": {"total": "1"}}, ["/values/total"]),
        ({"to": "invoice", "values": {"customer": 1}}, ["/values/customer"]),
        ({"to": "invoice", "values": {"due_date": "1999-01-01"}}, ["/values/due_date"]),
    ],
)
def test_a_fault_of_a_conversion_is_told_where_it_is(call, base, draft, body, pointers):
    order = draft(Kind.SALES_ORDER)
    move_document(actor=factories.SYSTEM, document=order, verb="confirm")
    line = order.lines.order_by("position").first().pk
    for row in body.get("quantities", []):
        row["line"] = line if row["line"] == "{line}" else row["line"]
    answer = call("POST", f"{_address(base, order)}/convert", body)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (400, pointers)
    assert not Invoice.objects.exists()


def test_what_documents_name_is_of_their_organization(call, base, draft, customer):
    stranger = factories.finance_organization(factories.user("other@example.com"), name="Ailleurs SA")
    theirs = factories.customer(stranger)
    foreign = factories.document(stranger, Kind.INVOICE, customer_id=theirs.pk)
    of_another = draft(Kind.INVOICE)
    lines = [{"name": "Work", "rate": "1"}]
    for invoice in (foreign, of_another):
        someone = factories.customer(of_another.organization, f"Someone {invoice.pk}")
        body = {"customer": someone.pk, "invoice": invoice.pk, "lines": lines}
        answer = call("POST", f"{base}/credit-notes", body)
        assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (400, ["/invoice"])
    assert not CreditNote.objects.exists()
    bill = draft(Kind.BILL)
    tag = call("GET", _address(base, bill)).headers["ETag"]
    for name, place in (("customer", "/lines/0/customer"), ("item", "/lines/0/item")):
        changed = {"lines": [{**lines[0], name: theirs.pk}]}
        answer = call("PATCH", _address(base, bill), changed, if_match=tag)
        assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (400, [place])
    answer = call("PATCH", _address(base, bill), {"payment_term": 999}, if_match=tag)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/payment_term"]
    assert Bill.objects.get().total == 150
    told = {**lines[0], "customer": customer.pk, "is_billable": True, "project": 7}
    changed = call("PATCH", _address(base, bill), {"lines": [told]}, if_match=tag).json()["lines"][0]
    assert (changed["customer"], changed["is_billable"], changed["project"]) == (customer.pk, True, 7)


def test_an_invoice_of_three_lines_is_made_and_issued_in_so_many_statements(call, base, draft, customer):
    first = draft(Kind.INVOICE)
    item = factories.item(first.organization, sales_tax_id=factories.tax(first.organization).pk)
    lines = [{"item": item.pk}, {"name": "Travel", "rate": "10"}, {"name": "Room", "rate": "80"}]
    with CaptureQueriesContext(connection) as creating:
        made = call("POST", f"{base}/invoices", {"customer": customer.pk, "lines": lines})
    with CaptureQueriesContext(connection) as issuing:
        sent = call("POST", f"{base}/invoices/{made.json()['id']}/mark-sent")
    assert (made.status_code, sent.status_code) == (201, 200)
    # The key, the rights and the answer with its lines included.
    assert (_sent(creating), _sent(issuing)) == (17, 12)


def _sent(captured):
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)
