"""The dialog of the invoice's editor that offers what its customer can be billed for."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from finance.choices import DocumentKind as Kind
from finance.models import Membership
from finance.rights import Right
from finance.selectors.billables import unbilled
from finance.ui.documents.editor_billing import MOST_BILLED, rows_billing
from finance.ui.documents.editor_state import Editor
from finance.ui.pages import page

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


def _lines(request: HttpRequest, editor: Editor) -> HttpResponse:
    on_it = {row.bills for row in editor.rows}
    chosen = [token for token in dict.fromkeys(request.POST.getlist("bill")[:MOST_BILLED]) if token not in on_it]
    editor.rows = rows_billing(editor, chosen, editor.next_index)
    response = render(request, "finance/documents/editor_billed.html", {"editor": editor})
    response.headers["HX-Trigger-After-Settle"] = json.dumps({"lines-changed": {}, "close-dialog": {"id": DIALOG}})
    return response
