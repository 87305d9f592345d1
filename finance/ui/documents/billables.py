"""What a customer can be billed for: in a dialog of the invoice's editor, and in sums on the customer's page."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache

from finance.choices import DocumentKind as Kind
from finance.models import Customer, Membership
from finance.rights import Right, allows
from finance.selectors.billables import sums_of, unbilled
from finance.ui.documents.editor_billing import MOST_BILLED, rows_billing
from finance.ui.documents.editor_state import Editor
from finance.ui.pages import actor_of, member_of, page
from finsuite.kernel import panels

DIALOG = "billables"


@never_cache
@page(Right.VIEW, "POST")
def document_billables(request: HttpRequest, member: Membership, kind: Kind, document: int = 0) -> HttpResponse:
    """What was spent for the customer and not billed yet, to be ticked; what is ticked comes back as lines."""
    editor = Editor(request, member, kind, document)
    if "add" in request.POST:
        return _lines(request, editor)
    party = editor.party
    on_it = {row.bills for row in editor.rows}
    offers = unbilled(editor.actor, editor.organization, party.pk, but=on_it) if party else []
    context = {
        "editor": editor,
        "offers": offers[:MOST_BILLED],
        "more": len(offers) - MOST_BILLED,
        "party": party,
        "dialog": DIALOG,
        "billables_url": editor.url("billables"),
        "organization": editor.organization,
    }
    return render(request, "finance/documents/editor_billables.html", context)


@panels.fill("finance.customer.overview", order=20)
def unbilled_card(request: HttpRequest, customer: Customer) -> str:
    """What was spent for a customer and waits to be billed, with the invoice that bills it, for those who may."""
    organization = customer.organization
    offers = unbilled(actor_of(request), organization, customer.pk)
    if not offers:
        return ""
    may_bill = customer.is_active and allows(member_of(request, organization.pk).role, Right.SALES_EDIT)
    asked = [("customer", customer.pk), *(("bill", offer.token) for offer in offers[:MOST_BILLED])]
    new_url = reverse("finance:invoice_new", kwargs={"organization": organization.pk})
    context = {
        "sums": sums_of(offers),
        "bill_url": f"{new_url}?{urlencode(asked)}" if may_bill else "",
        "is_cut": len(offers) > MOST_BILLED,
        "most": MOST_BILLED,
    }
    return render_to_string("finance/unbilled_card.html", context, request)


def _lines(request: HttpRequest, editor: Editor) -> HttpResponse:
    on_it = {row.bills for row in editor.rows}
    chosen = [token for token in dict.fromkeys(request.POST.getlist("bill")[:MOST_BILLED]) if token not in on_it]
    editor.rows = rows_billing(editor, chosen, editor.next_index)
    response = render(request, "finance/documents/editor_billed.html", {"editor": editor})
    response.headers["HX-Trigger-After-Settle"] = json.dumps({"lines-changed": {}, "close-dialog": {"id": DIALOG}})
    return response
