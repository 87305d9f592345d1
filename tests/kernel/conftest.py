"""A person with organizations, without the rooms that keep them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import ResolverMatch

from finsuite.kernel import tenants
from finsuite.kernel.tenants import Tenant
from users.models import User

VENTES = Tenant(kind="crm", id=1, name="Dupont Ventes", role="Administrator", url="/crm/1/accounts/")
AILLEURS = Tenant(kind="crm", id=2, name="Ailleurs", role="Standard", url="/crm/2/accounts/")
FRERES = Tenant(kind="finance", id=1, name="Dupont Frères", role="Owner", url="/finance/1/customers/")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Two CRM organizations and a finance one for everybody; answers who was asked about."""
    told: list[Any] = []

    def crm_tenants(user: Any) -> list[Tenant]:
        told.append(user)
        return [VENTES, AILLEURS]

    monkeypatch.setattr(tenants, "_providers", {"crm": crm_tenants, "finance": lambda _user: [FRERES]})
    return told


@pytest.fixture
def request_to() -> Callable[..., HttpRequest]:
    """A request of a signed-in person (or of nobody) to a page of an organization."""

    def make(path: str = "/", namespace: str = "", cookie: str = "", **kwargs: Any) -> HttpRequest:
        request = RequestFactory().get(path)
        request.user = User(pk=7, email="person@example.com") if kwargs.pop("signed_in", True) else AnonymousUser()
        request.resolver_match = ResolverMatch(lambda _request: None, (), kwargs, namespaces=[namespace])
        if cookie:
            request.COOKIES["organizations"] = cookie
        return request

    return make
