"""Estimates, orders, invoices, credit notes and bills on the API."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.cache import cache

from finance.models import Invoice, Series
from tests import factories

WORK = {"name": "Work", "quantity": "3", "rate": "10.50"}


@pytest.fixture
def call(program, boss):
    cache.clear()
    return program(boss, "read", "write", "admin")


@pytest.fixture
def base(organization):
    return f"/finance/{organization.pk}"


@pytest.fixture
def customer(organization):
    return factories.customer(organization, "Müller & Söhne", billing_city="Köln", billing_zip="50667")


@pytest.fixture
def vat(organization):
    return factories.tax(organization, rate="5.5", name="VAT")


@pytest.fixture
def item(organization, vat):
    return factories.item(organization, "Hour", unit="h", sales_rate=Decimal("95.50"), sales_tax_id=vat.pk)


@pytest.fixture
def make(call, base, customer):
    """Make an invoice of three hours and one line, unless told otherwise."""

    def made(kind="invoices", *, lines=None, status=201, **values):
        body = {"customer": customer.pk, "date": "2026-11-01", "lines": lines or [WORK], **values}
        answer = call("POST", f"{base}/{kind}", body)
        assert answer.status_code == status, answer.json()
        return answer.json()

    return made


def _pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def test_an_invoice_is_made_read_changed_and_deleted(call, base, make, customer, item, vat):
    told = make(
        lines=[{"item": item.pk, "quantity": "2"}, {"name": "Travel", "rate": "40", "discount": "10%"}],
        discount="5.00",
        shipping_charge="12.5",
        deal=71,
        project=72,
        reference="PO 7",
    )
    assert told == {
        **told,
        "number": "INV-00001",
        "status": "draft",
        "is_overdue": False,
        "is_partially_paid": False,
        "date": "2026-11-01",
        "customer": customer.pk,
        "contact_persons": [],
        "currency": "EUR",
        "exchange_rate": "1",
        "deal": 71,
        "project": 72,
        "sub_total": "227.00",
        "discount_total": "5.00",
        "shipping_charge": "12.50",
        "tax_total": "10.27",
        "total": "244.77",
        "total_base": "244.77",
        "paid": "0.00",
        "paid_base": "0.00",
        "balance": "244.77",
        "balance_base": "244.77",
        "round_off_step": None,
        "billing": {"city": "Köln", "zip": "50667"},
    }
    assert told["taxes"] == [
        {
            "tax": vat.pk,
            "name": "VAT",
            "rate": "5.5",
            "is_compound": False,
            "taxable": "186.79",
            "amount": "10.27",
            "taxable_base": "186.79",
            "amount_base": "10.27",
        }
    ]
    hour, travel = told["lines"]
    assert (hour["item"], hour["name"], hour["quantity"], hour["unit"], hour["rate"], hour["taxes"]) == (
        *(item.pk, "Hour", "2", "h", "95.50", [vat.pk]),
    )
    assert (travel["discount"], travel["item_total"], travel["rate"]) == ("10%", "36.00", "40.00")

    one = f"{base}/invoices/{told['id']}"
    read = call("GET", f"{one}?expand=customer")
    assert read.json()["customer"] == {"id": customer.pk, "number": "CUST-00001", "display_name": "Müller & Söhne"}
    assert read.json()["lines"] == told["lines"]
    rows = [{"id": travel["id"], "quantity": "2"}, {"name": "Room", "rate": "80"}]
    assert call("PATCH", one, {"lines": rows}).status_code == 428
    changed = call("PATCH", one, {"lines": rows, "discount": ""}, if_match=read.headers["ETag"])
    assert changed.status_code == 200
    assert [(line["id"] == travel["id"], line["item_total"]) for line in changed.json()["lines"]] == [
        *((True, "72.00"), (False, "80.00")),
    ]
    assert (changed.json()["total"], changed.json()["taxes"]) == ("164.50", [])
    assert call("PATCH", one, {"reference": "x"}, if_match=read.headers["ETag"]).status_code == 412
    assert [entry["verb"] for entry in call("GET", f"{one}/history").json()["results"]] == ["updated", "created"]
    assert call("DELETE", one, if_match=changed.headers["ETag"]).status_code == 204
    assert call("GET", one).status_code == 404
    assert [gone["id"] for gone in call("GET", f"{base}/invoices?deleted=true").json()["results"]] == [told["id"]]


FIGURES = [
    *("sub_total", "total", "total_base", "tax_total", "balance", "paid", "paid_base", "taxes", "status", "issued_at"),
    *("is_overdue", "is_partially_paid", "round_off", "payment_terms_label", "void_reason", "id", "colour"),
]


@pytest.mark.parametrize("name", FIGURES)
def test_what_is_computed_is_refused_by_name(call, base, customer, name):
    body = {"customer": customer.pk, "lines": [WORK], name: "1"}
    answer = call("POST", f"{base}/invoices", body)
    assert (answer.status_code, _pointers(answer)) == (400, [f"/{name}"])
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("line", "pointers"),
    [
        ({"name": "Work", "rate": 10}, ["/lines/0/rate"]),
        ({"name": "Work", "item_total": "10"}, ["/lines/0/item_total"]),
        ({"name": "Work", "colour": "red", "quantity": "x"}, ["/lines/0/colour", "/lines/0/quantity"]),
        ({"name": "Work", "taxes": [999]}, ["/lines/0/taxes"]),
        ({"item": 999}, ["/lines/0/item"]),
        ({"name": "Work", "quantity": "0"}, ["/lines/0/quantity"]),
        ({"name": "Work", "discount": "101%"}, ["/lines/0/discount"]),
        ({"rate": "1"}, ["/lines/0/name"]),
        ({"id": 999, "name": "Work"}, ["/lines/0/id"]),
        ("work", ["/lines/0"]),
    ],
)
def test_a_fault_of_a_line_is_told_where_it_is(call, base, customer, line, pointers):
    answer = call("POST", f"{base}/invoices", {"customer": customer.pk, "lines": [line]})
    assert (answer.status_code, _pointers(answer)) == (400, pointers)
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("values", "pointers"),
    [
        ({"lines": []}, ["/lines"]),
        ({"customer": None}, ["/customer"]),
        ({"discount": "lots"}, ["/discount"]),
        ({"due_date": "2026-10-31"}, ["/due_date"]),
        ({"shipping_tax": 999}, ["/shipping_tax"]),
        ({"payment_term": 999}, ["/payment_term"]),
        ({"contact_persons": [999]}, ["/contact_persons"]),
        ({"contact_persons": ["x"]}, ["/contact_persons"]),
        ({"billing": {"planet": "Mars"}}, ["/billing/planet"]),
        ({"salesperson": 999}, ["/salesperson"]),
        ({"currency": "USD"}, ["/currency"]),
    ],
)
def test_a_fault_of_a_document_is_told_where_it_is(call, base, customer, values, pointers):
    body = {"customer": customer.pk, "date": "2026-11-01", "lines": [WORK], **values}
    answer = call("POST", f"{base}/invoices", body)
    assert (answer.status_code, _pointers(answer)) == (400, pointers)
    assert not Invoice.objects.exists()


def test_a_document_needs_its_party_and_lines_and_a_bill_its_number(call, base):
    told = {kind: _pointers(call("POST", f"{base}/{kind}", {})) for kind in ("estimates", "purchase-orders", "bills")}
    assert told == {
        "estimates": ["/customer", "/lines"],
        "purchase-orders": ["/vendor", "/lines"],
        "bills": ["/number", "/vendor", "/lines"],
    }


@pytest.mark.parametrize(
    ("currency", "told"),
    [
        ("EUR", ("10.50", "31.50", "31.50", "31.50")),
        ("JPY", ("11", "33", "33", "0.33")),
        ("KWD", ("10.500", "31.500", "31.500", "0.32")),
    ],
)
def test_amounts_have_their_currencys_decimals(call, base, make, organization, currency, told):
    if currency != "EUR":
        assert call("POST", f"{base}/currencies", {"code": currency, "rate": "0.01"}).status_code == 201
    made = make(currency=currency)
    line = made["lines"][0]
    assert (line["rate"], line["item_total"], made["total"], made["total_base"]) == told
    listed = call("GET", f"{base}/invoices").json()["results"]
    assert [(row["total"], row["total_base"]) for row in listed] == [told[2:]]


def test_a_rehearsal_answers_the_document_and_saves_nothing(call, base, customer):
    told = call("POST", f"{base}/invoices?dry_run=true", {"customer": customer.pk, "lines": [WORK]})
    assert told.status_code == 200
    body = told.json()
    assert (body["id"], body["number"], body["total"]) == (None, "INV-00001", "31.50")
    assert [(line["id"], line["item_total"]) for line in body["lines"]] == [(None, "31.50")]
    assert not Invoice.objects.exists()
    assert not Series.objects.filter(series="invoice", given__gt=0).exists()


def test_in_bulk_each_document_has_its_own_result(call, base, make, customer):
    known = make()
    one = {"customer": customer.pk, "lines": [WORK]}
    change = {"id": known["id"], "version": known["updated_at"], "lines": [{"name": "Rest", "rate": "1"}]}
    records = [one, {**one, "lines": [{"rate": "1"}]}, change, {**change, "version": "old"}]
    results = call("POST", f"{base}/invoices/bulk", {"records": records}).json()["results"]
    assert [result["status"] for result in results] == [201, 400, 200, 412]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/lines/0/name"
    assert [line["name"] for line in results[2]["record"]["lines"]] == ["Rest"]
    assert [invoice.total for invoice in Invoice.objects.order_by("id")] == [Decimal(1), Decimal("31.5")]


def test_lists_have_no_lines_unless_they_are_asked_for(call, base, make, django_assert_num_queries):
    for _each in range(3):
        make()
    with django_assert_num_queries(3):  # the key, the membership, the invoices
        rows = call("GET", f"{base}/invoices").json()["results"]
    assert [("lines" in row, row["number"]) for row in rows] == [
        *((False, "INV-00003"), (False, "INV-00002"), (False, "INV-00001")),
    ]
    with django_assert_num_queries(4):
        rows = call("GET", f"{base}/invoices?expand=lines,customer").json()["results"]
    assert [(row["lines"][0]["name"], row["customer"]["number"]) for row in rows] == [("Work", "CUST-00001")] * 3
    with django_assert_num_queries(4):
        call("GET", f"{base}/invoices/{rows[0]['id']}")


@pytest.fixture
def at_the_end_of_november(monkeypatch):
    """It is the 22nd of November 2026 wherever the organization is."""
    from datetime import date

    monkeypatch.setattr("finance.api.documents.today", lambda organization: date(2026, 11, 22))


def test_lists_are_narrowed_by_what_is_shown_today(call, base, make, at_the_end_of_november):
    made = {
        "draft": make(due_date="2026-11-02"),
        "late": make(due_date="2026-11-21"),
        "due": make(due_date="2026-11-22", deal=7),
        "part": make(due_date="2026-12-01", project=8),
        "late_part": make(due_date="2026-11-03", lines=[{"name": "Big", "rate": "900"}]),
        "nothing": make(lines=[{"name": "Gift", "rate": "0"}]),
    }
    for name in ("late", "due", "part", "late_part", "nothing"):
        assert call("POST", f"{base}/invoices/{made[name]['id']}/mark-sent").status_code == 200
    for name in ("part", "late_part"):
        rest = Decimal(made[name]["total"]) - 1
        Invoice.objects.filter(pk=made[name]["id"]).update(
            paid_total=1, settled_total=1, balance=rest, balance_base=rest
        )
    names = {told["id"]: name for name, told in made.items()}

    def found(query):
        answer = call("GET", f"{base}/invoices?ordering=id&{query}")
        assert answer.status_code == 200, answer.json()
        return [names[row["id"]] for row in answer.json()["results"]]

    shown = {names[row["id"]]: row for row in call("GET", f"{base}/invoices").json()["results"]}
    assert {name: (row["status"], row["is_overdue"], row["is_partially_paid"]) for name, row in shown.items()} == {
        "draft": ("draft", False, False),
        "late": ("overdue", True, False),
        "due": ("sent", False, False),
        "part": ("partially_paid", False, True),
        "late_part": ("overdue", True, True),
        "nothing": ("paid", False, False),
    }
    assert (shown["part"]["paid"], shown["part"]["paid_base"], shown["part"]["balance"]) == ("1.00", "1.00", "30.50")
    assert found("status=overdue") == ["late", "late_part"]
    assert found("status=sent") == ["due"]
    assert found("status=partially_paid") == ["part"]
    assert found("status=unpaid") == ["late", "due", "part", "late_part"]
    assert found("status=issued") == ["late", "due", "part", "late_part", "nothing"]
    assert found("status__in=draft,paid,overdue") == ["draft", "late", "late_part", "nothing"]
    assert found("is_overdue=true") == ["late", "late_part"]
    assert found("is_overdue=false") == ["draft", "due", "part", "nothing"]
    assert found("is_partially_paid=true") == ["part", "late_part"]
    assert found("due_date__lte=2026-11-03&total__gte=100") == ["late_part"]
    assert found("balance__gte=31.5") == ["draft", "late", "due", "late_part"]
    assert found("deal=7") == ["due"]
    assert found("project__isnull=false") == ["part"]
    assert found("search=inv-00003") == ["due"]
    assert found("search=muller") == [*made]
    assert found(f"customer={made['due']['customer']}&date__gte=2026-11-02") == []
    assert call("GET", f"{base}/invoices?status=expired").status_code == 400
    assert call("GET", f"{base}/invoices?sub_total=1").status_code == 400


def test_the_pages_of_a_list_follow_one_another(call, base, make):
    for day in range(1, 6):
        make(date=f"2026-11-0{day}")
    page = call("GET", f"{base}/invoices?limit=2&count=true").json()
    assert page["count"] == 5
    numbers = [row["number"] for row in page["results"]]
    while page["next"]:
        page = call("GET", page["next"].partition("/api/v1")[2]).json()
        numbers += [row["number"] for row in page["results"]]
    assert numbers == [f"INV-0000{number}" for number in (5, 4, 3, 2, 1)]


def test_an_offer_expires_an_order_is_late_and_a_part_of_it_is_invoiced(call, base, make, at_the_end_of_november):
    offer = make("estimates", expiry_date="2026-11-21")
    assert call("POST", f"{base}/estimates/{offer['id']}/mark-sent").json()["is_expired"] is True
    assert [row["status"] for row in call("GET", f"{base}/estimates?status=expired").json()["results"]] == ["expired"]
    order = make("sales-orders", shipment_date="2026-12-01")
    one = f"{base}/sales-orders/{order['id']}"
    assert call("POST", f"{one}/confirm").status_code == 200
    some = [{"line": order["lines"][0]["id"], "quantity": "1"}]
    made = call("POST", f"{one}/convert", {"to": "invoice", "quantities": some})
    assert (made.status_code, made.json()["total"]) == (201, "10.50")
    told = call("GET", one).json()
    assert (told["status"], told["is_partially_invoiced"], told["invoiced_quantity"]) == (
        *("partially_invoiced", True, "1"),
    )
    assert told["lines"][0]["invoiced_quantity"] == "1"
    assert made.json()["lines"][0]["sales_order_line"] == told["lines"][0]["id"]


def test_a_document_is_had_as_pdf_by_those_who_may_see_it(call, base, make, program, outsider):
    one = f"{base}/invoices/{make()['id']}/pdf"
    answer = call("GET", one)
    assert (answer.status_code, answer.headers["Content-Type"], answer.content[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )
    assert "INV-00001" in answer.headers["Content-Disposition"]
    assert program(outsider)("GET", one).status_code == 404


def test_documents_are_written_with_custom_fields_and_found_by_them(call, base, make):
    for label, kind in (("Site", "text"), ("Floors", "integer")):
        field = {"module": "invoices", "label": label, "kind": kind}
        assert call("POST", f"{base}/custom-fields", field).status_code == 201
    harbour = make(custom_fields={"site": "Harbour", "floors": 3})
    other = make(custom_fields={"floors": 2})
    assert harbour["custom_fields"] == {"site": "Harbour", "floors": 3}
    one = f"{base}/invoices/{other['id']}"
    seen = call("GET", one).headers["ETag"]
    changed = call("PATCH", one, {"custom_fields": {"site": "Station"}}, if_match=seen)
    assert changed.json()["custom_fields"] == {"site": "Station", "floors": 2}
    found = {
        query: [row["id"] for row in call("GET", f"{base}/invoices?{query}").json()["results"]]
        for query in ("cf_site__contains=harb", "cf_floors__lte=2", "ordering=-cf_floors")
    }
    assert list(found.values()) == [[harbour["id"]], [other["id"]], [harbour["id"], other["id"]]]
    refused = call("PATCH", one, {"custom_fields": {"nonsense": 1}}, if_match=changed.headers["ETag"])
    assert refused.status_code == 400
