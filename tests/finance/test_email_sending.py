"""E-mails against a real mail server, which takes them, refuses them, is full, is down, and dies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from finance.choices import EmailKind, EmailProblem, EmailState
from finance.models import Email, Organization
from finance.services import email_sending
from finance.services.email_sending import PAUSES, SILENT, send_due_emails, send_email
from finance.services.emails import File, Letter, queue_email, retry_email
from finsuite.kernel import mail
from finsuite.kernel.actors import Actor
from tests import factories
from tests.mail_server import MailServer, mail_server
from users.models import Notification, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def anne() -> User:
    return factories.user("anne@dupont.example", first_name="Anne", last_name="Leroy")


@pytest.fixture
def organization(anne: User) -> Organization:
    return factories.finance_organization(anne)


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as running:
        yield running


def queue(organization: Organization, anne: User, **changes: Any) -> Email:
    written = {
        "kind": EmailKind.INVOICE,
        "to": ["claire@merieux.example"],
        "subject": "Facture FA-1 – échéance",
        "body": "Bonjour,\n\nvoyez <b>https://example.com/a?b=1&c=2</b>\nMerci",
        "language": "fr",
        **changes,
    }
    return queue_email(actor=Actor.person(anne), organization=organization, letter=Letter(**written))


def test_one_message_goes_to_everybody_with_the_blind_copies_left_out_of_it(
    organization: Organization, anne: User, server: MailServer
) -> None:
    email = queue(
        organization,
        anne,
        to=["claire@merieux.example", "jean@merieux.example"],
        cc=["compta@dupont.example"],
        bcc=["archive@dupont.example"],
        files=[File(name="Facture FA-1.pdf", media_type="application/pdf", content=b"%PDF-1.7 \xff")],
    )
    assert send_email(email.pk)
    ((recipients, message),) = server.handler.taken
    assert recipients == [
        "claire@merieux.example",
        "jean@merieux.example",
        "compta@dupont.example",
        "archive@dupont.example",
    ]
    assert message["To"] == "claire@merieux.example, jean@merieux.example"
    assert message["Cc"] == "compta@dupont.example"
    assert "archive" not in message.as_string()
    assert str(message["From"]) == '"Anne Leroy, Dupont Frères" <mail@finsuite.example>'
    assert message["Reply-To"] == "anne@dupont.example"
    assert message["Subject"] == "Facture FA-1 – échéance"
    assert message["Message-ID"] == email.message_id
    assert message["Content-Language"] == "fr"


def test_the_message_has_both_texts_and_its_files(organization: Organization, anne: User, server: MailServer) -> None:
    files = [File(name="Reçu n° 1.pdf", media_type="application/pdf", content=b"%PDF-1.7 \xff\x00")]
    send_email(queue(organization, anne, files=files).pk)
    ((_recipients, message),) = server.handler.taken
    plain, html = message.get_body(["plain"]), message.get_body(["html"])
    assert plain is not None
    assert (
        plain.get_content().replace("\r\n", "\n").strip()
        == "Bonjour,\n\nvoyez <b>https://example.com/a?b=1&c=2</b>\nMerci"
    )
    assert html is not None
    assert "&lt;b&gt;" in html.get_content()
    assert "<b>" not in html.get_content()
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Reçu n° 1.pdf", b"%PDF-1.7 \xff\x00")


def test_a_sent_email_says_when_and_is_never_sent_again(
    organization: Organization, anne: User, server: MailServer
) -> None:
    email = queue(organization, anne)
    assert send_email(email.pk)
    assert not send_email(email.pk)
    assert send_due_emails() == 0
    assert len(server.handler.taken) == 1
    email.refresh_from_db()
    assert (email.state, email.attempts, email.problem) == (EmailState.SENT, 1, "")
    assert email.sent_at is not None
    verbs = Entry.objects.filter(kind="finance.email").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["queued", "sent"]
    assert Notification.objects.count() == 0


def test_a_recipient_whom_the_server_refuses_is_told_by_name_while_the_others_have_it(
    organization: Organization, anne: User, server: MailServer
) -> None:
    server.handler.answers["gone@merieux.example"] = "550 5.1.1 No such user"
    email = queue(organization, anne, to=["claire@merieux.example"], cc=["gone@merieux.example"])
    send_email(email.pk)
    email.refresh_from_db()
    assert [recipients for recipients, _message in server.handler.taken] == [["claire@merieux.example"]]
    assert (email.state, email.problem) == (EmailState.SENT, EmailProblem.SOME_RECIPIENTS)
    assert email.refused == {"gone@merieux.example": "550 5.1.1 No such user"}
    (notice,) = Notification.objects.filter(user=anne)
    assert notice.text == "The e-mail “Facture FA-1 – échéance” was refused for: gone@merieux.example"
    assert notice.url == f"/finance/{organization.pk}/emails/{email.pk}/"


def test_an_email_that_nobody_can_get_has_failed(organization: Organization, anne: User, server: MailServer) -> None:
    server.handler.answers["claire@merieux.example"] = "550 No such user"
    email = queue(organization, anne)
    send_email(email.pk)
    email.refresh_from_db()
    assert (email.state, email.problem) == (EmailState.FAILED, EmailProblem.RECIPIENTS)
    assert email.refused == {"claire@merieux.example": "550 No such user"}
    assert email.next_try_at is None
    assert Notification.objects.get(user=anne).text == "The e-mail “Facture FA-1 – échéance” could not be sent"


def test_a_recipient_who_may_be_taken_later_is_tried_later(
    organization: Organization, anne: User, server: MailServer
) -> None:
    server.handler.answers["claire@merieux.example"] = "451 Greylisted"
    email = queue(organization, anne)
    send_email(email.pk)
    email.refresh_from_db()
    assert (email.state, email.problem) == (EmailState.QUEUED, EmailProblem.RECIPIENTS)
    server.handler.answers.clear()
    due_now(email)
    assert send_due_emails() == 1
    assert len(server.handler.taken) == 1


def due_now(email: Email) -> None:
    Email.objects.filter(pk=email.pk).update(next_try_at=timezone.now())


def test_an_email_waits_for_a_server_that_is_down_and_goes_out_once_it_is_up(
    organization: Organization, anne: User, server: MailServer
) -> None:
    server.stop()
    email = queue(organization, anne)
    before = timezone.now()
    assert send_email(email.pk)
    email.refresh_from_db()
    assert (email.state, email.problem, email.attempts) == (EmailState.QUEUED, EmailProblem.UNREACHABLE, 1)
    assert email.next_try_at is not None
    assert email.next_try_at - before >= PAUSES[0]
    assert send_due_emails() == 0  # its time has not come
    server.start()
    due_now(email)
    assert send_due_emails() == 1
    email.refresh_from_db()
    assert (email.state, email.problem) == (EmailState.SENT, "")
    assert server.handler.taken[0][1]["Message-ID"] == email.message_id


def test_of_what_nobody_wrote_those_who_manage_the_outbox_are_told(
    organization: Organization, anne: User, server: MailServer
) -> None:
    server.handler.answers["claire@merieux.example"] = "550 No such user"
    accountant = factories.finance_member(organization, role="accountant", email="books@example.com")
    factories.finance_member(organization, role="staff", email="seller@example.com")
    letter = Letter(
        kind=EmailKind.REMINDER,
        to=["claire@merieux.example"],
        subject="Reminder",
        body="Hello",
        language="en",
        key="reminder:1:2026-11-22",
    )
    email = queue_email(actor=Actor.system("reminders"), organization=organization, letter=letter)
    send_email(email.pk)
    told = Notification.objects.filter(kind="email").values_list("user__email", flat=True)
    owners = organization.memberships.filter(role="admin").values_list("user__email", flat=True)
    assert sorted(told) == sorted([*owners, accountant.email])


def test_the_pauses_grow_and_end(organization: Organization, anne: User, server: MailServer) -> None:
    server.stop()
    email = queue(organization, anne)
    waits = []
    for _attempt in range(len(PAUSES)):
        due_now(email)
        before = timezone.now()
        assert send_due_emails() == 1
        email.refresh_from_db()
        assert email.next_try_at is not None
        waits.append(round((email.next_try_at - before).total_seconds()))
    assert waits == [60, 300, 900, 3_600, 14_400, 43_200]
    assert Notification.objects.count() == 0
    due_now(email)
    assert send_due_emails() == 1
    email.refresh_from_db()
    assert (email.state, email.attempts, email.next_try_at) == (EmailState.FAILED, 7, None)
    assert Notification.objects.filter(user=anne).count() == 1


def test_a_failed_email_can_be_tried_again_from_the_start(
    organization: Organization, anne: User, server: MailServer
) -> None:
    server.handler.to_data = "554 Looks like spam"
    email = queue(organization, anne)
    send_email(email.pk)
    email.refresh_from_db()
    assert (email.state, email.problem, email.answer) == (
        EmailState.FAILED,
        EmailProblem.REFUSED,
        "554 Looks like spam",
    )
    server.handler.to_data = "250 OK"
    retried = retry_email(actor=Actor.person(anne), email=email)
    assert (retried.state, retried.attempts) == (EmailState.QUEUED, 0)
    assert send_due_emails() == 1
    email.refresh_from_db()
    assert (email.state, email.problem, email.answer) == (EmailState.SENT, "", "")


def test_an_email_that_the_server_finds_too_large_has_failed(
    organization: Organization, anne: User, settings: Any
) -> None:
    with mail_server(settings, most_bytes=50_000) as server:
        files = [File(name="a.bin", media_type="application/octet-stream", content=b"\x00" * 80_000)]
        email = queue(organization, anne, files=files)
        send_email(email.pk)
        assert server.handler.taken == []
    email.refresh_from_db()
    assert (email.state, email.problem) == (EmailState.FAILED, EmailProblem.TOO_LARGE)
    assert email.answer.startswith("552")


def test_a_wrong_password_is_told_as_such_and_tried_again(
    organization: Organization, anne: User, server: MailServer, settings: Any
) -> None:
    settings.EMAIL_HOST_PASSWORD = "wrong"
    email = queue(organization, anne)
    send_email(email.pk)
    email.refresh_from_db()
    assert (email.state, email.problem) == (EmailState.QUEUED, EmailProblem.SIGN_IN)


def test_a_sender_whom_the_server_does_not_take_is_told_as_such(
    organization: Organization, anne: User, server: MailServer
) -> None:
    server.handler.to_sender = "553 Not yours"
    email = queue(organization, anne)
    send_email(email.pk)
    email.refresh_from_db()
    assert (email.state, email.problem, email.answer) == (EmailState.FAILED, EmailProblem.SENDER, "553 Not yours")


def test_a_server_that_is_busy_is_asked_again(organization: Organization, anne: User, server: MailServer) -> None:
    server.handler.to_data = "452 Insufficient storage"
    email = queue(organization, anne)
    send_email(email.pk)
    email.refresh_from_db()
    assert (email.state, email.problem) == (EmailState.QUEUED, EmailProblem.BUSY)


def test_a_connection_lost_after_the_message_had_gone_is_not_tried_again_by_itself(
    organization: Organization, anne: User, server: MailServer
) -> None:
    server.handler.hangs_up = True
    email = queue(organization, anne)
    send_email(email.pk)
    email.refresh_from_db()
    assert len(server.handler.taken) == 1
    assert (email.state, email.problem) == (EmailState.FAILED, EmailProblem.UNKNOWN)
    assert send_due_emails() == 0
    assert len(server.handler.taken) == 1


def test_an_email_whose_worker_died_is_not_sent_again_by_itself(
    organization: Organization, anne: User, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = queue(organization, anne)
    monkeypatch.setattr(email_sending, "_send", lambda claimed: None)  # it dies with the e-mail in its hands
    assert send_email(email.pk)
    monkeypatch.undo()
    assert send_due_emails() == 0
    Email.objects.filter(pk=email.pk).update(claimed_at=timezone.now() - SILENT - timedelta(seconds=1))
    assert send_due_emails() == 0
    email.refresh_from_db()
    assert (email.state, email.problem) == (EmailState.FAILED, EmailProblem.UNKNOWN)
    assert server.handler.taken == []
    assert Notification.objects.filter(user=anne).count() == 1


def test_the_word_of_a_slow_worker_is_heard_after_it_was_given_up(
    organization: Organization, anne: User, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = queue(organization, anne)
    claimed: list[Email] = []
    monkeypatch.setattr(email_sending, "_send", claimed.append)
    send_email(email.pk)
    monkeypatch.undo()
    Email.objects.filter(pk=email.pk).update(claimed_at=timezone.now() - SILENT - timedelta(seconds=1))
    send_due_emails()
    email_sending._send(claimed[0])
    email.refresh_from_db()
    assert (email.state, email.problem) == (EmailState.SENT, "")


def test_without_a_mail_server_an_email_waits_and_says_why(
    organization: Organization, anne: User, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "finsuite.kernel.mail.NoBackend"
    email = queue(organization, anne)
    send_email(email.pk)
    email.refresh_from_db()
    assert (email.state, email.problem) == (EmailState.QUEUED, EmailProblem.NOT_SET_UP)


def test_development_leaves_each_email_in_a_file(
    organization: Organization, anne: User, settings: Any, tmp_path: Any
) -> None:
    settings.EMAIL_BACKEND, settings.MAIL_FOLDER = "finsuite.kernel.mail.FolderBackend", str(tmp_path / "mail")
    for number in (1, 2):
        send_email(queue(organization, anne, subject=f"Number {number}").pk)
    files = sorted((tmp_path / "mail").iterdir())
    assert len(files) == 2
    assert all(file.suffix == ".eml" for file in files)
    assert b"Subject: Number 1" in b"".join(file.read_bytes() for file in files)


def test_the_file_of_an_email_is_named_by_nothing_that_leads_elsewhere() -> None:
    assert "/" not in mail.file_of("<../../etc/passwd@evil>", timezone.now())
