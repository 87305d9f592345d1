"""A unique custom value has one holder, however many want it at once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from crm.models import Account
from crm.services.accounts import create_account, update_account
from finance.models import Customer
from finance.services.customers import create_customer
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
def test_of_six_who_want_the_same_unique_value_one_gets_it():
    owner = factories.user()
    actor = Actor.person(owner)
    organization = factories.crm_organization(owner)
    factories.crm_field(organization, "Code", is_unique=True)
    other = factories.account(organization, "Other")
    jobs = [
        partial(create_account, actor=actor, organization=organization, values={"name": f"A{n}", "cf_code": "X 1"})
        for n in range(5)
    ]
    outcomes = _at_once(*jobs, partial(update_account, actor=actor, account=other, values={"cf_code": "x 1"}))
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refused) == 5
    assert {outcome.code for outcome in refused} == {"taken"}
    assert all(list(outcome.fields) == ["cf_code"] for outcome in refused)
    assert Account.objects.filter(custom__has_key="code").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_four_customers_with_the_same_unique_number_one_is_made():
    owner = factories.user()
    organization = factories.finance_organization(owner)
    factories.finance_field(organization, "Code", kind="integer", is_unique=True)
    jobs = [
        partial(
            create_customer,
            actor=Actor.person(owner),
            organization=organization,
            values={"display_name": f"A{n}", "cf_code": 7},
        )
        for n in range(4)
    ]
    outcomes = _at_once(*jobs)
    assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True, True, True]
    assert [customer.custom for customer in Customer.objects.all()] == [{"code": 7}]
