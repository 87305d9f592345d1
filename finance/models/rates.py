"""Currencies of a finance organization, in finance direction: how much base currency one foreign unit is worth."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Currency(Stamped):
    """One currency the organization works in. The base currency is one of them, always active and without rates.

    `price_precision` is how many decimals prices are written with, where it isn't as many as the currency has.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="currencies")
    code = models.CharField(_("code"), max_length=3)
    price_precision = models.PositiveSmallIntegerField(_("decimals of prices"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="finance_currency_once"),
            models.CheckConstraint(condition=models.Q(price_precision__lte=6), name="finance_currency_precision"),
        ]

    def __str__(self) -> str:
        return self.code


class CurrencyRate(Stamped):
    """What one unit of a currency is worth in base currency from a day on, until the next rate. 15 decimals."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="currency_rates")
    currency = models.ForeignKey(Currency, on_delete=models.CASCADE, related_name="rates")
    day = models.DateField(_("from"))
    rate = models.DecimalField(_("rate"), max_digits=24, decimal_places=15)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rate of a currency")
        verbose_name_plural = _("rates of a currency")
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="finance_rate_once_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="finance_rate_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day}: {self.rate}"
