"""The editor of documents: what it computes while one types, keeps, saves and refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finance.choices import DocumentKind as Kind
from finance.models import Draft, Estimate, Invoice
from finance.services.document_moves import move_document
from finance.services.documents import update_document
from finsuite.kernel.versions import version_of
from tests.finance.documents.test_pages import BACKEND, KINDS, url


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_of_any_kind_is_typed_and_saved(organization, as_boss, typed, kind):
    form = as_boss.get(url(kind, "new", organization))
    assert form.status_code == 200
    saved = as_boss.post(url(kind, "new", organization), typed(kind, once=form.context["once"]))
    model = form.context["pages"].model
    made = model.objects.get()
    assert saved.headers["Location"] == url(kind, "detail", organization, made)
    assert (made.sub_total, made.tax_total, made.total) == (Decimal(230), Decimal(36), Decimal(266))
    assert list(made.lines.order_by("position").values_list("name", "discount")) == [("Work", "10%"), ("Travel", "")]


def test_the_totals_are_the_servers_and_nothing_is_saved(organization, as_boss, typed, django_assert_num_queries):
    address = url(Kind.INVOICE, "new_totals", organization)
    as_boss.post(address, typed(Kind.INVOICE))
    html = as_boss.post(address, typed(Kind.INVOICE)).content.decode()
    assert "€266.00" in html
    assert "€180.00" in html  # the first line
    assert Invoice.objects.count() == 0
    assert Draft.objects.get().typed["name-0"] == ["Work"]


def test_totals_are_told_before_anybody_is_chosen(organization, as_boss, typed):
    html = as_boss.post(url(Kind.INVOICE, "new_totals", organization), typed(Kind.INVOICE, customer_id="")).content
    assert "€266.00" in html.decode()


def test_a_fault_is_told_at_its_line(organization, as_boss, typed):
    body = typed(Kind.INVOICE, **{"rate-0": "abc", "discount-1": "120%"})
    html = as_boss.post(url(Kind.INVOICE, "new_totals", organization), body).content.decode()
    assert "Enter an amount in figures" in html
    page = as_boss.post(url(Kind.INVOICE, "new", organization), body)
    assert page.status_code == 422
    assert list(page.context["editor"].rows[0].faults) == ["rate"]
    assert Invoice.objects.count() == 0
    body = typed(Kind.INVOICE, **{"discount-1": "120%"})
    page = as_boss.post(url(Kind.INVOICE, "new", organization), body)
    assert list(page.context["editor"].rows[1].faults) == ["discount"]


def test_without_a_customer_nothing_is_saved_and_what_was_typed_stays(organization, as_boss, typed):
    page = as_boss.post(url(Kind.INVOICE, "new", organization), typed(Kind.INVOICE, customer_id=""))
    html = page.content.decode()
    assert page.status_code == 422
    assert "Choose the customer." in html
    assert 'value="Travel"' in html
    assert Invoice.objects.count() == 0


def test_what_was_typed_is_there_again_until_it_is_saved_or_thrown_away(organization, as_boss, client, staff, typed):
    as_boss.post(url(Kind.INVOICE, "new_totals", organization), typed(Kind.INVOICE, reference="PO-9"))
    again = as_boss.get(url(Kind.INVOICE, "new", organization))
    assert again.context["editor"].is_restored
    html = again.content.decode()
    assert 'value="PO-9"' in html
    assert 'value="Travel"' in html
    assert "€266.00" in html
    picture = as_boss.get(url(Kind.INVOICE, "new_preview", organization))
    assert picture.content[:4] == b"\x89PNG"
    as_boss.post(url(Kind.INVOICE, "new", organization), typed(Kind.INVOICE))
    assert (Draft.objects.count(), Invoice.objects.count()) == (0, 1)
    as_boss.post(url(Kind.INVOICE, "new_totals", organization), typed(Kind.INVOICE))
    client.force_login(staff, backend=BACKEND)
    assert not client.get(url(Kind.INVOICE, "new", organization)).context["editor"].is_restored
    client.post(url(Kind.INVOICE, "new_discard", organization))
    assert Draft.objects.count() == 1  # the other's


def test_pressed_twice_it_is_saved_once(organization, as_boss, typed):
    form = as_boss.get(url(Kind.INVOICE, "new", organization))
    body = typed(Kind.INVOICE, number="", once=form.context["once"])
    as_boss.post(url(Kind.INVOICE, "new", organization), body)
    as_boss.post(url(Kind.INVOICE, "new", organization), body)
    assert Invoice.objects.count() == 1


def test_it_is_saved_and_marked_as_sent_at_once_or_not_at_all(organization, as_boss, typed):
    as_boss.post(url(Kind.INVOICE, "new", organization), typed(Kind.INVOICE, then="issue"))
    assert Invoice.objects.get().status == "sent"


def test_a_known_document_is_changed_line_by_line(organization, as_boss, draft, customer):
    invoice = draft(Kind.INVOICE, notes="Thanks")
    page = as_boss.get(url(Kind.INVOICE, "edit", organization, invoice))
    rows = page.context["editor"].rows
    assert [(row.name, row.quantity, row.rate) for row in rows] == [("Work", "1", "100.00"), ("Travel", "2", "25.00")]
    body = {
        "customer_id": customer.pk,
        "number": invoice.number,
        "version": version_of(invoice),
        "line": ["1", "0"],
        "date": invoice.date,
        "due_date": invoice.due_date,
        "exchange_rate": "1",
        "notes": "Thanks",
        "id-0": rows[0].id,
        "name-0": "Work",
        "quantity-0": "3",
        "rate-0": "100",
        "id-1": rows[1].id,
        "name-1": "Travel",
        "quantity-1": "2",
        "rate-1": "25",
    }
    as_boss.post(url(Kind.INVOICE, "edit", organization, invoice), body)
    kept = invoice.lines.order_by("position").values_list("pk", "name", "quantity")
    assert list(kept) == [(int(rows[1].id), "Travel", Decimal(2)), (int(rows[0].id), "Work", Decimal(3))]
    assert Invoice.objects.get().total == Decimal(350)


def test_who_comes_second_keeps_what_they_typed(organization, as_boss, actor, draft, typed):
    invoice = draft(Kind.INVOICE)
    seen = version_of(invoice)
    update_document(actor=actor, document=invoice, values={"notes": "First"})
    body = typed(Kind.INVOICE, number=invoice.number, version=seen, notes="Second", exchange_rate="1")
    page = as_boss.post(url(Kind.INVOICE, "edit", organization, invoice), body)
    assert page.status_code == 409
    assert ">Second</textarea>" in page.content.decode().replace("\n", "")
    assert Invoice.objects.get().notes == "First"
    body["version"] = page.context["editor"].version
    as_boss.post(url(Kind.INVOICE, "edit", organization, invoice), body)
    assert Invoice.objects.get().notes == "Second"


def test_an_item_fills_its_line(organization, as_boss, typed, item, vat):
    body = typed(Kind.INVOICE, **{"item_id-1": item.pk, "quantity-1": "4"})
    html = as_boss.post(url(Kind.INVOICE, "new_line", organization) + "?index=1", body).content.decode()
    assert 'value="Consulting"' in html
    assert 'value="95.50"' in html
    assert f'value="{vat.pk}" selected' in html
    assert "By the hour" in html


def test_a_copy_is_like_its_source_and_new(organization, as_boss, draft):
    source = draft(Kind.ESTIMATE, reference="PO-7")
    page = as_boss.get(url(Kind.ESTIMATE, "new", organization), {"copy": source.pk})
    editor = page.context["editor"]
    assert [(row.id, row.name) for row in editor.rows] == [("", "Work"), ("", "Travel")]
    assert editor.party.pk == source.customer_id
    assert 'value="PO-7"' in page.content.decode()
    assert Estimate.objects.count() == 1


def test_what_can_not_be_changed_any_more_is_not_offered(organization, as_boss, actor, draft):
    void = move_document(actor=actor, document=draft(Kind.INVOICE), verb="void", reason="Twice")
    page = as_boss.get(url(Kind.INVOICE, "edit", organization, void))
    assert page.status_code == 302
    assert as_boss.get(url(Kind.INVOICE, "detail", organization, void)).context["edit_url"] == ""


@pytest.mark.parametrize("kind", KINDS)
def test_the_editor_is_absent_for_those_who_may_not(organization, client, viewer, kind, typed):
    client.force_login(viewer, backend=BACKEND)
    assert client.get(url(kind, "new", organization)).status_code == 403
    assert client.post(url(kind, "new", organization), typed(kind)).status_code == 403
    assert client.post(url(kind, "new_totals", organization), typed(kind)).status_code == 403
    assert Draft.objects.count() == 0
    assert url(kind, "new", organization) not in client.get(url(kind, "list", organization)).content.decode()
