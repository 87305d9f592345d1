"""Headings of lines: in the editor, on the page, on paper, in the history and on the API."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finance.choices import DocumentKind as Kind
from finance.documents.building import sheet_of
from finance.documents.content import content
from finance.models import Draft, Invoice
from finance.selectors.document_papers import lines_of
from finance.services.conversions import sales_order_to_invoice
from finance.services.document_moves import move_document
from finance.totals import section_totals
from tests.finance.documents.test_pages import url

LINES = [
    {"name": "Journey", "rate": Decimal(10)},
    {"name": "Work", "rate": Decimal(100), "header": "Ground floor"},
    {"name": "Paint", "rate": Decimal(50)},
    {"name": "Roof", "rate": Decimal(7), "header": "Above"},
]


@pytest.mark.parametrize(
    ("lines", "sums"),
    [
        ([], {}),
        ([("", 5), ("", 6)], {}),
        ([("A", 5)], {0: 5}),
        ([("", 1), ("A", 5), ("", 6), ("B", -2), ("", 0)], {1: 11, 3: -2}),
        ([("A", 5), ("A", 6)], {0: 5, 1: 6}),
    ],
)
def test_a_section_is_what_stands_below_its_heading(lines, sums):
    assert section_totals([(heading, Decimal(amount)) for heading, amount in lines]) == sums


@pytest.fixture
def headed(typed):
    """What somebody types who puts a heading over the second line."""

    def form(**more):
        return typed(Kind.INVOICE, **{"line": ["0", "3", "1", "2"], "heading-3": "On the road", **more})

    return form


def test_a_heading_is_typed_in_a_row_of_its_own(organization, as_boss, headed):
    address = url(Kind.INVOICE, "new_totals", organization)
    live = as_boss.post(address, headed()).content.decode()
    assert '<output id="line-amount-3" hx-swap-oob="true">€50.00</output>' in live
    assert Draft.objects.get().typed["heading-3"] == ["On the road"]
    again = as_boss.get(url(Kind.INVOICE, "new", organization)).content.decode()
    assert 'name="heading-3" value="On the road"' in again
    as_boss.post(url(Kind.INVOICE, "new", organization), headed())
    made = Invoice.objects.get()
    assert [(line.name, line.header) for line in lines_of(made)] == [("Work", ""), ("Travel", "On the road")]
    rows = as_boss.get(url(Kind.INVOICE, "edit", organization, made)).context["editor"].rows
    assert [row.heading or row.name for row in rows] == ["Work", "On the road", "Travel"]
    assert [(row.index, row.amount) for row in rows] == [(0, "€180.00"), (1, "€50.00"), (2, "€50.00")]


def test_a_heading_is_moved_renamed_and_removed(organization, as_boss, draft, customer):
    invoice = draft(Kind.INVOICE, LINES)
    ids = [line.pk for line in lines_of(invoice)]
    known = {"customer_id": customer.pk, "number": invoice.number, "date": invoice.date, "due_date": invoice.due_date}
    body = {**known, "exchange_rate": "1", "line": ["9", "0", "1", "2", "8", "3"]}
    body |= {"heading-9": "All of it", "heading-8": ""}
    for place, (pk, line) in enumerate(zip(ids, LINES, strict=True)):
        body |= {f"id-{place}": pk, f"name-{place}": line["name"], f"rate-{place}": str(line["rate"])}
    as_boss.post(url(Kind.INVOICE, "edit", organization, invoice), body)
    assert [(line.pk, line.header) for line in lines_of(invoice)] == list(
        zip(ids, ["All of it", "", "", ""], strict=True)
    )
    history = as_boss.get(url(Kind.INVOICE, "history", organization, invoice)).content.decode()
    assert "All of it" in history


def test_a_heading_over_nothing_is_not_lost(organization, as_boss, headed):
    body = headed(line=["0", "1", "3", "2"])
    assert "€266.00" in as_boss.post(url(Kind.INVOICE, "new_totals", organization), body).content.decode()
    page = as_boss.post(url(Kind.INVOICE, "new", organization), body)
    assert page.status_code == 422
    assert "There is no line below this heading" in page.context["editor"].rows[2].fault
    assert Invoice.objects.count() == 0


def test_a_heading_that_can_not_be_kept_is_marked_itself(organization, as_boss, headed):
    body = headed(**{"heading-3": "x" * 101})
    page = as_boss.post(url(Kind.INVOICE, "new", organization), body)
    assert page.status_code == 422
    assert [bool(row.faults) for row in page.context["editor"].rows] == [False, True, False, False]


def test_an_empty_heading_is_brought(organization, as_boss):
    html = as_boss.get(url(Kind.INVOICE, "new_blank", organization), {"index": "4", "heading": ""}).content.decode()
    assert 'name="heading-4"' in html


def test_the_page_and_the_paper_show_headings_with_their_sums(organization, as_boss, draft):
    invoice = draft(Kind.INVOICE, LINES)
    page = as_boss.get(url(Kind.INVOICE, "detail", organization, invoice)).content.decode()
    assert "Ground floor</th>" in page
    assert page.count('<tr class="paper__header">') == 2
    assert "€150.00" in page
    drawn = content(sheet_of(invoice, lines_of(invoice), language="en"))
    assert [(row["header"], row["sum"]) for row in drawn["table"]["rows"]] == [
        ("", ""),
        ("Ground floor", "€150.00"),
        ("", ""),
        ("Above", "€7.00"),
    ]
    assert as_boss.get(url(Kind.INVOICE, "pdf", organization, invoice)).content.startswith(b"%PDF")


def test_a_heading_stays_where_only_some_lines_of_its_section_are_billed(actor, draft):
    order = move_document(actor=actor, document=draft(Kind.SALES_ORDER, LINES), verb="confirm")
    ids = [line.pk for line in lines_of(order)]
    invoice = sales_order_to_invoice(actor=actor, order=order, quantities={pk: Decimal(1) for pk in ids[2:]})
    assert [(line.name, line.header) for line in lines_of(invoice)] == [("Paint", "Ground floor"), ("Roof", "Above")]
    rest = sales_order_to_invoice(actor=actor, order=order)
    assert [(line.name, line.header) for line in lines_of(rest)] == [("Journey", ""), ("Work", "Ground floor")]
