"""What the CRM offers in the command palette, to whom."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client

from crm.models import Organization
from tests import factories
from users.models import User


def palette(user: User, query: str = "", **asked: Any) -> dict[str, list[str]]:
    client = Client()
    client.force_login(user)
    answer = orjson.loads(client.get("/search/", {"q": query, **asked}).content)
    return {group["label"]: [hit["label"] for hit in group["hits"]] for group in answer["groups"]}


def test_records_of_all_modules_are_found_with_a_way_to_all_of_them(organization: Organization, admin: User) -> None:
    factories.account(organization, "Dupont SARL")
    factories.contact(organization, "Dupont", first_name="Zoé")
    found = palette(admin, "dupont")
    assert (found["Accounts"], found["Contacts"]) == (["Dupont SARL"], ["Zoé Dupont"])
    assert found["Search"] == ["Show everything that matches"]


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("admin", ["New account", "New view of accounts"]),
        ("standard", ["New account", "New view of accounts"]),
        ("reader", ["New view of accounts"]),
    ],
)
def test_only_who_may_create_is_offered_to(
    request: pytest.FixtureRequest, organization: Organization, who: str, offered: list[str]
) -> None:
    assert palette(request.getfixturevalue(who), "new account")["Actions"] == offered


def test_only_an_administrator_is_offered_the_setup(organization: Organization, admin: User, standard: User) -> None:
    assert palette(admin, "profiles")["Actions"] == ["Profiles"]
    assert "Actions" not in palette(standard, "profiles")


def test_the_open_record_is_acted_on_by_who_may_and_absent_to_others(
    organization: Organization, admin: User, reader: User, outsider: User
) -> None:
    account = factories.account(organization)
    at = f"/crm/{organization.pk}/accounts/{account.pk}/contacts"
    assert palette(admin, at=at)["This record"] == [
        "Edit this record",
        "Change the owner",
        "New activity",
        "Merge with…",
        "New contact at this account",
        "History of this record",
    ]
    assert palette(reader, at=at)["This record"] == ["History of this record"]
    assert "This record" not in palette(outsider, at=at)
    assert "This record" not in palette(admin, at=f"/crm/{organization.pk}/accounts/{account.pk + 1}")


def test_records_opened_last_are_named_as_far_as_one_sees_them(
    organization: Organization, admin: User, outsider: User
) -> None:
    account = factories.account(organization, "Dupont")
    contact = factories.contact(organization, "Martin", first_name="Zoé", account_id=account.pk)
    paths = [
        f"/crm/{organization.pk}/contacts/{contact.pk}",
        f"/crm/{organization.pk}/accounts/{account.pk}",
        f"/crm/{organization.pk}/accounts/{account.pk + 1}",
    ]
    assert palette(admin, recent=paths)["Opened last"] == ["Zoé Martin", "Dupont"]
    assert "Opened last" not in palette(outsider, recent=paths)
    account.delete()
    assert palette(admin, recent=paths)["Opened last"] == ["Zoé Martin"]


def test_the_search_page_marks_what_matches_and_says_how_many(
    organization: Organization, admin: User, client: Client
) -> None:
    for number in range(21):
        factories.account(organization, f"Dupont & <{number}>")
    client.force_login(admin)
    page = client.get(f"/crm/{organization.pk}/search", {"q": "dup"}).content.decode()
    assert page.count('<mark class="match">Dup</mark>ont &amp; &lt;') == 20
    assert "20+" in page
    one = client.get(f"/crm/{organization.pk}/search", {"q": "duppont", "module": "accounts"}).content.decode()
    assert one.count('<mark class="match">Dupont</mark>') == 21
    assert "<strong>dupont</strong>" in one


def test_the_api_searches_all_modules(organization: Organization, admin: User, client: Client) -> None:
    accounts = [factories.account(organization, f"Dupont {number}") for number in range(3)]
    contact = factories.contact(organization, "Dupont", account_id=accounts[0].pk, email="d@exemple.fr")
    client.force_login(admin)
    at = f"/api/v1/crm/{organization.pk}/search"
    answer = client.get(at, {"q": "duppont", "limit": 2}).json()
    assert answer == {
        "results": [
            {"module": "accounts", "id": accounts[2].pk, "name": "Dupont 2", "details": []},
            {"module": "accounts", "id": accounts[1].pk, "name": "Dupont 1", "details": []},
            {"module": "contacts", "id": contact.pk, "name": "Dupont", "details": ["Dupont 0", "d@exemple.fr"]},
        ],
        "activities": [],
        "more": ["accounts"],
        "meant": "dupont",
    }
    assert client.get(at).json() == {"results": [], "activities": [], "more": [], "meant": ""}
    for wrong in ({"limit": "0"}, {"limit": "51"}, {"module": "leads"}, {"q": "a" * 201}, {"query": "a"}):
        assert client.get(at, wrong).status_code == 400


def test_what_was_noted_is_found_in_the_palette_on_the_page_and_by_programs(
    organization: Organization, admin: User, client: Client
) -> None:
    account = factories.account(organization, "Dupont")
    about = {"module": "accounts", "record_id": account.pk}
    call = factories.activity(organization, "call", subject="Prices", body="They want <b>ten</b> percent off", **about)
    note = factories.activity(organization, "note", subject="", body="Percentages of last year", **about)
    client.force_login(admin)
    assert palette(admin, "percent")["Activities"] == ["Percentages of last year", "Prices"]
    page = client.get(f"/crm/{organization.pk}/search", {"q": "percent"}).content.decode()
    assert 'They want &lt;b&gt;ten&lt;/b&gt; <mark class="match">percent</mark> off' in page
    assert f'href="/crm/{organization.pk}/activities/{call.pk}"' in page
    at = f"/api/v1/crm/{organization.pk}/search"
    answer = client.get(at, {"q": "percent", "module": "activities", "limit": 1}).json()
    assert answer == {
        "results": [],
        "activities": [{"id": note.pk, "kind": "note", "name": "Percentages of last year", "about": "Dupont"}],
        "more": ["activities"],
        "meant": "",
    }
    assert client.get(at, {"q": "percent", "module": "accounts"}).json()["activities"] == []


def test_the_way_to_what_was_found_shows_it_above_all_else(
    organization: Organization, admin: User, client: Client
) -> None:
    account = factories.account(organization, "Dupont")
    about = {"module": "accounts", "record_id": account.pk}
    old = factories.activity(organization, subject="Send the offer", **about)
    for number in range(30):
        factories.activity(organization, "note", subject="", body=f"Note {number}", **about)
    client.force_login(admin)
    answer = client.get(f"/crm/{organization.pk}/activities/{old.pk}")
    assert answer.url == f"/crm/{organization.pk}/accounts/{account.pk}/activity?entry={old.pk}#sought"
    page = client.get(answer.url).content.decode()
    assert page.index("What you came for") < page.index("Send the offer") < page.index("Note 29")
    elsewhere = factories.account(organization, "Elsewhere")
    other = client.get(f"/crm/{organization.pk}/accounts/{elsewhere.pk}/activity?entry={old.pk}").content.decode()
    assert "Send the offer" not in other


def test_a_search_takes_two_statements_besides_those_of_every_request(
    organization: Organization, admin: User, client: Client, django_assert_num_queries: Any
) -> None:
    factories.account(organization, "Acme")
    client.force_login(admin)
    page, api = f"/crm/{organization.pk}/search?q=a", f"/api/v1/crm/{organization.pk}/search?q=a"
    client.get(page)
    with django_assert_num_queries(8):
        client.get(page)
    with django_assert_num_queries(6):
        client.get(api)
