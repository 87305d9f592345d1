"""Merges in the CRM: the finance side of the pairs follows the survivor, and comes back with the undo."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from crm.models import Account, Contact, Merge
from crm.services.merging import merge_records
from crm.services.unmerging import undo_merge
from finance.models import ContactPerson, Customer
from integration.choices import LinkState
from integration.models import Link, MergeMap, Unmatched
from integration.selectors.links import aliases_of
from integration.services import activation
from tests.integration.worlds import World, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def merge(w: World, survivor: Any, *losers: Any, module: str = "accounts", **choices: int) -> Merge:
    return merge_records(
        actor=w.actor,
        organization=w.crm,
        module=module,
        survivor_id=survivor.pk,
        loser_ids=[loser.pk for loser in losers],
        choices=choices,
    )


def test_the_customer_of_the_loser_follows_a_survivor_that_has_none(w: World) -> None:
    loser = w.account("Dupont SA", phone="1")
    w.settle()
    customer = w.other(loser)
    survivor = w.account("Dupont", website="dupont.fr")
    merge(w, survivor, loser, name=loser.pk)
    w.settle()
    assert w.other(survivor) == customer
    assert Customer.objects.count() == 1
    customer.refresh_from_db()
    assert (customer.display_name, customer.website) == ("Dupont SA", "dupont.fr")
    assert MergeMap.objects.get().link_ids == [w.link(survivor).pk]
    assert w.settle() == 0


def test_beside_the_survivors_own_the_losers_customer_is_an_alias_and_left_alone(w: World) -> None:
    loser, survivor = w.account("Dupont SA", phone="1"), w.account("Dupont", phone="2")
    w.settle()
    theirs, own = w.other(loser), w.other(survivor)
    merge(w, survivor, loser)
    w.settle()
    assert w.other(survivor) == own
    alias = Link.objects.get(finance_id=theirs.pk)
    assert (alias.state, alias.alias_of_id) == (LinkState.ALIAS, w.link(survivor).pk)
    assert Unmatched.objects.get(record_id=theirs.pk, kind="customer").reason == "detached"
    theirs.refresh_from_db()
    assert (theirs.display_name, theirs.billing_phone) == ("Dupont SA", "1")
    assert [link.finance_id for link in aliases_of("account", survivor.pk, organization_id=w.crm.pk)] == [theirs.pk]
    browser = Client()
    browser.force_login(w.admin, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get(f"/crm/{w.crm.pk}/duplicates/accounts/{survivor.pk}").content.decode()
    assert f"/finance/{w.finance.pk}/customers/{theirs.pk}" in page
    w.edit(theirs, billing_phone="9")
    w.settle()
    survivor.refresh_from_db()
    assert (survivor.phone, Customer.objects.count(), Account.objects.count()) == ("2", 2, 1)


def test_of_three_merged_before_any_sync_one_link_goes_over_and_the_other_is_an_alias(w: World) -> None:
    one, two = w.account("Dupont SA"), w.account("Dupont SAS")
    w.settle()
    customers = {w.other(one).pk, w.other(two).pk}
    survivor = w.account("Dupont")
    merge(w, survivor, one, two)
    w.settle()
    assert w.other(survivor).pk in customers
    assert sorted(Link.objects.values_list("state", flat=True)) == ["active", "alias"]
    assert Customer.objects.count() == 2


def test_a_chain_of_merges_is_followed_to_its_end(w: World) -> None:
    one = w.account("A")
    w.settle()
    customer = w.other(one)
    two, three = w.account("B"), w.account("C")
    merge(w, two, one)
    merge(w, three, two)
    w.settle()
    assert w.other(three) == customer
    assert (Customer.objects.count(), Link.objects.open().count()) == (1, 1)


def test_the_contacts_of_the_loser_stay_with_their_persons(w: World) -> None:
    loser = w.account("Dupont SA")
    contact = w.contact("Martin", account_id=loser.pk)
    w.settle()
    person = w.other(contact)
    survivor = w.account("Dupont")
    merge(w, survivor, loser)
    w.settle()
    contact.refresh_from_db()
    assert (contact.account_id, w.other(contact)) == (survivor.pk, person)
    assert w.other(survivor).pk == person.customer_id
    w.edit(contact, title="CEO")
    w.settle()
    person.refresh_from_db()
    assert (person.designation, ContactPerson.objects.count()) == ("CEO", 1)


def test_contact_persons_follow_a_merge_of_contacts(w: World) -> None:
    account = w.account("Dupont")
    loser = w.contact("Martin", account_id=account.pk, email="m@dupont.fr")
    w.settle()
    person = w.other(loser)
    survivor = w.contact("Martins")
    merge(w, survivor, loser, module="contacts")
    w.settle()
    assert w.other(survivor) == person
    person.refresh_from_db()
    assert (person.last_name, ContactPerson.objects.count(), Contact.objects.count()) == ("Martins", 1, 1)


def test_an_undo_brings_the_link_back_to_the_loser(w: World) -> None:
    loser = w.account("Dupont SA", phone="1")
    w.settle()
    customer = w.other(loser)
    survivor = w.account("Dupont")
    made = merge(w, survivor, loser)
    w.settle()
    undo_merge(actor=w.actor, merge=made)
    w.settle()
    assert w.other(loser) == customer
    assert w.other(survivor) != customer
    customer.refresh_from_db()
    assert (customer.display_name, customer.billing_phone) == ("Dupont SA", "1")
    assert (Customer.objects.count(), MergeMap.objects.count(), w.settle()) == (2, 0, 0)


def test_an_undo_makes_an_alias_a_pair_again(w: World) -> None:
    loser, survivor = w.account("Dupont SA", phone="1"), w.account("Dupont", phone="2")
    contact = w.contact("Martin", account_id=loser.pk)
    w.settle()
    theirs, own, person = w.other(loser), w.other(survivor), w.other(contact)
    made = merge(w, survivor, loser)
    w.settle()
    undo_merge(actor=w.actor, merge=made)
    w.settle()
    assert (w.other(loser), w.other(survivor)) == (theirs, own)
    w.edit(loser, phone="7")
    w.settle()
    theirs.refresh_from_db()
    assert theirs.billing_phone == "7"
    contact.refresh_from_db()
    assert contact.account_id == loser.pk
    assert (Customer.objects.count(), ContactPerson.objects.count(), w.other(contact).pk) == (2, 1, person.pk)


def test_an_undo_before_the_sync_came_by_changes_nothing(w: World) -> None:
    loser = w.account("Dupont SA")
    w.settle()
    customer = w.other(loser)
    survivor = w.account("Dupont")
    undo_merge(actor=w.actor, merge=merge(w, survivor, loser))
    w.settle()
    assert w.other(loser) == customer
    assert (MergeMap.objects.count(), Link.objects.open().count()) == (0, 2)


def test_undoing_the_outer_merge_of_a_chain_gives_the_link_to_the_inner_survivor(w: World) -> None:
    one = w.account("A")
    w.settle()
    customer = w.other(one)
    two, three = w.account("B"), w.account("C")
    inner = merge(w, two, one)
    outer = merge(w, three, two)
    w.settle()
    undo_merge(actor=w.actor, merge=outer)
    w.settle()
    assert w.other(two) == customer
    undo_merge(actor=w.actor, merge=inner)
    w.settle()
    assert w.other(one) == customer


def test_a_merge_while_the_connection_rests_is_followed_when_it_goes_on(w: World) -> None:
    loser = w.account("Dupont SA")
    w.settle()
    customer = w.other(loser)
    activation.pause(actor=w.actor, connection=w.connection)
    survivor = w.account("Dupont")
    merge(w, survivor, loser)
    w.connection.refresh_from_db()
    activation.resume(actor=w.actor, connection=w.connection)
    w.settle()
    assert w.other(survivor) == customer


def test_a_rolled_back_merge_leaves_nothing_to_follow(w: World) -> None:
    loser, survivor = w.account("A"), w.account("B")
    before = transaction.savepoint()
    merge(w, survivor, loser)
    assert MergeMap.objects.exists()
    transaction.savepoint_rollback(before)
    assert not MergeMap.objects.exists()
