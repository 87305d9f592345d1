"""Reminding customers of open invoices by hand: of one, with every word to be changed, or of several at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finance import access
from finance.choices import DocumentKind as Kind
from finance.models import Invoice, Membership
from finance.models.documents import Document
from finance.rights import Right, allows
from finance.selectors.days import today
from finance.services import reminders
from finance.services.correspondence import chosen_of
from finance.ui.compose import compose
from finance.ui.documents.mailing import OnItsPages
from finance.ui.documents.pages import PAGES
from finance.ui.documents.shown import Shown, shown
from finance.ui.pages import actor_of, member_of, page, show
from finance.wording import NO_ADDRESS
from finsuite.kernel import panels
from finsuite.kernel.errors import DomainError, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.once import once, one_time_key
from finsuite.kernel.versions import version_of

PAGES_OF = PAGES[Kind.INVOICE]


class ReminderMail(OnItsPages, reminders.ReminderLetter):
    """An open invoice, as a reminder of it is written on a page."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One of the invoices that were ticked: who would be reminded, or why nobody can be."""

    invoice: Invoice
    shown: Shown
    url: str
    recipients: list[str]
    refusal: str


@page(Right.EMAIL, "GET", "POST")
def invoice_remind(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """Write to the customer that an invoice is still to be paid."""
    access.require_role(member.role, Right.SALES_EDIT)
    invoice = access.document(member.organization, Invoice, document)
    refusal = reminders.refusal_of(invoice)
    if refusal:
        messages.error(request, refusal)
        return redirect(PAGES_OF.url(member.organization_id, "detail", invoice.pk))
    return compose(request, member, ReminderMail(invoice))


@page(Right.EMAIL, "POST")
def invoice_remind_many(request: HttpRequest, member: Membership, kind: Kind) -> HttpResponse:
    """Show who would be reminded of the invoices that are ticked, then send it to them."""
    access.require_role(member.role, Right.SALES_EDIT)
    rows = _rows(member, request.POST.getlist("pick"))
    ready = [row for row in rows if not row.refusal]
    if request.POST.get("do") == "send":
        with once(member.user_id, request.POST.get("once", "")) as is_first:
            if is_first:
                _send(request, [row.invoice for row in ready])
        return redirect(PAGES_OF.url(member.organization_id, "list"))
    context = {
        "rows": rows,
        "ready": len(ready),
        "pages": PAGES_OF,
        "once": one_time_key(),
        "list_url": PAGES_OF.url(member.organization_id, "list"),
    }
    return show(request, member, "finance/documents/remind.html", context)


@page(Right.EMAIL, "POST")
def invoice_reminders(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """Have the rules leave an invoice alone, or not any more."""
    access.require_role(member.role, Right.SALES_EDIT)
    invoice = access.document(member.organization, Invoice, document)
    is_reminded = request.POST.get("is_reminded") == "1"
    version = request.POST.get("version") or None
    reminders.set_reminded(actor=actor_of(request), invoice=invoice, is_reminded=is_reminded, version=version)
    told = {"number": invoice.number}
    if is_reminded:
        messages.success(request, _("%(number)s: reminders are sent by rule again.") % told)
    else:
        messages.success(request, _("%(number)s: no more reminders are sent by rule.") % told)
    return redirect(PAGES_OF.url(member.organization_id, "detail", invoice.pk))


@panels.fill("finance.document.menu", order=10)
def menu(request: HttpRequest, document: Document) -> str:
    if not isinstance(document, Invoice) or reminders.refusal_of(document) or not _may_remind(request, document):
        return ""
    url = PAGES_OF.url(document.organization_id, "remind", document.pk)
    return render_to_string("finance/documents/remind_item.html", {"url": url}, request)


@panels.fill("finance.document.side", order=10)
def side(request: HttpRequest, document: Document) -> str:
    """How often the customer was reminded, and whether they are by rule."""
    if not isinstance(document, Invoice):
        return ""
    is_owed = not reminders.refusal_of(document)
    if not is_owed and not document.reminders_sent:
        return ""
    context = {
        "invoice": document,
        "is_owed": is_owed,
        "may_switch": is_owed and _may_remind(request, document),
        "switch_url": PAGES_OF.url(document.organization_id, "reminders", document.pk),
        "version": version_of(document),
    }
    return render_to_string("finance/documents/reminders_side.html", context, request)


def _may_remind(request: HttpRequest, document: Document) -> bool:
    role = member_of(request, document.organization_id).role
    return allows(role, Right.EMAIL) and allows(role, Right.SALES_EDIT)


def _rows(member: Membership, picked: list[str]) -> list[Row]:
    """What was ticked, in the order of the due days."""
    ids = {pk for text in picked[: reminders.MOST_AT_ONCE + 1] if (pk := read_id(text)) is not None}
    found = Invoice.objects.of(member.organization).filter(pk__in=ids).select_related("customer")
    invoices = list(found.order_by("due_date", "pk"))
    if not invoices:
        raise Refused(_("Tick the invoices first."), code="nothing_chosen")
    reminders.require_few(invoices)
    day = today(member.organization)
    return [
        Row(
            invoice=letter.document,
            shown=shown(letter.document, day),
            url=PAGES_OF.url(member.organization_id, "detail", letter.record_id),
            recipients=(recipients := chosen_of(letter)),
            refusal=reminders.refusal_of(letter.document) or ("" if recipients else str(NO_ADDRESS)),
        )
        for letter in reminders.letters_of(member.organization, invoices)
    ]


def _send(request: HttpRequest, invoices: list[Any]) -> None:
    """One that is refused, as it was paid in the meantime, doesn't keep the others back."""
    sent = 0
    for invoice in invoices:
        try:
            reminders.remind(actor=actor_of(request), invoice=invoice)
        except DomainError as refusal:
            messages.error(request, f"{invoice.number}: {refusal.message}")
        else:
            sent += 1
    if sent:
        told = ngettext("%(count)d reminder is on its way.", "%(count)d reminders are on their way.", sent)
        messages.success(request, told % {"count": sent})
