"""What records are recognised by, which of them look like one another, and what people said to that."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.choices import Module
from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class DuplicateKeys(models.Model):
    """The keys of one record (crm/duplicates/facts.py), as its version `of` had them; made again when it moves on.

    Each key begins with organization and module, so that one look-up in the index finds all who share it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    module = models.CharField(max_length=30, choices=Module.choices)
    record_id = models.BigIntegerField()
    keys = ArrayField(models.TextField(), default=list)
    of = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("keys of a record")
        verbose_name_plural = _("keys of records")
        constraints = [
            models.UniqueConstraint(fields=["organization", "module", "record_id"], name="crm_duplicate_keys_once")
        ]
        indexes = [GinIndex(fields=["keys"], name="crm_duplicate_keys_shared", fastupdate=False)]

    def __str__(self) -> str:
        return f"{self.module} {self.record_id}"


class DuplicateScan(Stamped):
    """How far the search for duplicates of a module has come: keys are noted up to `noted_until`."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    module = models.CharField(max_length=30, choices=Module.choices)
    noted_until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # somebody waits for a new list
    found_at = models.DateTimeField(null=True)  # when the list was made

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")
        constraints = [models.UniqueConstraint(fields=["organization", "module"], name="crm_duplicate_scan_once")]

    def __str__(self) -> str:
        return self.module


class DuplicateSuggestion(models.Model):
    """Two records that may be one. A person who says that they are not has the last word: `dismissed_at`."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    module = models.CharField(max_length=30, choices=Module.choices)
    low_id = models.BigIntegerField()
    high_id = models.BigIntegerField()
    score = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField(auto_now_add=True)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "module", "low_id", "high_id"], name="crm_duplicate_suggestion_once"
            ),
            models.CheckConstraint(
                condition=models.Q(low_id__lt=models.F("high_id")), name="crm_duplicate_suggestion_ordered"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "module", "-score", "id"],
                condition=models.Q(dismissed_at=None),
                name="crm_duplicate_suggestion_list",
            )
        ]

    def __str__(self) -> str:
        return f"{self.module} {self.low_id} ≈ {self.high_id}"
