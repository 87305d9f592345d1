"""One document: as it reads, what hangs on it, what it said when it left the house, and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language

import audit.selectors
from audit.stories import stories
from finance import access, workflow
from finance.choices import DocumentKind as Kind
from finance.documents import pdf
from finance.documents.building import sheet_of
from finance.models import Membership, Preferences
from finance.models.documents import Document
from finance.rights import Right, allows
from finance.selectors import document_papers as papers
from finance.selectors.custom_fields import custom_fields, described
from finance.selectors.days import today
from finance.selectors.record_names import namer_of
from finance.services.document_letters import KINDS as MAILED
from finance.services.document_moves import NEEDS_REASON
from finance.ui.documents.conversions import conversions_of
from finance.ui.documents.lists import pdf_answer
from finance.ui.documents.pages import PAGES, DocumentPages
from finance.ui.documents.shown import Shown, shown
from finance.ui.pages import page, show
from finance.wording import BUTTONS, WARNINGS
from finsuite.kernel import formats
from finsuite.kernel.custom_fields.drawing import facts
from finsuite.kernel.files import SHOWN
from finsuite.kernel.once import one_time_key
from finsuite.kernel.versions import version_of

ENTRIES = 50
ICONS = {
    "mark_sent": "send",
    "accept": "circle-check",
    "decline": "circle-x",
    "confirm": "circle-check",
    "void": "ban",
    "to_draft": "undo-2",
    "mark_open": "send",
    "mark_issued": "send",
    "cancel": "ban",
    "mark_billed": "circle-check",
    "unmark_billed": "undo-2",
    "reopen": "undo-2",
}
GRAVE = frozenset({"void", "cancel", "decline"})
FIRST = ("mark_sent", "confirm", "mark_open", "mark_issued", "accept", "reopen", "to_draft")
"""What is most likely wanted next is the button; the rest is in the menu."""


@dataclass(frozen=True, kw_only=True)
class Button:
    """A move that a person may make, as it is drawn."""

    verb: str
    label: str
    icon: str
    needs_reason: bool
    is_final: bool  # nothing leads back

    @property
    def is_grave(self) -> bool:
        """Whether it takes something away from somebody."""
        return self.verb in GRAVE

    @property
    def asks(self) -> bool:
        """Whether it is made only after one more question, with its reason where there is one."""
        return self.needs_reason or self.is_grave or self.is_final

    @property
    def dialog(self) -> str:
        """The id of that question."""
        return f"move-{self.verb.replace('_', '-')}"

    @property
    def warning(self) -> str:
        """What it means."""
        return str(WARNINGS.get(self.verb, ""))


@dataclass(frozen=True, kw_only=True)
class Making:
    """Another kind of document that can be made of this one, as it is drawn."""

    label: str
    icon: str
    asks: bool
    url: str
    form: str


@dataclass(frozen=True, kw_only=True)
class Relative:
    """Another document that this one came from, or that came from it."""

    kind: str
    document: Any
    shown: Shown
    url: str


@page(Right.VIEW)
def document_detail(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """A document as it reads."""
    pages, found = _one(member, kind, document)
    lines = papers.lines_of(found)
    context = {
        **_paper(found, lines),
        "sources": _relatives(found, papers.sources_of(found)),
        "made": _relatives(found, papers.made_of(found)),
        "billed_on": papers.billed_on(found, lines),
    }
    return show_record(request, member, pages, found, "detail", context)


@page(Right.VIEW)
def document_comments(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """What was said about a document."""
    pages, found = _one(member, kind, document)
    return show_comments(request, member, pages, found, {})


@page(Right.VIEW)
def document_files(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """The files that hang on a document."""
    pages, found = _one(member, kind, document)
    files = [(file, file.media_type in SHOWN) for file in papers.files_of(found)]
    context = {
        "files": files,
        "most": settings.ATTACHMENTS["MOST_BYTES"] // 1024 // 1024,
        "file_name": f"finance:{kind}_file",
        "file_delete_name": f"finance:{kind}_file_delete",
    }
    return show_record(request, member, pages, found, "files", context)


@page(Right.VIEW)
def document_history(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """What was done to a document, and what it said each time that it was outside."""
    pages, found = _one(member, kind, document)
    entries = audit.selectors.of_record(
        tenant=member.organization.tenant, kind=pages.model._meta.label_lower, record_id=found.pk
    )
    found_entries = list(entries[: ENTRIES + 1])
    told = found_entries[:ENTRIES]
    custom = partial(described, member.organization, pages.spec.extended)
    context = {
        "stories": stories(told, namer_of(member.organization, told), custom),
        "more": len(found_entries) > ENTRIES,
        "versions": list(papers.versions_of(found)),
        "version_name": f"finance:{kind}_version",
    }
    return show_record(request, member, pages, found, "history", context)


@page(Right.VIEW)
def document_version(
    request: HttpRequest, member: Membership, kind: Kind, document: int, position: int
) -> HttpResponse:
    """A document as it was sent."""
    pages, found = _one(member, kind, document)
    version, then, lines = papers.version_at(found, position)
    version_pdf_url = pages.url(member.organization_id, "version_pdf", found.pk, position=position)
    context = {"version_shown": version, "version_pdf_url": version_pdf_url, **_paper(then, lines)}
    return show_record(request, member, pages, found, "version", context)


@page(Right.VIEW)
def document_pdf(
    request: HttpRequest, member: Membership, kind: Kind, document: int, position: int = 0
) -> HttpResponse:
    """The document as PDF, in its own language: as it is, or as it was sent."""
    _pages, found = _one(member, kind, document)
    lines = papers.lines_of(found)
    if position:
        _version, found, lines = papers.version_at(found, position)
    sheet = sheet_of(found, lines)
    made = pdf.pdf([sheet], made_at=timezone.now())
    return pdf_answer(made, pdf.file_name(sheet), as_attachment="download" in request.GET)


def show_comments(
    request: HttpRequest,
    member: Membership,
    pages: DocumentPages,
    document: Any,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """The comments, and the form for one more."""
    known = {
        "comments": list(papers.comments_of(document)),
        "comment_delete_name": f"finance:{pages.kind}_comment_delete",
    }
    return show_record(request, member, pages, document, "comments", {**known, **context}, status=status)


def show_record(
    request: HttpRequest,
    member: Membership,
    pages: DocumentPages,
    document: Any,
    tab: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """One page of a document, with its head: state, buttons, tabs."""
    organization, key = member.organization, document.pk
    may_edit, may_delete = allows(member.role, pages.spec.edit), allows(member.role, pages.spec.delete)
    buttons = [_button(pages, verb) for verb in pages.buttons(document, member.role)]
    making = _makings(pages, document, member) if may_edit else []
    leading = _leading(document, buttons, making)
    is_editable = may_edit and document.status in workflow.EDITABLE[pages.kind]
    names = ("detail", "comments", "files", "history", "pdf", "move", "delete", "comment_add", "file_upload")
    url = {name: pages.url(organization.pk, name, key) for name in names}
    known = {
        "pages": pages,
        "document": document,
        "party": getattr(document, pages.spec.party),
        "party_url": _party_url(pages, document),
        "shown": shown(document, today(organization)),
        "rate": formats.exact(document.exchange_rate),
        "persons": papers.persons_of(document),
        "custom_facts": facts(custom_fields(organization, pages.spec.extended), document.custom, document.currency),
        "counts": papers.counts_of(document),
        "url": url,
        "list_url": pages.url(organization.pk, "list"),
        "download_url": f"{url['pdf']}?download=1",
        "copy_url": f"{pages.url(organization.pk, 'new')}?copy={key}" if may_edit else "",
        "edit_url": pages.url(organization.pk, "edit", key) if is_editable else "",
        "email_url": _email_url(pages, member, document) if may_edit else "",
        "may_edit": may_edit,
        "is_deletable": may_delete and document.status in workflow.DELETABLE[pages.kind],
        "buttons": buttons,
        "leading": leading,
        "leading_is_move": isinstance(leading, Button),
        "convert_items": making,
        "once": one_time_key(),
        "version": version_of(document),
        f"{tab}_is_current": True,
    }
    return show(request, member, f"finance/documents/{tab}.html", {**known, **context}, status=status)


def _email_url(pages: DocumentPages, member: Membership, document: Any) -> str:
    """Where an e-mail about it is written, for those who may; void documents go to nobody."""
    if pages.kind not in MAILED or document.status == "void" or not allows(member.role, Right.EMAIL):
        return ""
    return pages.url(member.organization_id, "email", document.pk)


def _leading(document: Any, buttons: list[Button], making: list[Making]) -> Button | Making | None:
    """What is most likely wanted next: it is the page's one primary button."""
    if making and document.status in ("accepted", "open"):
        return making[-1]
    return next((button for verb in FIRST for button in buttons if button.verb == verb), None)


