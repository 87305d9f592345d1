"""One search over everything, that answers only what the person may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.http import HttpRequest
from django.test import Client

from finsuite.kernel import navigation, search
from finsuite.kernel.navigation import CRM, Item
from finsuite.kernel.search import Hit
from tests.kernel.conftest import AILLEURS

Make = Callable[..., HttpRequest]


@pytest.fixture(autouse=True)
def _sources(monkeypatch: pytest.MonkeyPatch, asked: list[Any]) -> None:
    monkeypatch.setattr(search, "_sources", {})
    monkeypatch.setattr(navigation, "_items", {})


def _groups(request: HttpRequest) -> list[tuple[str, list[str]]]:
    answer = orjson.loads(search.search(request).content)
    return [(group["label"], [hit["label"] for hit in group["hits"]]) for group in answer["groups"]]


def test_each_source_is_asked_about_the_persons_own_organization(request_to: Make) -> None:
    heard = []

    @search.register("accounts", label="Accounts", kind="crm")
    def accounts(_request: HttpRequest, tenant: Any, query: str, limit: int) -> list[Hit]:
        heard.append((tenant, query, limit))
        return [Hit("Acme", "/crm/2/accounts/1/")]

    assert _groups(request_to("/search/?q= ac ", cookie="crm:2")) == [("Accounts", ["Acme"])]
    assert heard == [(AILLEURS, "ac", 6)]


def test_a_source_of_an_organization_that_the_person_lacks_is_not_asked(request_to: Make) -> None:
    @search.register("projects", label="Projects", kind="portal")
    def projects(*_args: object) -> list[Hit]:
        raise AssertionError

    assert _groups(request_to("/search/?q=a")) == []


def test_pages_are_found_without_regard_to_accents_and_capitals(request_to: Make) -> None:
    navigation.add(Item("settings", "Paramètres", "settings", "users:settings", CRM))
    navigation.add(Item("home", "Accueil", "house", "home", CRM))
    assert _groups(request_to("/search/?q=PARAME")) == [("CRM", ["Paramètres"])]
    assert _groups(request_to("/search/")) == [("CRM", ["Paramètres", "Accueil"])]


def test_who_is_not_signed_in_finds_nothing(db: None) -> None:
    assert Client().get("/search/?q=a").status_code == 302
