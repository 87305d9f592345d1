"""Setup › Sharing and Teams, and whom a member reports to."""

from __future__ import annotations

import pytest

from crm.choices import Module
from crm.models import Membership, SharingRule, Team
from crm.selectors.sharing import sharing_rules
from crm.services.sharing import change_sharing
from crm.services.teams import create_team
from finsuite.kernel.versions import version_of
from tests import factories


@pytest.fixture
def setup(organization, admin, client):
    client.force_login(admin)
    return f"/crm/{organization.pk}/setup"


def test_sharing_is_chosen_with_its_extent_before_ones_eyes(setup, organization, standard, client):
    factories.account(organization, owner_id=standard.pk)
    factories.account(organization, name="Nobody's")
    page = client.get(f"{setup}/sharing").content.decode()
    assert "2 records; the choice limits what 1 member can see." in page
    assert "1 record has no owner, or one who has left" in page
    seen = {f"version_{rule.module}": version_of(rule) for rule in sharing_rules(organization)}
    chosen = {**dict.fromkeys(Module.values, "everybody"), "accounts": "teams"}
    assert client.post(f"{setup}/sharing", {**chosen, **seen}).status_code == 302
    assert SharingRule.objects.of(organization).get(module="accounts").sharing == "teams"
    stale = client.post(f"{setup}/sharing", {**chosen, **seen, "accounts": "managers"})
    assert stale.status_code == 422
    assert "Somebody has changed this record" in stale.content.decode()
    assert SharingRule.objects.of(organization).get(module="accounts").sharing == "teams"


def test_a_team_is_made_changed_and_deleted_on_its_pages(setup, organization, standard, client):
    place = Membership.objects.of(organization).get(user=standard).pk
    assert "No teams yet" in client.get(f"{setup}/teams").content.decode()
    assert client.post(f"{setup}/teams/new", {"name": "South", "member_ids": [place]}).status_code == 302
    team = Team.objects.of(organization).get()
    assert client.get(f"{setup}/teams/{team.pk}").context["form"]["member_ids"].value() == [place]
    assert client.post(f"{setup}/teams/new", {"name": "south"}).status_code == 422
    seen = version_of(team)
    assert client.post(f"{setup}/teams/{team.pk}", {"name": "West", "version": seen}).status_code == 302
    team.refresh_from_db()
    assert (team.name, team.places.count()) == ("West", 0)
    assert client.post(f"{setup}/teams/{team.pk}", {"name": "East", "version": seen}).status_code == 422
    client.post(f"{setup}/teams/{team.pk}/delete", {"version": seen})
    assert Team.objects.of(organization).exists()
    client.post(f"{setup}/teams/{team.pk}/delete", {"version": version_of(team)})
    assert not Team.objects.of(organization).exists()


def test_whom_a_member_reports_to_is_noted_and_shown(setup, organization, admin, standard, client):
    member = Membership.objects.of(organization).get(user=standard)
    boss = Membership.objects.of(organization).get(user=admin)
    create_team(actor=factories.SYSTEM, organization=organization, values={"name": "South", "member_ids": [member.pk]})
    place = f"{setup}/members/{member.pk}/manager"
    assert client.get(place).status_code == 200
    assert client.post(place, {"manager_id": boss.pk, "version": version_of(member)}).status_code == 302
    member.refresh_from_db()
    assert member.manager_id == boss.pk
    assert client.post(place, {"manager_id": "", "version": "long ago"}).status_code == 422
    loop = client.post(f"{setup}/members/{boss.pk}/manager", {"manager_id": member.pk})
    assert "Nobody can report to themselves" in loop.content.decode()
    assert "South" in client.get(f"{setup}/members").content.decode()


def test_the_statements_of_these_pages_do_not_grow_with_the_people(
    setup, organization, client, django_assert_num_queries
):
    for number in range(3):
        person = factories.crm_member(organization, profile="Standard", email=f"{number}@example.com")
        place = Membership.objects.of(organization).get(user=person).pk
        values = {"name": f"Team {number}", "member_ids": [place]}
        create_team(actor=factories.SYSTEM, organization=organization, values=values)
    client.get(f"{setup}/teams")
    with django_assert_num_queries(8):  # who, where, with which rights; the teams, and who is in them
        client.get(f"{setup}/teams")
    with django_assert_num_queries(17):  # the same, the rules, and two for each module
        client.get(f"{setup}/sharing")


def test_what_one_gives_away_leads_back_to_the_list(organization, admin, standard, client):
    change_sharing(actor=factories.SYSTEM, organization=organization, sharing={"accounts": "managers"})
    account = factories.account(organization, owner_id=standard.pk)
    client.force_login(standard)
    place = f"/crm/{organization.pk}/accounts"
    sent = {"name": "Acme", "seen-name": "Acme", "owner_id": admin.pk, "seen-owner_id": standard.pk}
    answer = client.post(f"{place}/{account.pk}/edit", sent)
    assert (answer.status_code, answer.url) == (302, f"{place}/")
    assert client.get(f"{place}/{account.pk}").status_code == 404


def test_a_form_keeps_what_its_reader_may_not_see(organization, admin, standard, client):
    hidden = factories.account(organization, name="Zephyrine", owner_id=admin.pk)
    contact = factories.contact(organization, owner_id=standard.pk, account_id=hidden.pk)
    change_sharing(actor=factories.SYSTEM, organization=organization, sharing={"accounts": "managers"})
    client.force_login(standard)
    place = f"/crm/{organization.pk}/contacts/{contact.pk}/edit"
    page = client.get(place).content.decode()
    assert ("Zephyrine" in page, "Not visible to you" in page) == (False, True)
    sent = {"last_name": "Durand", "seen-last_name": "Martin"}
    assert client.post(place, {**sent, "account_id": "", "seen-account_id": hidden.pk}).status_code == 302
    contact.refresh_from_db()
    assert (contact.last_name, contact.account_id) == ("Durand", hidden.pk)
