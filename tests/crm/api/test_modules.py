"""Vendors and products on the API, and how it tells amounts."""

import pytest

from crm.choices import Level
from crm.models import ModuleRight, Product, Vendor
from crm.services.currencies import add_currency
from tests import factories


@pytest.fixture
def base(organization):
    return f"/crm/{organization.pk}"


def test_a_vendor_is_created_read_changed_and_deleted(call, base, admin):
    made = call("POST", f"{base}/vendors", {"name": "Bolts & Co", "category": "Fasteners", "tags": ["vip"]})
    assert made.status_code == 201, made.content
    record = made.json()
    assert (record["name"], record["owner"], record["currency"]) == ("Bolts & Co", admin.pk, "EUR")
    place = f"{base}/vendors/{record['id']}"
    changed = call("PATCH", place, {"city": "Linz"}, if_match=made.headers["ETag"])
    assert (changed.status_code, changed.json()["city"]) == (200, "Linz")
    assert call("PATCH", place, {"city": "Wien"}, if_match=made.headers["ETag"]).status_code == 412
    told = call("GET", f"{place}/history").json()["results"]
    assert [entry["verb"] for entry in told] == ["updated", "created"]
    assert call("DELETE", place, if_match=changed.headers["ETag"]).status_code == 204
    assert not Vendor.objects.exists()


def test_products_are_filtered_ordered_and_expanded(call, base, organization, standard):
    vendor = factories.vendor(organization, name="Bolts & Co")
    factories.product(organization, name="Bolt", vendor_id=vendor.pk, handler_id=standard.pk, unit_price="2")
    factories.product(organization, name="Nut", is_active=False, unit_price="1")
    rows = call("GET", f"{base}/products?vendor={vendor.pk}&expand=vendor,handler").json()["results"]
    assert [(row["name"], row["vendor"]["name"], row["handler"]["email"]) for row in rows] == [
        ("Bolt", "Bolts & Co", "standard@example.com")
    ]
    active = call("GET", f"{base}/products?is_active=true").json()["results"]
    assert [row["name"] for row in active] == ["Bolt"]
    by_price = call("GET", f"{base}/products?ordering=unit_price").json()["results"]
    assert [row["name"] for row in by_price] == ["Nut", "Bolt"]
    dear = call("GET", f"{base}/products?unit_price__gte=1.5").json()["results"]
    assert [row["name"] for row in dear] == ["Bolt"]


def test_a_vendor_of_a_closed_module_is_not_expanded(program, base, organization, reader):
    vendor = factories.vendor(organization, name="Bolts & Co")
    factories.product(organization, vendor_id=vendor.pk)
    ModuleRight.objects.filter(profile__memberships__user=reader, module="vendors").update(level=Level.NONE)
    answer = program(reader)("GET", f"{base}/products?expand=vendor")
    assert "Bolts" not in answer.content.decode()


def test_faults_of_a_product_name_the_fields_as_the_api_does(call, base, organization):
    body = {
        "name": "Bolt",
        "vendor": 999,
        "handler": 999,
        "unit_price": "-1",
        "sales_start_date": "2026-03-02",
        "sales_end_date": "2026-03-01",
    }
    answer = call("POST", f"{base}/products", body)
    assert answer.status_code == 400
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == ["/handler", "/vendor"]
    del body["vendor"], body["handler"]
    answer = call("POST", f"{base}/products", body)
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == [
        "/sales_end_date",
        "/sales_start_date",
        "/unit_price",
    ]
    assert not Product.objects.exists()


def test_a_batch_of_products_answers_row_by_row(call, base):
    rows = [{"name": "One"}, {"name": "Two", "unit_price": "-1"}]
    results = call("POST", f"{base}/products/bulk", {"records": rows}).json()["results"]
    assert [result["status"] for result in results] == [201, 400]
    assert Product.objects.get().name == "One"


@pytest.mark.parametrize("count", [1, 50])
def test_api_lists_take_the_same_statements_whatever_their_length(
    call, base, organization, admin, django_assert_num_queries, count
):
    for number in range(count):
        vendor = factories.vendor(organization, name=f"Vendor {number}", owner_id=admin.pk)
        factories.product(organization, name=f"Product {number}", vendor_id=vendor.pk, handler_id=admin.pk)
    call("GET", f"{base}/vendors")
    for path in ("vendors?expand=owner&limit=100", "products?expand=vendor,handler,owner&limit=100"):
        with django_assert_num_queries(4):  # token, membership, rights; the rows
            answer = call("GET", f"{base}/{path}")
        assert len(answer.json()["results"]) == count


def test_amounts_have_the_decimals_of_their_currency_and_prices_as_many_more_as_they_need(call, base, organization):
    for code in ("JPY", "KWD"):
        add_currency(actor=factories.SYSTEM, organization=organization, values={"code": code, "rate": "2"})
    told = []
    for code, price in (("EUR", "12"), ("EUR", "0.0125"), ("EUR", "0.100000"), ("JPY", "100"), ("KWD", "1.5")):
        body = {"name": "Bolt", "currency": code, "unit_price": price}
        told.append(call("POST", f"{base}/products", body).json()["unit_price"])
    assert told == ["12.00", "0.0125", "0.10", "100", "1.500"]
    listed = call("GET", f"{base}/products?ordering=id").json()["results"]
    assert [row["unit_price"] for row in listed] == told
    account = {"name": "Acme", "currency": "JPY", "annual_revenue": "1200.00"}
    assert call("POST", f"{base}/accounts", account).json()["annual_revenue"] == "1200"
    empty = call("POST", f"{base}/products", {"name": "Nut"}).json()
    assert empty["unit_price"] is None
