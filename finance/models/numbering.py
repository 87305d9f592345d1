"""The series behind every number that the organization gives out."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Series(Stamped):
    """How one kind of record is numbered, and how many numbers were given.

    Its row stays locked until the taker of a number commits: no gap, no double.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="series")
    series = models.CharField(max_length=20)
    prefix = models.CharField(_("prefix"), max_length=20, blank=True)
    digits = models.PositiveSmallIntegerField(_("digits"), default=5)
    given = models.PositiveBigIntegerField(default=0)
    is_auto = models.BooleanField(_("numbered automatically"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")
        constraints = [
            models.UniqueConstraint(fields=["organization", "series"], name="finance_series_once"),
            models.CheckConstraint(condition=models.Q(digits__gte=1, digits__lte=12), name="finance_series_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.series}: {self.given}"

    @property
    def next_number(self) -> int:
        """The number that the next record bears."""
        return self.given + 1

    def written(self, number: int) -> str:
        """The number as records bear it."""
        return f"{self.prefix}{number:0{self.digits}d}"
