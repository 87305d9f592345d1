"""What is deleted in the CRM and had again from the recycle bin: its pair holds again."""

from __future__ import annotations

import pytest

from crm.models import Account, DeletedRecord
from crm.services.recycling import restore_record
from finance.models import Customer
from integration.models import Link
from tests.integration.worlds import World, counts, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def restored(w: World, account: Account) -> Account:
    restore_record(actor=w.actor, deleted=DeletedRecord.objects.get(record_id=account.pk, restored_at=None))
    return Account.objects.get(pk=account.pk)


def test_one_restored_before_the_sync_has_looked_keeps_its_link(w: World) -> None:
    account = w.account("Acme", phone="1")
    w.settle()
    customer, link = w.other(account), w.link(account)
    w.delete(account)
    account = restored(w, account)
    w.settle()
    assert (w.link(account), Customer.objects.count()) == (link, 1)
    w.edit(account, phone="2")
    w.settle()
    customer.refresh_from_db()
    assert customer.billing_phone == "2"


def test_one_restored_after_the_sync_has_let_it_go_is_paired_with_its_own_customer_again(w: World) -> None:
    account = w.account("Acme", phone="1")
    w.settle()
    customer = w.other(account)
    w.delete(account)
    w.settle()
    assert Link.objects.open().count() == 0
    account = restored(w, account)
    w.settle()
    assert (Customer.objects.count(), w.other(account)) == (1, customer)
    w.edit(account, phone="2")
    w.settle()
    customer.refresh_from_db()
    assert customer.billing_phone == "2"
    before = counts()
    w.settle()
    assert counts() == before


def test_what_changed_in_the_books_meanwhile_comes_over(w: World) -> None:
    account = w.account("Acme", phone="1", website="acme.example")
    w.settle()
    customer = w.other(account)
    w.delete(account)
    w.settle()
    w.edit(customer, billing_phone="3")
    account = restored(w, account)
    w.settle()
    account.refresh_from_db()
    assert (w.other(account), account.phone, account.website) == (customer, "3", "acme.example")
