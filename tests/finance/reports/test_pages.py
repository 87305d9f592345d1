"""The pages and files of the reports: what they ask of the database, what they show, and to whom."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

import audit.models
from finance.choices import DocumentKind as Kind
from finance.models import Organization
from finance.selectors.days import today
from finance.selectors.reports.asking import read
from finance.selectors.reports.catalogue import REPORTS
from finance.services.document_moves import move_document
from finance.ui.reports.links import links_of
from finsuite.kernel import tenants
from tests import factories

ROOMS = len(tenants._providers)
BACKEND = "django.contrib.auth.backends.ModelBackend"
OPENED = 3 + ROOMS  # session, person, membership

# What each page asks besides: its figures, and what its filters offer and name.
STATEMENTS = {
    "sales-by-customer": 1 + 2,
    "sales-by-item": 2 + 2,
    "sales-by-month": 1 + 2,
    "receivables-ageing": 1 + 1,
    "payables-ageing": 1 + 1,
    "tax-summary": 1,
    "expenses-by-category": 1 + 2,
    "missing-numbers": 3,
}
DAYS = {"since": "2026-01-01", "to": "2026-12-31"}
ODD = (
    "0001-01-01",
    "1899-12-31",
    "10000-01-01",
    "2026-13-45",
    "x" * 9000,
    "²",
    "-1",
    "9" * 30,
    "2026-11-22T10",
)


def url(name, organization, **query):
    place = reverse(f"finance:report_{name.replace('-', '_')}", kwargs={"organization": organization.pk})
    return place if not query else f"{place}?" + "&".join(f"{key}={value}" for key, value in query.items())


@pytest.fixture
def as_boss(client, boss):
    client.force_login(boss, backend=BACKEND)
    return client


@pytest.fixture
def books(organization, boss, currencies, customer, draft, issue):
    """Something in every report."""
    vat = factories.tax(organization)
    item = factories.item(organization, "=HYPERLINK(1)", sales_rate=Decimal(10))
    line = {"item_id": item.pk, "rate": Decimal("1234.50"), "tax_ids": [vat.pk]}
    for month in (1, 2, 3):
        issue(Kind.INVOICE, line, date=date(2026, month, 5))
    issue(Kind.BILL, line)
    factories.expense(organization, boss)
    draft(Kind.INVOICE, line, number="INV-00009")


def text(response):
    return b"".join(response.streaming_content).decode("utf-8-sig")


def sheet(response):
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    return book.get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_takes_the_same_statements_however_much_there_is(
    name, organization, as_boss, books, issue, django_assert_num_queries
):
    given = DAYS if REPORTS[name].has_period else {}
    as_boss.get(url(name, organization, **given))
    for _time in range(2):
        with django_assert_num_queries(OPENED + STATEMENTS[name]):
            page = as_boss.get(url(name, organization, **given))
        assert page.status_code == 200
        html = page.content.decode()
        assert "table--report" in html
        assert "<caption" in html
        issue(Kind.INVOICE, "1", customer_id=factories.customer(organization, f"New {_time}").pk)


@pytest.mark.parametrize("name", REPORTS)
def test_what_can_not_be_read_is_told_at_its_field(name, organization, as_boss):
    definition = REPORTS[name]
    for asked in definition.asked:
        for odd in ODD:
            given = {"period": "custom"} if asked in ("since", "to") else {}
            page = as_boss.get(url(name, organization), {**given, asked: odd})
            assert (asked, odd[:10], page.status_code) == (asked, odd[:10], 422)
            html = page.content.decode()
            assert f'id="filter-{asked}-fault"' in html
            assert f'href="#filter-{asked}"' in html
            assert "table--report" not in html


def test_the_ends_of_time_are_days_like_others(organization, as_boss, books):
    for name, definition in REPORTS.items():
        ends = {"since": "1900-01-01", "to": "9999-12-31"} if definition.has_period else {}
        for day in ("1900-01-01", "9999-12-31") if "as_of" in definition.asked else ("",):
            given = {**ends, **({"as_of": day} if day else {})}
            assert as_boss.get(url(name, organization, **given)).status_code == 200
    before_time = as_boss.get(
        url("sales-by-item", organization, since="1900-01-01", to="9999-12-31", compare="previous")
    )
    assert before_time.status_code == 422
    page = as_boss.get(url("tax-summary", organization, since="2026-02-01", to="2026-01-31"))
    assert page.status_code == 422
    assert "The last day is before the first." in page.content.decode()


@pytest.mark.parametrize("name", REPORTS)
def test_files_hold_what_is_shown(name, organization, as_boss, books):
    given = DAYS if REPORTS[name].has_period else {}
    given = {**given, "compare": "previous"} if "compare" in REPORTS[name].asked else given
    shown = as_boss.get(url(name, organization, **given)).context
    place = f"{url(name, organization)}export/"
    lines = text(as_boss.get(place, {**given, "format": "csv"})).splitlines()
    assert len(lines) == 1 + len(shown["rows"]) + bool(shown["total"])
    answer = as_boss.get(place, {**given, "format": "xlsx"})
    assert f'filename="{name}-' in answer.headers["Content-Disposition"]
    rows = sheet(answer)
    assert len(rows) == len(lines)
    assert rows[0] == lines[0].split(",")
    assert audit.models.Entry.objects.filter(verb="exported").count() == 2


def test_no_cell_of_a_file_is_a_formula_and_its_numbers_are_numbers(organization, as_boss, books):
    place = f"{url('sales-by-item', organization)}export/"
    lines = text(as_boss.get(place, {**DAYS, "format": "csv"})).splitlines()
    assert (
        lines[0]
        == "Item,SKU,Quantity,Unit,Average price (EUR),Sales (EUR),Tax (EUR),Sales with tax (EUR),Share of sales"
    )
    assert lines[1] == "'=HYPERLINK(1),,3,,1234.50,3703.50,740.70,4444.20,1"
    assert lines[2] == "Total,,,,,3703.50,740.70,4444.20,1"
    answer = as_boss.get(place, {**DAYS, "format": "xlsx"})
    assert sheet(answer)[1][:6] == ["=HYPERLINK(1)", "", 3, "", 1234.5, 3703.5]
    assert as_boss.get(place, {"since": "never"}).status_code == 400


def test_rows_lead_to_what_lies_behind_them_and_can_be_sorted(organization, as_boss, customer, books, issue):
    other = factories.customer(organization, "Acme")
    issue(Kind.INVOICE, "9000", customer_id=other.pk)
    html = as_boss.get(url("sales-by-customer", organization, **DAYS)).content.decode()
    days = "since=2026-01-01&amp;to=2026-12-31"
    assert f"/invoices/?status=issued&amp;{days}&amp;party={customer.pk}" in html
    assert f"/reports/sales-by-item/?period=custom&amp;{days}&amp;customer={customer.pk}" in html
    assert html.index("Acme</a>") < html.index("Müller &amp; Söhne</a>")
    sorted_up = as_boss.get(url("sales-by-customer", organization, sort="net", **DAYS)).content.decode()
    assert sorted_up.index("Müller &amp; Söhne</a>") < sorted_up.index("Acme</a>")
    assert as_boss.get(url("sales-by-customer", organization, sort="-nothing", **DAYS)).status_code == 200
    owed = as_boss.get(url("receivables-ageing", organization, as_of="2026-03-20")).content.decode()
    assert f"as_of=2026-03-20&amp;customer={customer.pk}&amp;step=days_1_15" in owed


@pytest.mark.parametrize("name", ["sales-by-customer", "sales-by-month"])
def test_the_lists_behind_sales_show_exactly_what_the_figures_are_made_of(
    organization, as_boss, actor, customer, currencies, draft, issue, name
):
    issue(Kind.INVOICE, "100")
    issue(Kind.INVOICE, "50", currency="USD")
    issue(Kind.INVOICE, "0")  # costs nothing, so it is paid
    issue(Kind.CREDIT_NOTE, "30")
    draft(Kind.INVOICE, "1000")
    draft(Kind.CREDIT_NOTE, "1000")
    for kind in (Kind.INVOICE, Kind.CREDIT_NOTE):
        move_document(actor=actor, document=issue(kind, "500"), verb="void", reason="Wrong.")
    asked = read(organization, REPORTS[name].asked, {"since": "2026-03-01", "to": "2026-03-31"})
    (row,) = REPORTS[name].find(asked).rows
    links = links_of(REPORTS[name], asked, row)
    listed = {kind: as_boss.get(links[kind]).context for kind in ("invoices", "credit_notes")}
    assert {kind: len(found["rows"]) for kind, found in listed.items()} == {"invoices": 3, "credit_notes": 1}
    assert [row["invoices"], row["credit_notes"]] == [3, 1]
    sums = {kind: found["sums"].total_base for kind, found in listed.items()}
    assert sums["invoices"] - sums["credit_notes"] == row["total"]
    assert listed["invoices"]["filters"].status == "issued"


def test_an_empty_report_says_why(organization, as_boss):
    for name in REPORTS:
        html = as_boss.get(url(name, organization)).content.decode()
        assert "Nothing to report" in html
        assert "table--report" not in html
    assert (
        "An invoice counts on its day, once it is sent."
        in as_boss.get(url("sales-by-item", organization)).content.decode()
    )


def test_reports_are_for_those_who_see_everything(organization, client, staff, viewer, books):
    index = url("index", organization)
    client.force_login(viewer, backend=BACKEND)
    html = client.get(index).content.decode()
    assert all(str(definition.title) in html for definition in REPORTS.values())
    client.force_login(staff, backend=BACKEND)
    assert client.get(index).status_code == 403
    assert client.get(url("sales-by-item", organization)).status_code == 403
    customers = client.get(reverse("finance:customer_list", kwargs={"organization": organization.pk})).content.decode()
    assert index not in customers


def test_another_organization_s_customer_is_none_of_ours(organization, as_boss, outsider, books):
    theirs = Organization.objects.exclude(pk=organization.pk).get()
    foreign = factories.customer(theirs, "Foreign")
    page = as_boss.get(url("sales-by-item", organization, customer=foreign.pk))
    assert page.status_code == 422
    assert "Foreign" not in page.content.decode()


def test_filters_are_cleared_only_where_something_is_filtered(organization, as_boss):
    year = today(organization).year
    usual = {
        "period": "this_year",
        "since": f"{year - 1}-03-01",
        "to": f"{year - 1}-04-01",
        "compare": "",
        "currency": "",
    }
    for given, narrows in (({}, False), (usual, False), ({**usual, "period": "last_year"}, True), ({"to": "x"}, True)):
        page = as_boss.get(url("sales-by-customer", organization, **given))
        assert page.context["is_narrowed"] is narrows
