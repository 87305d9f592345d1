"""The outbox: writing e-mails into it, taking them out again, having them tried once more.

An e-mail is a row, written in the transaction of what it is about; `finance/services/email_sending.py` sends it after
the commit. So nothing is sent for what was rolled back, and nothing is lost while broker or mail server are down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.utils import make_msgid, parseaddr
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

import audit.services
from finance.access import require
from finance.choices import EmailKind, EmailState
from finance.models import Email, EmailAttachment, Organization
from finance.rights import Right
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused, TransitionRefused
from finsuite.kernel.text import fold
from finsuite.kernel.validators import validate_email
from finsuite.kernel.versions import require_version
from users.models import User

log = structlog.get_logger(__name__)

MOST_RECIPIENTS = 50
MOST_FILES = 20
SUBJECT, BODY = 255, 20_000


@dataclass(frozen=True, kw_only=True)
class File:
    """A file to go with an e-mail."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """An e-mail as somebody has written it. What it is about is `(record_kind, record_id)`, say ("invoice", 7).

    `key` names the occasion of one that finsuite writes by itself ("reminder:7:2026-12-01"): queued again with the same
    key, it is the same e-mail.
    """

    kind: EmailKind
    to: Sequence[str]
    subject: str
    body: str
    language: str
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    files: Sequence[File] = ()
    record_kind: str = ""
    record_id: int | None = None
    key: str | None = None


@transaction.atomic
def queue_email(*, actor: Actor, organization: Organization, letter: Letter) -> Email:
    """Put an e-mail into the outbox; it goes out once the caller's transaction has committed.

    It comes from finsuite's own address under the sender's name, and replies go to the sender.
    """
    require(actor, organization, Right.EMAIL)
    known = _known(organization, letter.key)
    if known is not None:
        return known
    to, cc, bcc = _recipients(letter)
    subject, body = " ".join(letter.subject.split()), letter.body.replace("\r\n", "\n").strip()
    _check(subject, body, letter)
    sender = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    from_address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    email = Email(
        organization=organization,
        kind=letter.kind,
        record_kind=letter.record_kind,
        record_id=letter.record_id,
        sender=sender,
        from_name=_from_name(sender, organization)[:200],
        from_address=from_address,
        reply_to=sender.email if sender else organization.email,
        to=to,
        cc=cc,
        bcc=bcc,
        subject=subject,
        body=body,
        language=letter.language,
        message_id=make_msgid(domain=from_address.rpartition("@")[2] or "localhost"),
        key=letter.key,
        next_try_at=timezone.now(),
        search_text=fold(" ".join([subject, *to, *cc, *bcc])),
    )
    email.save(force_insert=True)
    EmailAttachment.objects.bulk_create([_attachment(email, file) for file in letter.files])
    _record(actor, email, "queued", after={"subject": subject, "to": to, "cc": cc, "bcc": bcc})
    wake(email.pk)
    return email


@transaction.atomic
def cancel_email(*, actor: Actor, email: Email, version: str | None = None) -> Email:
    """Take an e-mail out of the outbox before it is sent, or give up one that failed."""
    email = _locked(actor, email, version)
    _require_state(email, "cancel", (EmailState.QUEUED, EmailState.FAILED))
    email.state, email.next_try_at = EmailState.CANCELLED, None
    email.save(update_fields=["state", "next_try_at", "updated_at"])
    _record(actor, email, "cancelled")
    return email


@transaction.atomic
def retry_email(*, actor: Actor, email: Email, version: str | None = None) -> Email:
    """Have an e-mail tried again now: one that failed, that was cancelled, or that waits for its next attempt."""
    email = _locked(actor, email, version)
    _require_state(email, "retry", (EmailState.QUEUED, EmailState.FAILED, EmailState.CANCELLED))
    email.state, email.attempts, email.next_try_at = EmailState.QUEUED, 0, timezone.now()
    email.save(update_fields=["state", "attempts", "next_try_at", "updated_at"])
    _record(actor, email, "retried")
    wake(email.pk)
    return email


def wake(email_id: int) -> None:
    """After the commit, have a worker send this one. A message that can't be given is no loss: the sweep finds it."""
    transaction.on_commit(lambda: _publish(email_id), robust=True)


def _publish(email_id: int) -> None:
    try:
        current_app.send_task("finance.send_email", args=[email_id], queue="outbox", ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("emails.broker_unreachable", email=email_id, error=repr(error))


def _known(organization: Organization, key: str | None) -> Email | None:
    if key is None:
        return None
    # The organization's lock puts two who write about the same occasion one after the other.
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)
    return Email.objects.of(organization).filter(key=key).first()


