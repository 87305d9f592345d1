"""Sending a document by e-mail: what the compose page has to know of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from finance import access
from finance.choices import DocumentKind as Kind
from finance.documents import pdf
from finance.documents.sheet import Sheet
from finance.models import Membership
from finance.models.documents import Document
from finance.rights import Right
from finance.services.document_letters import DocumentLetter
from finance.ui.compose import compose
from finance.ui.documents.pages import PAGES
from finance.ui.pages import page


class OnItsPages:
    """Where the pages of what is written about are."""

    document: Any

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.document.kind.label} {self.document.number}"

    @property
    def url(self) -> str:
        """Its page."""
        return self._url("detail")

    @property
    def pdf_url(self) -> str:
        """Where its PDF can be looked at."""
        return self._url("pdf")

    @property
    def image_url(self) -> str:
        """A picture of its first page."""
        return self._url("image")

    def _url(self, name: str) -> str:
        return PAGES[self.document.kind].url(self.document.organization_id, name, self.document.pk)


class DocumentMail(OnItsPages, DocumentLetter):
    """One document, as an e-mail is written about it on a page."""


@page(Right.EMAIL, "GET", "POST")
def document_email(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """Write to the customer, with the document attached."""
    pages = PAGES[kind]
    access.require_role(member.role, pages.spec.edit)
    found: Document = access.document(member.organization, pages.model, document)
    return compose(request, member, DocumentMail(found))


@page(Right.VIEW)
def document_image(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """A picture of the document's first page."""
    pages = PAGES[kind]
    about = DocumentMail(access.document(member.organization, pages.model, document))
    return picture_answer(about.sheet(about.language))


def picture_answer(sheet: Sheet) -> HttpResponse:
    """The first page of a sheet, drawn for the screen."""
    answer = HttpResponse(pdf.images(sheet, ppi=100)[0], content_type="image/png")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
