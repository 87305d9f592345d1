"""Duplicates and merges for programs: rehearsed, done, listed, and what the old address says."""

from __future__ import annotations

import pytest

from crm.models import Account, Contact, Merge, ModuleRight
from tests import factories


@pytest.fixture
def base(organization) -> str:
    return f"/crm/{organization.pk}"


@pytest.fixture
def pair(organization) -> tuple[Account, Account]:
    """The second one has what the first lacks, and two contacts."""
    one = factories.account(organization, "Dupont", phone="1")
    two = factories.account(organization, "Dupont SA", phone="2", website="dupont.fr")
    for name in ("Martin", "Petit"):
        factories.contact(organization, name, account_id=two.pk)
    return one, two


def merge_of(one: Account, two: Account, **more) -> dict[str, object]:
    return {"survivor": one.pk, "losers": [two.pk], **more}


def test_a_rehearsal_says_what_a_merge_would_do_and_does_nothing(call, base, pair) -> None:
    one, two = pair
    told = call("POST", f"{base}/accounts/merge?dry_run=true", merge_of(one, two, choices={"phone": two.pk}))
    assert told.status_code == 200, told.content
    plan = told.json()
    assert (plan["id"], plan["survivor_id"], plan["survivor_label"]) == (None, one.pk, "Dupont")
    assert plan["before"] == {"phone": "1", "website": ""}
    assert plan["after"] == {"phone": "2", "website": "dupont.fr"}
    assert plan["moved"] == {"contacts.account_id": {str(two.pk): 2}}
    assert (Account.objects.count(), Merge.objects.count()) == (2, 0)
    assert set(Contact.objects.values_list("account_id", flat=True)) == {two.pk}
    for wrong in ("1", "yes", ""):
        assert call("POST", f"{base}/accounts/merge?dry_run={wrong}", merge_of(one, two)).status_code == 400


def test_a_rehearsal_counts_nothing_of_a_module_that_the_caller_does_not_see(call, base, pair, admin) -> None:
    one, two = pair
    ModuleRight.objects.filter(profile__memberships__user=admin, module="contacts").update(level=0)
    told = call("POST", f"{base}/accounts/merge?dry_run=true", merge_of(one, two)).json()
    assert told["moved"] == {}


def test_what_a_rehearsal_said_is_what_the_merge_does(call, base, pair) -> None:
    one, two = pair
    plan = call("POST", f"{base}/accounts/merge?dry_run=true", merge_of(one, two)).json()
    made = call("POST", f"{base}/accounts/merge", merge_of(one, two))
    assert made.status_code == 201, made.content
    merge = made.json()
    for name in ("module", "survivor_id", "survivor_label", "choices", "before", "after"):
        assert merge[name] == plan[name], name
    assert {name: {pk: len(ids) for pk, ids in moved.items()} for name, moved in merge["moved"].items()} == plan[
        "moved"
    ]
    assert set(Contact.objects.values_list("account_id", flat=True)) == {one.pk}


def test_the_old_address_names_the_survivor(call, base, pair) -> None:
    one, two = pair
    call("POST", f"{base}/accounts/merge", merge_of(one, two))
    gone = call("GET", f"{base}/accounts/{two.pk}")
    assert (gone.status_code, gone.json()["type"], gone.json()["merged_into"]) == (
        404,
        "urn:finsuite:problem:merged",
        one.pk,
    )
    never = call("GET", f"{base}/accounts/{two.pk + 1}").json()
    assert ("merged_into" in never, never["type"].endswith("merged")) == (False, False)


def test_the_old_address_names_no_survivor_that_the_caller_does_not_see(call, base, pair, admin) -> None:
    one, two = pair
    call("POST", f"{base}/accounts/merge", merge_of(one, two))
    ModuleRight.objects.filter(profile__memberships__user=admin, module="accounts").update(level=0)
    gone = call("GET", f"{base}/accounts/{two.pk}")
    assert (gone.status_code, "merged_into" in gone.json()) == (404, False)


def test_merges_are_listed_and_counted_the_newest_first(
    call, base, organization, pair, django_assert_num_queries
) -> None:
    one, two = pair
    three = factories.account(organization, "Dupont SARL")
    for loser in (two, three):
        assert call("POST", f"{base}/accounts/merge", merge_of(one, loser)).status_code == 201
    with django_assert_num_queries(5):
        page = call("GET", f"{base}/merges?count=true").json()
    assert page["count"] == 2
    assert [list(merge["moved"]) for merge in page["results"]] == [[], ["contacts.account_id"]]
    assert call("GET", f"{base}/merges?count=true&survivor_id={one.pk}&limit=1").json()["count"] == 2
    assert call("GET", f"{base}/merges?count=true&survivor_id={two.pk}").json()["count"] == 0
    newest = page["results"][0]["id"]
    assert call("POST", f"{base}/merges/{newest}/undo").status_code == 200
    undone = call("GET", f"{base}/merges").json()["results"][0]
    assert (undone["undone_at"] is not None, undone["undone_by_name"]) == (True, "Béatrice Roy")
    assert Account.objects.count() == 2


def test_a_merge_of_what_has_changed_since_is_refused_whole(call, base, pair) -> None:
    one, two = pair
    stale = {str(two.pk): "2020-01-01T00:00:00Z"}
    assert call("POST", f"{base}/accounts/merge", merge_of(one, two, versions=stale)).status_code in (409, 412)
    assert (Account.objects.count(), Merge.objects.count()) == (2, 0)
