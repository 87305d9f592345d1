"""Numbers under many hands at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from finance.models import Customer
from finance.services.customers import create_customer
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from tests import factories

THREADS = 8
EACH = 125


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_get_a_thousand_numbers_in_order_without_gaps():
    owner = factories.user()
    organization = factories.finance_organization(owner=owner)
    actor = Actor.person(owner)

    def work(thread: int) -> None:
        try:
            for index in range(EACH):
                create_customer(
                    actor=actor, organization=organization, values={"display_name": f"Customer {thread}-{index}"}
                )
                if index % 10 == 0:
                    _fail_after_taking_a_number(actor, organization, thread)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work, thread) for thread in range(THREADS)]:
            done.result()

    numbers = list(Customer.objects.order_by("id").values_list("number", flat=True))
    assert numbers == [f"CUST-{number:05d}" for number in range(1, THREADS * EACH + 1)]


def _fail_after_taking_a_number(actor: Actor, organization, thread: int) -> None:
    with pytest.raises(Refused):
        create_customer(actor=actor, organization=organization, values={"display_name": f"Customer {thread}-0"})
    with transaction.atomic():
        create_customer(actor=actor, organization=organization, values={"display_name": f"Undone {thread}"})
        transaction.set_rollback(True)
