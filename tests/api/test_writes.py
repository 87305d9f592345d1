"""Creating, changing and deleting: versions, rehearsals, bulk, and what a write costs."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Entry
from finance.models import Customer, Organization
from tests import factories
from tests.api.conftest import Program
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(organization: Organization) -> Customer:
    return factories.customer(organization, "Acme", notes="old")


def test_creating_answers_the_record_its_version_and_its_address(call: Program, sample: str, owner: User) -> None:
    answer = call("POST", f"{sample}/customers", {"display_name": " Élan ", "owner": owner.pk, "credit_limit": "12.5"})
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1{sample}/customers/{told['id']}"
    assert answer.headers["ETag"] == f'"{told["updated_at"]}"'
    assert (told["display_name"], told["owner"], told["credit_limit"]) == ("Élan", owner.pk, "12.50")
    assert call("GET", f"{sample}/customers/{told['id']}").json() == told
    entry = Entry.objects.filter(kind="finance.customer").get()
    assert (entry.verb, entry.user_id, entry.via) == ("created", owner.pk, "api")


def test_a_change_needs_the_version_that_was_seen(call: Program, sample: str, customer: Customer) -> None:
    address = f"{sample}/customers/{customer.pk}"
    seen = call("GET", address).headers["ETag"]
    for method in ("PATCH", "DELETE"):
        assert call(method, address, {"notes": "new"}).status_code == 428
        for stale in ('"2020-01-01T00:00:00Z"', "*", "W/" + seen, "nonsense", '""', '"é"'):
            assert call(method, address, {"notes": "new"}, if_match=stale).status_code == 412
    customer.refresh_from_db()
    assert customer.notes == "old"
    answer = call("PATCH", address, {"notes": "new"}, if_match=seen)
    assert (answer.status_code, answer.json()["notes"]) == (200, "new")
    assert answer.headers["ETag"] not in (seen, "")
    assert call("PATCH", address, {"notes": "newer"}, if_match=seen).status_code == 412
    assert call("GET", address).json()["notes"] == "new"


def test_a_change_that_changes_nothing_keeps_the_version_and_writes_no_history(
    call: Program, sample: str, customer: Customer
) -> None:
    address = f"{sample}/customers/{customer.pk}"
    seen = call("GET", address).headers["ETag"]
    for body in ({}, {"notes": "old"}):
        answer = call("PATCH", address, body, if_match=seen)
        assert (answer.status_code, answer.headers["ETag"]) == (200, seen)
    assert Entry.objects.filter(kind="finance.customer").count() == 1


def test_a_record_that_has_not_changed_need_not_be_sent_again(call: Program, sample: str, customer: Customer) -> None:
    address = f"{sample}/customers/{customer.pk}"
    seen = call("GET", address).headers["ETag"]
    answer = call("GET", address, if_none_match=seen)
    assert (answer.status_code, answer.content) == (304, b"")
    assert call("GET", address, if_none_match='"other"').status_code == 200


def test_deleting(call: Program, sample: str, customer: Customer) -> None:
    address = f"{sample}/customers/{customer.pk}"
    answer = call("DELETE", address, if_match=call("GET", address).headers["ETag"])
    assert (answer.status_code, answer.content) == (204, b"")
    assert call("GET", address).status_code == 404
    assert call("DELETE", address, if_match='"x"').status_code == 404


def test_a_rehearsal_answers_what_would_be_saved_and_saves_nothing(call: Program, sample: str) -> None:
    answer = call("POST", f"{sample}/customers?dry_run=true", {"display_name": "Acme", "credit_limit": "7"})
    told = answer.json()
    assert answer.status_code == 200
    assert (told["id"], told["display_name"], told["credit_limit"]) == (None, "Acme", "7.00")
    assert (Customer.objects.count(), Entry.objects.filter(kind="finance.customer").count()) == (0, 0)
    assert call("POST", f"{sample}/customers?dry_run=true", {"nonsense": 1}).status_code == 400
    assert call("POST", f"{sample}/customers?dry_run=1", {"display_name": "Acme"}).status_code == 400
    assert call("POST", f"{sample}/customers?dryrun=true", {"display_name": "Acme"}).status_code == 400
    assert call("POST", f"{sample}/customers", {"display_name": "Acme"}).json()["number"] == told["number"]


def test_a_bulk_creates_and_changes_each_record_on_its_own(
    call: Program, sample: str, organization: Organization, customer: Customer
) -> None:
    foreign = factories.customer(factories.finance_organization(factories.user("o@example.com"), name="Ailleurs"), "X")
    version = call("GET", f"{sample}/customers/{customer.pk}").json()["updated_at"]
    records = [
        {"display_name": "One"},
        {"nonsense": 1},
        {"id": customer.pk, "version": version, "notes": "new"},
        {"id": customer.pk, "version": version, "notes": "late"},
        {"id": customer.pk, "notes": "no version"},
        {"id": foreign.pk, "version": version, "notes": "not mine"},
        "text",
        {"display_name": "Acme"},
        {"display_name": "Two", "owner": 999},
        {"display_name": "Three"},
    ]
    answer = call("POST", f"{sample}/customers/bulk", {"records": records})
    results = answer.json()["results"]
    assert answer.status_code == 200
    assert [result["status"] for result in results] == [201, 400, 200, 412, 428, 404, 400, 400, 400, 201]
    assert [result["record"]["display_name"] for result in results if "record" in result] == ["One", "Acme", "Three"]
    assert results[8]["problem"]["errors"][0]["pointer"] == "/owner"
    assert {*Customer.objects.of(organization).values_list("display_name", flat=True)} == {"One", "Acme", "Three"}
    customer.refresh_from_db()
    foreign.refresh_from_db()
    assert (customer.notes, foreign.notes) == ("new", "")


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"records": []},
        {"records": {}},
        {"records": [{"display_name": "x"}], "extra": 1},
        {"records": [{"display_name": "x"}] * 201},
    ],
    ids=["nothing", "list", "none", "object", "extra", "too many"],
)
def test_a_bulk_that_is_none_is_refused_whole(call: Program, sample: str, body: Any) -> None:
    assert call("POST", f"{sample}/customers/bulk", body).status_code == 400
    assert Customer.objects.count() == 0


def test_what_the_caller_may_not_do_is_refused_by_right(
    organization: Organization, customer: Customer, sample: str, program: Any
) -> None:
    viewer = program(factories.finance_member(organization, "viewer", "viewer@example.com"))
    address = f"{sample}/customers/{customer.pk}"
    assert viewer("GET", address).status_code == 200
    assert viewer("POST", f"{sample}/customers", {"display_name": "New"}).status_code == 403
    assert viewer("PATCH", address, {"notes": "x"}, if_match='"x"').status_code == 403
    assert viewer("DELETE", address, if_match='"x"').status_code == 403
    assert viewer("POST", f"{sample}/customers/bulk", {"records": [{"display_name": "New"}]}).status_code == 403
    changed = {"records": [{"id": customer.pk, "version": "x", "notes": "x"}]}
    assert viewer("POST", f"{sample}/customers/bulk", changed).json()["results"][0]["status"] == 403
    assert Customer.objects.filter(notes="x").count() == 0
    assert Customer.objects.count() == 1


def test_a_key_that_may_read_may_not_write(owner: User, sample: str, program: Any) -> None:
    reader = program(owner, "read")
    assert reader("GET", f"{sample}/customers").status_code == 200
    answer = reader("POST", f"{sample}/customers", {"display_name": "New"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:finsuite:problem:scope")
    assert Customer.objects.count() == 0
