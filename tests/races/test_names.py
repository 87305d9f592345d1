"""The rule on duplicate names holds while it is being changed."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from finance.models import Customer
from finance.services.customers import create_customer, update_customer
from finance.services.organizations import update_organization
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from tests import factories


def _at_once(*jobs):
    def closing(job):
        try:
            return job()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result() for done in [pool.submit(closing, job) for job in jobs]]


@pytest.mark.django_db(transaction=True)
def test_no_customer_escapes_the_rule_that_is_switched_on_meanwhile():
    owner = factories.user()
    actor = Actor.person(owner)
    for _ in range(10):
        organization = factories.finance_organization(owner=owner, allows_duplicate_names=True)
        other = factories.customer(organization, "Other")
        outcomes = _at_once(
            partial(
                update_organization, actor=actor, organization=organization, values={"allows_duplicate_names": False}
            ),
            partial(create_customer, actor=actor, organization=organization, values={"display_name": "Acme"}),
            partial(update_customer, actor=actor, customer=other, values={"display_name": "Renamed"}),
        )
        assert not any(isinstance(outcome, Refused) for outcome in outcomes)
        keys = Customer.objects.of(organization).values_list("name_key", "unique_key")
        assert sorted(keys) == [("acme", "acme"), ("renamed", "renamed")]


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_create_the_same_name_one_succeeds():
    owner = factories.user()
    organization = factories.finance_organization(owner=owner)
    job = partial(
        create_customer, actor=Actor.person(owner), organization=organization, values={"display_name": "Acme"}
    )
    outcomes = _at_once(*[job] * 8)
    assert sum(isinstance(outcome, Customer) for outcome in outcomes) == 1
    assert Customer.objects.get().number == "CUST-00001"
