"""A person with a browser of their own."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from tests import factories
from tests.api.conftest import program
from users.models import User


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    cache.clear()


@pytest.fixture
def person(db: None) -> User:
    return factories.user("marie@example.com", first_name="Marie", last_name="Curie")


@pytest.fixture
def signed_in(client: Client, person: User) -> Client:
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


__all__ = ["person", "program", "signed_in"]
