"""Files that hang on a document."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


def place_of(attachment: Attachment, name: str) -> str:
    """Where the file is kept: nothing of the name that it was given by the person who sent it."""
    return f"finance/{attachment.organization_id}/{uuid4().hex}"


class Attachment(Stamped):
    """A file as it came, on the document `(kind, record_id)`. `media_type` is what its first bytes say."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="attachments")
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    record_id = models.BigIntegerField()
    name = models.CharField(_("file name"), max_length=200)
    size = models.BigIntegerField(_("size"))
    media_type = models.CharField(_("media type"), max_length=100)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    file = models.FileField(upload_to=place_of, max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [models.CheckConstraint(condition=models.Q(size__gt=0), name="finance_attachment_not_empty")]
        indexes = [
            models.Index(
                fields=["organization", "kind", "record_id", "-created_at"], name="finance_attachment_of_record"
            )
        ]

    def __str__(self) -> str:
        return self.name
