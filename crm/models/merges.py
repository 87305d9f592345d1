"""Merges: which records became one, what was chosen, what moved. Enough to show, follow and undo it."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.choices import Module
from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet


class Merge(models.Model):
    """One act of merging. `before` and `after` are the survivor's values that it changed.

    `moved` says what went over: {name of what hangs: {the loser it hung on: [ids]}}; `kept` holds the rows that could
    not go over (the survivor had the like), as they were.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    survivor_id = models.BigIntegerField()
    survivor_label = models.CharField(max_length=250)
    choices = models.JSONField(default=dict)  # field → the record whose value was taken
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    moved = models.JSONField(default=dict)
    kept = models.JSONField(default=list)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=250)
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=250, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        indexes = [
            models.Index(fields=["organization", "-id"], name="crm_merge_recent"),
            models.Index(fields=["organization", "module", "survivor_id"], name="crm_merge_survivor"),
        ]

    def __str__(self) -> str:
        return self.survivor_label


class MergedRecord(models.Model):
    """A record that was merged away: what it was called, and its whole row. Its old address leads to the survivor."""

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="losers")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    module = models.CharField(max_length=30, choices=Module.choices)
    record_id = models.BigIntegerField()
    label = models.CharField(max_length=250)
    content = models.JSONField()
    is_back = models.BooleanField(default=False)  # the merge was undone

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("merged record")
        verbose_name_plural = _("merged records")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "module", "record_id"],
                condition=models.Q(is_back=False),
                name="crm_merged_record_once",
            )
        ]

    def __str__(self) -> str:
        return self.label
