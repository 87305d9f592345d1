"""Whom the organization buys from."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.models.organizations import Organization
from finance.models.parties import Party


class Vendor(Party):
    """A company or a person whose bills the organization pays."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="vendors")
    number = models.CharField(_("vendor number"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")
        constraints = [
            models.CheckConstraint(condition=~models.Q(display_name=""), name="finance_vendor_name_given"),
            models.UniqueConstraint(fields=["organization", "unique_key"], name="finance_vendor_name_unique"),
            models.UniqueConstraint(
                fields=["organization", "number"], condition=~models.Q(number=""), name="finance_vendor_number_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "name_key", "id"], name="finance_vendor_name_key"),
            models.Index(fields=["organization", "-updated_at", "-id"], name="finance_vendor_recent"),
            models.Index(fields=["organization", "sort_key", "id"], name="finance_vendor_sorted"),
            models.Index(fields=["organization", "status", "sort_key", "id"], name="finance_vendor_status"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_vendor_search"),
        ]
