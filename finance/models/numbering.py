"""The counters behind every number that the organization gives out."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet


class Counter(models.Model):
    """How many numbers of one series were given. Its row stays locked until the taker commits: no gap, no double."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="counters")
    series = models.CharField(max_length=20)
    given = models.PositiveBigIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints = [models.UniqueConstraint(fields=["organization", "series"], name="finance_counter_once")]

    def __str__(self) -> str:
        return f"{self.series}: {self.given}"
