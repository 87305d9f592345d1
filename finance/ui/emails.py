"""The pages of the outbox: what was written to whom, what became of it, and once more or never."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from finance import access
from finance.choices import EmailKind, EmailProblem, EmailState
from finance.models import Email, EmailAttachment, Membership
from finance.rights import Right
from finance.selectors import emails as selectors
from finance.services import emails as services
from finance.ui.documents.pages import PAGES
from finance.ui.pages import actor_of, page, show
from finsuite.kernel.errors import NotFound
from finsuite.kernel.versions import version_of

SIZE = 50
MOST_FILES = 200
TONES = {
    EmailState.QUEUED: "neutral",
    EmailState.SENDING: "progress",
    EmailState.SENT: "success",
    EmailState.FAILED: "danger",
    EmailState.CANCELLED: "off",
}


@dataclass(frozen=True)
class Listed:
    """An e-mail as its list and its page show it."""

    email: Email

    @property
    def tone(self) -> str:
        """How its state is drawn: sent, but not to everybody, is no success."""
        if self.email.problem and self.email.state == EmailState.SENT:
            return "warning"
        return TONES[EmailState(self.email.state)]

    @property
    def problem(self) -> str:
        """Why it did not go out, or not to everybody, in the reader's language."""
        return str(EmailProblem(self.email.problem).label) if self.email.problem else ""

    @property
    def first(self) -> str:
        """The first recipient."""
        return self.email.to[0]

    @property
    def others(self) -> int:
        """How many recipients there are besides."""
        return len(self.email.recipients) - 1


@page(Right.EMAIL)
def email_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """The e-mails that the member may see, the newest first; htmx gets the next rows alone."""
    filters = selectors.Filters(
        state=_known(request.GET.get("state"), EmailState.values),
        kind=_known(request.GET.get("kind"), EmailKind.values),
        search=request.GET.get("q", "").strip()[:200],
    )
    found = selectors.visible_to(member, selectors.emails(member.organization, filters))
    rows, following = selectors.slice_of(found, after=request.GET.get("after", ""), size=SIZE)
    context = {"emails": [Listed(row) for row in rows], "after": following, "filters": filters}
    context |= {"states": EmailState.choices, "kinds": EmailKind.choices, "has_folder": bool(settings.MAIL_FOLDER)}
    is_more = request.htmx and "after" in request.GET  # type: ignore[attr-defined]
    return show(request, member, "finance/email_rows.html" if is_more else "finance/email_list.html", context)


@page(Right.EMAIL)
def email_detail(request: HttpRequest, member: Membership, email: int) -> HttpResponse:
    """One e-mail as it was written, and what became of it."""
    record = access.email(member, email)
    context = {
        "email": record,
        "listed": Listed(record),
        "files": list(selectors.attachments(record)),
        "legal": services.legal_verbs(record),
        "refused": sorted(record.refused.items()),
        "version": version_of(record),
        "about_url": _about_url(record),
    }
    return show(request, member, "finance/email_detail.html", context)


ABOUT = {"payment": ("payment_detail", "payment"), "customer": ("customer_statement", "customer")}


def _about_url(email: Email) -> str:
    """The page of what it is about: a document, a payment, a customer's account; there is none for an example."""
    if email.record_id is None:
        return ""
    if email.record_kind in ABOUT:
        name, key = ABOUT[email.record_kind]
        return reverse(f"finance:{name}", kwargs={"organization": email.organization_id, key: email.record_id})
    pages = next((pages for kind, pages in PAGES.items() if kind == email.record_kind), None)
    return pages.url(email.organization_id, "detail", email.record_id) if pages else ""


@page(Right.EMAIL, "POST")
def email_retry(request: HttpRequest, member: Membership, email: int) -> HttpResponse:
    """Have it tried again."""
    record = access.email(member, email)
    services.retry_email(actor=actor_of(request), email=record, version=request.POST.get("version"))
    messages.success(request, _("The e-mail is tried again now."))
    return redirect("finance:email_detail", organization=member.organization_id, email=record.pk)


@page(Right.EMAIL, "POST")
def email_cancel(request: HttpRequest, member: Membership, email: int) -> HttpResponse:
    """Take it out of the outbox."""
    record = access.email(member, email)
    services.cancel_email(actor=actor_of(request), email=record, version=request.POST.get("version"))
    messages.success(request, _("The e-mail is cancelled."))
    return redirect("finance:email_detail", organization=member.organization_id, email=record.pk)


@page(Right.EMAIL)
def email_attachment(request: HttpRequest, member: Membership, email: int, attachment: int) -> HttpResponse:
    """A file that went with it, as it went. Never opened by the browser: it is saved."""
    record = access.email(member, email)
    found = EmailAttachment.objects.filter(email=record, pk=attachment).first()
    if found is None:
        raise NotFound(_("There is no such file."))
    return _saved(bytes(found.content), found.media_type, found.name)


@dataclass(frozen=True)
class Left:
    """An e-mail that development left in its folder."""

    file: Path
    message: EmailMessage

    @property
    def headers(self) -> dict[str, str]:
        """What the list says of it."""
        return {name.lower().replace("-", "_"): str(self.message[name] or "") for name in ("From", "To", "Subject")}


@page(Right.MANAGE_EMAILS)
def mail_folder(request: HttpRequest, member: Membership) -> HttpResponse:
    """Development only: what the mail server would have got, the newest first."""
    return show(request, member, "finance/mail_folder.html", {"left": _left(member), "folder": _folder()})


@page(Right.MANAGE_EMAILS)
def mail_file(request: HttpRequest, member: Membership, name: str) -> HttpResponse:
    """One of them, to be opened in a mail program."""
    for left in _left(member):
        if left.file.name == name:
            return _saved(left.file.read_bytes(), "message/rfc822", name)
    raise NotFound(_("There is no such file."))


def _folder() -> Path:
    if not settings.MAIL_FOLDER:
        raise NotFound(_("There is no such page."))
    return Path(settings.MAIL_FOLDER)


def _left(member: Membership) -> list[Left]:
    """The newest files in the folder that are e-mails of this organization; others are not its members' to see."""
    files = sorted(_folder().glob("*.eml"), reverse=True)[:MOST_FILES]
    read = [(file, message_from_bytes(file.read_bytes(), policy=policy.default)) for file in files]
    ids = [str(message["Message-ID"]) for _file, message in read]
    ours = set(Email.objects.of(member.organization).filter(message_id__in=ids).values_list("message_id", flat=True))
    return [Left(file, message) for file, message in read if str(message["Message-ID"]) in ours]


def _saved(content: bytes, media_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _known(value: str | None, allowed: Any) -> str:
    return value if value in allowed else ""  # type: ignore[return-value]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", email_list, name="email_list"),
    path("folder/", mail_folder, name="mail_folder"),
    path("folder/<str:name>", mail_file, name="mail_file"),
    path("<id:email>/", email_detail, name="email_detail"),
    path("<id:email>/retry/", email_retry, name="email_retry"),
    path("<id:email>/cancel/", email_cancel, name="email_cancel"),
    path("<id:email>/attachments/<id:attachment>/", email_attachment, name="email_attachment"),
]
