"""Custom fields on the API: defined, read and written with records, filtered and ordered by."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Account, CustomField
from crm.services.custom_fields import update_custom_field
from tests import factories

CHOICES = [{"label": "Gold"}, {"label": "Silver"}]


@pytest.fixture
def base(organization):
    return f"/crm/{organization.pk}"


def names(answer) -> list[str]:
    return [row["name"] for row in answer.json()["results"]]


def test_a_field_is_defined_changed_and_deleted(call, base):
    body = {"module": "accounts", "label": "Customer grade", "kind": "choice", "choices": CHOICES}
    made = call("POST", f"{base}/custom-fields", body)
    assert made.status_code == 201, made.content
    assert (made.json()["key"], made.json()["choices"][0]) == (
        "customer_grade",
        {"key": "gold", "label": "Gold", "active": True},
    )
    place = f"{base}/custom-fields/{made.json()['id']}"
    changed = call("PATCH", place, {"label": "Tier"}, if_match=made.headers["ETag"])
    assert (changed.json()["key"], changed.json()["label"]) == ("customer_grade", "Tier")
    moved = call("PATCH", place, {"module": "deals"}, if_match=changed.headers["ETag"])
    assert [error["pointer"] for error in moved.json()["errors"]] == ["/module"]
    assert call("DELETE", place, if_match=changed.headers["ETag"]).status_code == 204
    assert call("GET", place).status_code == 404


def test_a_record_has_its_custom_fields_as_one_object(call, base, organization):
    factories.crm_field(organization, "Grade", kind="decimal")
    factories.crm_field(organization, "VIP", kind="yes_no")
    factories.crm_field(organization, "Areas", kind="choices", choices=["North", "South"])
    factories.crm_field(organization, "Gone", is_active=False)
    made = call("POST", f"{base}/accounts", {"name": "A", "custom_fields": {"grade": "12.50", "areas": ["south"]}})
    assert made.status_code == 201, made.content
    assert made.json()["custom_fields"] == {"grade": "12.5", "vip": False, "areas": ["south"]}
    place = f"{base}/accounts/{made.json()['id']}"
    changed = call("PATCH", place, {"custom_fields": {"vip": True, "areas": None}}, if_match=made.headers["ETag"])
    assert changed.json()["custom_fields"] == {"grade": "12.5", "vip": True, "areas": []}
    assert names(call("GET", f"{base}/accounts?cf_vip=true")) == ["A"]


def test_what_is_unknown_or_wrong_is_refused_by_its_name(call, base, organization):
    factories.crm_field(organization, "Grade", kind="integer")
    factories.crm_field(organization, "Gone", is_active=False)
    for given, pointer in (
        ({"colour": 1}, "/custom_fields/colour"),
        ({"gone": "x"}, "/custom_fields/gone"),
        ({"grade": 1.5}, "/custom_fields/grade"),
        ([], "/custom_fields"),
    ):
        answer = call("POST", f"{base}/accounts", {"name": "A", "custom_fields": given})
        assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (400, [pointer]), given
    assert not Account.objects.exists()
    for parameter in ("cf_colour=1", "cf_gone=x", "cf_grade=x", "cf_grade__like=1", "ordering=cf_gone"):
        answer = call("GET", f"{base}/accounts?{parameter}")
        assert answer.status_code == 400, parameter


def test_in_bulk_each_record_has_its_own_answer(call, base, organization):
    factories.crm_field(organization, "Code", is_unique=True)
    records = [{"name": name, "custom_fields": {"code": code}} for name, code in (("A", "1"), ("B", "1"), ("C", "2"))]
    answer = call("POST", f"{base}/accounts/bulk", {"records": records})
    assert [result["status"] for result in answer.json()["results"]] == [201, 400, 201]
    assert answer.json()["results"][1]["problem"]["errors"] == [
        {
            "pointer": "/custom_fields/code",
            "code": "taken",
            "message": "Code must be unique, and another record already has this value.",
        }
    ]


FILTERS = [
    ("text", ("Réf 1", "ref 2"), {"cf_grade=REF 1": "A", "cf_grade__contains=ref": "AB", "cf_grade__in=ref 2,x": "B"}),
    ("integer", (1, 20), {"cf_grade=20": "B", "cf_grade__gte=2": "B", "cf_grade__lte=1": "A"}),
    ("decimal", ("0.5", "3"), {"cf_grade=0.50": "A", "cf_grade__gte=1": "B"}),
    ("date", ("2026-01-01", "2026-02-01"), {"cf_grade__gte=2026-01-15": "B", "cf_grade__isnull=true": "C"}),
    ("moment", ("2026-01-01T00:00:00Z", "2026-02-01T10:00:00Z"), {"cf_grade=2026-02-01T11:00:00%2B01:00": "B"}),
    ("choice", ("gold", "silver"), {"cf_grade=gold": "A", "cf_grade__in=gold,silver": "AB"}),
    ("choices", (["gold", "silver"], ["silver"]), {"cf_grade=gold": "A", "cf_grade__isnull=false": "AB"}),
]


@pytest.mark.parametrize(("kind", "held", "asked"), FILTERS)
def test_lists_are_filtered_by_custom_fields(call, base, organization, kind, held, asked):
    factories.crm_field(organization, kind=kind, **({"choices": CHOICES} if kind.startswith("choice") else {}))
    for name, value in zip("AB", held, strict=True):
        factories.account(organization, name, cf_grade=value)
    factories.account(organization, "C")
    for parameter, found in asked.items():
        answer = call("GET", f"{base}/accounts?ordering=name&{parameter}")
        assert answer.status_code == 200, answer.content
        assert "".join(names(answer)) == found, parameter


@pytest.mark.parametrize(("kind", "held"), [("text", ("b", "Â", "c")), ("integer", (2, 1, 3))])
def test_lists_ordered_by_a_custom_field_go_on_where_they_stopped(call, base, organization, kind, held):
    factories.crm_field(organization, kind=kind)
    for name, value in zip("BAC", held, strict=True):
        factories.account(organization, name, cf_grade=value)
    for name in "DE":
        factories.account(organization, name)
    for ordering, order in (("cf_grade,name", "ABCDE"), ("-cf_grade,name", "DECBA")):
        place, seen = f"{base}/accounts?limit=2&ordering={ordering}", ""
        while place:
            answer = call("GET", place)
            assert answer.status_code == 200, answer.content
            seen += "".join(names(answer))
            place = (answer.json()["next"] or "").partition("/api/v1")[2]
        assert seen == order


def test_fields_cost_a_list_one_statement_and_nothing_where_there_are_none(
    call, base, organization, django_assert_num_queries
):
    factories.account(organization)
    call("GET", f"{base}/accounts")
    with django_assert_num_queries(4):
        call("GET", f"{base}/accounts")
    factories.crm_field(organization, "A")
    factories.crm_field(organization, "B")
    with django_assert_num_queries(5):
        call("GET", f"{base}/accounts?cf_a__isnull=true")


@pytest.mark.parametrize(
    ("asked", "statements"),
    [
        ("cf_a__gte=1", 6),
        ("cf_a__gte=1&cf_a__lte=3", 6),
        ("cf_a__gte=1&cf_a__lte=3&cf_b__in=1,2", 7),
        ("cf_a=1&name=A", 6),
    ],
)
def test_a_filter_by_number_costs_one_statement_more_and_a_range_no_other(
    call, base, organization, asked, statements, django_assert_num_queries
):
    for label in "AB":
        factories.crm_field(organization, label, kind="integer")
    for name in "AB":
        factories.account(organization, name, cf_a=1, cf_b=2)
    call("GET", f"{base}/accounts")
    with django_assert_num_queries(statements):
        found = names(call("GET", f"{base}/accounts?ordering=name&{asked}"))
    assert found == (["A"] if "name=" in asked else ["A", "B"])


def test_a_list_that_is_refused_asks_the_database_nothing_about_its_filters(call, base, organization):
    factories.crm_field(organization, "A", kind="integer")
    with CaptureQueriesContext(connection) as sent:
        answer = call("GET", f"{base}/accounts?cf_a__gte=1&cf_a__lte=x")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["?cf_a__lte"]
    assert not any("crm_customvalue" in query["sql"] for query in sent)


def test_a_retired_choice_still_filters(call, base, organization):
    made: CustomField = factories.crm_field(organization, kind="choice", choices=CHOICES)
    factories.account(organization, "A", cf_grade="gold")
    update_custom_field(actor=factories.SYSTEM, field=made, values={"choices": [{"key": "silver", "label": "Silver"}]})
    assert names(call("GET", f"{base}/accounts?cf_grade=gold")) == ["A"]
