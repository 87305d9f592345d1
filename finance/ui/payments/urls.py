"""The addresses of payments, of what settles documents, and of statements."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, path

from finance.choices import DocumentKind as Kind
from finance.ui.documents.pages import PAGES as DOCUMENT_PAGES
from finance.ui.payments import lists, receipts, records, settling, statements
from finance.ui.payments.pages import PAGES, PaymentPages


def _of_kind(pages: PaymentPages) -> list[URLPattern | URLResolver]:
    views: tuple[tuple[str, str, Any], ...] = (
        ("", "list", lists.payment_list),
        ("new/", "new", records.payment_create),
        ("<id:payment>/", "detail", records.payment_detail),
        ("<id:payment>/edit/", "edit", records.payment_edit),
        ("<id:payment>/delete/", "delete", records.payment_delete),
        ("<id:payment>/unapply/", "unapply", records.payment_unapply),
        ("<id:payment>/refund/", "refund", records.payment_refund),
    )
    if pages.kind is Kind.PAYMENT:
        views += (
            ("<id:payment>/email/", "email", receipts.payment_email),
            ("<id:payment>/pdf/", "pdf", receipts.payment_pdf),
            ("<id:payment>/image/", "image", receipts.payment_image),
        )
    given = {"kind": pages.kind}
    return [path(f"{pages.segment}/{place}", view, given, name=f"{pages.kind}_{name}") for place, name, view in views]


def _settling(kind: Kind) -> URLPattern:
    place = f"{DOCUMENT_PAGES[kind].segment}/<id:document>/settle/"
    return path(place, settling.document_settle, {"kind": kind}, name=f"{kind}_settle")


urlpatterns: list[URLPattern | URLResolver] = [
    *(route for pages in PAGES.values() for route in _of_kind(pages)),
    *(_settling(kind) for kind in settling.SETTLED),
    path("credit-notes/<id:document>/unapply/", settling.credit_note_unapply, name="credit_note_unapply"),
    path("credit-notes/<id:document>/refund/", settling.credit_note_refund, name="credit_note_refund"),
    path("invoices/<id:document>/write-off/", settling.invoice_write_off, name="invoice_write_off"),
    path(
        "invoices/<id:document>/write-off/cancel/", settling.invoice_cancel_write_off, name="invoice_cancel_write_off"
    ),
    path("refunds/<id:refund>/delete/", records.refund_delete, name="refund_delete"),
    path("customers/<id:customer>/statement/", statements.customer_statement, name="customer_statement"),
    path(
        "customers/<id:customer>/statement/email/",
        statements.customer_statement_email,
        name="customer_statement_email",
    ),
    path("customers/<id:customer>/statement/pdf/", statements.customer_statement_pdf, name="customer_statement_pdf"),
    path(
        "customers/<id:customer>/statement/image/",
        statements.customer_statement_image,
        name="customer_statement_image",
    ),
]
