"""Sending a document by e-mail: what the compose page has to know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from finance import access, workflow
from finance.choices import DocumentKind as Kind
from finance.choices import EmailKind
from finance.documents import pdf
from finance.documents.building import sheet_of
from finance.documents.sheet import Sheet
from finance.models import Email, Membership, Organization
from finance.models.documents import Document
from finance.rights import Right
from finance.selectors import document_papers as papers
from finance.selectors.customers import contact_persons
from finance.services.document_moves import move_document
from finance.services.emails import File
from finance.ui.compose import Suggestion, compose
from finance.ui.documents.pages import PAGES, DocumentPages
from finance.ui.pages import page
from finsuite.kernel import formats
from finsuite.kernel.actors import Actor

KINDS: Mapping[Kind, EmailKind] = {
    Kind.ESTIMATE: EmailKind.ESTIMATE,
    Kind.SALES_ORDER: EmailKind.SALES_ORDER,
    Kind.INVOICE: EmailKind.INVOICE,
    Kind.CREDIT_NOTE: EmailKind.CREDIT_NOTE,
    Kind.PURCHASE_ORDER: EmailKind.PURCHASE_ORDER,
}
"""The kinds that leave the house by e-mail, and whose templates they begin with."""

UNTIL = {Kind.ESTIMATE: "expiry_date", Kind.INVOICE: "due_date"}


class DocumentMail:
    """One document, as an e-mail is written about it."""

    def __init__(self, organization: Organization, pages: DocumentPages, document: Any) -> None:
        self.document, self.pages = document, pages
        document.organization = organization
        self.party = getattr(document, pages.spec.party)
        self.kind = KINDS[pages.kind]
        self.record_kind, self.record_id = pages.kind.value, document.pk
        self.title = f"{pages.singular} {document.number}"
        self.url = pages.url(organization.pk, "detail", document.pk)
        self.pdf_url = pages.url(organization.pk, "pdf", document.pk)
        self.image_url = pages.url(organization.pk, "image", document.pk)
        self.language = document.language or getattr(self.party, "language", "") or organization.language

    def values(self, language: str) -> Mapping[str, str]:
        """The document's values, as they stand on it in this language."""
        document, currency = self.document, self.document.currency

        def amount(name: str) -> str:
            return formats.amount(getattr(document, name), currency, language=language)

        known = {
            "customer": self.party.display_name,
            "contact": self._contact,
            "organization": document.organization.name,
            "number": document.number,
            "date": formats.day(document.date, language=language),
            "total": amount("total"),
            "reference": document.reference,
        }
        if document.until is not None:
            known[UNTIL.get(self.pages.kind, "delivery_date")] = formats.day(document.until, language=language)
        if self.pages.has_balance:
            known["balance"] = amount("balance")
        return known

    def suggestions(self) -> Sequence[Suggestion]:
        """The customer's contact persons, those of the document chosen; else the customer."""
        own = Suggestion(self.party.email, self.party.display_name) if self.party.email else None
        reachable = [person for person in self._persons if person.email]
        chosen = {person.pk for person in self._chosen}
        found = [Suggestion(one.email, one.full_name, chosen=one.pk in chosen) for one in reachable]
        if own and own.address.lower() not in {one.address.lower() for one in found}:
            found.append(replace(own, chosen=not any(one.chosen for one in found)))
        return found

    def files(self, language: str) -> Sequence[File]:
        """The PDF, without the stamp of a draft."""
        sheet = self.sheet(language)
        made = pdf.pdf([sheet], made_at=timezone.now())
        return [File(name=pdf.file_name(sheet), media_type="application/pdf", content=made)]

    def file_names(self, language: str) -> Sequence[str]:
        """What the PDF is called."""
        with translation.override(language):
            return [pdf.file_name_of(f"{self.pages.singular} {self.document.number}")]

    def emailed(self, *, actor: Actor, email: Email) -> None:
        """A draft counts as issued from now on."""
        if self._is_to_be_issued:
            move_document(actor=actor, document=self.document, verb=workflow.ISSUING[self.pages.kind])

    @property
    def _is_to_be_issued(self) -> bool:
        verb = workflow.ISSUING[self.pages.kind]
        return self.document.status == "draft" and verb in self.pages.spec.table.verbs(self.document.status)

    @cached_property
    def _persons(self) -> list[Any]:
        return list(contact_persons(self.party)) if self.pages.spec.is_sale else []

    @cached_property
    def _chosen(self) -> list[Any]:
        """Whom it is addressed to: who stands on the document, else the primary person."""
        wanted = set(getattr(self.document, "contact_person_ids", ()))
        named = [person for person in self._persons if person.pk in wanted and person.email]
        return named or [person for person in self._persons if person.is_primary and person.email]

    @property
    def _contact(self) -> str:
        return ", ".join(person.full_name for person in self._chosen) or self.party.display_name

    def sheet(self, language: str) -> Sheet:
        """What is drawn of it once it has left the house."""
        drawn = sheet_of(self.document, papers.lines_of(self.document), language=language)
        return replace(drawn, stamp="") if self._is_to_be_issued else drawn


@page(Right.EMAIL, "GET", "POST")
def document_email(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """Write to the customer, with the document attached."""
    pages = PAGES[kind]
    access.require_role(member.role, pages.spec.edit)
    found: Document = access.document(member.organization, pages.model, document)
    return compose(request, member, DocumentMail(member.organization, pages, found))


@page(Right.VIEW)
def document_image(request: HttpRequest, member: Membership, kind: Kind, document: int) -> HttpResponse:
    """A picture of the document's first page."""
    pages = PAGES[kind]
    about = DocumentMail(member.organization, pages, access.document(member.organization, pages.model, document))
    return picture_answer(about.sheet(about.language))


def picture_answer(sheet: Sheet) -> HttpResponse:
    """The first page of a sheet, drawn for the screen."""
    answer = HttpResponse(pdf.images(sheet, ppi=100)[0], content_type="image/png")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
