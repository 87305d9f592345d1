"""What a document was settled with, on its own page: payments, credits, refunds, write-offs, and their buttons."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from finance import access
from finance.choices import DocumentKind as Kind
from finance.models import Bill, CreditNote, Customer, Invoice, Membership
from finance.models.documents import Document
from finance.rights import Right, allows
from finance.selectors import payments as selectors
from finance.selectors import receivables
from finance.services import credit_limits, credit_notes, payments, refunds, write_offs
from finance.ui.documents.pages import PAGES as DOCUMENT_PAGES
from finance.ui.pages import actor_of, member_of, page
from finance.ui.payments import forms
from finance.ui.payments.pages import PAGES
from finance.ui.payments.records import read_refund, refund_form
from finance.ui.payments.replies import refusals_told
from finsuite.kernel import formats, panels
from finsuite.kernel.errors import Refused
from finsuite.kernel.ids import read_id

NOTHING = Decimal(0)
SETTLED = (Kind.INVOICE, Kind.BILL, Kind.CREDIT_NOTE)


@dataclass
class Line:
    """One thing that a document was settled with, or a credit note was used for."""

    label: str
    day: Any
    amount: Decimal
    url: str = ""
    detail: str = ""
    undo_url: str = ""
    undo_label: str = ""
    undo_id: int = 0
    asks: str = ""  # the id of the question that comes first, where nothing leads back


def settling_of(request: HttpRequest, document: Any) -> dict[str, Any]:
    """What templates/finance/settling_panel.html shows of this document."""
    member = member_of(request, document.organization_id)
    may_pay, may_write_off = allows(member.role, Right.PAYMENTS), allows(member.role, Right.SALES_DELETE)
    is_note = isinstance(document, CreditNote)
    lines = _used_for(document) if is_note else _settled_by(document)
    is_open = document.status in ("sent", "open") and document.balance > 0
    return {
        "document": document,
        "organization": member.organization,
        "lines": lines,
        "may_pay": may_pay,
        "is_open": is_open,
        "is_note": is_note,
        "open_rows": _open_rows(document) if is_open and may_pay else [],
        "apply_url": _url(document, "settle"),
        "record_url": _record_url(document),
        "can_write_off": may_write_off and is_open and isinstance(document, Invoice),
        "can_cancel_write_off": may_write_off and isinstance(document, Invoice) and document.written_off_total > 0,
        "write_off_url": _url(document, "write_off") if isinstance(document, Invoice) else "",
        "cancel_write_off_url": _url(document, "cancel_write_off") if isinstance(document, Invoice) else "",
        "refund_url": _url(document, "refund") if is_note else "",
        "refund_form": refund_form(document.organization, document.balance) if is_note and is_open else None,
        "warning": credit_limits.warning(document) if isinstance(document, Invoice) else "",
        "balance_typed": formats.typed(forms.plain(document.balance)),
    }


@panels.fill("finance.document.settling", order=10)
def settling(request: HttpRequest, document: Document) -> str:
    if document.kind not in SETTLED:
        return ""
    return render_to_string("finance/settling_panel.html", settling_of(request, document), request)


@panels.fill("finance.document.actions", order=10)
def actions(request: HttpRequest, document: Any) -> str:
    if document.kind not in (Kind.INVOICE, Kind.BILL) or document.status not in ("sent", "open"):
        return ""
    role = member_of(request, document.organization_id).role
    if not document.balance or not allows(role, Right.PAYMENTS):
        return ""
    return render_to_string("finance/payments/action.html", {"url": _record_url(document)}, request)


@panels.fill("finance.customer.overview", order=10)
def customer_card(request: HttpRequest, customer: Customer) -> str:
    """What a customer owes, since when, and what they have to their credit."""
    owed = receivables.receivables(customer.organization, customer_id=customer.pk)
    names = {"organization": customer.organization_id}
    role = member_of(request, customer.organization_id).role
    new = f"{PAGES[Kind.PAYMENT].url(customer.organization_id, 'new')}?customer={customer.pk}"
    context = {
        "owed": owed,
        "title": _("Receivable"),
        "unused_label": _("Unused credits"),
        "list_url": f"{reverse('finance:invoice_list', kwargs=names)}?party={customer.pk}",
        "payments_url": f"{PAGES[Kind.PAYMENT].url(customer.organization_id, 'list')}?party={customer.pk}",
        "new_url": new if allows(role, Right.PAYMENTS) else "",
        "base": customer.organization.base_currency,
    }
    return render_to_string("finance/owed_card.html", context, request)


@panels.fill("finance.vendor.overview", order=10)
def vendor_card(request: HttpRequest, vendor: Any) -> str:
    """What is owed to a vendor, since when, and what was paid in advance."""
    owed = receivables.payables(vendor.organization, vendor_id=vendor.pk)
    names = {"organization": vendor.organization_id}
    role = member_of(request, vendor.organization_id).role
    pages = PAGES[Kind.VENDOR_PAYMENT]
    context = {
        "owed": owed,
        "title": _("Payable"),
        "unused_label": _("Advances"),
        "list_url": f"{reverse('finance:bill_list', kwargs=names)}?party={vendor.pk}",
        "payments_url": f"{pages.url(vendor.organization_id, 'list')}?party={vendor.pk}",
        "new_url": f"{pages.url(vendor.organization_id, 'new')}?vendor={vendor.pk}"
        if allows(role, Right.PAYMENTS)
        else "",
        "base": vendor.organization.base_currency,
    }
    return render_to_string("finance/owed_card.html", context, request)


@page(Right.PAYMENTS, "POST")
@refusals_told
def document_settle(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """Settle an invoice or bill with unused payments and credit notes; or apply a credit note to invoices."""
    found: Any = access.document(member.organization, DOCUMENT_PAGES[kind].model, document)
    rows = _open_rows(found, request.POST)
    chosen = [(row.document, row.amount) for row in rows if row.typed.strip()]
    if any(row.fault for row in rows):
        raise Refused(_("Some amounts can't be read."), code="unreadable")
    chosen = [(one, amount) for one, amount in chosen if amount]
    if not chosen:
        raise Refused(_("Say how much is applied."), code="required")
    _apply(request, found, chosen)
    messages.success(request, _("%(number)s: the credit is applied.") % {"number": found.number})
    return redirect(DOCUMENT_PAGES[kind].url(member.organization_id, "detail", found.pk))


@page(Right.PAYMENTS, "POST")
@refusals_told
def credit_note_unapply(request: HttpRequest, member: Membership, document: int) -> HttpResponse:
    """Take a credit note off an invoice."""
    found = access.document(member.organization, CreditNote, document)
    invoice = read_id(request.POST.get("document", "")) or 0
    credit_notes.unapply_credit_note(actor=actor_of(request), credit_note=found, document_id=invoice)
    messages.success(request, _("%(number)s is taken off it, and can be used for something else.") % {"number": found})
    return redirect(DOCUMENT_PAGES[Kind.CREDIT_NOTE].url(member.organization_id, "detail", found.pk))


@page(Right.PAYMENTS, "POST")
@refusals_told
def credit_note_refund(request: HttpRequest, member: Membership, document: int) -> HttpResponse:
    """Give a customer back what is left of a credit note."""
    found = access.document(member.organization, CreditNote, document)
    made = refunds.refund_credit_note(actor=actor_of(request), credit_note=found, values=read_refund(request))
    messages.success(request, _("%(amount)s are refunded.") % {"amount": formats.amount(made.amount, found.currency)})
    return redirect(DOCUMENT_PAGES[Kind.CREDIT_NOTE].url(member.organization_id, "detail", found.pk))


@page(Right.SALES_DELETE, "POST")
@refusals_told
def invoice_write_off(request: HttpRequest, member: Membership, document: int) -> HttpResponse:
    """Give up what is left of an invoice."""
    found = access.document(member.organization, Invoice, document)
    typed = request.POST.get("amount", "").strip()
    write_offs.write_off(
        actor=actor_of(request),
        invoice=found,
        reason=request.POST.get("reason", ""),
        amount=formats.parse_amount(typed) if typed else None,
    )
    messages.success(request, _("%(number)s: the amount is written off.") % {"number": found.number})
    return redirect(DOCUMENT_PAGES[Kind.INVOICE].url(member.organization_id, "detail", found.pk))


@page(Right.SALES_DELETE, "POST")
@refusals_told
def invoice_cancel_write_off(request: HttpRequest, member: Membership, document: int) -> HttpResponse:
    """Take back what was written off."""
    found = access.document(member.organization, Invoice, document)
    write_offs.cancel_write_off(actor=actor_of(request), invoice=found)
    messages.success(request, _("%(number)s: the amount is owed again.") % {"number": found.number})
    return redirect(DOCUMENT_PAGES[Kind.INVOICE].url(member.organization_id, "detail", found.pk))


def _apply(request: HttpRequest, document: Any, chosen: list[tuple[Any, Decimal]]) -> None:
    actor = actor_of(request)
    if isinstance(document, CreditNote):
        rows = [{"invoice_id": one.pk, "amount": amount} for one, amount in chosen]
        credit_notes.apply_credit_note(actor=actor, credit_note=document, allocations=rows)
        return
    key = "invoice_id" if isinstance(document, Invoice) else "bill_id"
    for source, amount in chosen:
        source.organization = document.organization
        row = [{key: document.pk, "amount": amount}]
        if isinstance(source, CreditNote):
            credit_notes.apply_credit_note(actor=actor, credit_note=source, allocations=row)
        else:
            payments.apply_payment(actor=actor, payment=source, allocations=row)


def _open_rows(document: Any, data: Any = None) -> list[forms.Row]:
    """What a document can be settled with, or what a credit note can be applied to, as rows of the dialog."""
    organization, code = document.organization, document.currency
    if isinstance(document, CreditNote):
        found = receivables.open_documents(organization, Invoice, document.customer_id, code)
        return forms.rows_of(list(found), {}, data, "invoice")
    if isinstance(document, Bill):
        advances = receivables.unused_vendor_payments(organization, document.vendor_id, code)
        return forms.rows_of(list(advances), {}, data, "payment")
    unused = receivables.unused_payments(organization, document.customer_id, code)
    notes = receivables.open_credit_notes(organization, document.customer_id, code)
    return [
        *forms.rows_of(list(unused), {}, data, "payment"),
        *forms.rows_of(list(notes), {}, data, "credit_note"),
    ]


def _settled_by(document: Any) -> list[Line]:
    pages = PAGES[Kind.PAYMENT if isinstance(document, Invoice) else Kind.VENDOR_PAYMENT]
    paid, credited, written_off = selectors.settled_by(document)
    organization = document.organization_id
    lines = [
        Line(
            label=row.payment.number,
            day=row.payment.date,
            amount=row.amount,
            url=pages.url(organization, "detail", row.payment_id),
            detail=row.payment.get_mode_display(),
            undo_url=pages.url(organization, "unapply", row.payment_id),
            undo_label=_("Take %(number)s off") % {"number": row.payment.number},
            undo_id=document.pk,
        )
        for row in paid
    ]
    notes = DOCUMENT_PAGES[Kind.CREDIT_NOTE]
    lines += [
        Line(
            label=row.credit_note.number,
            day=row.date,
            amount=row.amount,
            url=notes.url(organization, "detail", row.credit_note_id),
            detail=notes.singular,
            undo_url=notes.url(organization, "unapply", row.credit_note_id),
            undo_label=_("Take %(number)s off") % {"number": row.credit_note.number},
            undo_id=document.pk,
        )
        for row in credited
    ]
    return lines + [Line(_("Written off"), row.date, row.amount, detail=row.reason) for row in written_off]


def _used_for(note: CreditNote) -> list[Line]:
    invoices, organization = DOCUMENT_PAGES[Kind.INVOICE], note.organization_id
    lines = [
        Line(
            label=row.invoice.number,
            day=row.date,
            amount=row.amount,
            url=invoices.url(organization, "detail", row.invoice_id),
            detail=invoices.singular,
            undo_url=DOCUMENT_PAGES[Kind.CREDIT_NOTE].url(organization, "unapply", note.pk),
            undo_label=_("Take it off %(number)s") % {"number": row.invoice.number},
            undo_id=row.invoice_id,
        )
        for row in note.allocations.select_related("invoice").order_by("date", "pk")
    ]
    return lines + [
        Line(
            label=_("Refund"),
            day=row.date,
            amount=row.amount,
            detail=row.get_mode_display(),
            undo_url=reverse("finance:refund_delete", kwargs={"organization": organization, "refund": row.pk}),
            undo_label=_("Delete the refund"),
            asks=f"refund-{row.pk}",
        )
        for row in selectors.refunds_of(note)
    ]


def _url(document: Any, name: str) -> str:
    return DOCUMENT_PAGES[document.kind].url(document.organization_id, name, document.pk)


def _record_url(document: Any) -> str:
    if isinstance(document, CreditNote):
        return ""
    kind = Kind.PAYMENT if isinstance(document, Invoice) else Kind.VENDOR_PAYMENT
    return f"{PAGES[kind].url(document.organization_id, 'new')}?{PAGES[kind].flow.target}={document.pk}"
