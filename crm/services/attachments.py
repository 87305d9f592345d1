"""Hanging files on records and activities.

A file goes through Django's storage, under a name of its own that says nothing; it is never unpacked, run or drawn
here. Whoever may edit a module's records hangs files on them, and on an activity whoever may change it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from crm.access import Access, of_actor
from crm.choices import Level
from crm.events import AttachmentAdded, AttachmentDeleted, AttachmentRestored, RecordEvent
from crm.models import Activity, Attachment, Organization
from crm.selectors.activities import activities, may_edit, seen_records
from crm.selectors.attachments import attachments, deleted_attachments, may_change
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.files import HEAD, free_name, media_type, plain_name
from finsuite.kernel.versions import require_version

PURGED_AT_ONCE = 1_000


@transaction.atomic
def attach_to_record(
    *, actor: Actor, organization: Organization, module: str, record_id: int, file: File[Any], size: int | None = None
) -> Attachment:
    """Hang a file on a record. `size` is what the sender says that it has: one that arrived cut off is refused."""
    access = of_actor(actor, organization)
    access.require(module, Level.VIEW)
    if not seen_records(access, module).filter(pk=record_id).exists():
        raise NotFound(_("There is no such record."))
    access.require(module, Level.EDIT)
    attachment = Attachment(organization=organization, module=module, record_id=record_id)
    return _kept(actor, attachment, file, size)


@transaction.atomic
def attach_to_activity(*, actor: Actor, activity: Activity, file: File[Any], size: int | None = None) -> Attachment:
    """Hang a file on a note, call, task or meeting; it is among the files of the record that this is about."""
    organization = activity.organization
    access = of_actor(actor, organization)
    held = activities(access).filter(pk=activity.pk).first()
    if held is None:
        raise NotFound(_("There is no such activity."))
    if not may_edit(access, held):
        raise NotPermitted(_("Only its author, its owner, and those who may edit the record can change this."))
    attachment = Attachment(
        organization=organization, module=held.module, record_id=held.record_id, activity_id=held.pk
    )
    return _kept(actor, attachment, file, size)


@transaction.atomic
def delete_attachment(*, actor: Actor, attachment: Attachment, version: str | None = None) -> None:
    """Take a file from its record. For a month it can be taken back."""
    organization = attachment.organization
    access = of_actor(actor, organization)
    held = attachments(access).select_for_update(of=("self",)).filter(pk=attachment.pk).first()
    held = _permitted(access, held, organization)
    require_version(held, version)
    held.deleted_at = timezone.now()
    held.save(update_fields=["deleted_at", "updated_at"])
    _record(actor, held, "deleted", before=_content(held))
    _emit(AttachmentDeleted, actor, held)


@transaction.atomic
def restore_attachment(*, actor: Actor, organization: Organization, attachment_id: int) -> Attachment:
    """Take back the deletion of a file."""
    access = of_actor(actor, organization)
    held = deleted_attachments(access).select_for_update(of=("self",)).filter(pk=attachment_id).first()
    held = _permitted(access, held, organization)
    held.name = free_name(held.name, _names_beside(held))
    held.deleted_at = None
    held.save(update_fields=["name", "deleted_at", "updated_at"])
    _record(actor, held, "restored", after=_content(held))
    _emit(AttachmentRestored, actor, held)
    return held


def purge_attachments(*, before: datetime) -> int:
    """Forget for good the files that were deleted before then, and those of activities that were."""
    gone = Attachment.objects.filter(deleted_at__lt=before) | Attachment.objects.filter(activity__deleted_at__lt=before)
    return _purge(list(gone.order_by("pk")[:PURGED_AT_ONCE]))


def purge_files_of(*, organization: Organization, module: str, record_ids: list[int]) -> int:
    """Forget for good the files of records that are themselves gone for good."""
    rows = Attachment.objects.of(organization).filter(module=module, record_id__in=record_ids).order_by("pk")
    return _purge(list(rows))


def purge_files_in(*, organization: Organization) -> int:
    """Forget for good all files of an organization that is itself about to go."""
    return _purge(list(Attachment.objects.of(organization).order_by("pk")))


def _purge(rows: list[Attachment]) -> int:
    """The rows first: a file without a row is litter, a row without a file is a page that fails."""
    places = [(row.file.storage, str(row.file.name)) for row in rows]

    def clear() -> None:
        for storage, name in places:
            storage.delete(name)

    with transaction.atomic():
        Attachment.objects.filter(pk__in=[row.pk for row in rows]).delete()
        transaction.on_commit(clear)
    return len(rows)


def _kept(actor: Actor, attachment: Attachment, file: File[Any], size: int | None) -> Attachment:
    """Look at the file, keep it, and note it. A transaction that fails afterwards leaves no file behind."""
    _check_size(file, size)
    _lock(attachment)
    _check_room(attachment, int(file.size))
    digest = hashlib.sha256()
    head = b""
    for chunk in _chunks(file):
        head = head or chunk[:HEAD]
        digest.update(chunk)
    attachment.name = free_name(plain_name(file.name or ""), _names_beside(attachment))
    attachment.size = int(file.size)
    attachment.media_type = media_type(head)
    attachment.sha256 = digest.hexdigest()
    attachment.uploaded_by_id = actor.user_id
    file.seek(0)
    attachment.file.save("file", File(file), save=False)
    storage, place = attachment.file.storage, str(attachment.file.name)
    try:
        with transaction.atomic():
            attachment.save()
            _record(actor, attachment, "uploaded", after=_content(attachment))
            _emit(AttachmentAdded, actor, attachment)
    except Exception:
        storage.delete(place)
        raise
    return attachment


def _chunks(file: File[Any]) -> Iterator[bytes]:
    file.seek(0)
    return file.chunks()


def _check_size(file: File[Any], size: int | None) -> None:
    most = settings.ATTACHMENTS["MOST_BYTES"]
    if not file.size:
        raise _fault(_("This file is empty."), "empty")
    if file.size > most:
        raise _fault(_("This file is larger than %(most)d MB.") % {"most": most // 1024 // 1024}, "too_large")
    if size is not None and size != file.size:
        raise _fault(_("This file did not arrive as a whole. Send it again."), "incomplete")


def _check_room(attachment: Attachment, size: int) -> None:
    held = _beside(attachment).aggregate(files=Count("pk"), bytes=Sum("size"))
    limits = settings.ATTACHMENTS
    if held["files"] >= limits["MOST_FILES"]:
        raise _fault(_("This record has %(most)d files already.") % {"most": limits["MOST_FILES"]}, "too_many")
    if (held["bytes"] or 0) + size > limits["MOST_BYTES_IN_ALL"]:
        most = limits["MOST_BYTES_IN_ALL"] // 1024 // 1024
        raise _fault(_("The files of this record may have %(most)d MB in all.") % {"most": most}, "too_much")


def _lock(attachment: Attachment) -> None:
    """Two files that arrive at once for one record are counted and named one after the other."""
    place = f"{attachment.organization_id}:{attachment.module}:{attachment.record_id or f'a{attachment.activity_id}'}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"crm.attachment:{place}"])


def _beside(attachment: Attachment) -> Any:
    """The files of the same record; of an activity without a record, its own."""
    rows = Attachment.objects.of(attachment.organization).filter(deleted_at=None)
    if attachment.module:
        return rows.filter(module=attachment.module, record_id=attachment.record_id)
    return rows.filter(activity=attachment.activity)


def _names_beside(attachment: Attachment) -> set[str]:
    return set(_beside(attachment).exclude(pk=attachment.pk).values_list("name", flat=True))


def _permitted(access: Access, held: Attachment | None, organization: Organization) -> Attachment:
    if held is None:
        raise NotFound(_("There is no such file."))
    if not may_change(access, held):
        raise NotPermitted(_("Only who uploaded it, and those who may edit the record, can change this."))
    held.organization = organization
    return held


def _content(attachment: Attachment) -> dict[str, Any]:
    names = ("name", "size", "media_type", "sha256", "module", "record_id", "activity_id")
    values = ((name, getattr(attachment, name)) for name in names)
    return {name: value for name, value in values if value not in (None, "")}


def _record(actor: Actor, attachment: Attachment, verb: str, **sides: dict[str, Any]) -> None:
    tenant = attachment.organization.tenant
    audit.services.record(actor=actor, tenant=tenant, subject=attachment, verb=verb, **sides)


def _emit(kind: type[RecordEvent], actor: Actor, attachment: Attachment) -> None:
    emit(kind(actor=actor, organization_id=attachment.organization_id, ids=(attachment.pk,)))


def _fault(sentence: str, code: str) -> Refused:
    return Refused(sentence, code=code, fields={"file": [sentence]})
