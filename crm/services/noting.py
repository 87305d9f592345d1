"""Noting something together with the files that belong to it: both, or neither."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Activity, Attachment, Organization
from crm.services.activities import create_activity, update_activity
from crm.services.attachments import attach_to_activity
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused

MOST_FILES = 20

Files = Sequence["File[Any]"]


def note(*, actor: Actor, organization: Organization, values: Mapping[str, Any], files: Files = ()) -> Activity:
    """A new note, call, task or meeting, with files on it."""
    return _with_files(actor, files, lambda: create_activity(actor=actor, organization=organization, values=values))


def revise(
    *, actor: Actor, activity: Activity, values: Mapping[str, Any], files: Files = (), version: str | None = None
) -> Activity:
    """New values for one, and further files on it."""
    return _with_files(
        actor, files, lambda: update_activity(actor=actor, activity=activity, values=values, version=version)
    )


def _with_files(actor: Actor, files: Files, written: Callable[[], Activity]) -> Activity:
    if len(files) > MOST_FILES:
        sentence = _("At most %(limit)d files can be uploaded at once.") % {"limit": MOST_FILES}
        raise Refused(sentence, fields={"file": [sentence]})
    kept: list[Attachment] = []
    try:
        with transaction.atomic():
            activity = written()
            for file in files:
                kept += [attach_to_activity(actor=actor, activity=activity, file=file)]
    except Exception:
        # The rows are taken back; what was stored for them must not stay behind.
        for attachment in kept:
            attachment.file.storage.delete(str(attachment.file.name))
        raise
    return activity
