"""Expenses, reports and categories on the API."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache

from finance.models import Expense, ExpenseCategory, ExpenseReport
from finance.services.expenses import create_expense
from finsuite.kernel.actors import Actor
from tests import factories


@pytest.fixture
def base(organization):
    return f"/finance/{organization.pk}"


@pytest.fixture
def travel(organization):
    return ExpenseCategory.objects.get(organization=organization, name="Travel")


@pytest.fixture
def call(program, staff):
    cache.clear()
    return program(staff, "read", "write")


@pytest.fixture
def approver(program, accountant):
    return program(accountant, "read", "write")


def spend(organization, person, travel, amount="12", **values):
    return create_expense(
        actor=Actor.person(person),
        organization=organization,
        values={"category_id": travel.pk, "amount": Decimal(amount), "date": date(2026, 11, 2), **values},
    )


def test_an_expense_is_noted_read_changed_and_deleted(call, base, organization, travel, staff):
    vat = factories.tax(organization)
    made = call("POST", f"{base}/expenses", {"category": travel.pk, "amount": "120.00", "tax": vat.pk, "deal": 7})
    told = made.json()
    assert made.status_code == 201
    assert (told["number"], told["net"], told["tax_total"], told["total"], told["total_base"]) == (
        *("EXP-00001", "100.00", "20.00", "120.00", "120.00"),
    )
    assert (told["spender"], told["status"], told["billing"], told["deal"], told["currency"]) == (
        *(staff.pk, "unreported", "non_billable", 7, "EUR"),
    )
    one = f"{base}/expenses/{told['id']}"
    assert call("GET", f"{one}?expand=category,spender").json()["category"] == {"id": travel.pk, "name": "Travel"}
    way = {"distance": "10.00", "distance_unit": "km", "distance_rate": "0.5290", "tax": None}
    changed = call("PATCH", one, way, if_match=made.headers["ETag"])
    assert (changed.status_code, changed.json()["amount"], changed.json()["total"]) == (200, "5.29", "5.29")
    assert call("PATCH", one, {"reference": "R"}, if_match=made.headers["ETag"]).status_code == 412
    assert call("DELETE", one, if_match=changed.headers["ETag"]).status_code == 204
    assert [gone["id"] for gone in call("GET", f"{base}/expenses?deleted=true").json()["results"]] == [told["id"]]


def test_what_can_not_be_is_told_at_its_field(call, base, travel):
    for body, pointer in (
        ({"amount": "1.00"}, "/category"),
        ({"category": travel.pk}, "/amount"),
        ({"category": travel.pk, "amount": "1.00", "is_billable": True}, "/customer"),
        ({"category": travel.pk, "amount": "1.00", "customer": 999}, "/customer"),
        ({"category": travel.pk, "amount": "1.00", "report": 1}, "/report"),
        ({"category": travel.pk, "amount": "1.00", "status": "approved"}, "/status"),
    ):
        refused = call("POST", f"{base}/expenses", body)
        assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (400, [pointer])
    assert not Expense.objects.exists()


def test_lists_are_narrowed_and_hold_one_s_own(call, approver, base, organization, travel, staff, accountant):
    acme = factories.customer(organization)
    mine = spend(organization, staff, travel, description="Train to Köln")
    billed = spend(organization, staff, travel, is_billable=True, customer_id=acme.pk, date=date(2026, 11, 9))
    theirs = spend(organization, accountant, travel)

    def ids(asks, query=""):
        return sorted(row["id"] for row in asks("GET", f"{base}/expenses?{query}").json()["results"])

    assert ids(call) == [mine.pk, billed.pk]
    assert ids(approver) == [mine.pk, billed.pk, theirs.pk]
    assert ids(approver, f"spender={staff.pk}&billing=unbilled") == [billed.pk]
    assert ids(call, "billing__in=unbilled,invoiced") == [billed.pk]
    assert ids(call, "date__gte=2026-11-05") == [billed.pk]
    assert ids(call, f"customer={acme.pk}") == [billed.pk]
    assert ids(call, f"category={travel.pk}&search=koln") == [mine.pk]
    assert ids(call, "status=approved") == []
    assert call("GET", f"{base}/expenses/{theirs.pk}").status_code == 404
    assert approver("DELETE", f"{base}/expenses/{theirs.pk}", if_match=_tag(approver, base, theirs)).status_code == 204
    assert ids(call, "deleted=true") == []
    assert ids(approver, "deleted=true") == [theirs.pk]


def _tag(asks, base, expense):
    return asks("GET", f"{base}/expenses/{expense.pk}").headers["ETag"]


def test_a_report_is_handed_in_rejected_handed_in_again_approved_and_reimbursed(
    call, approver, base, organization, travel, staff
):
    train, hotel = (spend(organization, staff, travel, amount) for amount in ("12", "80"))
    made = call("POST", f"{base}/expense-reports", {"name": "Lyon", "expenses": [train.pk, hotel.pk]})
    assert (made.status_code, made.json()["expenses"], made.json()["total_base"]) == (
        *(201, [train.pk, hotel.pk], "92.00"),
    )
    one = f"{base}/expense-reports/{made.json()['id']}"
    less = call("PATCH", one, {"name": "Brest", "expenses": [hotel.pk]}, if_match=made.headers["ETag"])
    assert (less.json()["name"], less.json()["expenses"], less.json()["reimbursable_base"]) == (
        *("Brest", [hotel.pk], "80.00"),
    )
    submitted = call("POST", f"{one}/submit", if_match=less.headers["ETag"])
    assert submitted.json()["status"] == "submitted"
    assert call("POST", f"{one}/approve").status_code == 403
    refused = approver("POST", f"{one}/reject", {})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/reason")
    assert approver("POST", f"{one}/reject", {"reason": "No receipt"}).json()["reason"] == "No receipt"
    assert call("POST", f"{one}/submit").json()["reason"] == ""
    illegal = approver("POST", f"{one}/reimburse", {})
    assert (illegal.status_code, illegal.json()["state"], illegal.json()["legal"]) == (
        *(409, "submitted", ["recall", "approve", "reject"]),
    )
    assert approver("POST", f"{one}/approve").json()["status"] == "approved"
    assert approver("POST", f"{one}/reimburse", {"through": "employee"}).status_code == 400
    paid = approver("POST", f"{one}/reimburse", {"through": "cash", "reference": "K-7"})
    told = paid.json()
    assert (told["status"], told["reimbursed_through"], told["reimbursement_reference"]) == (
        *("reimbursed", "cash", "K-7"),
    )
    assert call("GET", f"{base}/expenses/{hotel.pk}").json()["status"] == "reimbursed"


def test_a_report_holds_what_can_be_in_it(call, base, organization, travel, staff, accountant):
    theirs = spend(organization, accountant, travel)
    for held, pointer in ((["x"], "/expenses/0"), (7, "/expenses"), ([theirs.pk], "/expenses")):
        refused = call("POST", f"{base}/expense-reports", {"name": "Lyon", "expenses": held})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)
    assert not ExpenseReport.objects.exists()


def test_categories_are_added_renamed_and_deleted_while_nothing_is_in_them(approver, call, base, organization, travel):
    made = approver("POST", f"{base}/expense-categories", {"name": "Books"})
    assert made.status_code == 201
    assert call("POST", f"{base}/expense-categories", {"name": "Toys"}).status_code == 403
    again = approver("POST", f"{base}/expense-categories", {"name": "BOOKS"})
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (400, "/name")
    one = f"{base}/expense-categories/{made.json()['id']}"
    changed = approver("PATCH", one, {"is_active": False}, if_match=made.headers["ETag"])
    assert changed.json()["is_active"] is False
    assert approver("DELETE", one, if_match=changed.headers["ETag"]).status_code == 204
    spend(organization, organization.memberships.get(role="admin").user, travel)
    one = f"{base}/expense-categories/{travel.pk}"
    assert approver("DELETE", one, if_match=approver("GET", one).headers["ETag"]).status_code == 409
    assert ExpenseCategory.objects.filter(pk=travel.pk).exists()


def test_lists_are_read_in_three_queries(call, base, organization, travel, staff, django_assert_num_queries):
    ids = [spend(organization, staff, travel).pk for _ in range(5)]
    call("POST", f"{base}/expense-reports", {"name": "Lyon", "expenses": ids})
    for name, rows in (("expenses?expand=category,report", 5), ("expense-reports", 1), ("expense-categories", 8)):
        with django_assert_num_queries(3):  # the key, the membership, the rows
            assert len(call("GET", f"{base}/{name}").json()["results"]) == rows
