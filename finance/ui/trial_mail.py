"""An example to send to oneself: what customers get of a template, in one's own mailbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from finance.choices import EmailKind
from finance.documents import pdf
from finance.documents.building import issuer_of
from finance.documents.mail_sample import sample_values
from finance.documents.sample import sample
from finance.documents.sheet import Sheet
from finance.models import Email, Organization, Preferences
from finance.selectors.preferences import preferences
from finance.services.correspondence import Suggestion
from finance.services.emails import File
from finsuite.kernel.actors import Actor


class TrialMail:
    """An e-mail about a document that doesn't exist."""

    record_kind = ""
    record_id: int | None = None
    image_url = ""

    def __init__(self, organization: Organization, kind: EmailKind, language: str, person: Any) -> None:
        self.organization, self.kind, self.language, self.person = organization, kind, language, person
        self.title = _("Example: %(kind)s") % {"kind": kind.label}
        self.url = reverse("finance:email_template_list", args=[organization.pk])
        self.pdf_url = ""

    def values(self, language: str) -> Mapping[str, str]:
        """Example values."""
        return sample_values(self.organization, language, sender=self.person)

    def suggestions(self) -> Sequence[Suggestion]:
        """Oneself."""
        return [Suggestion(self.person.email, self.person.get_full_name(), chosen=True)]

    def files(self, language: str) -> Sequence[File]:
        """The example as a PDF."""
        content = pdf.pdf([self._sheet(language)], made_at=timezone.now())
        return [File(name=name, media_type="application/pdf", content=content) for name in self.file_names(language)]

    def file_names(self, language: str) -> Sequence[str]:
        """What it is called."""
        return [pdf.file_name(self._sheet(language))]

    def emailed(self, *, actor: Actor, email: Email) -> None:
        """Nothing: there is no document."""

    def _sheet(self, language: str) -> Sheet:
        return example(self.organization, preferences(self.organization), language=language)


def example(organization: Organization, look: Preferences, *, language: str) -> Sheet:
    """The example of an invoice by this organization, in its look or in one that it is trying on."""
    with translation.override(language):
        issuer = issuer_of(organization)
    return sample(
        issuer=issuer,
        language=language,
        currency=organization.base_currency,
        template=look.look,
        accent=look.accent,
        paper=look.paper,
        date_pattern=organization.date_format,
        today=timezone.localdate(),
    )
