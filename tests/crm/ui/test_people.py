"""Choosing members: from lists while they are few, by typing a name where they are many."""

from __future__ import annotations

import pytest

from crm.models import Account, Activity, ListView, Membership, Team
from crm.selectors import members
from tests import factories


@pytest.fixture
def few(monkeypatch) -> None:
    """Two members are few, three are many."""
    monkeypatch.setattr(members, "FEW", 2)


@pytest.fixture
def many(few, standard, reader) -> None:
    """The administrator, Standard and Reader are more than one looks through."""


@pytest.fixture
def acme(organization) -> Account:
    return factories.account(organization, "Acme")


def lookup(client, at, **asked) -> list[str]:
    return [found["name"] for found in client.get(at("people/lookup"), asked).json()["results"]]


def test_members_are_found_by_any_part_of_name_or_address(client, at, standard, reader, admin) -> None:
    admin.first_name, admin.last_name = "Zoé", "Lefèvre"
    admin.save()
    assert lookup(client, at, q="zoe lef") == ["Zoé Lefèvre"]
    assert lookup(client, at, q="READER@") == ["reader@example.com"]
    assert lookup(client, at, q="nobody") == []
    assert len(lookup(client, at)) == 3
    assert lookup(client, at, q="m", me="1") == ["Me", *lookup(client, at, q="m")]


def test_somebody_elses_members_are_not_found(browse, outsider, client, at, organization) -> None:
    assert lookup(client, at, q="outsider") == []
    assert browse(outsider).get(at("people/lookup")).status_code == 404


def test_few_members_are_a_list(client, at, few, standard, acme) -> None:
    form = client.get(at(f"accounts/{acme.pk}/edit")).content.decode()
    assert '<select name="owner_id"' in form
    assert at("people/lookup") not in form


@pytest.mark.parametrize(
    "page", ["accounts/{acme}/edit", "accounts/new", "accounts/{acme}/activity?compose=task", "deals/new"]
)
def test_of_many_one_is_found_by_typing(client, at, many, acme, page, admin) -> None:
    form = client.get(at(page.format(acme=acme.pk))).content.decode()
    assert '<select name="owner_id"' not in form
    assert f'data-url="{at("people/lookup")}"' in form
    assert "reader@example.com" not in form


def test_the_number_of_statements_does_not_grow_with_the_members(
    client, at, organization, few, acme, django_assert_num_queries
) -> None:
    page = at(f"accounts/{acme.pk}/edit")
    client.get(page)
    factories.crm_member(organization, "Standard", "second@example.com")
    with django_assert_num_queries(8):
        client.get(page)
    for number in range(5):
        factories.crm_member(organization, "Standard", f"more{number}@example.com")
    with django_assert_num_queries(8):
        client.get(page)


def test_an_owner_among_many_is_named_changed_and_taken_away(client, at, many, standard, acme) -> None:
    dialog = client.get(at(f"accounts/{acme.pk}/owner"), headers={"HX-Request": "true"}).content.decode()
    assert 'role="combobox"' in dialog
    client.post(at(f"accounts/{acme.pk}/owner"), {"owner_id": standard.pk})
    acme.refresh_from_db()
    assert acme.owner == standard
    form = client.get(at(f"accounts/{acme.pk}/edit")).content.decode()
    assert 'value="standard@example.com"' in form
    client.post(at(f"accounts/{acme.pk}/owner"), {"owner_id": ""})
    acme.refresh_from_db()
    assert acme.owner is None


def test_a_stranger_is_refused_as_owner(client, at, many, outsider, acme) -> None:
    answer = client.post(at("accounts/new"), {"name": "New", "currency": "EUR", "owner_id": outsider.pk})
    assert answer.status_code == 422
    assert "must be a member" in answer.content.decode()
    answer = client.post(at("accounts/new"), {"name": "New", "currency": "EUR", "owner_id": "x"})
    assert answer.status_code == 422
    assert list(Account.objects.all()) == [acme]


def test_a_filter_by_one_of_many_is_typed_and_shows_who_is_meant(client, at, many, standard, acme) -> None:
    line = at("views/accounts/line")
    asked = client.get(line, {"field": "owner", "comparator": "is", "value": standard.pk}).content.decode()
    assert f'data-url="{at("people/lookup")}?me=1"' in asked
    assert f'value="{standard.pk}"' in asked
    assert 'value="standard@example.com"' in asked
    assert 'value="Me"' in client.get(line, {"field": "owner", "comparator": "is", "value": "me"}).content.decode()


def test_a_team_of_many_keeps_its_members_and_takes_one_who_is_typed(
    client, at, organization, many, standard, reader
) -> None:
    places = {str(member.user): member.pk for member in Membership.objects.of(organization)}
    answer = client.post(
        at("setup/teams/new"),
        {"name": "North", "member_ids": [places["standard@example.com"]], "member_ids-typed": "reader"},
    )
    assert answer.status_code == 302
    team = Team.objects.get()
    assert {place.membership.user for place in team.places.all()} == {standard, reader}
    form = client.get(at(f"setup/teams/{team.pk}")).content.decode()
    assert form.count('name="member_ids"') == 2
    unclear = client.post(at(f"setup/teams/{team.pk}"), {"name": "North", "member_ids-typed": "example"})
    assert (unclear.status_code, unclear.content.decode().count('name="member_ids"')) == (422, 3)
    assert team.places.count() == 2
    nobody = client.post(at(f"setup/teams/{team.pk}"), {"name": "North", "member_ids-typed": "xyz"})
    assert "“xyz” was not found." in nobody.content.decode()


def test_a_view_is_shared_with_some_of_many(client, at, organization, many, reader, admin) -> None:
    view = ListView.objects.create(
        organization=organization,
        module="accounts",
        name="Mine",
        owner=admin,
        visibility="shared",
        shared_people=[reader.pk],
        scope="all",
    )
    form = client.get(at(f"views/{view.pk}")).content.decode()
    assert f'name="shared_people" value="{reader.pk}"' in form
    assert "standard@example.com" not in form


def test_the_list_of_members_comes_in_pages_and_is_searched(client, at, organization, monkeypatch) -> None:
    monkeypatch.setattr("crm.ui.setup.FEW", 2)
    for number in range(4):
        factories.crm_member(organization, "Standard", f"person{number}@example.com")
    first = client.get(at("setup/members")).content.decode()
    assert (first.count("person"), "Next page" in first) != (0, False)
    assert "person3@" not in first
    assert "person3@" in client.get(at("setup/members"), {"page": 2}).content.decode()
    found = client.get(at("setup/members"), {"q": "person3"}).content.decode()
    assert ("person3@" in found, "person2@" in found) == (True, False)
    assert "Nobody is called so." in client.get(at("setup/members"), {"q": "zzz"}).content.decode()


def test_colleagues_take_part_in_a_call_whoever_they_are_many(client, at, many, acme, reader) -> None:
    about = {"module": "accounts", "record_id": acme.pk, "kind": "call", "priority": "normal"}
    answer = client.post(at("activities/new"), {**about, "subject": "Prices", "members-typed": "reader"})
    assert answer.status_code == 302
    call = Activity.objects.get()
    assert [one.user for one in call.participants.all()] == [reader]
    form = client.get(at(f"activities/{call.pk}/edit")).content.decode()
    assert f'name="members" value="{reader.pk}"' in form
