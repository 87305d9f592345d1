"""Telling every rate in another base currency, before the first document fixes it."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from django.utils.translation import gettext as _

from finance.models import Currency, CurrencyRate, Organization
from finance.selectors.rates import RATE_PLACES
from finsuite.kernel.errors import Refused

Rates = dict[date, Decimal]


def restate(*, organization: Organization, base: str) -> None:
    """Express every dated rate in another of the organization's currencies, which is to become the base."""
    currencies = list(Currency.objects.of(organization).select_for_update(of=("self",)).order_by("pk"))
    new = next((currency for currency in currencies if currency.code == base), None)
    if new is None:
        sentence = _("Add %(currency)s with its rate under Currencies first, so that the other rates can follow.") % {
            "currency": base
        }
        raise Refused(sentence, code="unknown_currency", fields={"base_currency": [sentence]})
    known: dict[int, Rates] = {currency.pk: {} for currency in currencies}
    for pk, day, rate in CurrencyRate.objects.of(organization).values_list("currency_id", "day", "rate"):
        known[pk][day] = rate
    divisors = known[new.pk]
    restated = [
        CurrencyRate(organization=organization, currency=currency, day=day, rate=_divided(rate, _on(divisors, day)))
        for currency in currencies
        if currency is not new
        for day, rate in _steps(known[currency.pk], divisors).items()
    ]
    CurrencyRate.objects.of(organization).delete()
    CurrencyRate.objects.bulk_create(restated)
    for currency in currencies:
        currency.is_active = currency.is_active or currency is new
        currency.save(update_fields=["is_active", "updated_at"])


def _steps(rates: Rates, divisors: Rates) -> Rates:
    """The rates on each day on which they, or the divisor's, change. Without any, a currency is the old base."""
    return {day: _on(rates, day) for day in sorted({*rates, *divisors})}


def _on(rates: Rates, day: date) -> Decimal:
    if not rates:
        return Decimal(1)
    until = [known for known in rates if known <= day]
    return rates[max(until) if until else min(rates)]


def _divided(rate: Decimal, divisor: Decimal) -> Decimal:
    with localcontext(prec=60):
        return max((rate / divisor).quantize(RATE_PLACES, ROUND_HALF_UP), RATE_PLACES)
