"""Billing on what was spent, on the API."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.cache import cache

from finance.choices import DocumentKind as Kind
from finance.models import Bill
from tests import factories


@pytest.fixture
def call(program, boss):
    cache.clear()
    return program(boss, "read", "write")


@pytest.fixture
def base(organization):
    return f"/finance/{organization.pk}"


@pytest.fixture
def acme(organization):
    return factories.customer(organization)


@pytest.fixture
def expense(organization, boss, acme):
    vat = factories.tax(organization)
    values = {"amount": Decimal(120), "tax_id": vat.pk, "is_billable": True, "customer_id": acme.pk}
    return factories.expense(organization, boss, markup=Decimal(10), **values)


def test_what_a_customer_was_not_billed_for_is_listed(call, base, acme, expense, django_assert_num_queries):
    address = f"{base}/customers/{acme.pk}/unbilled"
    call("GET", address)
    with django_assert_num_queries(6):  # key, membership, customer; the lines of bills, the right to approve, expenses
        told = call("GET", address).json()["results"]
    assert told == [
        {
            "kind": "expense",
            "id": expense.pk,
            "date": "2026-11-02",
            "number": "EXP-00001",
            "name": "Travel",
            "description": "",
            "currency": "EUR",
            "net": "100.00",
            "amount": "110.00",
        }
    ]


def test_an_expense_is_converted_to_an_invoice_or_put_on_a_draft(call, base, acme, expense, organization, boss):
    made = call("POST", f"{base}/expenses/{expense.pk}/convert", {"to": "invoice"})
    told = made.json()
    assert made.status_code == 201
    assert made.headers["Location"].endswith(f"{base}/invoices/{told['id']}")
    assert (told["customer"], told["status"], told["total"]) == (acme.pk, "draft", "132.00")
    assert (told["lines"][0]["expense"], told["lines"][0]["bill_line"], told["lines"][0]["rate"]) == (
        *(expense.pk, None, "110.00"),
    )
    assert call("GET", f"{base}/expenses/{expense.pk}").json()["billing"] == "invoiced"
    again = call("POST", f"{base}/expenses/{expense.pk}/convert", {"to": "invoice"})
    assert (again.status_code, again.json()["detail"]) == (400, "EXP-00001 is billed by another invoice already.")
    other = factories.expense(organization, boss, is_billable=True, customer_id=acme.pk)
    into = {"to": "invoice", "invoice": told["id"]}
    changed = call("POST", f"{base}/expenses/{other.pk}/convert", into).json()
    assert [line["expense"] for line in changed["lines"]] == [expense.pk, other.pk]
    unknown = call("POST", f"{base}/expenses/{other.pk}/convert", {"to": "invoice", "invoice": 2**40})
    assert unknown.status_code == 404


def test_lines_name_what_they_bill(call, base, acme, expense, organization):
    bill = factories.document(
        organization,
        Kind.BILL,
        vendor_id=factories.finance_vendor(organization).pk,
        number="V-1",
        lines=[{"name": "Paper", "rate": Decimal(5), "is_billable": True, "customer_id": acme.pk}],
    )
    assert call("POST", f"{base}/bills/{bill.pk}/mark-open").status_code == 200
    (line,) = call("GET", f"{base}/bills/{bill.pk}").json()["lines"]
    assert (line["is_billable"], line["customer"], line["is_invoiced"]) == (True, acme.pk, False)
    lines = [{"expense": expense.pk}, {"bill_line": line["id"]}, {"name": "Work", "rate": "1"}]
    made = call("POST", f"{base}/invoices", {"customer": acme.pk, "lines": lines})
    told = made.json()["lines"]
    assert [(one["name"], one["expense"], one["bill_line"]) for one in told] == [
        ("Travel", expense.pk, None),
        ("Paper", None, line["id"]),
        ("Work", None, None),
    ]
    refused = call("POST", f"{base}/invoices", {"customer": acme.pk, "lines": lines})
    assert refused.status_code == 400
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/lines/0/expense", "/lines/1/bill_line"]
    one = f"{base}/invoices/{made.json()['id']}"
    call("PATCH", one, {"lines": [{"id": told[2]["id"]}]}, if_match=made.headers["ETag"])
    assert call("GET", f"{base}/expenses/{expense.pk}").json()["is_invoiced"] is False
    assert call("GET", f"{base}/bills/{bill.pk}").json()["lines"][0]["is_invoiced"] is False


def test_a_customer_who_pays_no_tax_is_told_as_such(call, base, acme, organization):
    reason = call("POST", f"{base}/tax-exemptions", {"name": "Export", "reason": "Export outside the EU."})
    if reason.status_code != 201:
        pytest.fail(reason.content.decode())
    version = call("GET", f"{base}/customers/{acme.pk}").headers["ETag"]
    changed = call(
        "PATCH",
        f"{base}/customers/{acme.pk}",
        {"is_taxable": False, "exemption": reason.json()["id"]},
        if_match=version,
    )
    assert changed.status_code == 200
    told = call("GET", f"{base}/customers/{acme.pk}?expand=exemption,payment_term").json()
    assert told["exemption"]["reason"] == "Export outside the EU."
    lines = [{"name": "Work", "rate": "10", "taxes": [factories.tax(organization).pk]}]
    made = call("POST", f"{base}/invoices", {"customer": acme.pk, "lines": lines}).json()
    assert (made["is_taxable"], made["exemption"]["reason"], made["tax_total"]) == (
        *(False, "Export outside the EU.", "0.00"),
    )
    assert made["lines"][0]["taxes"] == []
    refused = call("POST", f"{base}/invoices", {"customer": acme.pk, "lines": lines, "is_taxable": True})
    assert refused.status_code == 400


def test_several_orders_become_one_bill(call, base, organization):
    vendor = factories.finance_vendor(organization)
    orders = [factories.document(organization, Kind.PURCHASE_ORDER, vendor_id=vendor.pk) for _time in range(2)]
    for order in orders:
        assert call("POST", f"{base}/purchase-orders/{order.pk}/mark-issued").status_code == 200
    asked = {"to": "bill", "orders": [{"order": order.pk} for order in orders]}
    address = f"{base}/purchase-orders/convert"
    unnumbered = call("POST", address, asked)
    assert [fault["pointer"] for fault in unnumbered.json()["errors"]] == ["/values/number"]
    unknown = call("POST", address, {**asked, "orders": [{"order": orders[0].pk}, {"order": 2**40}]})
    assert [fault["pointer"] for fault in unknown.json()["errors"]] == ["/orders/1/order"]
    made = call("POST", address, {**asked, "values": {"number": "R-99"}})
    told = made.json()
    assert (made.status_code, told["number"], told["vendor"], told["total"]) == (201, "R-99", vendor.pk, "200.00")
    assert made.headers["Location"].endswith(f"{base}/bills/{told['id']}")
    assert call("GET", f"{base}/purchase-orders/{orders[1].pk}").json()["status"] == "billed"
    again = call("POST", address, {**asked, "values": {"number": "R-100"}})
    assert (again.status_code, again.json()["detail"].partition(".")[0]) == (
        *(400, "Only an issued purchase order that isn't billed yet can be billed"),
    )


def test_several_orders_are_billed_in_part(call, base, organization):
    vendor = factories.finance_vendor(organization)
    orders = []
    for _time in range(3):
        order = factories.document(organization, Kind.PURCHASE_ORDER, vendor_id=vendor.pk, shipping_charge=5)
        orders.append(call("POST", f"{base}/purchase-orders/{order.pk}/mark-issued").json())
    first, second, third = (order["lines"][0]["id"] for order in orders)
    asked = {
        "to": "bill",
        "orders": [{"order": order["id"]} for order in reversed(orders)],
        "values": {"number": "R-1"},
    }
    address = f"{base}/purchase-orders/convert"

    def refused(quantities, **more):
        answer = call("POST", address, {**asked, **more, "quantities": quantities})
        assert answer.status_code == 400, answer.content
        return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]

    some = [{"line": third, "quantity": "0.25"}, {"line": first, "quantity": "0.5"}]
    assert refused([*some, {"line": 2**40, "quantity": "1"}, some[0]]) == [
        ("/quantities/2/line", "not_found"),
        ("/quantities/3/line", "repeated"),
    ]
    assert refused([some[0], {"line": second, "quantity": "9"}])[0][0] == "/quantities/1/quantity"
    assert refused([{"line": third, "quantity": "0"}])[0][0] == "/quantities"
    twice = [{"order": orders[0]["id"]}, {"order": orders[0]["id"]}]
    assert refused([some[1]], orders=twice) == [("/orders/1/order", "repeated")]
    assert not Bill.objects.exists()

    made = call("POST", address, {**asked, "quantities": some}).json()
    assert [(line["quantity"], line["item_total"]) for line in made["lines"]] == [("0.5", "50.00"), ("0.25", "25.00")]
    assert made["total"] == "80.00"
    left = [call("GET", f"{base}/purchase-orders/{order['id']}").json() for order in orders]
    assert [order["lines"][0]["billed_quantity"] for order in left] == ["0.5", "0", "0.25"]
    assert [after["updated_at"] == before["updated_at"] for before, after in zip(orders, left, strict=True)] == [
        *(False, True, False),
    ]
    rest = call("POST", address, {**asked, "values": {"number": "R-2"}}).json()
    assert [line["quantity"] for line in rest["lines"]] == ["0.5", "1", "0.75"]
    assert rest["total"] == "225.00"