def _recipients(letter: Letter) -> tuple[list[str], list[str], list[str]]:
    """To, copy and blind copy, each address once, where it stands first."""
    seen: set[str] = set()
    faults: dict[str, list[str]] = {}
    found = [_addresses(name, getattr(letter, name), seen, faults) for name in ("to", "cc", "bcc")]
    if not found[0] and "to" not in faults:
        faults["to"] = [_("Say to whom it goes.")]
    if len(seen) > MOST_RECIPIENTS:
        faults["to"] = [_("An e-mail goes to %(most)d addresses at most.") % {"most": MOST_RECIPIENTS}]
    if faults:
        raise Refused(_("Some addresses can't be written to."), code="recipients", fields=faults)
    return found[0], found[1], found[2]


def _addresses(name: str, given: Iterable[str], seen: set[str], faults: dict[str, list[str]]) -> list[str]:
    found = []
    for address in (one.strip() for one in given):
        if not address or address.lower() in seen:
            continue
        try:
            validate_email(address)
        except ValidationError:
            said = _("“%(address)s” is not an e-mail address.") % {"address": address[:100]}
            faults.setdefault(name, []).append(said)
            continue
        seen.add(address.lower())
        found.append(address)
    return found


def _check(subject: str, body: str, letter: Letter) -> None:
    faults: dict[str, list[str]] = {}
    for name, text, most in (("subject", subject, SUBJECT), ("body", body, BODY)):
        if not text:
            faults[name] = [_("This field is required.")]
        elif len(text) > most:
            faults[name] = [_("This is longer than %(most)d characters.") % {"most": most}]
        elif "\x00" in text:
            faults[name] = [_("This contains a character that can't be stored.")]
    if letter.kind not in EmailKind.values:
        raise ValueError(f"no kind of e-mail {letter.kind!r}")
    if letter.language not in dict(settings.LANGUAGES):
        faults["language"] = [_("finsuite does not know this language.")]
    most_bytes = settings.EMAIL_MOST_BYTES
    if len(letter.files) > MOST_FILES:
        faults["files"] = [
            ngettext("%(most)d file at most.", "%(most)d files at most.", MOST_FILES) % {"most": MOST_FILES}
        ]
    elif sum(len(file.content) for file in letter.files) > most_bytes:
        said = _("The files of an e-mail may have %(most)d MB together.")
        faults["files"] = [said % {"most": most_bytes // 1024 // 1024}]
    elif any(not file.content for file in letter.files):
        faults["files"] = [_("A file is empty.")]
    if faults:
        raise Refused(_("The e-mail can't be sent as it is."), fields=faults)


def _from_name(sender: User | None, organization: Organization) -> str:
    if sender is None:
        return organization.name
    # Translators: whom an e-mail comes from, as in "Anne Leroy, Dupont Frères".
    return _("%(person)s, %(organization)s") % {
        "person": sender.get_full_name() or sender.email,
        "organization": organization.name,
    }


def _attachment(email: Email, file: File) -> EmailAttachment:
    return EmailAttachment(
        email=email,
        name=" ".join(file.name.replace("/", "-").replace("\\", "-").split())[:200] or "file",
        media_type=file.media_type,
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
        content=file.content,
    )


def _locked(actor: Actor, email: Email, version: str | None) -> Email:
    """The e-mail's own row, for whoever manages the outbox, and for its sender."""
    organization = email.organization
    require(actor, organization, Right.EMAIL if email.sender_id == actor.user_id else Right.MANAGE_EMAILS)
    held = Email.objects.of(organization).select_for_update(of=("self",)).get(pk=email.pk)
    held.organization = organization
    require_version(held, version)
    return held


def _require_state(email: Email, verb: str, states: tuple[EmailState, ...]) -> None:
    if email.state in states:
        return
    sentence = _("This e-mail is “%(state)s” and can't be changed any more.") % {"state": email.get_state_display()}
    raise TransitionRefused(sentence, state=email.state, verb=verb, legal=legal_verbs(email))


def legal_verbs(email: Email) -> list[str]:
    """What can be done with the e-mail as it is."""
    return {
        EmailState.QUEUED: ["retry", "cancel"],
        EmailState.FAILED: ["retry", "cancel"],
        EmailState.CANCELLED: ["retry"],
    }.get(EmailState(email.state), [])


def _record(actor: Actor, email: Email, verb: str, **sides: dict[str, Any]) -> None:
    audit.services.record(actor=actor, tenant=email.organization.tenant, subject=email, verb=verb, **sides)
