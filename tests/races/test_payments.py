"""Two who pay the same invoice at once: the second is told that nothing is left."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from finance.choices import DocumentKind as Kind
from finance.models import ChainEntry, Invoice, Payment, PaymentAllocation
from finance.selectors.chain import verify
from finance.services import payments
from finance.services.document_moves import move_document
from finance.services.documents import create_document
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import DomainError, Refused
from tests import factories


def at_once(*works):
    """What each of them returned, or the refusal that it met."""
    start = Barrier(len(works))

    def run(work):
        try:
            start.wait(timeout=30)
            return work()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result() for done in [pool.submit(run, work) for work in works]]


@pytest.fixture
def world(transactional_db):
    owner = factories.user()
    organization = factories.finance_organization(owner=owner)
    return Actor.person(owner), organization, factories.customer(organization)


def sent(world, amount=100):
    actor, organization, customer = world
    invoice = create_document(
        actor=actor,
        organization=organization,
        kind=Kind.INVOICE,
        values={"customer_id": customer.pk},
        lines=[{"name": "Work", "rate": Decimal(amount)}],
    )
    return move_document(actor=actor, document=invoice, verb="mark_sent")


def pay(world, *invoices, amount=100):
    actor, organization, customer = world
    return payments.record_payment(
        actor=actor,
        organization=organization,
        kind=Kind.PAYMENT,
        values={"customer_id": customer.pk, "amount": Decimal(amount * max(len(invoices), 1))},
        allocations=[{"invoice_id": invoice.pk, "amount": Decimal(amount)} for invoice in invoices],
    )


def test_of_two_payments_of_the_whole_balance_one_is_refused_in_a_sentence(world):
    invoice = sent(world)
    outcome = at_once(lambda: pay(world, invoice), lambda: pay(world, invoice))
    (refusal,) = [found for found in outcome if isinstance(found, Refused)]
    assert refusal.message == "INV-00001 is in the state “Paid”, so there is nothing to pay of it."
    assert Payment.objects.count() == PaymentAllocation.objects.count() == 1
    invoice.refresh_from_db()
    assert (invoice.status, invoice.paid_total, invoice.balance) == ("paid", 100, 0)


def test_a_credit_is_not_spent_twice(world):
    actor = world[0]
    first, second, payment = sent(world), sent(world), pay(world)
    works = [
        lambda invoice=invoice: payments.apply_payment(
            actor=actor, payment=payment, allocations=[{"invoice_id": invoice.pk, "amount": Decimal(100)}]
        )
        for invoice in (first, second)
    ]
    outcome = at_once(*works)
    assert len([found for found in outcome if isinstance(found, DomainError)]) == 1
    payment.refresh_from_db()
    assert (payment.applied_total, payment.balance) == (100, 0)
    assert sorted(Invoice.objects.values_list("status", flat=True)) == ["paid", "sent"]


def test_invoices_paid_in_opposite_orders_do_not_stand_in_each_other_s_way(world):
    for _time in range(5):
        first, second = sent(world), sent(world)
        outcome = at_once(
            lambda one=first, two=second: pay(world, one, two, amount=40),
            lambda one=first, two=second: pay(world, two, one, amount=40),
        )
        assert [type(found) for found in outcome] == [Payment, Payment]
    assert set(Invoice.objects.values_list("balance", flat=True)) == {20}


def test_an_invoice_is_either_voided_or_paid_and_money_is_never_lost(world):
    actor = world[0]
    for _time in range(5):
        invoice = sent(world)
        at_once(
            lambda one=invoice: pay(world, one, amount=60),
            lambda one=invoice: move_document(actor=actor, document=one, verb="void", reason="Wrong"),
        )
        invoice.refresh_from_db()
        assert (invoice.status, invoice.paid_total) == ("void", 0)
    assert sum(Payment.objects.values_list("applied_total", flat=True)) == 0
    assert not PaymentAllocation.objects.exists()


def test_eight_who_issue_at_once_make_one_chain_without_a_gap(world):
    organization = world[1]
    at_once(*[lambda: [pay(world) for _time in range(10)]] * 8)
    positions = list(ChainEntry.objects.of(organization).order_by("pk").values_list("position", flat=True))
    assert positions == list(range(1, 81))
    assert verify(organization).broken is None
