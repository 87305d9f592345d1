"""Sending what is in the outbox: claim one, hand it to the mail server, note what came of it.

A claim is committed before the mail server is asked, so that no e-mail is handed over twice: not by two workers, and
not again after one that died in between. Whether that one had handed it over nobody knows; a person has to look.
"""

from __future__ import annotations

import smtplib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

import audit.services
from finance.choices import EmailProblem, EmailState, Role
from finance.documents.mail import as_html
from finance.models import Email, Membership
from finance.rights import Right, allows
from finsuite.kernel import mail
from finsuite.kernel.actors import Actor, Via
from users.services.notifications import Notice, notify

log = structlog.get_logger(__name__)

# How long to wait after each attempt that failed for a reason that may pass. After the last one it has failed for good.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)
SILENT = timedelta(minutes=10)  # longer than any task may run: who claimed it is gone
SECONDS = 50.0
MOST_AT_ONCE = 500
ANSWER = 2_000

PASSING = {EmailProblem.UNREACHABLE, EmailProblem.BUSY, EmailProblem.NOT_SET_UP, EmailProblem.SIGN_IN}


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt."""

    state: EmailState
    problem: str = ""
    answer: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)


def send_email(email_id: int) -> bool:
    """Send this one, if it is due and nobody else is at it; answers whether it was tried."""
    email = _claim(pk=email_id)
    if email is not None:
        _send(email)
    return email is not None


def send_due_emails(*, seconds: float = SECONDS) -> int:
    """Send everything that is due, for as long as there is time; answers how many were tried."""
    give_up_silent(now=timezone.now())
    until, tried = time.monotonic() + seconds, 0
    while tried < MOST_AT_ONCE and time.monotonic() < until:
        email = _claim()
        if email is None:
            break
        _send(email)
        tried += 1
    return tried


def give_up_silent(*, now: datetime) -> int:
    """Note of those whose worker died while it was sending them that nobody knows whether they went out."""
    silent = list(Email.objects.filter(state=EmailState.SENDING, claimed_at__lt=now - SILENT).order_by("pk"))
    for email in silent:
        _note(email, Outcome(EmailState.FAILED, EmailProblem.UNKNOWN))
    return len(silent)


@transaction.atomic
def _claim(**which: Any) -> Email | None:
    """The next one that is due and that nobody else is at; it is this worker's from the commit on."""
    due = Email.objects.filter(state=EmailState.QUEUED, next_try_at__lte=timezone.now(), **which)
    email = due.order_by("next_try_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()
    if email is None:
        return None
    email.state, email.claimed_at, email.attempts = EmailState.SENDING, timezone.now(), email.attempts + 1
    email.save(update_fields=["state", "claimed_at", "attempts", "updated_at"])
    return email


def _send(email: Email) -> None:
    message = message_of(email)
    outcome = _handed_over(message)
    _note(email, outcome)


def message_of(email: Email) -> EmailMultiAlternatives:
    """The one message to all its recipients, with both texts and its files; the same each time that it is made."""
    message = EmailMultiAlternatives(
        subject=email.subject,
        body=email.body,
        from_email=_named(email.from_name, email.from_address),
        to=email.to,
        cc=email.cc,
        bcc=email.bcc,
        reply_to=[email.reply_to] if email.reply_to else None,
        headers={
            "Message-ID": email.message_id,
            "Date": email.created_at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "Content-Language": email.language,
        },
        connection=get_connection(),
    )
    message.attach_alternative(as_html(email.body, email.language), "text/html")
    for attached in email.attachments.order_by("pk"):
        message.attach(attached.name, bytes(attached.content), attached.media_type)
    return message


def _named(name: str, address: str) -> str:
    quoted = name.replace("\\", " ").replace('"', "'")
    return f'"{quoted}" <{address}>' if name else address


def _handed_over(message: EmailMultiAlternatives) -> Outcome:
    """Ask the mail server to take it, and put what it says into our words."""
    try:
        message.send()
    except mail.NotSetUp:
        return Outcome(EmailState.QUEUED, EmailProblem.NOT_SET_UP)
    except mail.UnknownOutcome as lost:
        return Outcome(EmailState.FAILED, EmailProblem.UNKNOWN, str(lost))
    except smtplib.SMTPRecipientsRefused as refusal:
        return _all_refused(refusal.recipients)
    except smtplib.SMTPAuthenticationError as refusal:
        return Outcome(EmailState.QUEUED, EmailProblem.SIGN_IN, _said(refusal.smtp_code, refusal.smtp_error))
    except smtplib.SMTPSenderRefused as refusal:
        return _answered(refusal, EmailProblem.SENDER)
    except smtplib.SMTPResponseException as refusal:
        return _answered(refusal, EmailProblem.REFUSED)
    except (smtplib.SMTPException, OSError) as lost:
        return Outcome(EmailState.QUEUED, EmailProblem.UNREACHABLE, str(lost))
    refused = {address: _said(*said) for address, said in mail.refused_by_server(message).items()}
    return Outcome(EmailState.SENT, EmailProblem.SOME_RECIPIENTS if refused else "", refused=refused)


def _all_refused(recipients: Mapping[str, tuple[int, bytes]]) -> Outcome:
    """Nobody has it. If the server may take one of them later, it is tried later for all."""
    refused = {address: _said(*said) for address, said in recipients.items()}
    passes = any(code < 500 for code, _words in recipients.values())
    return Outcome(EmailState.QUEUED if passes else EmailState.FAILED, EmailProblem.RECIPIENTS, refused=refused)


def _answered(refusal: smtplib.SMTPResponseException, problem: EmailProblem) -> Outcome:
    said = _said(refusal.smtp_code, refusal.smtp_error)
    if refusal.smtp_code == 552:
        return Outcome(EmailState.FAILED, EmailProblem.TOO_LARGE, said)
    if refusal.smtp_code < 500:
        return Outcome(EmailState.QUEUED, EmailProblem.BUSY, said)
    return Outcome(EmailState.FAILED, problem, said)


def _said(code: int, words: bytes | str) -> str:
    told = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {told}".strip()


@transaction.atomic
def _note(email: Email, outcome: Outcome) -> None:
    """Write down what came of this worker's attempt. A later word of the same attempt is the truer one."""
    held = Email.objects.select_for_update(of=("self",)).select_related("organization").filter(pk=email.pk).first()
    if held is None or held.attempts != email.attempts or held.state not in (EmailState.SENDING, EmailState.FAILED):
        log.warning("emails.outcome_too_late", email=email.pk, state=outcome.state, problem=outcome.problem)
        return
    now = timezone.now()
    held.state, held.problem, held.answer = outcome.state, outcome.problem, outcome.answer[:ANSWER].replace("\x00", "")
    held.refused = dict(outcome.refused)
    held.claimed_at, held.next_try_at = None, None
    if outcome.state == EmailState.QUEUED:
        if held.attempts > len(PAUSES):
            held.state = EmailState.FAILED
        else:
            held.next_try_at = now + PAUSES[held.attempts - 1]
    elif outcome.state == EmailState.SENT:
        held.sent_at = now
    held.save()
    log.info("emails.tried", email=held.pk, state=held.state, problem=held.problem, attempts=held.attempts)
    if held.state != EmailState.QUEUED:
        _record(held)
        _tell_of_problem(held)


def _record(email: Email) -> None:
    actor = Actor(user_id=email.sender_id, label=email.from_name, via=Via.SYSTEM)
    found = {"problem": email.problem, "answer": email.answer, "refused": email.refused}
    after = {name: value for name, value in found.items() if value}
    audit.services.record(
        actor=actor, tenant=email.organization.tenant, subject=email, verb=str(email.state), after=after
    )


def _tell_of_problem(email: Email) -> None:
    """Nobody need look whether it went out: its sender is told when it didn't, or not to everybody."""
    if not email.problem:
        return
    if email.state == EmailState.SENT:
        message = gettext_noop("The e-mail “%(subject)s” was refused for: %(addresses)s")
    else:
        message = gettext_noop("The e-mail “%(subject)s” could not be sent")
    params = {"subject": email.subject[:100], "addresses": ", ".join(email.refused)[:200]}
    url = reverse("finance:email_detail", kwargs={"organization": email.organization_id, "email": email.pk})
    key = f"finance:email:{email.pk}:{email.attempts}:{email.state}"
    notify(
        [
            Notice(user_id=user_id, kind="email", message=message, params=params, url=url, key=key)
            for user_id in _responsible(email)
        ]
    )


def _responsible(email: Email) -> list[int]:
    """Who sent it; of what finsuite has written by itself, those who manage the outbox."""
    if email.sender_id is not None:
        return [email.sender_id]
    if email.key is None:
        return []
    roles = [role for role in Role if allows(role, Right.MANAGE_EMAILS)]
    members = Membership.objects.of(email.organization_id).filter(role__in=roles, user__is_active=True)
    return list(members.order_by("user_id").values_list("user_id", flat=True))
