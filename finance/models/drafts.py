"""What a person has typed into a document's editor and not saved yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Draft(Stamped):
    """The editor's fields as they were typed, by their names. `record_id` is 0 for a document that isn't there yet."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    record_id = models.BigIntegerField(default=0)
    typed = models.JSONField(default=dict)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("unsaved document")
        verbose_name_plural = _("unsaved documents")
        constraints = [
            models.UniqueConstraint(fields=["organization", "user", "kind", "record_id"], name="finance_draft_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
