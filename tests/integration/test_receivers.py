"""What integration does about things that happen in finance."""

from __future__ import annotations

import pytest

from audit.models import Entry
from crm.models import Organization as CrmOrganization
from finance.models import Organization as FinanceOrganization
from finance.services.organizations import update_organization
from finance.services.rates import add_currency
from finance.services.zsc_keys import generate_key, regenerate_key, revoke_key
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from integration.choices import ConnectionState
from integration.models import Connection, SyncIssue
from integration.services import activation, connections
from integration.services.issues import words
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return factories.user("owner@example.com")


@pytest.fixture
def finance(owner: User) -> FinanceOrganization:
    return factories.finance_organization(owner)


@pytest.fixture
def connection(owner: User, finance: FinanceOrganization) -> Connection:
    """An active connection, made by another person with the owner's key."""
    seller = factories.user("seller@example.com")
    crm: CrmOrganization = factories.crm_organization(seller)
    made = generate_key(actor=Actor.person(owner), organization=finance, app="books")
    linked = connections.connect_by_key(
        actor=Actor.person(seller), organization=crm, key=made.key, finance_organization_id=finance.pk
    )
    return activation.activate(actor=Actor.person(seller), connection=linked)


def test_revoking_a_key_pauses_what_was_linked_with_it_and_says_so(connection: Connection, owner: User) -> None:
    assert connection.zsc_key is not None
    revoke_key(actor=Actor.person(owner), key=connection.zsc_key)
    connection.refresh_from_db()
    assert connection.state == ConnectionState.PAUSED
    issue = SyncIssue.objects.get()
    assert (issue.connection, issue.state) == (connection, "waiting")
    assert "revoked" in words(issue).cause
    entry = Entry.objects.filter(kind="integration.connection", verb="pause").get()
    assert (entry.user_id, entry.tenant) == (owner.pk, connection.crm_organization.tenant)


def test_regenerating_a_key_pauses_nothing(connection: Connection, owner: User) -> None:
    assert connection.zsc_key is not None
    regenerate_key(actor=Actor.person(owner), key=connection.zsc_key)
    connection.refresh_from_db()
    assert connection.state == ConnectionState.ACTIVE
    assert not SyncIssue.objects.exists()


def test_a_link_holds_the_base_currency(connection: Connection, finance: FinanceOrganization, owner: User) -> None:
    actor = Actor.person(owner)
    add_currency(actor=actor, organization=finance, values={"code": "USD", "rate": "0.9"})
    with pytest.raises(Refused) as refusal:
        update_organization(actor=actor, organization=finance, values={"base_currency": "USD"})
    assert list(refusal.value.fields) == ["base_currency"]
    assert FinanceOrganization.objects.get(pk=finance.pk).base_currency == "EUR"
    Connection.objects.filter(pk=connection.pk).update(state=ConnectionState.DISABLED)
    update_organization(actor=actor, organization=finance, values={"base_currency": "USD"})
    assert FinanceOrganization.objects.get(pk=finance.pk).base_currency == "USD"
