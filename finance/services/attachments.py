"""Hanging files on documents.

A file goes through Django's storage, under a name of its own that says nothing; it is never unpacked, run or drawn
here. Whoever may edit a kind of document hangs files on it.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.choices import DocumentKind
from finance.models import Attachment, Expense
from finance.models.documents import Document
from finance.rights import Right
from finance.services import documents
from finance.services.document_kinds import SPECS
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.files import HEAD, free_name, media_type, plain_name


@transaction.atomic
def attach(*, actor: Actor, document: Document | Expense, file: File[Any]) -> Attachment:
    """Hang a file on a document. A transaction that fails afterwards leaves no file behind."""
    organization = document.organization
    require(actor, organization, _right_of(document.kind))
    attachment = Attachment(
        organization=organization, kind=document.kind, record_id=document.pk, uploaded_by_id=actor.user_id
    )
    _check_size(file)
    _lock(attachment)
    _check_room(attachment, int(file.size))
    digest, head = hashlib.sha256(), b""
    file.seek(0)
    for chunk in file.chunks():
        head = head or chunk[:HEAD]
        digest.update(chunk)
    attachment.name = free_name(plain_name(file.name or ""), set(_beside(attachment).values_list("name", flat=True)))
    attachment.size = int(file.size)
    attachment.media_type, attachment.sha256 = media_type(head), digest.hexdigest()
    file.seek(0)
    attachment.file.save("file", File(file), save=False)
    storage, place = attachment.file.storage, str(attachment.file.name)
    try:
        with transaction.atomic():
            attachment.save()
            _record(actor, attachment)
    except Exception:
        storage.delete(place)
        raise
    return attachment


@transaction.atomic
def delete_attachment(*, actor: Actor, attachment: Attachment) -> None:
    """Take a file from its document, for good."""
    require(actor, attachment.organization, _right_of(DocumentKind(attachment.kind)))
    audit.services.record(
        actor=actor,
        tenant=attachment.organization.tenant,
        subject=attachment,
        verb="deleted",
        before=_content(attachment),
    )
    _forget([attachment])


def forget_files(actor: Actor, document: Document | Expense) -> None:
    """The files of a document that is being deleted go with it."""
    _forget(list(Attachment.objects.of(document.organization).filter(kind=document.kind, record_id=document.pk)))


documents.BEFORE_DELETING.append(forget_files)


def _right_of(kind: DocumentKind) -> Right:
    return Right.EXPENSES_EDIT if kind == DocumentKind.EXPENSE else SPECS[kind].edit


def _forget(rows: list[Attachment]) -> None:
    """The rows first: a file without a row is litter, a row without a file is a page that fails."""
    places = [(row.file.storage, str(row.file.name)) for row in rows]

    def clear() -> None:
        for storage, name in places:
            storage.delete(name)

    Attachment.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if places:
        transaction.on_commit(clear)


def _check_size(file: File[Any]) -> None:
    most = settings.ATTACHMENTS["MOST_BYTES"]
    if not file.size:
        raise _fault(_("This file is empty."), "empty")
    if file.size > most:
        raise _fault(_("This file is larger than %(most)d MB.") % {"most": most // 1024 // 1024}, "too_large")


def _check_room(attachment: Attachment, size: int) -> None:
    held = _beside(attachment).aggregate(files=Count("pk"), bytes=Sum("size"))
    limits = settings.ATTACHMENTS
    if held["files"] >= limits["MOST_FILES"]:
        raise _fault(_("This record has %(most)d files already.") % {"most": limits["MOST_FILES"]}, "too_many")
    if (held["bytes"] or 0) + size > limits["MOST_BYTES_IN_ALL"]:
        most = limits["MOST_BYTES_IN_ALL"] // 1024 // 1024
        raise _fault(_("The files of this record may have %(most)d MB in all.") % {"most": most}, "too_much")


def _lock(attachment: Attachment) -> None:
    """Two files that arrive at once for one document are counted and named one after the other."""
    place = f"finance.attachment:{attachment.organization_id}:{attachment.kind}:{attachment.record_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [place])


def _beside(attachment: Attachment) -> Any:
    rows = Attachment.objects.of(attachment.organization)
    return rows.filter(kind=attachment.kind, record_id=attachment.record_id)


def _content(attachment: Attachment) -> dict[str, Any]:
    return {name: getattr(attachment, name) for name in ("name", "size", "media_type", "sha256")}


def _record(actor: Actor, attachment: Attachment) -> None:
    tenant = attachment.organization.tenant
    audit.services.record(actor=actor, tenant=tenant, subject=attachment, verb="uploaded", after=_content(attachment))


def _fault(sentence: str, code: str) -> Refused:
    return Refused(sentence, code=code, fields={"file": [sentence]})
