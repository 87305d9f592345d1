"""Files that hang on a record, or on something that was noted about it."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.choices import Module
from crm.models.activities import Activity
from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


def place_of(attachment: Attachment, name: str) -> str:
    """Where the file is kept: nothing of the name that it was given by the person who sent it."""
    return f"attachments/{attachment.organization_id}/{uuid4().hex}"


class Attachment(Stamped):
    """A file as it came, on the record `(module, record_id)` or on an activity, and then on the record it is about.

    `media_type` is what its first bytes say, never what the browser claimed. A deleted file is kept for a while
    (`deleted_at`), so that deleting it can be undone; deleting its record leaves it as it is, until it is purged.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="attachments")
    module = models.CharField(_("module"), max_length=10, choices=Module.choices, blank=True)
    record_id = models.BigIntegerField(_("record"), null=True, blank=True)
    activity = models.ForeignKey(Activity, null=True, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(_("file name"), max_length=200)
    size = models.BigIntegerField(_("size"))
    media_type = models.CharField(_("media type"), max_length=100)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    file = models.FileField(upload_to=place_of, max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(module="", record_id=None) & models.Q(activity__isnull=False))
                | (~models.Q(module="") & models.Q(record_id__gt=0)),
                name="crm_attachment_hangs_on",
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="crm_attachment_not_empty"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "module", "record_id", "-created_at"], name="crm_attachment_of_record"
            ),
            models.Index(fields=["organization", "-updated_at", "-id"], name="crm_attachment_recent"),
        ]

    def __str__(self) -> str:
        return self.name
