"""The pages of documents: what they show, to whom, and what they ask of the database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from finance.choices import DocumentKind as Kind
from finance.models import Attachment, Comment, CreditNote, Invoice, SalesOrder
from finance.selectors import document_lists
from finance.services.comments import add_comment
from finance.services.custom_fields import create_custom_field
from finance.services.document_moves import move_document
from finsuite.kernel import tenants
from finsuite.kernel.actors import Actor
from finsuite.kernel.versions import version_of
from tests.finance.documents.conftest import PURCHASES, SALES

ROOMS = len(tenants._providers)
BACKEND = "django.contrib.auth.backends.ModelBackend"
KINDS = (*SALES, *PURCHASES)


def url(kind, name, organization, document=None, **more):
    names = {"organization": organization.pk, **more}
    if document is not None:
        names["document"] = document.pk
    return reverse(f"finance:{kind.value}_{name}", kwargs=names)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_any_kind_asks_two_queries_of_documents(
    organization, as_boss, draft, kind, django_assert_num_queries
):
    for number in range(60):
        draft(kind, number=f"X-{number:03d}")
    address = url(kind, "list", organization)
    as_boss.get(address)
    with django_assert_num_queries(6 + ROOMS):  # session, person, membership, columns; the documents, their sums
        page = as_boss.get(address)
    assert len(page.context["rows"]) == 50
    assert page.context["sums"].count == 60


def test_a_person_chooses_the_columns_of_a_list(organization, as_boss, client, actor, staff, draft, boss):
    values = {"module": "invoices", "label": "Site", "kind": "text"}
    create_custom_field(actor=actor, organization=organization, values=values)
    for number in range(3):
        draft(Kind.INVOICE, number=f"X-{number}", cf_site="Harbour", salesperson_id=boss.pk)
    address, choose = (url(Kind.INVOICE, name, organization) for name in ("list", "columns"))

    def heads():
        return [head.name for head in as_boss.get(address).context["heads"]]

    usual = heads()
    assert usual == ["date", "party", "reference", "status", "until", "total", "balance"]
    back = as_boss.post(choose, {"column": ["cf_site", "salesperson", "total"], "back": f"{address}?q=X"})
    assert back.headers["Location"] == f"{address}?q=X"
    page = as_boss.get(address)
    html = page.content.decode()
    assert [head.name for head in page.context["heads"]] == ["salesperson", "cf_site", "total"]
    assert html.count("Harbour") == 3
    assert html.count("Béatrice Roy") >= 3
    assert as_boss.post(choose, {"column": ["nonsense"]}).status_code == 400
    assert heads() == ["salesperson", "cf_site", "total"]
    elsewhere = as_boss.post(choose, {"column": ["date"], "back": "https://elsewhere.test/"})
    assert elsewhere.headers["Location"] == address
    assert "tfoot" not in as_boss.get(address).content.decode()
    as_boss.post(choose, {"usual": "1"})
    assert heads() == usual
    as_boss.post(choose, {"column": ["date"]})
    client.force_login(staff, backend=BACKEND)
    assert [head.name for head in client.get(address).context["heads"]] == usual


@pytest.mark.parametrize("sort", document_lists.SORTS)
def test_load_more_goes_on_where_the_page_ended(organization, as_boss, draft, sort):
    for number in range(55):
        draft(Kind.ESTIMATE, number=f"E-{number:03d}", **({"expiry_date": dt.date(2027, 1, 1)} if number % 3 else {}))
    address = url(Kind.ESTIMATE, "list", organization)
    first = as_boss.get(address, {"sort": sort})
    more = as_boss.get(address, {"sort": sort, "after": first.context["after"]}, headers={"HX-Request": "true"})
    numbers = [row.document.number for row in [*first.context["rows"], *more.context["rows"]]]
    assert (len(numbers), len(set(numbers)), more.context["after"]) == (55, 55, "")


def test_a_list_is_narrowed_by_state_party_days_and_words(organization, as_boss, actor, draft, customer):
    sent = draft(Kind.INVOICE, date=dt.date(2026, 1, 5), due_date=dt.date(2026, 1, 20), reference="PO-77")
    move_document(actor=actor, document=sent, verb="mark_sent")
    draft(Kind.INVOICE, number="OTHER-1")
    address = url(Kind.INVOICE, "list", organization)

    def numbers(**query):
        return [row.document.number for row in as_boss.get(address, query).context["rows"]]

    assert numbers(status="overdue") == numbers(status="unpaid") == numbers(q="po-77") == [sent.number]
    assert numbers(to="2026-02-01") == [sent.number]
    assert numbers(since="2026-02-01") == numbers(status="draft") == ["OTHER-1"]
    assert numbers(party=customer.pk + 1) == []
    assert len(numbers(party=customer.pk, status="nonsense", since="nonsense", after="nonsense")) == 2
    assert "Overdue by" in as_boss.get(address).content.decode()


def test_sums_never_mix_currencies(organization, as_boss, actor, draft):
    from finance.services.rates import add_currency

    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.5"})
    draft(Kind.INVOICE)
    draft(Kind.INVOICE, currency="USD")
    sums = as_boss.get(url(Kind.INVOICE, "list", organization)).context["sums"]
    assert [(one.currency, one.total, one.balance) for one in sums.currencies] == [
        ("EUR", Decimal(150), Decimal(150)),
        ("USD", Decimal(150), Decimal(150)),
    ]
    assert sums.total_base == Decimal(225)


def test_what_is_listed_is_exported_and_no_cell_is_a_formula(organization, as_boss, draft):
    draft(Kind.INVOICE, reference="=1+1")
    draft(Kind.INVOICE, number="HIDDEN")
    told = as_boss.get(url(Kind.INVOICE, "export", organization), {"format": "csv", "q": "1+1"})
    text = b"".join(told.streaming_content).decode("utf-8-sig")
    assert "'=1+1" in text
    assert "HIDDEN" not in text
    sheet = as_boss.get(url(Kind.INVOICE, "export", organization), {"format": "xlsx"})
    assert b"".join(sheet.streaming_content)[:2] == b"PK"


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_reads_as_it_was_stored_in_constant_queries(
    organization, as_boss, draft, kind, django_assert_num_queries
):
    # What settles an invoice, a credit note or a bill, and what else could, is read besides.
    queries = {Kind.ESTIMATE: 8, Kind.INVOICE: 11, Kind.CREDIT_NOTE: 8, Kind.BILL: 8}
    many = [{"name": f"Line {number}", "rate": Decimal(1)} for number in range(30)]
    found = draft(kind, lines=many)
    address = url(kind, "detail", organization, found)
    as_boss.get(address)
    with django_assert_num_queries(queries.get(kind, 7) + ROOMS):
        page = as_boss.get(address)
    html = page.content.decode()
    assert "Line 29" in html
    assert "30.00" in html


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_of_every_kind_opens(organization, as_boss, actor, draft, kind):
    found = draft(kind)
    add_comment(actor=actor, document=found, text="Mind the discount.")
    for name in ("detail", "comments", "files", "history"):
        page = as_boss.get(url(kind, name, organization, found))
        assert page.status_code == 200, name
    assert "Mind the discount." in as_boss.get(url(kind, "comments", organization, found)).content.decode()
    drawn = as_boss.get(url(kind, "pdf", organization, found))
    assert (drawn.headers["Content-Type"], drawn.content[:5]) == ("application/pdf", b"%PDF-")


def test_what_was_sent_is_kept_as_sent(organization, as_boss, actor, draft):
    from finance.services.documents import update_document

    sent = move_document(actor=actor, document=draft(Kind.INVOICE), verb="mark_sent")
    update_document(actor=actor, document=sent, values={"notes": "Afterthought"})
    first = as_boss.get(url(Kind.INVOICE, "version", organization, sent, position=1)).content.decode()
    second = as_boss.get(url(Kind.INVOICE, "version", organization, sent, position=2)).content.decode()
    assert "Afterthought" not in first
    assert "Afterthought" in second
    drawn = as_boss.get(url(Kind.INVOICE, "version_pdf", organization, sent, position=1))
    assert drawn.content[:5] == b"%PDF-"


def test_the_buttons_are_those_of_the_table_and_move(organization, as_boss, draft):
    invoice = draft(Kind.INVOICE)
    page = as_boss.get(url(Kind.INVOICE, "detail", organization, invoice))
    assert [button.verb for button in page.context["buttons"]] == ["mark_sent", "void"]
    body = {"verb": "mark_sent", "version": version_of(invoice)}
    as_boss.post(url(Kind.INVOICE, "move", organization, invoice), body)
    assert Invoice.objects.get().status == "sent"
    refused = as_boss.post(url(Kind.INVOICE, "move", organization, invoice), {"verb": "void"})
    assert refused.status_code == 400
    as_boss.post(url(Kind.INVOICE, "move", organization, invoice), {"verb": "void", "reason": "Typed twice"})
    assert Invoice.objects.get().status == "void"


def test_an_order_is_invoiced_in_parts(organization, as_boss, actor, draft):
    order = move_document(actor=actor, document=draft(Kind.SALES_ORDER), verb="confirm")
    address = url(Kind.SALES_ORDER, "convert", organization, order, target="invoice")
    work, travel = order.lines.order_by("position")
    form = as_boss.get(address)
    assert form.status_code == 200
    too_many = {f"quantity-{work.pk}": "2", f"quantity-{travel.pk}": "0"}
    assert as_boss.post(address, too_many).status_code == 422
    assert Invoice.objects.count() == 0
    body = {f"quantity-{work.pk}": "0", f"quantity-{travel.pk}": "1", "once": form.context["once"]}
    as_boss.post(address, body)
    as_boss.post(address, body)  # pressed twice
    assert Invoice.objects.values_list("total", flat=True).get() == Decimal(25)
    page = as_boss.get(url(Kind.SALES_ORDER, "detail", organization, order))
    assert [one.document.pk for one in page.context["made"]] == [Invoice.objects.get().pk]
    assert page.context["shown"].value == "partially_invoiced"


def test_an_estimate_becomes_an_order_and_an_invoice_its_credit_note(organization, as_boss, actor, draft):
    estimate = move_document(actor=actor, document=draft(Kind.ESTIMATE), verb="mark_sent")
    as_boss.post(url(Kind.ESTIMATE, "convert", organization, estimate, target="sales_order"))
    assert SalesOrder.objects.get().estimate_id == estimate.pk
    invoice = move_document(actor=actor, document=draft(Kind.INVOICE), verb="mark_sent")
    line = invoice.lines.order_by("position").first()
    address = url(Kind.INVOICE, "convert", organization, invoice, target="credit_note")
    as_boss.post(address, {f"quantity-{line.pk}": "1"})
    note = CreditNote.objects.get()
    assert (note.invoice_id, note.total) == (invoice.pk, Decimal(100))
    html = as_boss.get(url(Kind.CREDIT_NOTE, "detail", organization, note)).content.decode()
    assert invoice.number in html
    assert as_boss.get(url(Kind.INVOICE, "convert", organization, invoice, target="bill")).status_code == 404


def test_many_documents_are_printed_in_one_file(organization, as_boss, draft, django_assert_num_queries):
    picked = [draft(Kind.INVOICE).pk for _ in range(3)]
    address = url(Kind.INVOICE, "print", organization)
    as_boss.post(address, {"pick": picked})
    with django_assert_num_queries(6):  # session, person, membership; the documents, their lines, their look
        drawn = as_boss.post(address, {"pick": picked})
    assert drawn.content[:5] == b"%PDF-"
    assert as_boss.post(address, {}).status_code == 400


def test_files_hang_on_a_document_and_go_with_it(organization, as_boss, draft):
    invoice = draft(Kind.INVOICE)
    file = SimpleUploadedFile("../order.html", b"<script>alert(1)</script>", content_type="text/html")
    as_boss.post(url(Kind.INVOICE, "file_upload", organization, invoice), {"file": file})
    kept = Attachment.objects.get()
    page = as_boss.get(url(Kind.INVOICE, "files", organization, invoice)).content.decode()
    assert f'data-open="delete-file-{kept.pk}"' in page
    assert "Delete order.html?" in page
    assert (kept.name, kept.media_type) == ("order.html", "application/octet-stream")
    told = as_boss.get(url(Kind.INVOICE, "file", organization, invoice, attachment=kept.pk))
    assert told.headers["Content-Disposition"].startswith("attachment")
    shown = as_boss.get(url(Kind.INVOICE, "file_shown", organization, invoice, attachment=kept.pk))
    assert shown.status_code == 404
    as_boss.post(url(Kind.INVOICE, "delete", organization, invoice), {"version": version_of(invoice)})
    assert (Invoice.objects.count(), Attachment.objects.count()) == (0, 0)


def test_only_who_wrote_a_comment_deletes_it(organization, as_boss, client, staff, actor, draft):
    invoice = draft(Kind.INVOICE)
    comment = add_comment(actor=actor, document=invoice, text="Mine")
    client.force_login(staff, backend=BACKEND)
    address = url(Kind.INVOICE, "comment_delete", organization, invoice, comment=comment.pk)
    assert client.post(address).status_code == 403
    assert Comment.objects.count() == 1
    assert as_boss is client
    comments = url(Kind.INVOICE, "comments", organization, invoice)
    assert "Delete this comment?" not in client.get(comments).content.decode()
    add_comment(actor=Actor.person(staff), document=invoice, text="Theirs")
    assert client.get(comments).content.decode().count("Delete this comment?") == 1
    assert client.post(url(Kind.INVOICE, "comment_add", organization, invoice), {"text": " "}).status_code == 422


def test_the_list_of_invoices_leads_to_their_import_for_who_may(organization, client, viewer, staff):
    place = reverse("finance:import_new", kwargs={"organization": organization.pk})
    for person, kind, leads in ((staff, Kind.INVOICE, True), (viewer, Kind.INVOICE, False), (staff, Kind.BILL, False)):
        client.force_login(person, backend=BACKEND)
        page = client.get(url(kind, "list", organization)).content.decode()
        assert (f'href="{place}?module=invoices"' in page) is leads


@pytest.mark.parametrize("kind", KINDS)
def test_what_one_may_not_do_is_absent(organization, client, viewer, staff, draft, kind):
    found = draft(kind)
    addresses = [url(kind, name, organization, found) for name in ("move", "delete", "comment_add", "file_upload")]
    for person, may in ((viewer, False), (staff, kind in SALES)):
        client.force_login(person, backend=BACKEND)
        page = client.get(url(kind, "detail", organization, found))
        assert bool(page.context["buttons"]) is may
        assert (addresses[0] in page.content.decode()) is may
        assert addresses[1] not in page.content.decode()  # deleting takes an accountant
        for address in addresses if not may else addresses[1:2]:
            assert client.post(address).status_code == 403
