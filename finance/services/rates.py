"""The currencies that an organization works in, and their rates: how much base currency one foreign unit is worth."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from babel.numbers import is_currency
from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.events import CurrencyAdded, CurrencyUpdated
from finance.models import Currency, Organization
from finance.rights import Right
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.versions import require_version

RATE_PLACES = Decimal("1e-15")
CRM_RATE_PLACES = Decimal("1e-9")


@transaction.atomic
def add_currency(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Currency:
    """Work in one more currency, at this rate."""
    require(actor, organization, Right.CURRENCIES)
    currency = Currency(organization=organization)
    change = assign(currency, values, allowed={"code", "rate", "is_active"})
    require_filled(currency, ["code"])
    if not is_currency(currency.code, "en"):
        sentence = _("This is not the code of a currency. One looks like EUR.")
        raise Refused(sentence, fields={"code": [sentence]})
    _check_rate(currency)
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)
    if Currency.objects.of(organization).filter(code=currency.code).exists():
        sentence = _("%(organization)s already works in %(currency)s.") % {
            "organization": organization.name,
            "currency": currency.code,
        }
        raise Refused(sentence, code="duplicate", fields={"code": [sentence]})
    currency.save(force_insert=True)
    audit.services.record(actor=actor, tenant=organization.tenant, subject=currency, verb="created", after=change.after)
    emit(CurrencyAdded(organization_id=organization.pk, actor=actor, currency_id=currency.pk))
    return currency


@transaction.atomic
def update_currency(
    *, actor: Actor, currency: Currency, values: Mapping[str, Any], version: str | None = None
) -> Currency:
    """Change a rate, or stop or resume working in the currency. What was invoiced keeps the rate of its day."""
    require(actor, currency.organization, Right.CURRENCIES)
    organization = currency.organization
    currency = _lock(currency)
    require_version(currency, version)
    change = assign(currency, values, allowed={"rate", "is_active"})
    if not change:
        return currency
    if currency.code == organization.base_currency:
        sentence = _("%(currency)s is the base currency: its rate is 1, and it can't be switched off.") % {
            "currency": currency.code
        }
        raise Refused(sentence, code="base_currency", fields={name: [sentence] for name in change.after})
    _check_rate(currency)
    currency.save(update_fields=change.fields)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=currency,
        verb="updated",
        before=change.before,
        after=change.after,
    )
    emit(
        CurrencyUpdated(
            organization_id=organization.pk, actor=actor, currency_id=currency.pk, fields=frozenset(change.after)
        )
    )
    return currency


def restate(*, organization: Organization, base: str) -> None:
    """Express every rate in another of the organization's currencies, which is to become the base."""
    currencies = list(Currency.objects.of(organization).select_for_update(of=("self",)).order_by("pk"))
    new = next((currency for currency in currencies if currency.code == base), None)
    if new is None:
        sentence = _("Add %(currency)s with its rate under Currencies first, so that the other rates can follow.") % {
            "currency": base
        }
        raise Refused(sentence, code="unknown_currency", fields={"base_currency": [sentence]})
    divisor = new.rate
    for currency in currencies:
        currency.rate = Decimal(1) if currency is new else _divided(currency.rate, divisor)
        currency.is_active = currency.is_active or currency is new
        currency.save(update_fields=["rate", "is_active", "updated_at"])


def inverse(rate: Decimal) -> Decimal:
    """The same rate in the CRM's direction: foreign units for one unit of base currency, to nine decimals."""
    with localcontext(prec=60):
        return (1 / rate).quantize(CRM_RATE_PLACES, ROUND_HALF_UP)


def _divided(rate: Decimal, divisor: Decimal) -> Decimal:
    with localcontext(prec=60):
        return max((rate / divisor).quantize(RATE_PLACES, ROUND_HALF_UP), RATE_PLACES)


def _check_rate(currency: Currency) -> None:
    if currency.rate <= 0:
        sentence = _("A rate is greater than zero.")
        raise Refused(sentence, fields={"rate": [sentence]})


def _lock(currency: Currency) -> Currency:
    found = Currency.objects.of(currency.organization_id).select_for_update(of=("self",)).filter(pk=currency.pk).first()
    if found is None:
        raise NotFound(_("There is no such currency."))
    return found
