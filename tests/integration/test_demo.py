"""The demo data: made by the services, the same each time, and gone when wiped."""

from __future__ import annotations

import hashlib

import pytest

from audit.models import Entry
from crm.models import Account, Contact
from crm.models import Organization as CrmOrganization
from crm.services.organizations import create_organization
from finance.models import Customer
from finance.models import Organization as FinanceOrganization
from finsuite.kernel.actors import Actor
from integration.demo import build
from users.models import User

pytestmark = pytest.mark.django_db


def _digest() -> str:
    rows = [
        *Account.objects.order_by("id").values_list("name", "phone", "billing_city", "currency", "owner__email"),
        *Contact.objects.order_by("id").values_list("first_name", "last_name", "email", "account__name"),
        *Customer.objects.order_by("id").values_list("number", "display_name", "billing_city", "payment_terms"),
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_the_demo_is_the_same_each_time() -> None:
    build.build()
    first = _digest()
    build.wipe()
    build.build()
    assert _digest() == first


def test_the_demo_has_duplicates_near_duplicates_and_four_currencies() -> None:
    build.build()
    accounts = set(Account.objects.values_list("name_key", flat=True))
    customers = set(Customer.objects.filter(kind="business").values_list("name_key", flat=True))
    assert Account.objects.count() == 241
    assert len(accounts) == 240
    assert len(customers) == 125
    assert len(accounts & customers) == 90
    assert set(Account.objects.values_list("currency", flat=True)) == {"EUR", "USD", "GBP", "CHF"}


def test_every_record_of_the_demo_has_an_author() -> None:
    build.build()
    assert not Entry.objects.filter(user_id=None).exists()
    assert Entry.objects.filter(kind="crm.account", verb="created").count() == Account.objects.count()


def test_building_twice_adds_nothing() -> None:
    build.build()
    before = (Account.objects.count(), Customer.objects.count(), User.objects.count(), Entry.objects.count())
    build.build()
    assert (Account.objects.count(), Customer.objects.count(), User.objects.count(), Entry.objects.count()) == before


def test_wiping_takes_the_demo_and_nothing_else() -> None:
    mine = create_organization(actor=Actor.system(), values={"name": "Mine", "home_currency": "EUR"})
    build.build()
    build.wipe()
    assert list(CrmOrganization.objects.all()) == [mine]
    assert not FinanceOrganization.objects.exists()
    assert not User.objects.filter(is_demo=True).exists()
    assert not Account.objects.exists()
    assert not Customer.objects.exists()
