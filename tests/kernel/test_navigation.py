"""What the left bar offers whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpRequest
from django.urls import path

from finsuite.kernel import navigation
from finsuite.kernel.navigation import CRM, FINANCE, SETUP, Item
from tests.kernel.conftest import VENTES

urlpatterns = [
    path("crm/<int:organization>/accounts/", lambda request: None, name="accounts"),
    path("crm/<int:organization>/accounts/merge/", lambda request: None, name="merge"),
    path("finance/<int:organization>/customers/", lambda request: None, name="customers"),
    path("keys/", lambda request: None, name="keys"),
]
Make = Callable[..., HttpRequest]


@pytest.fixture(autouse=True)
def _items(monkeypatch: pytest.MonkeyPatch, settings: object, asked: list[object]) -> None:
    monkeypatch.setattr(navigation, "_items", {})
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]


def _seen(request: HttpRequest) -> list[tuple[str, list[str]]]:
    return [(group.name, [entry.url for entry in entries]) for group, entries in navigation.menu(request)]


def test_entries_are_grouped_and_ordered_and_lead_to_the_persons_organization(request_to: Make) -> None:
    navigation.add(Item("keys", "Keys", "key", "keys", SETUP))
    navigation.add(Item("customers", "Customers", "users", "customers", FINANCE, kind="finance"))
    navigation.add(Item("merge", "Merge", "merge", "merge", CRM, kind="crm", order=20))
    navigation.add(Item("accounts", "Accounts", "building-2", "accounts", CRM, kind="crm", order=10))
    assert _seen(request_to(cookie="crm:2")) == [
        ("crm", ["/crm/2/accounts/", "/crm/2/accounts/merge/"]),
        ("finance", ["/finance/1/customers/"]),
        ("setup", ["/keys/"]),
    ]


def test_what_one_may_not_open_is_absent(request_to: Make) -> None:
    heard = []

    def nobody(request: HttpRequest, tenant: object) -> bool:
        heard.append(tenant)
        return False

    navigation.add(Item("accounts", "Accounts", "building-2", "accounts", CRM, kind="crm", allowed=nobody))
    assert (_seen(request_to()), heard) == ([], [VENTES])


def test_who_belongs_to_no_organization_of_the_kind_does_not_see_its_entries(request_to: Make) -> None:
    navigation.add(Item("projects", "Projects", "kanban", "accounts", CRM, kind="portal"))
    assert _seen(request_to()) == []


def test_the_entry_nearest_to_the_page_is_the_current_one(request_to: Make) -> None:
    navigation.add(Item("accounts", "Accounts", "building-2", "accounts", CRM, kind="crm"))
    navigation.add(Item("merge", "Merge", "merge", "merge", CRM, kind="crm"))
    request = request_to("/crm/1/accounts/merge/5/", "crm", organization=1)
    current = [entry.item.name for _group, entries in navigation.menu(request) for entry in entries if entry.is_current]
    assert current == ["merge"]


def test_the_same_name_again_replaces_the_entry(request_to: Make) -> None:
    navigation.add(Item("keys", "Keys", "key", "keys", SETUP))
    navigation.add(Item("keys", "Keys", "key", "keys", CRM))
    assert _seen(request_to()) == [("crm", ["/keys/"])]
