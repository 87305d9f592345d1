"""Two who bill the same expense, or the same line of a bill, at once: one of them is told that it is billed."""

from decimal import Decimal

import pytest

from finance.choices import DocumentKind as Kind
from finance.models import BillLine, Expense, Invoice
from finance.services.document_moves import move_document
from finance.services.documents import create_document, delete_document, update_document
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from tests import factories
from tests.races.test_payments import at_once


@pytest.fixture
def world(transactional_db):
    owner = factories.user()
    organization = factories.finance_organization(owner=owner)
    return Actor.person(owner), organization, factories.customer(organization), owner


def bill(world, *rows, into=None):
    actor, organization, customer, _owner = world
    if into is not None:
        return update_document(actor=actor, document=into, values={}, lines=[{"name": "Work"}, *rows])
    values = {"customer_id": customer.pk}
    return create_document(actor=actor, organization=organization, kind=Kind.INVOICE, values=values, lines=list(rows))


def spent(world):
    _actor, organization, customer, owner = world
    return factories.expense(organization, owner, is_billable=True, customer_id=customer.pk)


def bought(world, number):
    actor, organization, customer, _owner = world
    made = create_document(
        actor=actor,
        organization=organization,
        kind=Kind.BILL,
        values={"vendor_id": factories.finance_vendor(organization, number).pk, "number": number},
        lines=[{"name": "Paper", "rate": Decimal(5), "is_billable": True, "customer_id": customer.pk}],
    )
    move_document(actor=actor, document=made, verb="mark_open")
    return BillLine.objects.get(document=made)


def test_of_two_who_bill_the_same_thing_at_once_one_is_refused_in_a_sentence(world):
    for turn in range(3):
        expense, line = spent(world), bought(world, f"V-{turn}")
        for row, label in (
            ({"expense_id": expense.pk}, expense.number),
            ({"bill_line_id": line.pk}, f"V-{turn}, line 1"),
        ):
            draft = bill(world, {"name": "Work"})
            outcome = at_once(
                lambda row=row: bill(world, row), lambda row=row, draft=draft: bill(world, row, into=draft)
            )
            (refusal,) = [found for found in outcome if isinstance(found, Refused)]
            assert refusal.message == f"{label} is billed by another invoice already."
    for name in ("lines__expense_id", "lines__bill_line_id"):
        billed = list(Invoice.objects.filter(**{f"{name}__isnull": False}).values_list(name, flat=True))
        assert len(billed) == len(set(billed)) == 3


def test_expenses_billed_in_opposite_orders_do_not_stand_in_each_other_s_way(world):
    actor = world[0]
    for _time in range(5):
        one, two = spent(world), spent(world)
        rows = [{"expense_id": one.pk}, {"expense_id": two.pk}]
        outcome = at_once(lambda rows=rows: bill(world, *rows), lambda rows=rows: bill(world, *reversed(rows)))
        assert sorted(type(found).__name__ for found in outcome) == ["Invoice", "Refused"]
        (made,) = [found for found in outcome if isinstance(found, Invoice)]
        again = at_once(
            lambda made=made: delete_document(actor=actor, document=made), lambda rows=rows: bill(world, *rows)
        )
        living = [found for found in again if isinstance(found, Invoice)]
        assert Expense.objects.filter(pk__in=[one.pk, two.pk], is_invoiced=True).count() == 2 * len(living)
