"""Keys that let a CRM link itself to a finance organization on its owner's behalf (decisions, Setup 2)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.choices import App
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet


class ZscKey(models.Model):
    """One person's key for one finance app. Only its SHA-256 is kept; the key itself is shown once, when generated.

    Regenerating gives the same row a new secret (`issued_at`), so that connections made with it still know their key.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="zsc_keys")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="zsc_keys")
    app = models.CharField(_("app"), max_length=20, choices=App.choices)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    last_four = models.CharField(max_length=4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    issued_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("ZSC key")
        verbose_name_plural = _("ZSC keys")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "app", "organization"], condition=models.Q(revoked_at=None), name="finance_zsc_one_live"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_app_display()} …{self.last_four}"


class ZscAttempts(models.Model):
    """Recent wrong tries to link as one e-mail address, known only by its digest. The row's lock puts tries in line."""

    email_digest = models.CharField(max_length=64, unique=True, editable=False)
    failed_at = ArrayField(models.DateTimeField(), default=list, editable=False)
    locked_until = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        verbose_name = _("attempts to link")
        verbose_name_plural = _("attempts to link")

    def __str__(self) -> str:
        return f"{len(self.failed_at)} × {self.email_digest[:8]}"
