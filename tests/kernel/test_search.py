"""One search over everything, that answers only what the person may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.http import HttpRequest
from django.test import Client
from django.utils import translation

from finsuite.kernel import navigation, search
from finsuite.kernel.navigation import CRM, Item
from finsuite.kernel.search import Action, Hit
from tests.kernel.conftest import AILLEURS

Make = Callable[..., HttpRequest]


@pytest.fixture(autouse=True)
def _sources(monkeypatch: pytest.MonkeyPatch, asked: list[Any]) -> None:
    monkeypatch.setattr(search, "_sources", {})
    monkeypatch.setattr(navigation, "_items", {})
    for registry in ("_commands", "_on_record", "_recent"):
        monkeypatch.setattr(search, registry, {})


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
    assert heard == [(AILLEURS, "ac", 5)]


def test_a_source_of_an_organization_that_the_person_lacks_is_not_asked(request_to: Make) -> None:
    @search.register("projects", label="Projects", kind="portal")
    def projects(*_args: object) -> list[Hit]:
        raise AssertionError

    assert _groups(request_to("/search/?q=xyz")) == []


def test_pages_are_found_without_regard_to_accents_and_capitals(request_to: Make) -> None:
    navigation.add(Item("settings", "Paramètres", "settings", "users:settings", CRM))
    navigation.add(Item("home", "Accueil", "house", "home", CRM))
    assert _groups(request_to("/search/?q=PARAME")) == [("CRM", ["Paramètres"])]
    assert _groups(request_to("/search/"))[1:] == [("CRM", ["Paramètres", "Accueil"])]


def test_a_source_may_have_several_headings_and_says_how_a_slip_was_understood(request_to: Make) -> None:
    @search.register("records", label="Records", kind="crm")
    def records(*_args: object) -> list[Hit]:
        return [
            Hit("Dupont", "/1", group="Accounts", meant="dupont"),
            Hit("Dupontel", "/2", group="Accounts", meant="dupont"),
            Hit("Zoé Dupont", "/3", group="Contacts", meant="dupont"),
        ]

    answer = orjson.loads(search.search(request_to("/search/?q=duppont")).content)
    told = [(group["label"], len(group["hits"])) for group in answer["groups"]]
    assert told == [("Accounts", 2), ("Contacts", 1), ("Actions", 2)]  # one's organizations are named alike
    assert answer["meant"] == "dupont"
    assert answer["groups"][0]["hits"][1]["parts"] == [["Dupont", True], ["el", False]]
    assert set(answer["icons"]) == {"file", "arrow-left-right"}


@pytest.mark.parametrize(
    "typed", ["new acc", "acc new", "nouv", "NOUVEAU COMPTE", "create acc", "creer", "new acccount"]
)
def test_what_can_be_done_is_found_in_either_language_by_other_words_and_with_slips(
    request_to: Make, typed: str
) -> None:
    class Said(str):
        __slots__ = ()

        def __str__(self) -> str:
            return {"New account": "Nouveau compte", "create": "créer"}[str.__str__(self)] if _french() else self[:]

    @search.commands("crm", kind="crm")
    def commands(_request: HttpRequest, tenant: Any) -> list[Action]:
        assert tenant.kind == "crm"
        return [Action(Said("New account"), "/new", words=(Said("create"),)), Action("Import contacts", "/import")]

    assert _groups(request_to(f"/search/?q={typed}")) == [("Actions", ["New account"])]


def _french() -> bool:
    return translation.get_language() == "fr"


def test_actions_without_an_organization_are_everybodys_and_those_of_a_kind_its_members(request_to: Make) -> None:
    @search.commands("own")
    def own(_request: HttpRequest, tenant: Any) -> list[Action]:
        assert tenant is None
        return [Action("Keyboard shortcuts", opens="shortcuts")]

    @search.commands("projects", kind="portal")
    def projects(*_args: object) -> list[Action]:
        raise AssertionError

    answer = orjson.loads(search.search(request_to("/search/?q=keyb")).content)
    assert [hit["opens"] for group in answer["groups"] for hit in group["hits"]] == ["shortcuts"]


def test_one_can_go_to_ones_other_organizations(request_to: Make) -> None:
    assert _groups(request_to("/search/?q=switch ailleurs")) == [("Actions", ["Switch to Ailleurs"])]


def test_what_the_browser_remembers_is_named_in_its_order_and_only_of_the_persons_organization(
    request_to: Make,
) -> None:
    asked_about = []

    @search.recent("crm", kind="crm")
    def named(_request: HttpRequest, tenant: Any, matches: Any) -> list[Hit]:
        asked_about.extend(match.kwargs["account_id"] for match in matches)
        return [Hit(f"Account {key}", f"/crm/1/accounts/{key}") for key in (1, 2)]

    paths = ["/crm/1/accounts/2", "/crm/1/accounts/1", "/crm/2/accounts/9", "/crm/1/accounts/3", "/nowhere", "x"]
    query = "&".join(f"recent={path}" for path in paths)
    assert _groups(request_to(f"/search/?{query}", cookie="crm:1"))[0] == ("Opened last", ["Account 2", "Account 1"])
    assert asked_about == [2, 1, 3]


def test_the_open_record_has_actions_of_its_own(request_to: Make) -> None:
    @search.on_record("crm", kind="crm")
    def offered(_request: HttpRequest, tenant: Any, match: Any) -> list[Action]:
        return [Action(f"Edit {match.kwargs['account_id']}", "/edit")]

    assert _groups(request_to("/search/?at=/crm/1/accounts/5/history", cookie="crm:1"))[0] == (
        "This record",
        ["Edit 5"],
    )
    assert _groups(request_to("/search/?q=edit&at=/crm/1/accounts/5", cookie="crm:1")) == [("Actions", ["Edit 5"])]
    assert _groups(request_to("/search/?q=edit&at=/crm/9/accounts/5", cookie="crm:1")) == []


def test_who_is_not_signed_in_finds_nothing(db: None) -> None:
    assert Client().get("/search/?q=a").status_code == 302
