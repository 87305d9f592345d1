"""Reports on the API: the figures of the pages, as programs read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache

from finance.choices import DocumentKind as Kind
from finance.selectors.reports.catalogue import REPORTS
from finance.services.document_moves import move_document
from tests import factories


@pytest.fixture
def base(organization):
    return f"/finance/{organization.pk}/reports"


@pytest.fixture
def call(program, viewer):
    cache.clear()
    return program(viewer, "read")


@pytest.fixture
def invoice(actor, organization):
    vat = factories.tax(organization, "VAT", "8.125")
    lines = [{"name": "Work", "rate": Decimal("33.33"), "tax_ids": [vat.pk]}]
    day = date(2026, 3, 5)
    buyer = factories.customer(organization, "Acme")
    values = {"customer_id": buyer.pk, "date": day, "due_date": day}
    made = factories.document(organization, Kind.INVOICE, lines=lines, **values)
    return move_document(actor=actor, document=made, verb="mark_sent")


def test_a_report_is_told_with_its_columns_rows_and_total(call, base, invoice, django_assert_num_queries):
    call("GET", base)
    with django_assert_num_queries(3):  # the key with its person, the membership, the figures
        told = call("GET", f"{base}/sales-by-month?since=2026-03-01&to=2026-03-31").json()
    assert {name: told[name] for name in ("name", "currency", "since", "to")} == {
        "name": "sales-by-month",
        "currency": "EUR",
        "since": "2026-03-01",
        "to": "2026-03-31",
    }
    row = {"month": "2026-03-01", "invoices": 1, "credit_notes": 0, "net": "33.33", "tax": "2.71", "total": "36.04"}
    assert told["rows"] == [row]
    assert told["total"] == {**row, "month": "Total"}
    assert told["columns"][0] == {"name": "month", "label": "Month", "shape": "month"}
    taxes = call("GET", f"{base}/tax-summary?period=custom&since=2026-01-01&to=2026-12-31").json()
    assert [(row["name"], row["rate"], row["sales_tax"]) for row in taxes["rows"]] == [("VAT", "8.125", "2.71")]
    owed = call("GET", f"{base}/receivables-ageing?as_of=2026-03-25&customer={invoice.customer_id}").json()
    assert [(row["id"], row["days"], row["open"], row["currency"], row["due_date"]) for row in owed["rows"]] == [
        (invoice.pk, 20, "36.04", "EUR", "2026-03-05")
    ]


def test_the_index_tells_what_each_can_be_asked(call, base):
    told = call("GET", base).json()["results"]
    assert [(one["name"], one["parameters"]) for one in told] == [
        (one.name, list(one.asked)) for one in REPORTS.values()
    ]
    for name in REPORTS:
        assert call("GET", f"{base}/{name}").status_code == 200


def test_faults_are_told_at_their_parameters(call, base):
    refused = call("GET", f"{base}/sales-by-item?period=custom&since=0001-01-01&to=x&customer=999&currency=USD")
    assert refused.status_code == 400
    assert {error["pointer"] for error in refused.json()["errors"]} == {"?since", "?to", "?customer", "?currency"}
    unknown = call("GET", f"{base}/tax-summary?customer=1")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (400, "?customer")
