"""What is done with a document: moved, deleted, commented, furnished with files; others are made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finance import access
from finance.choices import DocumentKind as Kind
from finance.models import Membership
from finance.rights import Right
from finance.selectors import document_papers as papers
from finance.services import attachments as attachment_services
from finance.services import comments as comment_services
from finance.services.document_moves import move_document
from finance.services.documents import delete_document
from finance.ui.documents.conversions import Conversion, conversions_of
from finance.ui.documents.pages import PAGES
from finance.ui.documents.record import show_comments
from finance.ui.pages import actor_of, page, show
from finsuite.kernel import formats
from finsuite.kernel.errors import DomainError, NotFound, Refused
from finsuite.kernel.once import once, one_time_key
from finsuite.kernel.serving import download, preview

MOST_AT_ONCE = 20


@page(Right.VIEW, "POST")
def document_move(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """Take a document where the pressed button leads."""
    pages = PAGES[kind]
    access.require_role(member.role, pages.spec.edit)
    found = access.document(member.organization, pages.model, document)
    verb = request.POST.get("verb", "")
    if verb not in {move.verb for move in pages.spec.table.moves}:
        raise NotFound(_("There is no such move."))
    moved = move_document(
        actor=actor_of(request),
        document=found,
        verb=verb,
        version=request.POST.get("version") or None,
        reason=request.POST.get("reason", ""),
    )
    told = {"number": moved.number, "status": moved.get_status_display()}
    messages.success(request, _("%(number)s: %(status)s.") % told)
    return redirect(pages.url(member.organization_id, "detail", moved.pk))


@page(Right.VIEW, "POST")
def document_delete(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """Delete a document that nothing was made of."""
    pages = PAGES[kind]
    access.require_role(member.role, pages.spec.delete)
    found = access.document(member.organization, pages.model, document)
    delete_document(actor=actor_of(request), document=found, version=request.POST.get("version") or None)
    messages.success(request, _("%(number)s is deleted.") % {"number": found.number})
    return redirect(pages.url(member.organization_id, "list"))


@dataclass
class Part:
    """A line of which a part may be taken: how many there are, how many are used up, how many are wanted."""

    line: Any
    used: Decimal
    left: Decimal
    wanted: str
    fault: str = ""


@dataclass
class Taking:
    """The form that asks how many of each line."""

    parts: list[Part]
    number: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    def quantities(self) -> dict[int, Decimal]:
        """What was typed; Refused where it can't be read."""
        found: dict[int, Decimal] = {}
        wrong: dict[str, list[str]] = {}
        for place, part in enumerate(self.parts):
            try:
                found[part.line.pk] = formats.parse_amount(part.wanted) if part.wanted.strip() else Decimal(0)
            except Refused as refused:
                wrong[f"lines/{place}/quantity"] = [refused.message]
        if wrong:
            raise Refused(_("Some quantities can't be read."), fields=wrong)
        return found

    def refuse(self, refused: DomainError) -> None:
        """Put what was refused where it belongs."""
        for name, said in (refused.fields if isinstance(refused, Refused) else {}).items():
            place = name.removeprefix("lines/").removesuffix("/quantity")
            if place.isdigit() and int(place) < len(self.parts):
                self.parts[int(place)].fault = said[0]
            else:
                self.faults[name] = said[0]
        if "number" not in self.faults:
            self.faults.setdefault("all", refused.message)


@page(Right.VIEW, "GET", "POST")
def document_convert(request: HttpRequest, member: Membership, kind: Kind, document: int, target: str) -> HttpResponse:
    """Make another document of this one; of orders and invoices, of as much as is wanted."""
    pages = PAGES[kind]
    access.require_role(member.role, pages.spec.edit)
    found = access.document(member.organization, pages.model, document)
    conversion = next((one for one in conversions_of(found, member.role) if one.target == target), None)
    if conversion is None:
        raise NotFound(_("Nothing of this kind can be made of it in the state that it is in."))
    taking = _taking(request, conversion, found)
    status = 200
    if request.method == "POST":
        try:
            with once(member.user_id, request.POST.get("once", "")) as is_first:
                if not is_first:
                    return redirect(pages.url(member.organization_id, "detail", found.pk))
                quantities = taking.quantities() if conversion.in_parts else None
                made = conversion.make(actor_of(request), found, quantities, taking.number)
        except Refused as refused:
            taking.refuse(refused)
            status = 422
            if not conversion.asks:
                raise
        else:
            told = {"number": made.number, "source": found.number}
            messages.success(request, _("%(number)s is made of %(source)s, as a draft.") % told)
            return redirect(PAGES[conversion.target].url(member.organization_id, "detail", made.pk))
    context = {
        "pages": pages,
        "document": found,
        "conversion": conversion,
        "taking": taking,
        "once": one_time_key(),
        "detail_url": pages.url(member.organization_id, "detail", found.pk),
        "list_url": pages.url(member.organization_id, "list"),
    }
    return show(request, member, "finance/documents/convert.html", context, status=status)


