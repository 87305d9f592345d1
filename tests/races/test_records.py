"""Two people write the same accounts at once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from audit.models import Entry
from crm.models import Account, Contact, Membership
from crm.services.accounts import delete_account, delete_accounts, update_account
from crm.services.contacts import create_contact, delete_contacts, update_contacts
from crm.services.organizations import change_member_profile
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, DomainError, Refused
from finsuite.kernel.versions import version_of
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(*jobs):
    def closing(job):
        try:
            return job()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result() for done in [pool.submit(closing, job) for job in jobs]]


@pytest.fixture
def admin(transactional_db):
    return factories.user("admin@example.com")


@pytest.fixture
def organization(admin):
    return factories.crm_organization(admin)


@pytest.fixture
def actor(admin, organization):
    return Actor.person(admin)


def test_of_two_edits_of_one_version_one_is_saved_and_one_is_a_conflict(organization, actor):
    account = factories.account(organization)
    for turn in range(10):
        account.refresh_from_db()
        version = version_of(account)
        outcomes = _at_once(
            *(
                partial(update_account, actor=actor, account=account, values={"phone": phone}, version=version)
                for phone in (f"1{turn}", f"2{turn}")
            )
        )
        saved = [outcome for outcome in outcomes if isinstance(outcome, Account)]
        assert (len(saved), [isinstance(outcome, Conflict) for outcome in outcomes].count(True)) == (1, 1)
        assert Account.objects.get().phone == saved[0].phone
    assert Entry.objects.filter(kind="crm.account", verb="updated").count() == 10


def test_two_accounts_hung_on_one_another_at_once_close_no_loop(organization, actor):
    for turn in range(5):
        one, two = (factories.account(organization, name=f"{name} {turn}") for name in ("One", "Two"))
        outcomes = _at_once(
            partial(update_account, actor=actor, account=one, values={"parent_id": two.pk}),
            partial(update_account, actor=actor, account=two, values={"parent_id": one.pk}),
        )
        assert [isinstance(outcome, Refused) for outcome in outcomes].count(True) == 1


def test_a_contact_made_while_its_account_goes_is_refused_or_left_unattached(organization, actor):
    for turn in range(5):
        account = factories.account(organization, name=f"Acme {turn}")
        values = {"last_name": f"Martin {turn}", "account_id": account.pk}
        _gone, contact = _at_once(
            partial(delete_account, actor=actor, account=account),
            partial(create_contact, actor=actor, organization=organization, values=values),
        )
        if not isinstance(contact, Refused):
            contact.refresh_from_db()
            assert contact.account_id is None
        assert not Account.objects.filter(pk=account.pk).exists()


def test_two_administrators_cannot_demote_one_another_at_once(organization, actor, admin):
    other = factories.crm_member(organization, "Administrator", "other@example.com")
    standard = organization.profiles.get(name="Standard")
    first, second = (Membership.objects.of(organization).get(user=user) for user in (admin, other))
    _at_once(
        partial(change_member_profile, actor=Actor.person(other), membership=first, profile=standard),
        partial(change_member_profile, actor=actor, membership=second, profile=standard),
    )
    assert Membership.objects.of(organization).filter(profile__can_setup=True).count() == 1


def test_two_who_delete_accounts_above_and_below_one_another_at_once_wait_for_each_other(organization, actor):
    """What one deletes hangs on what the other does, in either order of ids: no deadlock, nothing left behind."""
    for turn in range(8):
        low, high = (factories.account(organization, name=f"{name} {turn}") for name in ("Low", "High"))
        update_account(actor=actor, account=low, values={"parent_id": high.pk})
        people = [factories.contact(organization, last_name=f"{n}", account_id=low.pk) for n in range(3)]
        outcomes = _at_once(
            partial(delete_account, actor=actor, account=high),
            partial(delete_accounts, actor=actor, organization=organization, ids=[low.pk, high.pk]),
            partial(delete_contacts, actor=actor, organization=organization, ids=[one.pk for one in reversed(people)]),
        )
        assert not [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        assert not Account.objects.filter(pk__in=[low.pk, high.pk]).exists()
    assert not Contact.objects.exists()


def test_a_contact_that_moves_to_an_account_while_it_goes_does_not_hold_it_up(organization, actor):
    """The one who moves holds the account before the contact, as the one who deletes does."""
    for turn in range(8):
        account, other = (factories.account(organization, name=f"{name} {turn}") for name in ("Acme", "Beta"))
        people = [factories.contact(organization, last_name=f"{n}", account_id=account.pk) for n in range(5)]
        changes = [(one.pk, {"account_id": account.pk, "title": "CEO"}) for one in people]
        _at_once(
            partial(delete_account, actor=actor, account=account),
            partial(update_contacts, actor=actor, organization=organization, changes=changes),
            partial(delete_account, actor=actor, account=other),
        )
        assert not Account.objects.exists()
        assert not Contact.objects.exclude(account=None).exists()
