"""The start page leads to where one works."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from finsuite.kernel import navigation, tenants
from finsuite.kernel.tenants import Tenant

VENTES = Tenant(kind="crm", id=1, name="Dupont Ventes", role="Administrator", url="/crm/1/accounts/")
FRERES = Tenant(kind="finance", id=4, name="Dupont Frères", role="Owner", url="/finance/4/customers/")


def _belongs(monkeypatch: pytest.MonkeyPatch, *found: Tenant) -> None:
    def of(kind: str) -> Any:
        return lambda _user: [tenant for tenant in found if tenant.kind == kind]

    monkeypatch.setattr(tenants, "_providers", {kind: of(kind) for kind in ("crm", "finance")})
    monkeypatch.setattr(navigation, "_items", {})


def test_the_only_organization_is_where_one_starts(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _belongs(monkeypatch, FRERES)
    assert signed_in.get("/").headers["Location"] == "/finance/4/customers/"


def test_the_one_used_last_is_where_one_comes_back_to(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _belongs(monkeypatch, VENTES, FRERES)
    signed_in.cookies["organizations"] = "finance:4|crm:1"
    assert signed_in.get("/").headers["Location"] == "/finance/4/customers/"


def test_who_belongs_nowhere_yet_is_told_what_to_do(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _belongs(monkeypatch)
    response = signed_in.get("/")
    assert response.status_code == 200
    assert "Ask an administrator to add marie@example.com to their organization." in response.content.decode()


def test_the_switcher_names_every_organization_and_marks_the_current_one(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _belongs(monkeypatch, VENTES, FRERES)
    html = signed_in.get("/settings/").content.decode()
    assert html.count('role="menuitem" tabindex="-1" href="/crm/1/accounts/" aria-current="true"') == 1
    assert html.count('role="menuitem" tabindex="-1" href="/finance/4/customers/">') == 1
