"""E-mails about documents: whom they go to, what their templates can tell, and the PDF that goes with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from finance import workflow
from finance.choices import DocumentKind as Kind
from finance.choices import EmailKind
from finance.documents import pdf
from finance.documents.building import sheet_of
from finance.documents.sheet import Sheet
from finance.models import ContactPerson, Email
from finance.selectors import document_papers as papers
from finance.services.document_kinds import SPECS
from finance.services.document_moves import move_document
from finance.services.emails import File
from finance.services.party_letters import PartyLetter
from finsuite.kernel import formats
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused

KINDS: Mapping[Kind, EmailKind] = {
    Kind.ESTIMATE: EmailKind.ESTIMATE,
    Kind.SALES_ORDER: EmailKind.SALES_ORDER,
    Kind.INVOICE: EmailKind.INVOICE,
    Kind.CREDIT_NOTE: EmailKind.CREDIT_NOTE,
    Kind.PURCHASE_ORDER: EmailKind.PURCHASE_ORDER,
}
"""The kinds that leave the house by e-mail, and whose templates they begin with."""

UNTIL = {Kind.ESTIMATE: "expiry_date", Kind.INVOICE: "due_date"}


class DocumentLetter(PartyLetter):
    """One document, as an e-mail is written about it. Its organization is the one that it was read with."""

    def __init__(self, document: Any, persons: Sequence[ContactPerson] | None = None) -> None:
        self.document = document
        self.spec = SPECS[document.kind]
        super().__init__(
            getattr(document, self.spec.party),
            addressed=getattr(document, "contact_person_ids", ()),
            persons=persons,
        )
        self.record_kind, self.record_id = document.kind.value, document.pk
        self.language = document.language or getattr(self.party, "language", "") or document.organization.language

    @property
    def kind(self) -> EmailKind:
        """Whose templates it begins with."""
        return KINDS[self.document.kind]

    def values(self, language: str) -> Mapping[str, str]:
        """The document's values, as they stand on it in this language."""
        document, currency = self.document, self.document.currency

        def amount(name: str) -> str:
            return formats.amount(getattr(document, name), currency, language=language)

        known = {
            "customer": self.party.display_name,
            "contact": self.contact,
            "organization": document.organization.name,
            "number": document.number,
            "date": formats.day(document.date, language=language),
            "total": amount("total"),
            "reference": document.reference,
        }
        if document.until is not None:
            known[UNTIL.get(document.kind, "delivery_date")] = formats.day(document.until, language=language)
        if document.open_field == "balance":
            known["balance"] = amount("balance")
        return known

    def files(self, language: str) -> Sequence[File]:
        """The PDF, without the stamp of a draft."""
        sheet = self.sheet(language)
        made = pdf.pdf([sheet], made_at=timezone.now())
        return [File(name=pdf.file_name(sheet), media_type="application/pdf", content=made)]

    def file_names(self, language: str) -> Sequence[str]:
        """What the PDF is called."""
        with translation.override(language):
            return [pdf.file_name_of(f"{self.document.kind.label} {self.document.number}")]

    def emailed(self, *, actor: Actor, email: Email) -> None:
        """A draft counts as issued from now on. Void documents go to nobody."""
        if self.document.status == "void":
            raise Refused(_("%(number)s is void and isn’t sent to anybody.") % {"number": self.document.number})
        if self._is_to_be_issued:
            move_document(actor=actor, document=self.document, verb=workflow.ISSUING[self.document.kind])

    def sheet(self, language: str) -> Sheet:
        """What is drawn of it once it has left the house."""
        drawn = sheet_of(self.document, papers.lines_of(self.document), language=language)
        return replace(drawn, stamp="") if self._is_to_be_issued else drawn

    @property
    def _is_to_be_issued(self) -> bool:
        verb = workflow.ISSUING[self.document.kind]
        return self.document.status == "draft" and verb in self.spec.table.verbs(self.document.status)
