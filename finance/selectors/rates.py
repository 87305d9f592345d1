"""What currencies are worth on a day, and how exact their prices are."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from finance.models import Currency, CurrencyRate, Organization
from finance.selectors.days import today
from finsuite.kernel.models import ScopedQuerySet
from finsuite.kernel.money import decimals

RATE_PLACES = Decimal("1e-15")
CRM_RATE_PLACES = Decimal("1e-9")


def currencies(organization: Organization) -> QuerySet[Any]:
    """The currencies that the organization works in, by code, each with today's `rate`."""
    return Currency.objects.of(organization).annotate(rate=worth_on(today(organization))).order_by("code")


def rates_of(currency: Currency) -> QuerySet[CurrencyRate]:
    """A currency's dated rates, the latest first."""
    found = CurrencyRate.objects.of(currency.organization_id).filter(currency=currency)
    return found.select_related("created_by").order_by("-day")


def currency_rates(organization: Organization) -> ScopedQuerySet[CurrencyRate]:
    """Every dated rate, the latest first."""
    return CurrencyRate.objects.of(organization).select_related("currency").order_by("-day", "currency_id")


def worth_on(day: date) -> Coalesce:
    """A currency's rate on that day, for a query over currencies. Before its first rate the first one holds."""
    rates = CurrencyRate.objects.filter(currency=OuterRef("pk"))
    latest = rates.filter(day__lte=day).order_by("-day").values("rate")[:1]
    return Coalesce(Subquery(latest), Subquery(rates.order_by("day").values("rate")[:1]), Value(Decimal(1)))


def rate_on(organization: Organization, code: str, day: date) -> Decimal:
    """How much base currency one unit of the currency is worth on that day. Before its first rate the first one holds.

    Raises Currency.DoesNotExist for a currency that the organization does not work in.
    """
    if code == organization.base_currency:
        return Decimal(1)
    found: Any = Currency.objects.of(organization).annotate(rate=worth_on(day)).get(code=code)
    worth: Decimal = found.rate
    return worth


def price_precision(organization: Organization, code: str) -> int:
    """How many decimals prices in this currency are written with: as set, else as many as the currency has."""
    kept = Currency.objects.of(organization).filter(code=code).values_list("price_precision", flat=True).first()
    return decimals(code) if kept is None else kept


def inverse(rate: Decimal) -> Decimal:
    """The same rate in the CRM's direction: foreign units for one unit of base currency, to nine decimals."""
    with localcontext(prec=60):
        return (1 / rate).quantize(CRM_RATE_PLACES, ROUND_HALF_UP)
