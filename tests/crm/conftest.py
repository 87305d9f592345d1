"""A CRM organization and people with every profile."""

from __future__ import annotations

import pytest

from crm.models import Organization
from finsuite.kernel.actors import Actor
from tests import factories
from users.models import User


@pytest.fixture
def admin(db: None) -> User:
    return factories.user(email="admin@example.com", first_name="Béatrice", last_name="Roy")


@pytest.fixture
def organization(admin: User) -> Organization:
    return factories.crm_organization(owner=admin)


@pytest.fixture
def actor(admin: User, organization: Organization) -> Actor:
    return Actor.person(admin)


@pytest.fixture
def standard(organization: Organization) -> User:
    """Somebody who may create and edit, but neither delete nor change the setup."""
    return factories.crm_member(organization, profile="Standard", email="standard@example.com")


@pytest.fixture
def reader(organization: Organization) -> User:
    """Somebody who may look only."""
    return factories.crm_member(organization, profile="Read-only", email="reader@example.com")


@pytest.fixture
def outsider(db: None) -> User:
    """An administrator of another organization."""
    other = factories.user(email="outsider@example.com")
    factories.crm_organization(owner=other, name="Ailleurs SA")
    return other
