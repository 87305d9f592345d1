"""What changed, as the database itself noted it (only the triggers of integration/capture.py write there); what could
not be synced; and what is being synced at this moment.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from integration.choices import Kind
from integration.models.connections import Connection, OfConnectionQuerySet


class RecordState(models.Model):
    """How often a record was changed, and whether it is gone. One row per record ever made; never written by hand."""

    pk = models.CompositePrimaryKey("kind", "record_id")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    record_id = models.BigIntegerField()
    organization_id = models.BigIntegerField()  # of the record's own side
    rev = models.BigIntegerField()
    deleted = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("record revision")
        verbose_name_plural = _("record revisions")
        indexes = [models.Index(fields=["kind", "organization_id", "record_id"], name="integration_state_org")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} r{self.rev}"


class Dirty(models.Model):
    """A hint that a record changed, for speed alone: whoever loses one finds the change by its revision.

    Rows are only added by writers and taken by the engine, so nobody ever waits for anybody here.
    """

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(
        Connection, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=30, choices=Kind.choices)
    record_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=models.functions.Now())

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("changed record")
        verbose_name_plural = _("changed records")
        indexes = [models.Index(fields=["connection", "id"], name="integration_dirty_queue")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"


class DeadLetter(models.Model):
    """A record whose sync failed: how often, why, and when it is tried again.

    It is let go as soon as either revision, the setting's generation or a person's Retry gives it a new chance.
    `quarantined` ones no longer retry by themselves.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="dead_letters", db_index=False)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    record_id = models.BigIntegerField()
    rev = models.BigIntegerField()
    other_rev = models.BigIntegerField(default=0)
    generation = models.PositiveIntegerField()
    attempts = models.PositiveIntegerField(default=0)
    quarantined = models.BooleanField(default=False)
    next_at = models.DateTimeField()
    code = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("dead letter")
        verbose_name_plural = _("dead letters")
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "record_id"], name="integration_letter_once")
        ]
        indexes = [models.Index(fields=["next_at"], name="integration_letter_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}: {self.code}"


class UnfinishedBatch(models.Model):
    """Records that a worker has begun to sync: noted before, gone with the batch's own transaction.

    Whose worker is alive holds its lock (integration/services/unfinished.py). A batch without one killed its worker.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    kinds = ArrayField(models.CharField(max_length=30, choices=Kind.choices))
    record_ids = ArrayField(models.BigIntegerField())
    tries = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(db_default=models.functions.Now())

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("unfinished batch")
        verbose_name_plural = _("unfinished batches")

    def __str__(self) -> str:
        return f"{len(self.record_ids)} records, tried {self.tries} times"
