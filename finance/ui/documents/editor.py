"""The editor of documents: one for all kinds, for new ones and for those that are there.

The server computes what it shows while one types, and keeps what was typed until it is saved.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from finance import workflow
from finance.choices import DocumentKind as Kind
from finance.documents import pdf
from finance.documents.building import sheet_of, taxes_of, totals_of
from finance.models import Membership
from finance.rights import Right
from finance.selectors import document_papers as papers
from finance.services.previews import preview_new
from finance.ui.documents.editor_billing import name_customers
from finance.ui.documents.editor_rows import LineRow, note_amounts, row_of, typed_row
from finance.ui.documents.editor_state import Editor, Looked
from finance.ui.pages import page, show
from finance.wording import BUTTONS
from finsuite.kernel.errors import DomainError, NotFound, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.once import once, one_time_key

PREVIEW_PPI = 96
LIVE = ("customer_id", "vendor_id", "discount", "shipping_charge", "adjustment")
"""The fields beside which a fault is told while one types."""


@never_cache
@page(Right.VIEW, "GET", "POST")
def document_create(request: HttpRequest, member: Membership, kind: Kind) -> HttpResponse:
    """A new document, like another (`?copy=`), or for somebody (`?customer=`)."""
    return _edit(request, Editor(request, member, kind))


@never_cache
@page(Right.VIEW, "GET", "POST")
def document_edit(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """A document, to be changed."""
    editor = Editor(request, member, kind, document)
    if editor.document.status not in workflow.EDITABLE[kind]:
        told = {"number": editor.document.number, "status": editor.document.get_status_display()}
        messages.error(request, _("%(number)s is in the state “%(status)s”, and can't be changed any more.") % told)
        return redirect(editor.pages.url(member.organization_id, "detail", document))
    return _edit(request, editor)


def _edit(request: HttpRequest, editor: Editor) -> HttpResponse:
    pages, organization_id = editor.pages, editor.organization.pk
    if request.method == "POST" and "more" not in request.POST:
        if not editor.form.is_valid():
            editor.status = 422
            return _page(request, editor)
        try:
            with once(editor.member.user_id, request.POST.get("once", "")) as is_first:
                if not is_first:
                    messages.info(request, _("It is saved already."))
                    return redirect(pages.url(organization_id, "list"))
                saved = editor.save()
        except DomainError as refusal:
            editor.refuse(refusal)
        else:
            messages.success(request, _("%(number)s is saved.") % {"number": saved.number})
            return redirect(pages.url(organization_id, "detail", saved.pk))
    return _page(request, editor)


@never_cache
@page(Right.VIEW, "POST")
def document_totals(request: HttpRequest, member: Membership, kind: Kind, document: int = 0) -> HttpResponse:
    """What the document comes to as it stands in the form. It is kept as it was typed, but not saved."""
    editor = Editor(request, member, kind, document)
    looked = editor.look()
    note_amounts(editor.rows, looked.lines, looked.document)
    context = {**_figures(editor, looked), "kept_at": editor.keep(), "is_live": True}
    return render(request, "finance/documents/editor_live.html", context)


@never_cache
@page(Right.VIEW, "POST")
def document_line(request: HttpRequest, member: Membership, kind: Kind, document: int = 0) -> HttpResponse:
    """One line, filled in from the item that was chosen."""
    editor = Editor(request, member, kind, document)
    row = typed_row(request.POST, _index(request))
    filled = LineRow(row.index, id=row.id, item_id=row.item_id, quantity=row.quantity)
    editor.rows = [filled]
    looked = _with_item(editor, row, filled)
    if looked.lines:
        drawn = row_of(row.index, looked.lines[0], looked.document)
        drawn.id, drawn.discount, drawn.bills = row.id, row.discount, row.bills
        drawn.is_billable, drawn.customer_id = row.is_billable, row.customer_id
        editor.rows = [drawn]
    if editor.has_billable_lines:
        name_customers(editor.organization, editor.rows)
    context = {"editor": editor, "row": editor.rows[0], "is_filled": True}
    response = render(request, "finance/documents/editor_row.html", context)
    response.headers["HX-Trigger-After-Settle"] = "lines-changed"
    return response


def _with_item(editor: Editor, row: LineRow, filled: LineRow) -> Looked:
    """The document with this one line, new: all that the item knows of it."""
    line = {"item_id": read_id(filled.item_id)}
    try:
        found, lines = preview_new(
            actor=editor.actor,
            organization=editor.organization,
            kind=editor.pages.kind,
            values=editor.values_of_new_line(),
            lines=[line],
        )
    except Refused as refused:
        filled.name = row.name
        filled.faults = {"item_id": refused.message}
        return Looked()
    return Looked(found, lines)


@never_cache
@page(Right.VIEW)
def document_blank_line(request: HttpRequest, member: Membership, kind: Kind, document: int = 0) -> HttpResponse:
    """One more line, or heading, empty."""
    editor = Editor(request, member, kind, document)
    editor.rows = [LineRow(_index(request), is_heading="heading" in request.GET)]
    return render(request, "finance/documents/editor_row.html", {"editor": editor, "row": editor.rows[0]})


@never_cache
@page(Right.VIEW)
def document_preview(request: HttpRequest, member: Membership, kind: Kind, document: int = 0) -> HttpResponse:
    """The first page of what was typed and kept, as a picture."""
    editor = Editor(request, member, kind, document)
    if editor.draft is None and not document:
        raise NotFound(_("There is nothing to show yet."))
    looked = editor.look() if editor.draft is not None else _as_it_is(editor)
    if looked.document is None:
        raise NotFound(_("There is nothing to show yet."))
    picture = pdf.images(sheet_of(looked.document, looked.lines), ppi=PREVIEW_PPI)[0]
    response = HttpResponse(picture, content_type="image/png")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@page(Right.VIEW, "POST")
def document_discard(request: HttpRequest, member: Membership, kind: Kind, document: int = 0) -> HttpResponse:
    """Throw away what was typed and not saved."""
    editor = Editor(request, member, kind, document)
    editor.forget()
    if document:
        return redirect(editor.pages.url(member.organization_id, "edit", document))
    return redirect(editor.pages.url(member.organization_id, "new"))


def _page(request: HttpRequest, editor: Editor) -> HttpResponse:
    party_name = f"{editor.pages.spec.party}_id"
    looked = editor.look() if editor.data is not None else _as_it_is(editor)
    if editor.data is not None:
        if request.method != "POST":
            for row in editor.rows:
                row.faults = {}
        note_amounts(editor.rows, looked.lines, looked.document)
    context = {
        **_figures(editor, looked),
        "title": _title(editor),
        "list_url": editor.pages.url(editor.organization.pk, "list"),
        "back_url": _back(editor),
        "once": one_time_key(),
        "totals_url": editor.url("totals"),
        "blank_url": editor.url("blank"),
        "discard_url": editor.url("discard"),
        "billables_url": editor.url("billables") if editor.bills_on else "",
        "lookup_url": editor.lookup_url(editor.pages.spec.party),
        "party_name": party_name,
        "party_label": editor.form.fields[party_name].label,
        "party_fault": next(iter(editor.form.errors.get(party_name, [])), ""),
        "until_field": editor.form[editor.pages.model.until_field] if editor.pages.has_until else None,
        "discount_help": _("A percentage such as 10 %, or an amount."),
        "more_is_open": any(name in editor.form.errors for name in ("language", "salesperson_id", "exchange_rate")),
        "issue_label": BUTTONS[workflow.ISSUING[editor.pages.kind]] if _can_issue(editor) else "",
        "kept_at": editor.draft.updated_at if editor.is_restored and editor.draft else None,
    }
    return show(request, editor.member, "finance/documents/editor.html", context, status=editor.status)


def _as_it_is(editor: Editor) -> Looked:
    if editor.key:
        return Looked(editor.document, papers.lines_of(editor.document))
    return Looked(editor.document)


def _figures(editor: Editor, looked: Looked) -> dict[str, Any]:
    """What the page and its living parts show alike."""
    document = looked.document
    party = editor.party
    has_picture = document is not None and any(not row.is_blank for row in editor.rows)
    shown_at = int(timezone.now().timestamp() * 1000)
    return {
        "editor": editor,
        "pages": editor.pages,
        "form": editor.form,
        "looked": looked,
        "currency": document.currency if document is not None else "",
        "totals": totals_of(document) if document is not None else (),
        "tax_rows": taxes_of(document) if document is not None else (),
        "until": document.until if document is not None and _finds_until(editor) else None,
        "party": party,
        "recipient": editor.recipient,
        "live_faults": [(name, looked.faults.get(name, "")) for name in LIVE if name in editor.form.fields]
        + [("lines", looked.faults.get("lines", ""))],
        "preview_url": f"{editor.url('preview')}?at={shown_at}" if has_picture else "",
    }


def _finds_until(editor: Editor) -> bool:
    """Whether the day that it is good for is left for the document to find out."""
    return editor.pages.has_until and not editor.form[editor.pages.model.until_field].value()


def _title(editor: Editor) -> str:
    if not editor.key:
        return str(editor.pages.new)
    return _("Edit %(number)s") % {"number": editor.document.number}


def _back(editor: Editor) -> str:
    if editor.key:
        return editor.pages.url(editor.organization.pk, "detail", editor.key)
    return editor.pages.url(editor.organization.pk, "list")


def _can_issue(editor: Editor) -> bool:
    return not editor.key or workflow.TABLES[editor.pages.kind].allows(
        editor.document.status, workflow.ISSUING[editor.pages.kind]
    )


def _index(request: HttpRequest) -> int:
    index = read_id(request.GET.get("index", ""))
    if index is None or index > 100_000:
        raise NotFound(_("There is no such line."))
    return index
