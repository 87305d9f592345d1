"""A record's counterpart is linked to from the other side for those who may open it."""

from __future__ import annotations

import pytest

from crm.access import access
from crm.choices import Module
from crm.services.sharing import change_sharing
from integration.models import Connection
from integration.record_pages import RecordPages
from tests import factories


@pytest.mark.django_db
def test_a_record_that_one_may_not_see_is_not_linked_to() -> None:
    admin = factories.user("admin@example.com")
    organization = factories.crm_organization(admin)
    owner = factories.crm_member(organization, profile="Standard", email="owner@example.com")
    stranger = factories.crm_member(organization, profile="Standard", email="stranger@example.com")
    account = factories.account(organization, owner_id=owner.pk)
    contact = factories.contact(organization, owner_id=owner.pk)
    connection = Connection(crm_organization_id=organization.pk, finance_organization_id=0)
    wanted = [("account", account.pk), ("contact", contact.pk)]
    assert set(RecordPages(stranger, connection).of(wanted)) == set(wanted)
    change_sharing(actor=factories.SYSTEM, organization=organization, sharing={Module.ACCOUNTS.value: "teams"})
    assert set(RecordPages(owner, connection).of(wanted)) == set(wanted)
    assert set(RecordPages(stranger, connection).of(wanted)) == {("contact", contact.pk)}
    assert not access(stranger, organization.pk).sees(Module.ACCOUNTS, owner.pk)