def _makings(pages: DocumentPages, document: Any, member: Membership) -> list[Making]:
    return [
        Making(
            label=str(one.label),
            icon=one.icon,
            asks=one.asks,
            url=pages.url(member.organization_id, "convert", document.pk, target=one.target.value),
            form=f"make-{one.target.value}",
        )
        for one in conversions_of(document, member.role)
    ]


def _paper(document: Any, lines: list[Any]) -> dict[str, Any]:
    """The sheet in the reader's language, and which of its columns have anything."""
    sheet = sheet_of(document, lines, language=get_language() or "en", look=Preferences())  # the page has its own
    told = [
        (fact.label, formats.day(fact.value) if isinstance(fact.value, date) else fact.value) for fact in sheet.facts
    ]
    has_discounts = any(line.discount for line in sheet.lines)
    has_taxes = any(line.taxes for line in sheet.lines)
    return {
        "sheet": sheet,
        "paper_facts": told,
        "has_discounts": has_discounts,
        "has_taxes": has_taxes,
        "heading_span": 3 + has_discounts + has_taxes,
    }


def _one(member: Membership, kind: Kind, document_id: int) -> tuple[DocumentPages, Any]:
    pages = PAGES[kind]
    return pages, access.document(member.organization, pages.model, document_id)


def _button(pages: DocumentPages, verb: str) -> Button:
    table = pages.spec.table
    target = next(move.target for move in table.moves if move.verb == verb)
    return Button(
        verb=verb,
        label=str(BUTTONS[verb]),
        icon=ICONS[verb],
        needs_reason=(pages.kind, verb) in NEEDS_REASON,
        is_final=not table.verbs(target),
    )


def _relatives(document: Document, found: list[Any]) -> list[Relative]:
    day = today(document.organization)
    return [
        Relative(
            kind=PAGES[one.kind].singular,
            document=one,
            shown=shown(one, day),
            url=PAGES[one.kind].url(document.organization_id, "detail", one.pk),
        )
        for one in found
    ]


def _party_url(pages: DocumentPages, document: Any) -> str:
    """The customer's page; vendors have theirs where there are such pages."""
    name = pages.spec.party
    names = {"organization": document.organization_id, name: getattr(document, f"{name}_id")}
    try:
        return reverse(f"finance:{name}_detail", kwargs=names)
    except NoReverseMatch:
        return ""
