"""What the API's tests share: an organization with a few people, and a client for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.core.cache import cache
from django.test import Client

from finance.models import Organization
from finsuite.kernel.actors import Actor
from tests import factories
from users.models import User
from users.services.tokens import create_token


class Program:
    """A program that calls the API with a key, and speaks JSON."""

    def __init__(self, plain: str = "", **headers: str) -> None:
        self.client = Client(headers={"accept": "application/json", **headers})
        self.headers = {"authorization": f"Bearer {plain}"} if plain else {}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            f"/api/v1{path}",
            b"" if body is None else _encoded(body),
            content_type="application/json",
            headers={**self.headers, **named},
        )


def _encoded(body: Any) -> bytes:
    return body if isinstance(body, bytes) else orjson.dumps(body)


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    cache.clear()


@pytest.fixture
def program() -> Callable[..., Program]:
    """A program with a new key of this person, with these scopes."""

    def make(user: User, *scopes: str) -> Program:
        _token, plain = create_token(
            actor=Actor.person(user), user=user, name="tests", scopes=scopes or ("read", "write")
        )
        return Program(plain)

    return make


@pytest.fixture
def owner(db: None) -> User:
    return factories.user("owner@example.com", first_name="Odile")


@pytest.fixture
def organization(owner: User) -> Organization:
    return factories.finance_organization(owner)


@pytest.fixture
def call(owner: User, organization: Organization, program: Callable[..., Program]) -> Program:
    """A program of the organization's owner."""
    return program(owner)


@pytest.fixture
def sample(settings: Any, organization: Organization) -> str:
    """The address of the sample resource's organization."""
    settings.ROOT_URLCONF = "tests.api.sample"
    return f"/sample/{organization.pk}"
