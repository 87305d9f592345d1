"""What currencies are worth on a day, and how exact their prices are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from finance.models import Currency, CurrencyRate, Organization
from finsuite.kernel.money import decimals


def rate_on(organization: Organization, code: str, day: date) -> Decimal:
    """How much base currency one unit of the currency is worth on that day. Before its first rate the first one holds.

    Raises Currency.DoesNotExist for a currency that the organization does not work in.
    """
    if code == organization.base_currency:
        return Decimal(1)
    rates = CurrencyRate.objects.of(organization).filter(currency__code=code)
    found = rates.filter(day__lte=day).order_by("-day").first() or rates.order_by("day").first()
    if found is not None:
        return found.rate
    return Currency.objects.of(organization).get(code=code).rate


def price_precision(organization: Organization, code: str) -> int:
    """How many decimals prices in this currency are written with: as set, else as many as the currency has."""
    kept = Currency.objects.of(organization).filter(code=code).values_list("price_precision", flat=True).first()
    return decimals(code) if kept is None else kept
