"""What needs a person: conflicts to settle, and failures to mend."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from finsuite.kernel.models import Stamped
from integration.choices import ConflictState, IssueState, Kind, Module
from integration.models.connections import Connection, OfConnectionQuerySet
from integration.models.links import Link
from integration.models.runs import Run


class Conflict(Stamped):
    """Fields of one link that both sides changed differently.

    `fields` lists each: {"name", "crm_field", "finance_field", "crm", "finance", "base_crm", "base_finance"}.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="conflicts")
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="conflicts")
    label = models.CharField(_("record"), max_length=250, blank=True)
    fields = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    state = models.CharField(_("state"), max_length=10, choices=ConflictState.choices, default=ConflictState.OPEN)
    resolution = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True)

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["link"], condition=models.Q(state=ConflictState.OPEN), name="integration_conflict_once"
            )
        ]
        indexes = [models.Index(fields=["connection", "state", "-id"], name="integration_conflict_open")]

    def __str__(self) -> str:
        return self.label


class SyncIssue(Stamped):
    """A record that could not be synced: which, at what field, why, and what to do about it.

    The words for `code` and `params` are in integration/services/issues.py.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="issues")
    module = models.CharField(max_length=20, choices=Module.choices, default=Module.CONTACTS)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="issues")
    kind = models.CharField(_("records"), max_length=30, choices=Kind.choices, blank=True)
    record_id = models.BigIntegerField(null=True)
    label = models.CharField(_("record"), max_length=250, blank=True)
    field = models.CharField(_("field"), max_length=60, blank=True)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=IssueState.choices, default=IssueState.RETRYING)
    resolved_at = models.DateTimeField(null=True)

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("sync issue")
        verbose_name_plural = _("sync issues")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind", "record_id"],
                condition=~models.Q(state=IssueState.RESOLVED) & models.Q(record_id__isnull=False),
                name="integration_issue_once",
            )
        ]
        indexes = [models.Index(fields=["connection", "state", "-id"], name="integration_issue_open")]

    def __str__(self) -> str:
        return f"{self.label}: {self.code}"
