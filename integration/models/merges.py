"""Which record was merged into which: what a link whose end is gone follows."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from integration.choices import Kind


class MergeMap(models.Model):
    """A record that was merged away, and its survivor; written in the transaction of the merge, gone with its undo.

    `link_ids` are the links that have gone over to the survivor on account of it: an undo brings them back.
    """

    kind = models.CharField(max_length=30, choices=Kind.choices)
    loser_id = models.BigIntegerField()
    survivor_id = models.BigIntegerField()
    link_ids = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [models.UniqueConstraint(fields=["kind", "loser_id"], name="integration_merge_once")]
        indexes = [models.Index(fields=["kind", "survivor_id"], name="integration_merge_survivor")]

    def __str__(self) -> str:
        return f"{self.kind} {self.loser_id} → {self.survivor_id}"
