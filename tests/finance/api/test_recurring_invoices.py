"""Recurring invoices by the API: what each invoice says goes in as invoices have it, and comes back so."""

from datetime import timedelta

import pytest

from finance.models import Invoice, RecurringInvoice
from finance.selectors.days import today
from tests import factories


@pytest.fixture
def url(organization):
    return f"/finance/{organization.pk}/recurring-invoices"


@pytest.fixture
def call(boss, program):
    return program(boss)


@pytest.fixture
def customer(organization):
    return factories.customer(organization, "Müller & Söhne")


@pytest.fixture
def body(organization, customer):
    tax = factories.tax(organization)
    return {
        "name": "Rent",
        "starts_on": (today(organization) + timedelta(days=9)).isoformat(),
        "invoice": {"customer": customer.pk, "notes": "Thank you"},
        "lines": [{"name": "Office", "rate": "900", "quantity": "2", "taxes": [tax.pk]}],
    }


@pytest.fixture
def made(call, url, body):
    answer = call("POST", url, body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_what_goes_in_comes_back_with_its_total(call, url, body, made, customer):
    assert (made["number"], made["status"], made["total"], made["currency"]) == (
        "RI-00001",
        "active",
        "2160.00",
        "EUR",
    )
    assert (made["invoice"], made["lines"]) == (body["invoice"], body["lines"])
    assert (made["customer"], made["next_on"], made["invoices"]) == (customer.pk, body["starts_on"], [])
    assert not Invoice.objects.exists()


def test_what_is_due_is_made_at_once(call, url, body, organization):
    answer = call("POST", url, {**body, "starts_on": today(organization).isoformat(), "action": "send"})
    assert answer.json()["invoices"] == [Invoice.objects.get().pk]
    assert Invoice.objects.get().status == "sent"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"invoice": {"customer": 999_999}}, "/invoice/customer"),
        ({"invoice": {}}, "/invoice/customer"),
        ({"invoice": {"date": "2026-01-01"}}, "/invoice/date"),
        ({"lines": [{"name": "Office", "rate": "9", "quantity": "0"}]}, "/lines/0/quantity"),
        ({"lines": [{"name": "Office", "taxes": [999_999]}]}, "/lines/0/taxes"),
        ({"interval": 0}, "/interval"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(call, url, body, change, pointer):
    answer = call("POST", url, {**body, **change})
    assert answer.status_code == 400
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]
    assert not RecurringInvoice.objects.exists()


def test_lines_change_and_the_rest_stays(call, url, made):
    one = f"{url}/{made['id']}"
    answer = call("PATCH", one, {"lines": [{"name": "Office", "rate": "950"}]}, If_Match=f'"{made["updated_at"]}"')
    changed = answer.json()
    assert (changed["total"], changed["invoice"]) == ("950.00", made["invoice"])
    assert call("PATCH", one, {"name": "x"}, If_Match=f'"{made["updated_at"]}"').status_code == 412


def test_verbs_move_and_illegal_ones_say_what_is_legal(call, url, made):
    one = f"{url}/{made['id']}"
    assert call("POST", f"{one}/stop").json()["status"] == "stopped"
    answer = call("POST", f"{one}/stop")
    assert (answer.status_code, answer.json()["legal"]) == (409, ["resume"])
    assert call("POST", f"{one}/resume").json()["status"] == "active"
    assert call("DELETE", one, If_Match=call("GET", one).headers["ETag"]).status_code == 204
    assert not RecurringInvoice.objects.exists()


def test_a_list_takes_as_many_queries_for_many_as_for_one(call, url, body, made, django_assert_num_queries):
    for _time in range(4):
        call("POST", url, body)
    with django_assert_num_queries(3):  # key, membership, rows
        rows = call("GET", f"{url}?status=active&search=muller&next_on__lte=2100-01-01").json()["results"]
    assert len(rows) == 5
