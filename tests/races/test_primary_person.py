"""Exactly one primary contact person, however many people choose one at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from finance.models import ContactPerson
from finance.services.contact_persons import create_contact_person, delete_contact_person, update_contact_person
from finsuite.kernel.actors import Actor
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_choosing_and_deleting_at_once_leaves_exactly_one():
    owner = factories.user()
    actor = Actor.person(owner)
    customer = factories.customer(factories.finance_organization(owner=owner))
    people = [
        create_contact_person(actor=actor, customer=customer, values={"first_name": f"Person {index}"})
        for index in range(8)
    ]

    def work(index: int) -> None:
        try:
            if index == 0:
                delete_contact_person(actor=actor, person=people[0])
            else:
                update_contact_person(actor=actor, person=people[index], values={"is_primary": True})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, index) for index in range(8)]:
            done.result()

    assert ContactPerson.objects.filter(is_primary=True).count() == 1
    assert ContactPerson.objects.count() == 7
