"""Writing to somebody about something: what such an e-mail begins with, and putting it into the outbox.

A page lets a person change every word of it first (`finance/ui/compose.py`), a program may name what it wants
otherwise, and what finsuite writes by itself is as its template says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from finance.choices import EmailKind
from finance.documents import mail
from finance.models import Email, Organization
from finance.selectors.emails import Template, templates
from finance.services.emails import BODY, SUBJECT, File, Letter, queue_email
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused

# A line of a template that is nobody's name where nobody writes: the organization's stands below it.
_SENDER_ALONE = re.compile(r"^[ \t]*\{\{\s*sender\s*\}\}[ \t]*\n", re.MULTILINE)


@dataclass(frozen=True)
class Suggestion:
    """Somebody to write to: a contact person. Those who are `chosen` are written to unless others are named."""

    address: str
    name: str = ""
    chosen: bool = False


class Addressed(Protocol):
    """What knows whom it goes to."""

    def suggestions(self) -> Sequence[Suggestion]:
        """Whom to write to."""


class Correspondence(Addressed, Protocol):
    """What an e-mail can be about: a document, a payment, a customer's account.

    `language` is the one that its customer reads.
    """

    @property
    def kind(self) -> EmailKind: ...
    @property
    def record_kind(self) -> str: ...
    @property
    def record_id(self) -> int | None: ...
    @property
    def language(self) -> str: ...

    def values(self, language: str) -> Mapping[str, str]:
        """A value for each variable of such e-mails (finance/documents/mail.py), but for the sender's name."""

    def files(self, language: str) -> Sequence[File]:
        """The files to attach, drawn as they are to be sent."""

    def emailed(self, *, actor: Actor, email: Email) -> None:
        """It is in the outbox, in this transaction: a draft counts as sent from now on."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be otherwise than suggested. What is None is as it is suggested; `template` is one's name."""

    to: Sequence[str] | None = None
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    language: str = ""
    template: str = ""
    subject: str | None = None
    body: str | None = None
    attach: bool = True


AS_SUGGESTED = Wanted()


def write(
    *,
    actor: Actor,
    organization: Organization,
    about: Correspondence,
    wanted: Wanted = AS_SUGGESTED,
    key: str | None = None,
) -> Email:
    """Write the e-mail and put it into the outbox, together with what follows from its being sent.

    Its files are drawn first, so that nothing is locked meanwhile.
    """
    language = wanted.language or about.language
    subject, body = wanted.subject, wanted.body
    if subject is None or body is None:
        template = template_named(organization, about.kind, language, wanted.template)
        begun = begin(template, about.values(language), sender=sender_of(actor), organization=organization)
        subject, body = (begun[0] if subject is None else subject), (begun[1] if body is None else body)
    letter = Letter(
        kind=about.kind,
        to=chosen_of(about) if wanted.to is None else wanted.to,
        cc=wanted.cc,
        bcc=wanted.bcc,
        subject=subject,
        body=body,
        language=language,
        files=about.files(language) if wanted.attach else (),
        record_kind=about.record_kind,
        record_id=about.record_id,
        key=key,
    )
    with transaction.atomic():
        email = queue_email(actor=actor, organization=organization, letter=letter)
        about.emailed(actor=actor, email=email)
    return email


def begin(template: Template, values: Mapping[str, str], *, sender: str, organization: Organization) -> tuple[str, str]:
    """The subject and the text that a template makes of these values. Without a sender the organization writes."""
    body = template.body if sender else _SENDER_ALONE.sub("", template.body)
    told = {**values, "sender": sender or organization.name}
    return mail.filled(template.subject, told)[:SUBJECT], mail.filled(body, told)[:BODY]


def sender_of(actor: Actor) -> str:
    """Who signs: the person who acts, or nobody."""
    return "" if actor.user_id is None else actor.label


def chosen_of(about: Addressed) -> list[str]:
    """The addresses that it goes to unless others are named."""
    return [one.address for one in about.suggestions() if one.chosen]


def template_named(organization: Organization, kind: EmailKind, language: str, name: str) -> Template:
    """The template of this name in this language; without a name, or where there is none, the default one."""
    found = templates(organization, kind, language)
    return next((one for one in found if name and one.name == name), found[0])


def require_template(organization: Organization, kind: EmailKind, name: str) -> None:
    """Refuse a name that no template of this kind has, in no language."""
    if name and not organization.email_templates.filter(kind=kind, name=name).exists():
        sentence = _("There is no template of this name for such e-mails.")
        raise Refused(sentence, code="not_found", fields={"template": [sentence]})