def _taking(request: HttpRequest, conversion: Conversion, document: Any) -> Taking:
    parts = []
    for line in papers.lines_of(document):
        used = getattr(line, conversion.taken) if conversion.taken else Decimal(0)
        left = line.quantity - used
        typed = request.POST.get(f"quantity-{line.pk}", "") if request.method == "POST" else formats.typed(_plain(left))
        parts.append(Part(line=line, used=used, left=left, wanted=typed))
    return Taking(parts=parts, number=request.POST.get("number", "").strip())


def _plain(value: Decimal) -> Decimal:
    """Without zeros at its end, and without an exponent."""
    return Decimal(f"{value.normalize():f}")


@page(Right.VIEW, "POST")
def comment_add(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """Say something about a document."""
    pages = PAGES[kind]
    access.require_role(member.role, pages.spec.edit)
    found = access.document(member.organization, pages.model, document)
    text = request.POST.get("text", "")
    try:
        comment_services.add_comment(actor=actor_of(request), document=found, text=text)
    except Refused as refused:
        said = next(iter(refused.fields.values()), [refused.message])[0]
        return show_comments(request, member, pages, found, {"typed": text, "fault": said}, status=422)
    return redirect(pages.url(member.organization_id, "comments", found.pk))


@page(Right.VIEW, "POST")
def comment_delete(request: HttpRequest, member: Membership, kind: Kind, document: int, comment: int) -> HttpResponse:
    """Take one's own comment back."""
    pages = PAGES[kind]
    access.require_role(member.role, pages.spec.edit)
    found = papers.comment(member.organization, kind, document, comment)
    comment_services.delete_comment(actor=actor_of(request), comment=found)
    messages.success(request, _("The comment is deleted."))
    return redirect(pages.url(member.organization_id, "comments", document))


@page(Right.VIEW, "POST")
def file_upload(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """Hang the chosen files on a document. One that is refused doesn't keep the others away."""
    pages = PAGES[kind]
    access.require_role(member.role, pages.spec.edit)
    found = access.document(member.organization, pages.model, document)
    files = request.FILES.getlist("file")
    if len(files) > MOST_AT_ONCE:
        raise Refused(_("At most %(limit)d files can be uploaded at once.") % {"limit": MOST_AT_ONCE})
    kept = 0
    for file in files:
        try:
            attachment_services.attach(actor=actor_of(request), document=found, file=file)
            kept += 1
        except Refused as refused:
            messages.error(request, f"{file.name}: {refused.message}")
    if not files:
        messages.error(request, _("Choose a file first."))
    if kept:
        said = ngettext("%(count)d file is uploaded.", "%(count)d files are uploaded.", kept)
        messages.success(request, said % {"count": kept})
    return redirect(pages.url(member.organization_id, "files", found.pk))


@page(Right.VIEW)
def file_content(
    request: HttpRequest, member: Membership, kind: Kind, document: int, attachment: int
) -> HttpResponseBase:
    """The file, to be saved."""
    return download(papers.attachment(member.organization, kind, document, attachment))


@page(Right.VIEW)
def file_shown(
    request: HttpRequest, member: Membership, kind: Kind, document: int, attachment: int
) -> HttpResponseBase:
    """The file, shown: images alone."""
    return preview(papers.attachment(member.organization, kind, document, attachment))


@page(Right.VIEW, "POST")
def file_delete(request: HttpRequest, member: Membership, kind: Kind, document: int, attachment: int) -> HttpResponse:
    """Take a file from its document."""
    pages = PAGES[kind]
    access.require_role(member.role, pages.spec.edit)
    found = papers.attachment(member.organization, kind, document, attachment)
    attachment_services.delete_attachment(actor=actor_of(request), attachment=found)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return redirect(pages.url(member.organization_id, "files", document))
