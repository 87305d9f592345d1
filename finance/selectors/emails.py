"""Reading e-mails: the outbox, what was sent about a record, and the templates that they begin with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from finance.choices import EmailKind, EmailState
from finance.documents import mail
from finance.models import Email, EmailAttachment, EmailTemplate, Membership, Organization
from finance.rights import Right, allows
from finsuite.kernel.ids import read_id
from finsuite.kernel.text import fold

MOST_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the outbox is narrowed to."""

    state: str = ""
    kind: str = ""
    search: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.state or self.kind or self.search)


def emails(organization: Organization, filters: Filters = Filters()) -> QuerySet[Email]:
    """The organization's e-mails, the newest first."""
    found = Email.objects.of(organization)
    if filters.state in EmailState.values:
        found = found.filter(state=filters.state)
    if filters.kind in EmailKind.values:
        found = found.filter(kind=filters.kind)
    return search(found, filters.search).order_by("-id")


def search(found: QuerySet[Email], text: str) -> QuerySet[Email]:
    """Those of whose subject and addresses every word is a part."""
    for word in fold(text).split()[:MOST_WORDS]:
        found = found.filter(search_text__contains=word)
    return found


def slice_of(found: QuerySet[Email], *, after: str, size: int) -> tuple[list[Email], str]:
    """The next so many e-mails after the given mark, and the mark to go on from ("" at the end)."""
    before = read_id(after)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.select_related("sender").defer("body", "search_text")[: size + 1])
    return rows[:size], str(rows[size - 1].pk) if len(rows) > size else ""


def visible_to(member: Membership, found: QuerySet[Email]) -> QuerySet[Email]:
    """Those that the member may see: all of them, or those that they sent themselves."""
    if allows(member.role, Right.MANAGE_EMAILS):
        return found
    return found.filter(sender_id=member.user_id)


def attachments(email: Email) -> QuerySet[EmailAttachment]:
    """An e-mail's files, without what is in them."""
    return email.attachments.defer("content").order_by("pk")


@dataclass(frozen=True, kw_only=True)
class Template:
    """What an e-mail can begin with. `id` is None for finsuite's own."""

    id: int | None
    name: str
    subject: str
    body: str
    is_default: bool


def templates(organization: Organization, kind: EmailKind, language: str) -> list[Template]:
    """The templates of a kind in a language: the default first, then the others by name; never none."""
    rows = EmailTemplate.objects.of(organization).filter(kind=kind, language=language).order_by("-is_default", "name")
    return with_standard(rows, kind, language)


def with_standard(rows: Iterable[EmailTemplate], kind: EmailKind, language: str) -> list[Template]:
    """These templates of a kind and language, after finsuite's own where none of them is the default."""
    found = [_template(row) for row in rows]
    if not any(template.is_default for template in found):
        found.insert(0, standard_template(kind, language))
    return found


def standard_template(kind: EmailKind, language: str) -> Template:
    """finsuite's own template, which is there until the organization has a default of its own."""
    subject, body = mail.standard(kind, language)
    return Template(id=None, name=_("Standard"), subject=subject, body=body, is_default=True)


def all_templates(organization: Organization) -> list[EmailTemplate]:
    """Every template that the organization has written."""
    return list(EmailTemplate.objects.of(organization).order_by("kind", "language", "-is_default", "name"))


def _template(row: EmailTemplate) -> Template:
    return Template(id=row.pk, name=row.name, subject=row.subject, body=row.body, is_default=row.is_default)
