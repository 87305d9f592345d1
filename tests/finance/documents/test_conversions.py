"""One document is made of another; the source knows how much of it is used, and gets it back."""

from decimal import Decimal

import pytest

from finance.choices import DocumentKind as Kind
from finance.models import Bill, Invoice, PurchaseOrder, SalesOrder
from finance.services import conversions
from finance.services.document_moves import move_document
from finance.services.documents import delete_document, lines_of, update_document
from finsuite.kernel.errors import Refused, TransitionRefused


@pytest.fixture
def move(actor):
    def act(document, *verbs, **more):
        for verb in verbs:
            document = move_document(actor=actor, document=document, verb=verb, **more)
        return document

    return act


def taken(order):
    column = "invoiced_quantity" if order.kind is Kind.SALES_ORDER else "billed_quantity"
    return [getattr(line, column) for line in lines_of(order)]


def test_an_accepted_estimate_becomes_an_order_and_stays_accepted(draft, move, actor):
    estimate = move(draft(Kind.ESTIMATE, discount="10%", deal_id=7, notes="Thanks"), "mark_sent")
    order = conversions.estimate_to_sales_order(actor=actor, estimate=estimate)
    estimate.refresh_from_db()
    assert (estimate.status, order.estimate_id, order.status) == ("accepted", estimate.pk, "draft")
    assert (order.total, order.deal_id, order.notes, order.discount) == (135, 7, "Thanks", "10%")
    assert [line.name for line in lines_of(order)] == ["Work", "Travel"]


def test_a_draft_estimate_is_neither_ordered_nor_invoiced(draft, actor):
    estimate = draft(Kind.ESTIMATE)
    with pytest.raises(Refused):
        conversions.estimate_to_sales_order(actor=actor, estimate=estimate)
    with pytest.raises(TransitionRefused):
        conversions.estimate_to_invoice(actor=actor, estimate=estimate)
    assert not SalesOrder.objects.exists()
    assert not Invoice.objects.exists()


def test_an_estimate_is_invoiced_once_and_free_again_when_the_invoice_is_gone(draft, move, actor):
    estimate = move(draft(Kind.ESTIMATE), "mark_sent", "accept")
    invoice = conversions.estimate_to_invoice(actor=actor, estimate=estimate)
    estimate.refresh_from_db()
    assert (estimate.status, invoice.status, invoice.total) == ("invoiced", "draft", 150)
    with pytest.raises(TransitionRefused):
        conversions.estimate_to_invoice(actor=actor, estimate=estimate)
    delete_document(actor=actor, document=invoice)
    estimate.refresh_from_db()
    assert estimate.status == "accepted"
    again = conversions.estimate_to_invoice(actor=actor, estimate=estimate)
    move(again, "void", reason="Not wanted")
    estimate.refresh_from_db()
    assert estimate.status == "accepted"


def test_an_order_is_invoiced_in_parts_and_is_done_with_the_last(draft, move, actor):
    order = move(draft(Kind.SALES_ORDER, shipping_charge=Decimal(9)), "confirm")
    _work, travel = lines_of(order)
    first = conversions.sales_order_to_invoice(actor=actor, order=order, quantities={travel.pk: Decimal("0.5")})
    order.refresh_from_db()
    assert (order.status, taken(order)) == ("open", [0, Decimal("0.5")])
    assert (first.total, [line.sales_order_line_id for line in lines_of(first)]) == (Decimal("21.50"), [travel.pk])
    rest = conversions.sales_order_to_invoice(actor=actor, order=order)
    order.refresh_from_db()
    assert (order.status, taken(order), rest.total) == ("invoiced", [1, 2], Decimal("137.50"))
    with pytest.raises(Refused):
        conversions.sales_order_to_invoice(actor=actor, order=order)
    delete_document(actor=actor, document=first)
    order.refresh_from_db()
    assert (order.status, taken(order), order.invoiced_quantity) == ("open", [1, Decimal("1.5")], Decimal("2.5"))
    assert Invoice.objects.count() == 1


def test_more_than_is_left_is_refused_under_its_line(draft, move, actor):
    order = move(draft(Kind.SALES_ORDER), "confirm")
    _work, travel = lines_of(order)
    with pytest.raises(Refused) as refused:
        conversions.sales_order_to_invoice(actor=actor, order=order, quantities={travel.pk: Decimal(3)})
    assert set(refused.value.fields) == {"lines/1/quantity"}
    assert not Invoice.objects.exists()


def test_a_voided_invoice_gives_back_and_takes_again_if_it_is_still_there(draft, move, actor):
    order = move(draft(Kind.SALES_ORDER), "confirm")
    invoice = move(conversions.sales_order_to_invoice(actor=actor, order=order), "void", reason="Wrong")
    order.refresh_from_db()
    assert (order.status, taken(order)) == ("open", [0, 0])
    invoice = move(invoice, "to_draft", reason="Right after all")
    order.refresh_from_db()
    assert (order.status, taken(order)) == ("invoiced", [1, 2])
    move(invoice, "void", reason="Wrong")
    conversions.sales_order_to_invoice(actor=actor, order=order)
    with pytest.raises(Refused) as refused:
        move(invoice, "to_draft", reason="Again")
    assert refused.value.code == "taken"
    invoice.refresh_from_db()
    assert invoice.status == "void"


def test_what_is_invoiced_of_an_order_can_not_be_removed_or_made_less(draft, move, actor):
    order = move(draft(Kind.SALES_ORDER), "confirm")
    work, travel = lines_of(order)
    conversions.sales_order_to_invoice(actor=actor, order=order, quantities={travel.pk: Decimal(2)})
    for rows in ([{"id": work.pk}], [{"id": work.pk}, {"id": travel.pk, "quantity": Decimal(1)}]):
        with pytest.raises(Refused):
            update_document(actor=actor, document=order, values={}, lines=rows)
    with pytest.raises(Refused):
        delete_document(actor=actor, document=order)
    with pytest.raises(Refused):
        move(order, "void")
    assert SalesOrder.objects.get().total == 150


def test_orders_of_one_vendor_become_one_bill(draft, move, actor):
    first = move(draft(Kind.PURCHASE_ORDER), "mark_issued")
    second = move(draft(Kind.PURCHASE_ORDER, lines=[{"name": "Paper", "rate": Decimal(8)}]), "mark_issued")
    bill = conversions.purchase_orders_to_bill(actor=actor, orders=[second, first], number="R-99")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (bill.number, bill.total) == ("R-99", 158)
    assert [line.name for line in lines_of(bill)] == ["Work", "Travel", "Paper"]
    assert (first.status, second.status, taken(first), taken(second)) == ("billed", "billed", [1, 2], [1])
    delete_document(actor=actor, document=bill)
    assert {order.status for order in PurchaseOrder.objects.all()} == {"open"}
    assert not Bill.objects.exists()


def test_a_sent_invoice_is_credited_in_part(draft, move, actor):
    invoice = draft(Kind.INVOICE)
    with pytest.raises(Refused):
        conversions.invoice_to_credit_note(actor=actor, invoice=invoice)
    invoice = move(invoice, "mark_sent")
    _work, travel = lines_of(invoice)
    note = conversions.invoice_to_credit_note(actor=actor, invoice=invoice, quantities={travel.pk: Decimal(1)})
    assert (note.total, note.balance, note.invoice_id, note.status) == (25, 25, invoice.pk, "draft")
    assert conversions.invoice_to_credit_note(actor=actor, invoice=invoice).total == 150
