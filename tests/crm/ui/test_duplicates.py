"""The pages of duplicates and merges."""

from __future__ import annotations

import pytest

from crm.models import Account, Contact, DuplicateSuggestion, Merge
from crm.services.duplicates import dismiss, find_duplicates
from crm.services.merging import merge_records
from finsuite.kernel.versions import version_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(organization):
    one = factories.account(organization, "Dupont", phone="1")
    return one, factories.account(organization, "Dupont SA", website="dupont.fr", phone="2")


def fields(*records, **more):
    return {
        "id": [record.pk for record in records],
        "survivor": records[0].pk,
        **{f"version_{record.pk}": version_of(record) for record in records},
        **more,
    }


def merged(actor, organization, survivor, loser) -> Merge:
    return merge_records(
        actor=actor,
        organization=organization,
        module="accounts",
        survivor_id=survivor.pk,
        loser_ids=[loser.pk],
    )


def test_the_list_says_which_records_are_alike_and_why(
    client, at, organization, pair, django_assert_num_queries
) -> None:
    page = client.get(at("duplicates/accounts"))
    assert "Nobody has searched yet" in page.content.decode()
    from crm.choices import Module

    find_duplicates(organization, Module.ACCOUNTS)
    with django_assert_num_queries(10):
        page = client.get(at("duplicates/accounts"))
    text = page.content.decode()
    assert "Same name without its legal form: “Dupont” and “Dupont SA”" in text
    assert "Compare and merge" in text


def test_a_search_can_be_asked_for_on_the_page(client, at, organization) -> None:
    from crm.models import DuplicateScan

    assert client.post(at("duplicates/accounts/search")).url == at("duplicates/accounts")
    assert DuplicateScan.objects.get().asked_at is not None
    assert "Searching…" in client.get(at("duplicates/accounts")).content.decode()


def test_a_records_page_loads_what_looks_like_it_by_itself(client, at, pair, django_assert_num_queries) -> None:
    one, two = pair
    page = client.get(at(f"accounts/{one.pk}")).content.decode()
    assert f'hx-get="{at(f"duplicates/accounts/{one.pk}")}"' in page
    assert "Possible duplicates" not in page
    client.get(at(f"duplicates/accounts/{one.pk}"))
    with django_assert_num_queries(13):
        part = client.get(at(f"duplicates/accounts/{one.pk}")).content.decode()
    assert "Possible duplicates (1)" in part
    assert f"?id={one.pk}&amp;id={two.pk}" in part
    client.post(at("duplicates/accounts/dismiss"), {"id": [one.pk, two.pk], "back": one.pk})
    assert "Possible duplicates" not in client.get(at(f"duplicates/accounts/{one.pk}")).content.decode()


def test_that_two_are_not_the_same_is_taken_back_where_it_was_said(
    client, at, organization, pair, admin, django_assert_num_queries
) -> None:
    one, two = pair
    here = at(f"duplicates/accounts/{one.pk}")
    client.post(at("duplicates/accounts/dismiss"), {"id": [one.pk, two.pk], "back": one.pk})
    client.get(here)
    with django_assert_num_queries(13):
        said = client.get(here).content.decode()
    assert "1 pair is said not to be the same" in said
    assert f"{admin} ·" in said
    assert "“Dupont SA” may be the same after all" in said.replace("“Dupont” and ", "")
    assert "1 pair is said not to be the same" in client.get(at("duplicates/accounts")).content.decode()
    answer = client.post(at("duplicates/accounts/recall"), {"id": [one.pk, two.pk], "back": one.pk})
    assert answer.url == at(f"accounts/{one.pk}")
    again = client.get(here).content.decode()
    assert ("said not to be the same" in again, "Possible duplicates (1)" in again) == (False, True)


def test_whoever_may_only_look_can_take_nothing_back(browse, reader, organization, actor, at, pair) -> None:
    one, two = pair
    dismiss(actor=actor, organization=organization, module="accounts", ids=[one.pk, two.pk])
    client = browse(reader)
    part = client.get(at(f"duplicates/accounts/{one.pk}")).content.decode()
    assert ("said not to be the same" in part, "after all" in part) == (True, False)
    assert client.post(at("duplicates/accounts/recall"), {"id": [one.pk, two.pk]}).status_code == 403
    assert DuplicateSuggestion.objects.exclude(dismissed_at=None).count() == 1


def test_a_record_is_merged_with_one_that_is_named_or_searched_for(
    client, at, organization, pair, django_assert_num_queries
) -> None:
    one, two = pair
    page = client.get(at(f"accounts/{one.pk}")).content.decode()
    assert f'data-url="{at("accounts/lookup")}?except={one.pk}"' in page
    lookup = client.get(at("accounts/lookup"), {"q": "dupont", "except": one.pk}).json()
    assert [found["id"] for found in lookup["results"]] == [two.pk]
    client.get(at("merge/accounts"), {"id": one.pk})
    with django_assert_num_queries(14):
        answer = client.get(at("merge/accounts"), {"id": [one.pk, ""], "q": "dupont"})
    choice = answer.content.decode()
    assert choice.count(f"?id={one.pk}&amp;id={two.pk}") == 2  # as what was typed, and as what looks like it
    assert f"?id={one.pk}&amp;id={one.pk}" not in choice
    assert "Merge 2 records into one" in client.get(at(f"merge/accounts?id={one.pk}&id={two.pk}")).content.decode()


