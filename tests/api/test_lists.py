"""Lists: pages by cursor, order, filters, search, expansion, counts and tombstones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

import finance.services.customers
from finance.models import Customer, Organization
from tests import factories
from tests.api.conftest import Program
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(organization: Organization, owner: User) -> list[Customer]:
    """Seven customers; names, limits (some without) and terms in no order."""
    made = [("Été", "5.00", 30), ("Acme", None, 0), ("émile", "5.00", 0), ("Zorn", "1.00", 60)]
    made += [("Bravo", None, 30), ("acme 2", "9.50", 0), ("Ciel", "5.00", 30)]
    return [
        factories.customer(
            organization,
            name,
            credit_limit=None if limit is None else Decimal(limit),
            payment_terms=terms,
            owner_id=owner.pk if terms else None,
        )
        for name, limit, terms in made
    ]


def _names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["display_name"] for row in answer.json()["results"]]


def _walk(call: Program, address: str, towards: str = "next") -> list[list[str]]:
    """The names on each page, following `next` (or `previous`) to the end."""
    pages = []
    following: str | None = address
    while following is not None:
        answer = call("GET", following.replace("http://testserver/api/v1", ""))
        pages.append(_names(answer))
        following = answer.json()[towards]
    return pages


def test_a_list_answers_every_declared_field_and_nothing_else(
    call: Program, sample: str, people: list[Customer]
) -> None:
    row = call("GET", f"{sample}/customers?ordering=id&limit=1").json()["results"][0]
    customer = Customer.objects.get(pk=people[0].pk)
    assert row == {
        "id": customer.pk,
        "number": customer.number,
        "status": "active",
        "created_at": customer.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": customer.updated_at.isoformat().replace("+00:00", "Z"),
        "display_name": "Été",
        "kind": "business",
        "first_name": "",
        "last_name": "",
        "email": "",
        "owner": customer.owner_id,
        "currency": "EUR",
        "credit_limit": "5.00",
        "payment_terms": 30,
        "is_taxable": True,
        "notes": "",
    }


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("display_name", ["Acme", "acme 2", "Bravo", "Ciel", "émile", "Été", "Zorn"]),
        ("-display_name", ["Zorn", "Été", "émile", "Ciel", "Bravo", "acme 2", "Acme"]),
        ("id", ["Été", "Acme", "émile", "Zorn", "Bravo", "acme 2", "Ciel"]),
        # PostgreSQL's own order: without a value last going up, first going down.
        ("credit_limit", ["Zorn", "Été", "émile", "Ciel", "acme 2", "Acme", "Bravo"]),
        ("-credit_limit", ["Bravo", "Acme", "acme 2", "Ciel", "émile", "Été", "Zorn"]),
        ("payment_terms,-display_name", ["émile", "acme 2", "Acme", "Été", "Ciel", "Bravo", "Zorn"]),
        ("-payment_terms,credit_limit", ["Zorn", "Été", "Ciel", "Bravo", "émile", "acme 2", "Acme"]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_in_any_order_hold_each_row_once_there_and_back(
    call: Program, sample: str, people: list[Customer], ordering: str, expected: list[str], limit: int
) -> None:
    pages = _walk(call, f"{sample}/customers?ordering={ordering}&limit={limit}")
    assert [name for page in pages for name in page] == expected
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    last = f"{sample}/customers?ordering={ordering}&limit={limit}"
    while (following := call("GET", last).json()["next"]) is not None:
        last = following.replace("http://testserver/api/v1", "")
    back = _walk(call, last, "previous")
    assert [name for page in reversed(back) for name in page] == expected


def test_rows_added_or_deleted_meanwhile_neither_repeat_nor_hide_others(
    call: Program, sample: str, people: list[Customer], organization: Organization
) -> None:
    first = call("GET", f"{sample}/customers?ordering=display_name&limit=3").json()
    factories.customer(organization, "AAA")
    people[1].delete()
    rest = _walk(call, first["next"].replace("http://testserver/api/v1", ""))
    assert [name for page in rest for name in page] == ["Ciel", "émile", "Été", "Zorn"]


def test_a_cursor_is_only_good_for_the_order_it_was_made_in(call: Program, sample: str, people: list[Customer]) -> None:
    following = call("GET", f"{sample}/customers?ordering=id&limit=2").json()["next"]
    cursor = following.partition("cursor=")[2]
    assert call("GET", f"{sample}/customers?ordering=-id&cursor={cursor}").status_code == 400


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("display_name=Acme", ["Acme"]),
        ("display_name__in=Acme,Zorn", ["Acme", "Zorn"]),
        ("payment_terms=30", ["Été", "Bravo", "Ciel"]),
        ("payment_terms__gte=30&payment_terms__lte=30", ["Été", "Bravo", "Ciel"]),
        ("credit_limit=5", ["Été", "émile", "Ciel"]),
        ("credit_limit__gte=5.01", ["acme 2"]),
        ("credit_limit__isnull=true", ["Acme", "Bravo"]),
        ("credit_limit__isnull=false&payment_terms=0", ["émile", "acme 2"]),
        ("owner__isnull=true", ["Acme", "émile", "acme 2"]),
        ("kind=individual", []),
        ("is_taxable=false", []),
        ("is_taxable=true&limit=2", ["Été", "Acme"]),
        ("updated_at__gte=2100-01-01T00:00:00Z", []),
        ("updated_at__lte=2100-01-01T01:00:00%2B01:00&limit=1", ["Été"]),
        ("search=acme", ["Acme", "acme 2"]),
        ("search=emile", ["émile"]),
        ("search=", ["Été", "Acme", "émile", "Zorn", "Bravo", "acme 2", "Ciel"]),
    ],
)
def test_filters(call: Program, sample: str, people: list[Customer], query: str, expected: list[str]) -> None:
    assert _names(call("GET", f"{sample}/customers?ordering=id&{query}")) == expected


def test_changed_since_finds_what_was_written_at_or_after_the_moment(
    call: Program, sample: str, people: list[Customer]
) -> None:
    moment = people[4].updated_at.isoformat()
    answer = call("GET", f"{sample}/customers?ordering=id&updated_at__gte={quote(moment)}")
    assert _names(answer) == ["Bravo", "acme 2", "Ciel"]


def test_expand_shows_the_declared_columns_in_place_of_the_id(
    call: Program, sample: str, people: list[Customer], owner: User
) -> None:
    rows = call("GET", f"{sample}/customers?ordering=id&expand=owner&limit=2").json()["results"]
    assert [row["owner"] for row in rows] == [{"id": owner.pk, "email": "owner@example.com"}, None]
    row = call("GET", f"{sample}/customers/{people[0].pk}?expand=owner").json()
    assert row["owner"] == {"id": owner.pk, "email": "owner@example.com"}


def test_a_count_comes_only_when_asked_for(call: Program, sample: str, people: list[Customer]) -> None:
    assert "count" not in call("GET", f"{sample}/customers").json()
    assert call("GET", f"{sample}/customers?count=true&limit=2&payment_terms=30").json()["count"] == 3


def test_deleted_records_leave_a_tombstone(
    call: Program, sample: str, people: list[Customer], organization: Organization
) -> None:
    gone = [people[2].pk, people[5].pk]
    for customer in (people[2], people[5]):
        finance.services.customers.delete_customer(actor=factories.SYSTEM, customer=customer)
    foreign = factories.finance_organization(factories.user("other@example.com"), name="Ailleurs SA")
    finance.services.customers.delete_customer(actor=factories.SYSTEM, customer=factories.customer(foreign))
    told = call("GET", f"{sample}/customers?deleted=true&count=true").json()
    assert [row["id"] for row in told["results"]] == [gone[1], gone[0]]
    assert [set(row) for row in told["results"]] == [{"id", "deleted_at"}] * 2
    assert told["count"] == 2
    since = told["results"][0]["deleted_at"]
    later = call("GET", f"{sample}/customers?deleted=true&updated_at__gte={since}").json()["results"]
    assert [row["id"] for row in later] == [gone[1]]
    first = call("GET", f"{sample}/customers?deleted=true&limit=1").json()
    second = call("GET", first["next"].replace("http://testserver/api/v1", "")).json()
    assert [row["id"] for row in first["results"] + second["results"]] == [gone[1], gone[0]]


def test_a_list_costs_three_queries_however_long(
    call: Program, sample: str, people: list[Customer], django_assert_num_queries: Any
) -> None:
    call("GET", f"{sample}/customers")  # the key's last use is noted once a minute
    for query in ("limit=1", "limit=50&expand=owner", "search=acme&ordering=display_name"):
        with django_assert_num_queries(3):  # key, membership, rows
            call("GET", f"{sample}/customers?{query}")
    with django_assert_num_queries(4):
        call("GET", f"{sample}/customers?count=true")
    with django_assert_num_queries(3):
        call("GET", f"{sample}/customers/{people[0].pk}")


def test_the_history_of_a_record_is_newest_first_and_only_its_own(
    call: Program, sample: str, people: list[Customer], organization: Organization, django_assert_num_queries: Any
) -> None:
    version = call("GET", f"{sample}/customers/{people[0].pk}").headers["ETag"]
    call("PATCH", f"{sample}/customers/{people[0].pk}", {"notes": "vu"}, if_match=version)
    with django_assert_num_queries(4):  # key, membership, the record, its history
        told = call("GET", f"{sample}/customers/{people[0].pk}/history").json()["results"]
    assert [(entry["verb"], entry["who"], entry["via"]) for entry in told] == [
        ("updated", "Odile", "api"),
        ("created", "tests", "system"),
    ]
    assert (told[0]["before"], told[0]["after"]) == ({"notes": ""}, {"notes": "vu"})
    assert call("GET", f"{sample}/customers/999999999/history").status_code == 404
