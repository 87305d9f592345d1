"""The pages of bulk changes and of the recycle bin; the same on the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.choices import Module
from crm.models import Account, BulkChange, DeletedRecord
from crm.services import records
from crm.services.kinds import KINDS
from tests import factories
from tests.api.conftest import Program, _fresh_counters, program  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(admin, organization, program) -> Program:  # noqa: F811
    return program(admin, "read", "write", "admin")


@pytest.fixture
def two(organization):
    return [factories.account(organization, "A"), factories.account(organization, "B", industry="Steel")]


def test_the_preview_tells_and_writes_nothing_and_applying_writes(client, at, two):
    asked = {"act": "edit", "field": "industry", "industry": "Steel", "row": [one.pk for one in two]}
    shown = client.post(at("bulk/accounts"), {**asked, "step": "preview"}).content.decode()
    assert "<strong>1</strong> will change" in shown
    assert "<strong>1</strong> are so already" in shown
    assert not BulkChange.objects.exists()
    done = client.post(at("bulk/accounts"), {**asked, "step": "apply", "back": "q=a"})
    assert done.headers["Location"] == at("accounts/?q=a")
    page = client.get(at("accounts/")).content.decode()
    assert "1 record changed." in page
    change = BulkChange.objects.get()
    assert at(f"bulk-changes/{change.pk}/undo") in page
    client.post(at(f"bulk-changes/{change.pk}/undo"))
    assert set(Account.objects.values_list("industry", flat=True)) == {"", "Steel"}


def test_all_that_a_list_shows_is_changed_with_its_tag_and_its_search(client, at, organization, two):
    tagged = factories.account(organization, "Axis", tags=["vip"])
    factories.account(organization, "Zed", tags=["vip"])
    asked = {"act": "tags", "add_tags": "new, old", "everything": "1", "q": "axis", "tag": "vip", "step": "apply"}
    client.post(at("bulk/accounts"), asked)
    assert BulkChange.objects.get().total == 1
    tagged.refresh_from_db()
    assert tagged.tags == ["vip", "new", "old"]


def test_nothing_ticked_leads_back_to_the_list(client, at):
    answer = client.post(at("bulk/accounts"), {"act": "edit"})
    assert (answer.status_code, answer.headers["Location"]) == (302, at("accounts/"))


def test_a_deleted_record_is_listed_and_comes_back(client, at, organization, actor, two):
    records.delete(KINDS[Module.ACCOUNTS], actor=actor, organization=organization, ids=[two[0].pk])
    assert ">A<" in client.get(at("deleted/accounts")).content.decode()
    answer = client.post(at(f"deleted/{DeletedRecord.objects.get().pk}/restore"))
    assert answer.headers["Location"] == at(f"accounts/{two[0].pk}")
    assert ">A<" not in client.get(at("deleted/accounts")).content.decode()


def test_the_pages_ask_as_much_however_much_there_is(client, at, organization, two):
    def change():
        ids = [one.pk for one in Account.objects.all()]
        client.post(at("bulk/accounts"), {"act": "owner", "owner_id": "", "row": ids, "step": "apply"})

    counts: list[list[int]] = []
    for _time in range(2):
        change()
        factories.account(organization, "C")
        gone = factories.account(organization, "Gone")
        records.delete(KINDS[Module.ACCOUNTS], actor=factories.SYSTEM, organization=organization, ids=[gone.pk])
        latest = BulkChange.objects.latest("pk")
        client.get(at("bulk-changes/"))  # the toast
        counts.append([])
        for path in ("bulk-changes/", f"bulk-changes/{latest.pk}", "deleted/accounts"):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(at(path)).status_code == 200
            counts[-1].append(len(asked))
    assert counts == [EXPECTED, EXPECTED]


EXPECTED = [8, 10, 8]


def test_the_api_rehearses_changes_tells_undoes_and_restores(call, organization, two):
    base = f"/crm/{organization.pk}"
    body = {"kind": "edit", "ids": [one.pk for one in two], "values": {"industry": "Steel"}, "add_tags": ["vip"]}
    told = call("POST", f"{base}/accounts/bulk-change?dry_run=true", body).json()
    assert (told["id"], told["results"]) == (None, {"changed": 2, "unchanged": 0, "refused": 0})
    assert not BulkChange.objects.exists()
    made = call("POST", f"{base}/accounts/bulk-change", body)
    assert (made.status_code, made.json()["results"]) == (201, {"changed": 2})
    place = f"{base}/bulk-changes/{made.json()['id']}"
    assert call("GET", place).json()["state"] == "done"
    rows = call("GET", f"{place}/rows").json()["results"]
    assert [(row["label"], row["result"], row["after"]) for row in rows] == [
        ("A", "changed", {"industry": "Steel", "tags": ["vip"]}),
        ("B", "changed", {"tags": ["vip"]}),
    ]
    assert call("POST", f"{place}/undo", {}).json()["undo_results"] == {"restored": 2}
    assert call("POST", f"{place}/undo", {}).status_code == 400
    assert len(call("GET", f"{base}/bulk-changes").json()["results"]) == 1

    call("POST", f"{base}/accounts/bulk-change", {"kind": "delete", "ids": [two[0].pk]})
    assert [gone["id"] for gone in call("GET", f"{base}/accounts?deleted=true").json()["results"]] == [two[0].pk]
    back = call("POST", f"{base}/accounts/{two[0].pk}/restore", {})
    assert (back.status_code, back.json()["name"]) == (200, "A")
    assert call("GET", f"{base}/accounts?deleted=true").json()["results"] == []
    assert call("POST", f"{base}/accounts/{two[0].pk}/restore", {}).status_code == 404