def test_whoever_may_not_delete_is_not_offered_a_merge(browse, standard, at, pair) -> None:
    one, _two = pair
    client = browse(standard)
    assert "merge-with-dialog" not in client.get(at(f"accounts/{one.pk}")).content.decode()
    assert client.get(at(f"merge/accounts?id={one.pk}")).status_code == 403


def test_the_merge_page_shows_what_differs_and_what_moves(
    client, at, organization, pair, django_assert_num_queries
) -> None:
    one, two = pair
    factories.contact(organization, "Martin", account_id=two.pk)
    with django_assert_num_queries(13):
        page = client.get(at(f"merge/accounts?id={one.pk}&id={two.pk}"))
    text = page.content.decode()
    assert f'name="choice_website" value="{two.pk}" checked' in text
    assert f'name="choice_phone" value="{one.pk}" checked' in text
    assert "Contacts" in text
    assert "fields are the same in all" in text


def test_merging_on_the_page_leads_to_the_survivor_with_an_undo(client, at, organization, pair) -> None:
    one, two = pair
    contact = factories.contact(organization, "Martin", account_id=two.pk)
    answer = client.post(at("merge/accounts"), fields(one, two, choice_phone=two.pk))
    assert answer.url == at(f"accounts/{one.pk}")
    one.refresh_from_db()
    assert (one.name, one.phone, one.website) == ("Dupont", "2", "dupont.fr")
    merge = Merge.objects.get()
    page = client.get(answer.url).content.decode()
    assert f'form="undo-merge-{merge.pk}">Undo</button>' in page
    assert at(f"merges/{merge.pk}/undo") in client.get(at(f"duplicates/accounts/{one.pk}")).content.decode()
    client.post(at(f"merges/{merge.pk}/undo"))
    contact.refresh_from_db()
    assert (Account.objects.count(), contact.account_id) == (2, two.pk)


def test_a_stale_page_is_shown_again_and_nothing_is_merged(client, at, pair) -> None:
    one, two = pair
    answer = client.post(at("merge/accounts"), fields(one, two) | {f"version_{two.pk}": "2020-01-01T00:00:00Z"})
    assert (answer.status_code, Account.objects.count(), Merge.objects.count()) == (409, 2, 0)
    assert "Somebody has changed this record" in answer.content.decode()


def test_the_old_address_leads_to_the_survivor(client, at, organization, actor, pair) -> None:
    one, two = pair
    merged(actor, organization, one, two)
    answer = client.get(at(f"accounts/{two.pk}"))
    assert (answer.status_code, answer.url) == (302, at(f"accounts/{one.pk}"))
    assert "has been merged into this one" in client.get(answer.url).content.decode()
    assert client.get(at(f"accounts/{two.pk}/history")).status_code == 302
    assert client.get(at("accounts/99999999")).status_code == 404
    assert client.post(at(f"accounts/{two.pk}/delete")).status_code == 404


def test_an_undo_that_cant_be_says_why(client, at, organization, actor, pair) -> None:
    one, two = pair
    merge = merged(actor, organization, one, two)
    Account.objects.filter(pk=one.pk).update(website="else.fr")
    answer = client.post(at(f"merges/{merge.pk}/undo"), follow=True)
    assert "has changed since the merge: Website" in answer.content.decode()
    assert Account.objects.count() == 1


def test_a_new_record_that_is_there_already_is_warned_of_once(client, at, organization, pair) -> None:
    values = {"name": "Dupont SARL", "currency": "EUR", "exchange_rate": "1"}
    answer = client.post(at("accounts/new"), values)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "This may be there already" in text
    assert "Same name without its legal form: “Dupont SARL” and “Dupont SA”" in text
    assert Account.objects.count() == 2
    assert client.post(at("accounts/new"), {**values, "anyway": "1"}).status_code == 302
    assert Account.objects.count() == 3


def test_contacts_are_merged_on_the_same_page(client, at, organization) -> None:
    one = factories.contact(organization, "Martin", email_opt_out=True)
    two = factories.contact(organization, "Martins", email="m@x.fr")
    page = client.get(at(f"merge/contacts?id={one.pk}&id={two.pk}")).content.decode()
    assert "No e-mail" in page
    client.post(at("merge/contacts"), fields(one, two))
    assert [(contact.last_name, contact.email) for contact in Contact.objects.all()] == [("Martin", "m@x.fr")]
