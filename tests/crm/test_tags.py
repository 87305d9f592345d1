from __future__ import annotations

import re

import pytest

from audit.models import Entry
from crm.access import access
from crm.choices import Level
from crm.models import Account, ModuleRight
from crm.selectors.tags import suggested_tags, used_tags
from crm.services.tag_work import retag
from crm.services.tags import delete_tag, rename_tag
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from tests import factories


@pytest.fixture
def tagged(organization):
    factories.account(organization, name="Acme", tags=["Été", "gold"])
    factories.account(organization, name="Beta", tags=["gold"])
    factories.contact(organization, tags=["gold", "VIP"])
    factories.account(organization, name="Plain")


def tags_of(name):
    return Account.objects.get(name=name).tags


def test_used_tags_are_counted_by_module_in_one_statement(organization, admin, tagged, django_assert_num_queries):
    allowed = access(admin, organization.pk)
    with django_assert_num_queries(1):
        found = used_tags(allowed)
    assert [(tag.name, tag.by_module) for tag in found] == [
        ("Été", (("accounts", 1),)),
        ("gold", (("accounts", 2), ("contacts", 1))),
        ("VIP", (("contacts", 1),)),
    ]


def test_tags_of_what_one_may_not_see_are_not_told(organization, standard, tagged):
    ModuleRight.objects.filter(profile__memberships__user=standard, module="contacts").update(level=Level.NONE)
    allowed = access(standard, organization.pk)
    assert [tag.name for tag in used_tags(allowed)] == ["Été", "gold"]
    ModuleRight.objects.filter(profile__memberships__user=standard).update(level=Level.NONE)
    assert used_tags(access(standard, organization.pk)) == []


def test_suggestions_regard_neither_capitals_nor_accents(organization, admin, tagged):
    allowed = access(admin, organization.pk)
    assert suggested_tags(allowed, "ete") == ["Été"]
    assert suggested_tags(allowed, "i") == ["VIP"]


def test_a_tag_is_renamed_on_every_record_with_history(organization, actor, tagged):
    assert rename_tag(actor=actor, organization=organization, tag="gold", name="  Gold  customer ") == {
        "accounts": 2,
        "contacts": 1,
    }
    assert tags_of("Acme") == ["Été", "Gold customer"]
    entry = Entry.objects.filter(kind="crm.account", verb="updated").latest("pk")
    assert (entry.user_id, entry.after["tags"]) == (actor.user_id, ["Gold customer"])
    assert rename_tag(actor=actor, organization=organization, tag="gold", name="Other") == {}


def test_under_the_name_of_another_tag_the_two_become_one(organization, actor, tagged):
    rename_tag(actor=actor, organization=organization, tag="Été", name="gold")
    assert tags_of("Acme") == ["gold"]


def test_a_tag_is_deleted_and_the_records_stay(organization, actor, tagged):
    assert delete_tag(actor=actor, organization=organization, tag="gold") == {"accounts": 2, "contacts": 1}
    assert (tags_of("Acme"), tags_of("Beta"), Account.objects.count()) == (["Été"], [], 3)


def test_the_background_does_the_same_and_twice_is_once(organization, actor, tagged):
    assert retag(organization.pk, actor.user_id, "gold", "silver") == {"accounts": 2, "contacts": 1}
    assert retag(organization.pk, actor.user_id, "gold", "silver") == {}
    assert retag(organization.pk, actor.user_id, "silver", None) == {"accounts": 2, "contacts": 1}


@pytest.mark.parametrize("name", ["", "   ", "a,b", "x" * 51])
def test_a_name_that_is_none_is_refused_and_changes_nothing(organization, actor, tagged, name):
    with pytest.raises(Refused):
        rename_tag(actor=actor, organization=organization, tag="gold", name=name)
    assert tags_of("Beta") == ["gold"]


def test_only_setup_renames_and_deletes(organization, standard, tagged):
    by_standard = Actor.person(standard)
    with pytest.raises(NotPermitted):
        rename_tag(actor=by_standard, organization=organization, tag="gold", name="x")
    with pytest.raises(NotPermitted):
        delete_tag(actor=by_standard, organization=organization, tag="gold")
    assert tags_of("Beta") == ["gold"]


def test_the_page_renames_deletes_and_leads_to_the_records(organization, admin, tagged, client):
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    at = f"/crm/{organization.pk}/setup/tags"
    html = client.get(at).content.decode()
    assert "accounts/?tag=gold" in html
    listed = client.get(f"/crm/{organization.pk}/accounts/?tag=gold").content.decode()
    assert re.findall(r">(Acme|Beta|Plain)</a>", listed) == ["Acme", "Beta"]
    client.post(f"{at}/rename", {"tag": "gold", "name": "silver"})
    client.post(f"{at}/delete", {"tag": "Été"})
    assert tags_of("Acme") == ["silver"]
    assert client.post(f"{at}/delete", {"tag": "nobody's"}).status_code == 404
    found = client.get(f"/crm/{organization.pk}/tags/suggest?q=sil").json()
    assert found == {"results": ["silver"]}
