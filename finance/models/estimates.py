"""Estimates: what a customer is offered, until a day."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind, EstimateStatus
from finance.models.documents import DocumentLine, SalesDocument


class Estimate(SalesDocument):
    """An offer to a customer, good until its expiry date."""

    kind = DocumentKind.ESTIMATE
    until_field = "expiry_date"

    status = models.CharField(_("status"), max_length=20, choices=EstimateStatus.choices, default=EstimateStatus.DRAFT)
    expiry_date = models.DateField(_("expiry date"), null=True, blank=True)

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        constraints = [models.UniqueConstraint(fields=["organization", "number"], name="finance_estimate_number")]
        indexes = [
            models.Index(fields=["organization", "-date", "-id"], name="finance_estimate_dated"),
            models.Index(fields=["organization", "status", "expiry_date", "id"], name="finance_estimate_until"),
            models.Index(fields=["customer", "-date", "-id"], name="finance_estimate_party"),
            models.Index(fields=["deal_id"], condition=models.Q(deal_id__isnull=False), name="finance_estimate_deal"),
            models.Index(
                fields=["project_id"], condition=models.Q(project_id__isnull=False), name="finance_estimate_project"
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_estimate_search"),
        ]


class EstimateLine(DocumentLine):
    """One line of an estimate."""

    document = models.ForeignKey(Estimate, on_delete=models.CASCADE, related_name="lines")

    class Meta(DocumentLine.Meta):
        verbose_name = _("line")
        verbose_name_plural = _("lines")
