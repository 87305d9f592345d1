"""Files on records. What is sent in bad faith is in tests/crm/test_uploads.py."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from audit.models import Entry
from crm.access import access
from crm.choices import Level
from crm.events import AttachmentAdded, AttachmentDeleted, AttachmentRestored
from crm.models import Attachment, ModuleRight
from crm.selectors.attachments import attachments, files_of, get_attachment
from crm.services import attachments as services
from crm.services.accounts import delete_account
from crm.services.activities import delete_activity
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories

PDF = b"%PDF-1.7 an offer"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def acme(organization):
    return factories.account(organization, name="Acme")


@pytest.fixture
def attach(organization, actor, acme):
    def make(content=PDF, name="offer.pdf", **values):
        given = {"actor": actor, "module": "accounts", "record_id": acme.pk, **values}
        return services.attach_to_record(organization=organization, file=ContentFile(content, name), **given)

    return make


def kept(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_as_it_came_under_a_name_that_says_nothing(attach, tmp_path, admin, monkeypatch):
    heard = []
    monkeypatch.setattr(services, "emit", heard.append)
    file = attach()
    assert (file.name, file.size, file.media_type) == ("offer.pdf", len(PDF), "application/pdf")
    assert file.sha256 == hashlib.sha256(PDF).hexdigest()
    assert [path.read_bytes() for path in kept(tmp_path)] == [PDF]
    assert "offer" not in str(kept(tmp_path)[0])
    assert file.uploaded_by_id == admin.pk
    entry = Entry.objects.get(kind="crm.attachment", record_id=file.pk)
    assert (entry.verb, entry.after["name"]) == ("uploaded", "offer.pdf")
    assert [type(event) for event in heard] == [AttachmentAdded]


def test_a_second_file_of_the_same_name_gets_a_number(attach, organization, actor, acme):
    other = factories.account(organization, name="Other")
    assert [attach().name, attach().name, attach(name="OFFER.pdf").name] == [
        "offer.pdf",
        "offer (2).pdf",
        "OFFER (3).pdf",
    ]
    assert attach(record_id=other.pk).name == "offer.pdf"


def test_a_deleted_file_is_gone_and_can_be_taken_back_beside_its_successor(
    attach, organization, actor, admin, monkeypatch
):
    heard = []
    monkeypatch.setattr(services, "emit", heard.append)
    file = attach()
    services.delete_attachment(actor=actor, attachment=file, version=version_of(file))
    with pytest.raises(NotFound):
        get_attachment(access(admin, organization.pk), file.pk)
    attach()
    restored = services.restore_attachment(actor=actor, organization=organization, attachment_id=file.pk)
    assert restored.name == "offer (2).pdf"
    assert [type(e) for e in heard] == [AttachmentAdded, AttachmentDeleted, AttachmentAdded, AttachmentRestored]
    verbs = Entry.objects.filter(kind="crm.attachment", record_id=file.pk).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["uploaded", "deleted", "restored"]


def test_a_stale_version_deletes_nothing(attach, actor):
    file = attach()
    with pytest.raises(Conflict):
        services.delete_attachment(actor=actor, attachment=file, version="2020-01-01T00:00:00Z")
    file.refresh_from_db()
    assert file.deleted_at is None


def test_a_failure_leaves_no_file_behind(attach, tmp_path, monkeypatch):
    def fail(event):
        raise RuntimeError("a listener")

    monkeypatch.setattr(services, "emit", fail)
    with pytest.raises(RuntimeError):
        attach()
    assert (kept(tmp_path), Attachment.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_purging_takes_the_file_after_its_row(organization, attach, actor, tmp_path):
    file = attach()
    services.delete_attachment(actor=actor, attachment=file)
    assert services.purge_attachments(before=timezone.now() - timedelta(days=30)) == 0
    assert len(kept(tmp_path)) == 1
    assert services.purge_attachments(before=timezone.now()) == 1
    assert (kept(tmp_path), Attachment.objects.count()) == ([], 0)


def test_deleting_the_record_keeps_its_files_until_they_are_purged(
    attach, organization, actor, admin, acme, tmp_path, django_capture_on_commit_callbacks
):
    file = attach()
    delete_account(actor=actor, account=acme)
    with pytest.raises(NotFound):
        get_attachment(access(admin, organization.pk), file.pk)
    assert len(kept(tmp_path)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        services.purge_files_of(organization=organization, module="accounts", record_ids=[file.record_id])
    assert kept(tmp_path) == []


def test_files_of_an_activity_are_among_those_of_its_record_and_go_with_it(attach, organization, actor, admin, acme):
    note = factories.activity(organization, "note", body="x", module="accounts", record_id=acme.pk)
    file = services.attach_to_activity(actor=actor, activity=note, file=ContentFile(PDF, "offer.pdf"))
    own = attach()
    seen = access(admin, organization.pk)
    assert list(files_of(seen, "accounts", acme.pk)) == [own, file]
    assert own.name == "offer (2).pdf"
    delete_activity(actor=actor, activity=note)
    assert list(files_of(seen, "accounts", acme.pk)) == [own]
    assert list(attachments(seen)) == [own]


def test_a_file_of_a_personal_task_is_its_owners(organization, standard, admin):
    task = factories.activity(organization, actor=Actor.person(standard))
    file = services.attach_to_activity(actor=Actor.person(standard), activity=task, file=ContentFile(PDF, "a.pdf"))
    assert list(attachments(access(standard, organization.pk))) == [file]
    assert list(attachments(access(admin, organization.pk))) == []


def test_limits_of_a_record_are_kept(attach, settings):
    settings.ATTACHMENTS = {"MOST_BYTES": 100, "MOST_FILES": 2, "MOST_BYTES_IN_ALL": 150}
    for content, code in ((b"", "empty"), (b"x" * 101, "too_large")):
        with pytest.raises(Refused) as refused:
            attach(content)
        assert refused.value.code == code
    attach(b"x" * 100)
    with pytest.raises(Refused) as refused:
        attach(b"x" * 51)
    assert refused.value.code == "too_much"
    attach(b"x" * 50)
    with pytest.raises(Refused) as refused:
        attach(b"x")
    assert refused.value.code == "too_many"
    assert Attachment.objects.count() == 2


def test_a_file_that_did_not_arrive_as_a_whole_is_refused(attach, tmp_path):
    with pytest.raises(Refused) as refused:
        attach(PDF, size=len(PDF) + 1)
    assert refused.value.code == "incomplete"
    assert (kept(tmp_path), Attachment.objects.count()) == ([], 0)


def test_who_may_not_edit_the_record_hangs_and_takes_nothing(attach, organization, reader, standard, outsider, acme):
    file = attach()
    assert list(attachments(access(reader, organization.pk))) == [file]
    for person, refusal in ((reader, NotPermitted), (outsider, NotFound)):
        with pytest.raises(refusal):
            attach(actor=Actor.person(person))
        with pytest.raises(refusal):
            services.delete_attachment(actor=Actor.person(person), attachment=file)
    ModuleRight.objects.filter(profile__memberships__user=standard).update(level=Level.NONE)
    with pytest.raises(NotFound):
        attach(actor=Actor.person(standard))
    with pytest.raises(NotFound):
        get_attachment(access(standard, organization.pk), file.pk)
    file.refresh_from_db()
    assert (file.deleted_at, Attachment.objects.count()) == (None, 1)


def test_a_foreign_or_absent_record_takes_no_file(attach, organization, outsider, tmp_path):
    foreign = factories.account(outsider.crm_memberships.get().organization)
    for record_id in (foreign.pk, 999_999):
        with pytest.raises(NotFound):
            attach(record_id=record_id)
    assert (kept(tmp_path), Attachment.objects.count()) == ([], 0)
