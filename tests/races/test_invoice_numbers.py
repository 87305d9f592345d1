"""A thousand invoices under many hands at once, some of which think better of it."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, transaction

from finance.choices import DocumentKind as Kind
from finance.models import Invoice, Series
from finance.services.document_moves import move_document
from finance.services.documents import create_document
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from tests import factories

CLIENTS = 8
EACH = 125


@pytest.mark.django_db(transaction=True)
def test_eight_clients_give_a_thousand_invoices_a_thousand_numbers_in_order():
    owner = factories.user()
    organization = factories.finance_organization(owner=owner)
    customer = factories.customer(organization)
    actor = Actor.person(owner)

    def make(rate: int) -> Invoice:
        return create_document(
            actor=actor,
            organization=organization,
            kind=Kind.INVOICE,
            values={"customer_id": customer.pk},
            lines=[{"name": "Work", "rate": Decimal(rate)}],
        )

    def client() -> None:
        try:
            for turn in range(EACH):
                invoice = make(100)
                if turn % 10 == 0:
                    _think_better_of_it(make)
                if turn % 25 == 0:
                    move_document(actor=actor, document=invoice, verb="mark_sent")
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(client) for _client in range(CLIENTS)]:
            done.result()

    numbers = list(Invoice.objects.order_by("id").values_list("number", flat=True))
    assert numbers == [f"INV-{number:05d}" for number in range(1, CLIENTS * EACH + 1)]
    assert Series.objects.get(organization=organization, series="invoice").given == CLIENTS * EACH
    assert Invoice.objects.filter(status="sent").count() == CLIENTS * EACH // 25


def _think_better_of_it(make) -> None:
    """One that is refused, and one that is undone after it had its number."""
    with pytest.raises(Refused):
        make(-100)
    with transaction.atomic():
        make(100)
        transaction.set_rollback(True)
