"""What the sync decided and what it wrote."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from finsuite.kernel.models import ScopedQuerySet, Stamped
from integration.choices import ActionState, Kind, Module, Pairing, RunState, RunTrigger
from integration.models.connections import Connection, OfConnectionQuerySet


class ActionQuerySet(ScopedQuerySet["Action"]):
    def of(self, organization: models.Model | int) -> Self:
        """Only the actions of this CRM organization's runs."""
        return self.filter(run__connection__crm_organization=organization)


class Run(Stamped):
    """One execution of the sync, or the preview of one.

    `counts` holds, per pair of record kinds, how many records were created, updated, linked and so on:
    {"account_customer": {"created": 3, "updated": 1}}. `done` of `total` is the progress in records looked at.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs")
    module = models.CharField(_("module"), max_length=20, choices=Module.choices, default=Module.CONTACTS)
    trigger = models.CharField(_("started by"), max_length=10, choices=RunTrigger.choices)
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    preview_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="previews")
    undoes = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="undone_by")
    generation = models.PositiveIntegerField(default=1)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    cursor = models.JSONField(default=dict, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    message = models.TextField(blank=True)

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-id"]
        indexes = [models.Index(fields=["connection", "-id"], name="integration_run_recent")]

    def __str__(self) -> str:
        return f"{self.get_trigger_display()} {self.pk}"


class Action(models.Model):
    """One step that a run decided: on which pair, what, why, and the values before and after."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="actions")
    pairing = models.CharField(_("records"), max_length=20, choices=Pairing.choices)
    op = models.CharField(_("action"), max_length=30)
    kind = models.CharField(max_length=30, choices=Kind.choices, blank=True)  # the side that is written, if any
    crm_id = models.BigIntegerField(null=True)
    finance_id = models.BigIntegerField(null=True)
    label = models.CharField(_("record"), max_length=250, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    crm_rev = models.BigIntegerField(default=0)
    finance_rev = models.BigIntegerField(default=0)
    state = models.CharField(_("state"), max_length=10, choices=ActionState.choices, default=ActionState.PLANNED)

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        indexes = [
            models.Index(fields=["run", "id"], name="integration_action_run"),
            models.Index(fields=["run", "op", "id"], name="integration_action_op"),
        ]

    def __str__(self) -> str:
        return f"{self.op} {self.label}"


class Journal(models.Model):
    """What the sync wrote, and every value that it replaced. Rows are only added: the database refuses the rest."""

    run = models.ForeignKey(Run, on_delete=models.DO_NOTHING, db_constraint=False, related_name="journal")
    connection = models.ForeignKey(Connection, on_delete=models.DO_NOTHING, db_constraint=False, related_name="journal")
    batch = models.UUIDField()
    pairing = models.CharField(max_length=20, choices=Pairing.choices)
    link_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    record_id = models.BigIntegerField()
    op = models.CharField(max_length=30)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=60, blank=True)
    user_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=250, blank=True)
    at = models.DateTimeField(db_default=models.functions.Now())

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal row")
        verbose_name_plural = _("journal")
        indexes = [
            models.Index(fields=["run", "id"], name="integration_journal_run"),
            models.Index(fields=["kind", "record_id", "-id"], name="integration_journal_record"),
        ]

    def __str__(self) -> str:
        return f"{self.op} {self.kind} {self.record_id}"
