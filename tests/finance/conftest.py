"""A finance organization and people in every role."""

from __future__ import annotations

import pytest

from finance import events
from finance.choices import Role
from finance.models import Organization
from finsuite.kernel import events as kernel_events
from finsuite.kernel.actors import Actor
from tests import factories
from users.models import User


@pytest.fixture
def boss(db: None) -> User:
    return factories.user(email="boss@example.com", first_name="Béatrice", last_name="Roy")


@pytest.fixture
def organization(boss: User) -> Organization:
    return factories.finance_organization(owner=boss)


@pytest.fixture
def actor(boss: User) -> Actor:
    return Actor.person(boss)


@pytest.fixture
def accountant(organization: Organization) -> User:
    return factories.finance_member(organization, role=Role.ACCOUNTANT, email="accountant@example.com")


@pytest.fixture
def staff(organization: Organization) -> User:
    return factories.finance_member(organization, role=Role.STAFF, email="staff@example.com")


@pytest.fixture
def viewer(organization: Organization) -> User:
    return factories.finance_member(organization, role=Role.VIEWER, email="viewer@example.com")


@pytest.fixture
def outsider(db: None) -> User:
    """An administrator of another organization."""
    other = factories.user(email="outsider@example.com")
    factories.finance_organization(owner=other, name="Ailleurs SA")
    return other


@pytest.fixture
def told(monkeypatch):
    """The events emitted during the test, by name and ids."""
    found = []
    for name in vars(events):
        kind = getattr(events, name)
        if isinstance(kind, type) and issubclass(kind, events.FinanceEvent):
            listeners = [*kernel_events._listeners[kind], found.append]
            monkeypatch.setitem(kernel_events._listeners, kind, listeners)
    return found
