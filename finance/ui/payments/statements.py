"""A customer's statement as a page, to be looked at, printed or sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from finance import access
from finance.choices import DocumentKind as Kind
from finance.models import Customer, Membership
from finance.rights import Right
from finance.selectors.days import today
from finance.selectors.statements import StatementLine, currencies_of, statement
from finance.ui.customers import show_record
from finance.ui.documents.pages import PAGES as DOCUMENT_PAGES
from finance.ui.pages import page
from finance.ui.payments.lists import read_day
from finance.ui.payments.pages import PAGES
from finsuite.kernel import panels

LABELS: dict[str, Any] = {
    "invoice": _("Invoice"),
    "credit_note": _("Credit note"),
    "payment": _("Payment"),
    "refund": _("Refund"),
    "write_off": _("Written off"),
}


@page(Right.VIEW)
def customer_statement(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """What a customer owed, what came and went, and what they owe: of the last 90 days, or of those that are asked."""
    found = access.customer(member.organization, customer)
    to = read_day(request.GET.get("to", "")) or today(member.organization)
    since = read_day(request.GET.get("since", "")) or to - timedelta(days=90)
    codes = currencies_of(found)
    asked = request.GET.get("currency", "")
    told = statement(found, since=since, to=to, currency=asked if asked in codes else "")
    context = {
        "statement": told,
        "lines": [(line, LABELS[line.kind], _url(member, line)) for line in told.lines],
        "currencies": codes,
    }
    return show_record(request, member, customer, "statement", context)


@panels.fill("finance.customer.tabs", order=20)
def statement_tab(request: HttpRequest, customer: Customer) -> str:
    names = {"organization": customer.organization_id, "customer": customer.pk}
    url = reverse("finance:customer_statement", kwargs=names)
    return render_to_string(
        "finance/payments/statement_tab.html", {"url": url, "current": request.path == url}, request
    )


def _url(member: Membership, line: StatementLine) -> str:
    organization = member.organization_id
    if line.kind in ("invoice", "write_off"):
        return DOCUMENT_PAGES[Kind.INVOICE].url(organization, "detail", line.record_id)
    if line.kind == "credit_note" or line.number.startswith("CN"):
        return DOCUMENT_PAGES[Kind.CREDIT_NOTE].url(organization, "detail", line.record_id)
    return PAGES[Kind.PAYMENT].url(organization, "detail", line.record_id)
