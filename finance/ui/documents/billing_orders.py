"""One bill of several purchase orders, ticked in their list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from finance.choices import DocumentKind as Kind
from finance.models import Membership
from finance.rights import Right
from finance.selectors import document_lists as selectors
from finance.selectors.days import today
from finance.services.conversions import purchase_orders_to_bill
from finance.ui.documents.pages import PAGES
from finance.ui.documents.shown import shown
from finance.ui.pages import actor_of, page, show
from finsuite.kernel.errors import Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.once import once, one_time_key

MOST = 100


@page(Right.PURCHASES_EDIT, "POST")
def orders_bill(request: HttpRequest, member: Membership, kind: Kind) -> HttpResponse:
    """Ask for the vendor's number; with it, make the draft of all that is left of the ticked orders."""
    pages, organization = PAGES[kind], member.organization
    ids = {pk for text in request.POST.getlist("pick")[: MOST + 1] if (pk := read_id(text)) is not None}
    if len(ids) > MOST:
        raise Refused(_("At most %(most)d orders can be put on one bill.") % {"most": MOST})
    day = today(organization)
    found = selectors.documents(pages.model, organization, selectors.Filters(), day).filter(pk__in=ids)
    orders: list[Any] = list(selectors.sorted_by(found, "number"))
    if not orders:
        raise Refused(_("Tick the orders first."), code="nothing_chosen")
    for order in orders:
        order.organization = organization
    context: dict[str, Any] = {"number": request.POST.get("number", "").strip(), "faults": {}}
    status = 200
    if "number" in request.POST:
        try:
            with once(member.user_id, request.POST.get("once", "")) as is_first:
                if not is_first:
                    return redirect(PAGES[Kind.BILL].url(organization.pk, "list"))
                bill = purchase_orders_to_bill(actor=actor_of(request), orders=orders, number=context["number"])
        except Refused as refused:
            number = refused.fields.get("number")
            context["faults"] = {"number": number[0]} if number else {"all": refused.message}
            status = 422
        else:
            sources = ", ".join(order.number for order in orders)
            told = {"number": bill.number, "source": sources}
            messages.success(request, _("%(number)s is made of %(source)s, as a draft.") % told)
            return redirect(PAGES[Kind.BILL].url(organization.pk, "detail", bill.pk))
    context |= {
        "pages": pages,
        "orders": [(order, shown(order, day)) for order in orders],
        "list_url": pages.url(organization.pk, "list"),
        "once": one_time_key(),
    }
    return show(request, member, "finance/documents/bill_orders.html", context, status=status)
