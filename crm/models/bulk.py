"""Changes of many records at once: what was asked for, and what became of each record. Enough to tell and undo it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.choices import Module
from crm.models.organizations import Organization
from crm.models.recycling import DeletedRecord
from finsuite.kernel.models import ScopedQuerySet, Stamped


class BulkKind(models.TextChoices):
    """What is done to the records."""

    EDIT = "edit", pgettext_lazy("bulk change", "Edit")
    OWNER = "owner", pgettext_lazy("bulk change", "Owner")
    DELETE = "delete", pgettext_lazy("bulk change", "Deletion")


class BulkState(models.TextChoices):
    """How far a bulk change has come."""

    RUNNING = "running", pgettext_lazy("bulk change", "Under way")
    DONE = "done", pgettext_lazy("bulk change", "Done")
    FAILED = "failed", pgettext_lazy("bulk change", "Stopped")
    UNDOING = "undoing", pgettext_lazy("bulk change", "Being undone")
    UNDONE = "undone", pgettext_lazy("bulk change", "Undone")


class BulkResult(models.TextChoices):
    """What became of one record."""

    CHANGED = "changed", pgettext_lazy("record", "Changed")
    UNCHANGED = "unchanged", pgettext_lazy("record", "Was so already")
    REFUSED = "refused", pgettext_lazy("record", "Refused")


class BulkUndo(models.TextChoices):
    """What the undo did with one record."""

    RESTORED = "restored", pgettext_lazy("record", "As before")
    KEPT = "kept", pgettext_lazy("record", "Changed since, in part left")
    FAILED = "failed", pgettext_lazy("record", "Could not be undone")


class BulkChange(Stamped):
    """One act upon many records of a module."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=BulkKind.choices)
    values = models.JSONField(default=dict)  # as services take them; add_tags and remove_tags among them
    selection = models.JSONField(default=dict)  # {"ids": …} or {"view", "criteria", "search"}
    total = models.PositiveIntegerField(_("records"), default=0)
    results = models.JSONField(default=dict)  # BulkResult → how many
    undo_results = models.JSONField(default=dict)  # BulkUndo → how many
    state = models.CharField(_("state"), max_length=10, choices=BulkState.choices, default=BulkState.RUNNING)
    fault = models.TextField(_("fault"), blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_name = models.CharField(max_length=250)
    via = models.CharField(max_length=10)
    finished_at = models.DateTimeField(_("finished"), null=True)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    undone_by_name = models.CharField(max_length=250, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        indexes = [
            models.Index(fields=["organization", "-id"], name="crm_bulk_recent"),
            models.Index(fields=["state", "updated_at"], name="crm_bulk_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_module_display()} ({self.total})"

    @property
    def changed(self) -> int:
        """How many records it changed."""
        return int(self.results.get(BulkResult.CHANGED, 0))


class BulkChangeRow(models.Model):
    """One record of a bulk change. `before` and `after` hold the columns that changed; a deleted one is in the bin."""

    change = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    record_id = models.BigIntegerField()
    label = models.CharField(max_length=250, blank=True)
    result = models.CharField(_("outcome"), max_length=10, choices=BulkResult.choices, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    version = models.DateTimeField(null=True)
    deleted = models.ForeignKey(DeletedRecord, null=True, on_delete=models.SET_NULL, related_name="+")
    undo = models.CharField(_("undo"), max_length=10, choices=BulkUndo.choices, blank=True)
    undo_reason = models.TextField(blank=True)
    kept = models.JSONField(default=list)  # the columns that had been changed again, and were left

    class Meta:
        verbose_name = _("record of a bulk change")
        verbose_name_plural = _("records of a bulk change")
        constraints = [models.UniqueConstraint(fields=["change", "number"], name="crm_bulk_row_once")]

    def __str__(self) -> str:
        return self.label or str(self.record_id)
