"""Currencies of a CRM organization, in CRM direction: how much foreign currency one unit of home currency buys."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Currency(Stamped):
    """One currency the organization works in. The home currency is one of them, always active and always at 1."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="currencies")
    code = models.CharField(_("code"), max_length=3)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="crm_currency_once")]

    def __str__(self) -> str:
        return self.code


class CurrencyRate(Stamped):
    """What one unit of home currency buys from a day on, until the next rate. Nine decimals."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="currency_rates")
    currency = models.ForeignKey(Currency, on_delete=models.CASCADE, related_name="rates")
    day = models.DateField(_("from"))
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=9)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rate of a currency")
        verbose_name_plural = _("rates of a currency")
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="crm_currency_rate_once_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="crm_currency_rate_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day}: {self.rate}"
