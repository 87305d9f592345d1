"""The outbox: what can be written into it, who may, and who sees it."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from audit.models import Entry
from finance import access
from finance.choices import EmailKind, EmailState
from finance.models import Email, EmailAttachment, Membership, Organization
from finance.selectors import emails as selectors
from finance.services import emails as services
from finance.services.emails import File, Letter, cancel_email, queue_email, retry_email
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused, TransitionRefused
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db


def letter(**changes: Any) -> Letter:
    return Letter(
        **{
            "kind": EmailKind.INVOICE,
            "to": ["claire@example.com"],
            "subject": "Invoice",
            "body": "Hello",
            "language": "en",
            **changes,
        }
    )


@pytest.fixture
def sent_messages(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(services.current_app, "send_task", lambda name, **how: found.append((name, how)))
    return found


def test_an_email_is_queued_with_its_files(organization: Organization, actor: Actor, boss: User) -> None:
    files = [File(name="../a/b.pdf", media_type="application/pdf", content=b"%PDF")]
    email = queue_email(
        actor=actor,
        organization=organization,
        letter=letter(files=files, subject=" Two\r\nlines ", record_kind="invoice", record_id=7),
    )
    email.refresh_from_db()
    assert (email.state, email.subject, email.reply_to) == (EmailState.QUEUED, "Two lines", boss.email)
    assert (email.record_kind, email.record_id) == ("invoice", 7)
    assert email.message_id.startswith("<")
    attached = EmailAttachment.objects.get(email=email)
    assert (attached.name, attached.size) == ("..-a-b.pdf", 4)
    assert attached.sha256 == hashlib.sha256(b"%PDF").hexdigest()
    assert Entry.objects.filter(kind="finance.email", verb="queued", record_id=email.pk).count() == 1


def test_an_address_is_written_to_once_where_it_stands_first(organization: Organization, actor: Actor) -> None:
    written = letter(
        to=["a@example.com", "A@example.com"], cc=["a@example.com", "b@example.com"], bcc=["b@example.com"]
    )
    email = queue_email(actor=actor, organization=organization, letter=written)
    assert (email.to, email.cc, email.bcc) == (["a@example.com"], ["b@example.com"], [])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to": []}, "to"),
        ({"to": ["nobody"]}, "to"),
        ({"to": ["a@example.com\nBcc: b@example.com"]}, "to"),
        ({"cc": ["Claire <claire@example.com>"]}, "cc"),
        ({"to": [f"a{number}@example.com" for number in range(51)]}, "to"),
        ({"subject": " \n "}, "subject"),
        ({"subject": "x" * 256}, "subject"),
        ({"body": ""}, "body"),
        ({"body": "x" * 20_001}, "body"),
        ({"body": "a\x00b"}, "body"),
        ({"language": "tlh"}, "language"),
        ({"files": [File(name="a", media_type="text/plain", content=b"")]}, "files"),
        ({"files": [File(name="a", media_type="text/plain", content=b"x")] * 21}, "files"),
    ],
)
def test_an_email_that_could_not_go_out_is_refused(
    organization: Organization, actor: Actor, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        queue_email(actor=actor, organization=organization, letter=letter(**wrong))
    assert list(refusal.value.fields) == [field]
    assert Email.objects.count() == 0


def test_files_are_limited_together(organization: Organization, actor: Actor, settings: Any) -> None:
    settings.EMAIL_MOST_BYTES = 2 * 1024 * 1024
    big = File(name="a", media_type="text/plain", content=b"x" * (1024 * 1024 + 1))
    with pytest.raises(Refused) as refusal:
        queue_email(actor=actor, organization=organization, letter=letter(files=[big, big]))
    assert refusal.value.fields == {"files": ["The files of an e-mail may have 2 MB together."]}


def test_the_same_occasion_is_written_about_once(organization: Organization, actor: Actor) -> None:
    first = queue_email(actor=actor, organization=organization, letter=letter(key="reminder:7:1"))
    again = queue_email(actor=actor, organization=organization, letter=letter(key="reminder:7:1", subject="Other"))
    assert (again.pk, again.subject) == (first.pk, "Invoice")
    assert Email.objects.count() == 1


def test_a_viewer_and_a_sync_may_not_write(organization: Organization, viewer: User, actor: Actor) -> None:
    for who, why in ((Actor.person(viewer), NotPermitted), (actor.by(Via.SYNC), NotFound)):
        with pytest.raises(why):
            queue_email(actor=who, organization=organization, letter=letter())
    assert Email.objects.count() == 0


def test_finsuite_itself_writes_for_the_organization(organization: Organization) -> None:
    organization.email = "books@dupont.example"
    email = queue_email(actor=factories.SYSTEM, organization=organization, letter=letter())
    assert (email.sender, email.from_name, email.reply_to) == (None, "Dupont Frères", "books@dupont.example")


def test_a_worker_is_woken_after_the_commit_and_never_before(
    organization: Organization, actor: Actor, sent_messages: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        email = queue_email(actor=actor, organization=organization, letter=letter())
        assert sent_messages == []
    assert [(name, how["args"], how["queue"]) for name, how in sent_messages] == [
        ("finance.send_email", [email.pk], "outbox")
    ]


def test_what_is_rolled_back_is_not_sent(
    organization: Organization, actor: Actor, sent_messages: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        queue_email(actor=actor, organization=organization, letter=letter())
        transaction.set_rollback(True)
    assert sent_messages == []
    assert Email.objects.count() == 0


def test_a_broker_that_is_down_costs_nothing_but_time(
    organization: Organization,
    actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def gone(*_args: Any, **_how: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(services.current_app, "send_task", gone)
    with django_capture_on_commit_callbacks(execute=True):
        email = queue_email(actor=actor, organization=organization, letter=letter())
    email.refresh_from_db()
    assert email.state == EmailState.QUEUED


def test_a_queued_email_can_be_taken_out_and_put_back(organization: Organization, actor: Actor) -> None:
    email = queue_email(actor=actor, organization=organization, letter=letter())
    cancelled = cancel_email(actor=actor, email=email)
    assert (cancelled.state, cancelled.next_try_at) == (EmailState.CANCELLED, None)
    again = retry_email(actor=actor, email=cancelled)
    assert again.state == EmailState.QUEUED
    assert again.next_try_at is not None


@pytest.mark.parametrize("state", [EmailState.SENT, EmailState.SENDING])
def test_what_is_out_of_the_house_stays_out(organization: Organization, actor: Actor, state: EmailState) -> None:
    email = queue_email(actor=actor, organization=organization, letter=letter())
    Email.objects.filter(pk=email.pk).update(state=state, claimed_at=email.created_at)
    for verb in (cancel_email, retry_email):
        with pytest.raises(TransitionRefused) as refusal:
            verb(actor=actor, email=email)
        assert refusal.value.legal == []
    email.refresh_from_db()
    assert email.state == state


def test_a_stale_page_changes_nothing(organization: Organization, actor: Actor) -> None:
    email = queue_email(actor=actor, organization=organization, letter=letter())
    with pytest.raises(Conflict):
        cancel_email(actor=actor, email=email, version="2020-01-01T00:00:00+00:00")
    email.refresh_from_db()
    assert email.state == EmailState.QUEUED


def test_staff_see_and_change_what_they_wrote_themselves(
    organization: Organization, actor: Actor, staff: User, accountant: User
) -> None:
    theirs = queue_email(actor=Actor.person(staff), organization=organization, letter=letter())
    mine = queue_email(actor=actor, organization=organization, letter=letter())
    members = {
        person.pk: Membership.objects.get(organization=organization, user=person) for person in (staff, accountant)
    }
    every = Email.objects.of(organization)
    assert list(selectors.visible_to(members[staff.pk], every)) == [theirs]
    assert selectors.visible_to(members[accountant.pk], every).count() == 2
    with pytest.raises(NotFound):
        access.email(members[staff.pk], mine.pk)
    with pytest.raises(NotPermitted):
        cancel_email(actor=Actor.person(staff), email=mine)
    assert cancel_email(actor=Actor.person(staff), email=theirs).state == EmailState.CANCELLED


def test_an_email_of_another_organization_does_not_exist(
    organization: Organization, actor: Actor, outsider: User
) -> None:
    email = queue_email(actor=actor, organization=organization, letter=letter())
    theirs = Membership.objects.get(user=outsider)
    with pytest.raises(NotFound):
        access.email(theirs, email.pk)


def test_emails_are_found_by_subject_and_address(organization: Organization, actor: Actor) -> None:
    queue_email(actor=actor, organization=organization, letter=letter(subject="Échéance de novembre"))
    queue_email(actor=actor, organization=organization, letter=letter(to=["x@merieux.example"]))
    for text, count in (("echeance NOV", 1), ("Merieux", 1), ("nothing", 0), ("", 2)):
        assert selectors.emails(organization, selectors.Filters(search=text)).count() == count
