"""The addresses of the documents' pages: the same ones under each kind's own name."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, path

from finance.choices import DocumentKind as Kind
from finance.services.document_letters import KINDS as EMAILED
from finance.ui.documents import actions, billables, billing_orders, editor, lists, mailing, record, reminding
from finance.ui.documents.conversions import CONVERSIONS
from finance.ui.documents.pages import PAGES, DocumentPages


def _of_kind(pages: DocumentPages) -> list[URLPattern | URLResolver]:
    views: tuple[tuple[str, str, Any], ...] = (
        ("", "list", lists.document_list),
        ("export/", "export", lists.document_export),
        ("print/", "print", lists.document_print),
        ("columns/", "columns", lists.document_columns),
        ("new/", "new", editor.document_create),
        ("new/totals/", "new_totals", editor.document_totals),
        ("new/line/", "new_line", editor.document_line),
        ("new/blank/", "new_blank", editor.document_blank_line),
        ("new/preview/", "new_preview", editor.document_preview),
        ("new/discard/", "new_discard", editor.document_discard),
        ("<id:document>/edit/", "edit", editor.document_edit),
        ("<id:document>/edit/totals/", "edit_totals", editor.document_totals),
        ("<id:document>/edit/line/", "edit_line", editor.document_line),
        ("<id:document>/edit/blank/", "edit_blank", editor.document_blank_line),
        ("<id:document>/edit/preview/", "edit_preview", editor.document_preview),
        ("<id:document>/edit/discard/", "edit_discard", editor.document_discard),
        ("<id:document>/", "detail", record.document_detail),
        ("<id:document>/comments/", "comments", record.document_comments),
        ("<id:document>/comments/add/", "comment_add", actions.comment_add),
        ("<id:document>/comments/<id:comment>/delete/", "comment_delete", actions.comment_delete),
        ("<id:document>/files/", "files", record.document_files),
        ("<id:document>/files/upload/", "file_upload", actions.file_upload),
        ("<id:document>/files/<id:attachment>/", "file", actions.file_content),
        ("<id:document>/files/<id:attachment>/shown/", "file_shown", actions.file_shown),
        ("<id:document>/files/<id:attachment>/delete/", "file_delete", actions.file_delete),
        ("<id:document>/history/", "history", record.document_history),
        ("<id:document>/versions/<id:position>/", "version", record.document_version),
        ("<id:document>/versions/<id:position>/pdf/", "version_pdf", record.document_pdf),
        ("<id:document>/pdf/", "pdf", record.document_pdf),
        ("<id:document>/move/", "move", actions.document_move),
        ("<id:document>/delete/", "delete", actions.document_delete),
    )
    if any(one.source == pages.kind for one in CONVERSIONS):
        views += (("<id:document>/convert/<slug:target>/", "convert", actions.document_convert),)
    if pages.kind in EMAILED:
        views += (
            ("<id:document>/email/", "email", mailing.document_email),
            ("<id:document>/image/", "image", mailing.document_image),
        )
    if pages.kind is Kind.INVOICE:
        views += (
            ("remind/", "remind_many", reminding.invoice_remind_many),
            ("<id:document>/remind/", "remind", reminding.invoice_remind),
            ("<id:document>/reminders/", "reminders", reminding.invoice_reminders),
            ("new/billables/", "new_billables", billables.document_billables),
            ("<id:document>/edit/billables/", "edit_billables", billables.document_billables),
        )
    if pages.kind is Kind.PURCHASE_ORDER:
        views += (("bill/", "bill_many", billing_orders.orders_bill),)
    given = {"kind": pages.kind}
    return [path(f"{pages.segment}/{place}", view, given, name=f"{pages.kind}_{name}") for place, name, view in views]


urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/lookup/", lists.customer_lookup, name="customer_lookup"),
    path("vendors/lookup/", lists.vendor_lookup, name="vendor_lookup"),
    path("items/lookup/", lists.item_lookup, name="item_lookup"),
    *(route for pages in PAGES.values() for route in _of_kind(pages)),
]
