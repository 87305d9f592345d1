"""What a document said when it left the house, and after each later change: kept, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet


class DocumentVersion(models.Model):
    """The content of one document at one moment: its own fields, its parties and its lines, as text and amounts."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="document_versions")
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    record_id = models.BigIntegerField()
    position = models.PositiveIntegerField()
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_label = models.CharField(max_length=250, blank=True)
    content = models.JSONField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "record_id", "position"], name="finance_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}, {self.position}"
