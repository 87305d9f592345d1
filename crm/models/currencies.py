"""Currencies of a CRM organization, in CRM direction: how much foreign currency one unit of home currency buys."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Currency(Stamped):
    """One currency the organization works in. `rate` is foreign per one home unit, 9 decimals."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="currencies")
    code = models.CharField(_("code"), max_length=3)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=9, default=1)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="crm_currency_once"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="crm_currency_rate_positive"),
        ]

    def __str__(self) -> str:
        return self.code
