"""The currencies that an organization works in, and their dated rates: base currency for one foreign unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import is_currency
from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.events import CurrencyAdded, CurrencyUpdated
from finance.models import Currency, CurrencyRate, Organization
from finance.rights import Right
from finance.selectors.days import today
from finance.selectors.rates import currencies
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.money import decimals
from finsuite.kernel.records import assign, refuse_unknown, require_filled
from finsuite.kernel.versions import require_version

WRITABLE = frozenset({"is_active", "price_precision"})
MOST_PRECISION = 6


@transaction.atomic
def add_currency(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Currency:
    """Work in one more currency. `rate` says what one unit of it is worth in base currency, from today on."""
    require(actor, organization, Right.CURRENCIES)
    refuse_unknown(values, {"code", "rate", *WRITABLE})
    currency = Currency(organization=organization)
    change = assign(currency, _without_rate(values), allowed={"code", *WRITABLE})
    require_filled(currency, ["code"])
    if not is_currency(currency.code, "en"):
        raise _refused("code", _("This is not the code of a currency. One looks like EUR."))
    _check_precision(currency)
    first = _rate(organization, values.get("rate", Decimal(1)), today(organization))
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)
    if Currency.objects.of(organization).filter(code=currency.code).exists():
        sentence = _("%(organization)s already works in %(currency)s.") % {
            "organization": organization.name,
            "currency": currency.code,
        }
        raise Refused(sentence, code="duplicate", fields={"code": [sentence]})
    currency.save(force_insert=True)
    first.currency, first.created_by_id = currency, actor.user_id
    first.save(force_insert=True)
    after = {**change.after, "rate": first.rate, "day": first.day}
    audit.services.record(actor=actor, tenant=organization.tenant, subject=currency, verb="created", after=after)
    emit(CurrencyAdded(organization_id=organization.pk, actor=actor, currency_id=currency.pk))
    return _read(currency)


@transaction.atomic
def update_currency(
    *, actor: Actor, currency: Currency, values: Mapping[str, Any], version: str | None = None
) -> Currency:
    """Give a currency another rate from today on, other decimals of prices, or stop or resume working in it.

    What was invoiced keeps the rate of its day.
    """
    currency = _lock(actor, currency)
    organization = currency.organization
    require_version(currency, version)
    refuse_unknown(values, {"rate", *WRITABLE})
    change = assign(currency, _without_rate(values), allowed=WRITABLE)
    if currency.code == organization.base_currency:
        fixed = [name for name in ("is_active", "rate") if name in change or _is_other_than_one(name, values)]
        if fixed:
            raise _base_refused(currency, fixed)
    _check_precision(currency)
    if change:
        currency.save(update_fields=change.fields)
        _tell(actor, currency, change.before, change.after)
    if "rate" in values and currency.code != organization.base_currency:
        _set(actor, currency, today(organization), values["rate"])
    return _read(currency)


@transaction.atomic
def set_rate(*, actor: Actor, currency: Currency, day: date, rate: Any, version: str | None = None) -> CurrencyRate:
    """What one unit of the currency is worth from that day on. A day that has a rate gets this one instead.

    Documents that exist keep the rate that they were saved with.
    """
    currency = _lock(actor, currency)
    require_version(currency, version)
    if currency.code == currency.organization.base_currency:
        raise _base_refused(currency, ["rate"])
    return _set(actor, currency, day, rate)


@transaction.atomic
def change_rate(
    *, actor: Actor, rate: CurrencyRate, values: Mapping[str, Any], version: str | None = None
) -> CurrencyRate:
    """Correct a dated rate. Its day and its currency stay: for another day, set another rate."""
    refuse_unknown(values, {"rate"})
    currency = _lock(actor, rate.currency)
    held = _held(currency, rate)
    require_version(held, version)
    return _set(actor, currency, held.day, values["rate"]) if values else held


@transaction.atomic
def delete_rate(*, actor: Actor, rate: CurrencyRate, version: str | None = None) -> None:
    """Take a dated rate back; the one before it then goes on. The only rate of a currency stays."""
    currency = _lock(actor, rate.currency)
    held = _held(currency, rate)
    require_version(held, version)
    if not currency.rates.exclude(pk=held.pk).exists():
        sentence = _("This is the only rate of %(currency)s. Set another one first.") % {"currency": currency.code}
        raise Refused(sentence, code="last_rate")
    before = {"day": held.day, "rate": held.rate}
    held.delete()
    currency.save(update_fields=["updated_at"])
    _tell(actor, currency, before, {}, changed="rate")


def _set(actor: Actor, currency: Currency, day: date, rate: Any) -> CurrencyRate:
    """The rate of a day, where it isn't already so. A rate that goes on as it was needs no day of its own."""
    wanted = _rate(currency.organization, rate, day)
    before = currency.rates.filter(day__lte=wanted.day).order_by("-day").first()
    if before is not None and before.rate == wanted.rate:
        return before
    told = {"day": before.day, "rate": before.rate} if before is not None else {}
    if before is not None and before.day == wanted.day:
        before.rate, before.created_by_id = wanted.rate, actor.user_id
        before.save(update_fields=["rate", "created_by", "updated_at"])
        wanted = before
    else:
        wanted.currency, wanted.created_by_id = currency, actor.user_id
        wanted.save(force_insert=True)
    currency.save(update_fields=["updated_at"])
    _tell(actor, currency, told, {"day": wanted.day, "rate": wanted.rate})
    return wanted


def _rate(organization: Organization, rate: Any, day: date) -> CurrencyRate:
    """The rate of this day, checked and unsaved."""
    made = CurrencyRate(organization=organization)
    assign(made, {"rate": rate, "day": day}, allowed={"rate", "day"})
    if made.rate is None or made.rate <= 0:
        raise _refused("rate", _("A rate is greater than zero."))
    return made


def _held(currency: Currency, rate: CurrencyRate) -> CurrencyRate:
    """The rate as it is now that its currency is locked."""
    found = CurrencyRate.objects.of(currency.organization).filter(pk=rate.pk, currency=currency).first()
    if found is None:
        raise NotFound(_("There is no such rate."))
    found.currency = currency
    return found


def _tell(
    actor: Actor, currency: Currency, before: Mapping[str, Any], after: Mapping[str, Any], *, changed: str = ""
) -> None:
    organization = currency.organization
    audit.services.record(
        actor=actor, tenant=organization.tenant, subject=currency, verb="updated", before=before, after=after
    )
    fields = frozenset({*after, *([changed] if changed else [])})
    emit(CurrencyUpdated(organization_id=organization.pk, actor=actor, currency_id=currency.pk, fields=fields))


def _check_precision(currency: Currency) -> None:
    least, given = decimals(currency.code), currency.price_precision
    if given is not None and not least <= given <= MOST_PRECISION:
        told = _("Prices in %(currency)s have from %(least)d to %(most)d decimals.")
        names = {"currency": currency.code, "least": least, "most": MOST_PRECISION}
        raise _refused("price_precision", told % names)


def _is_other_than_one(name: str, values: Mapping[str, Any]) -> bool:
    return name == "rate" and "rate" in values and Decimal(str(values["rate"])) != 1


def _base_refused(currency: Currency, fields: list[str]) -> Refused:
    sentence = _("%(currency)s is the base currency: its rate is 1, and it can't be switched off.") % {
        "currency": currency.code
    }
    return Refused(sentence, code="base_currency", fields={name: [sentence] for name in fields})


def _without_rate(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "rate"}


def _read(currency: Currency) -> Currency:
    """The currency with today's rate, as it is read."""
    found: Currency = currencies(currency.organization).select_related("organization").get(pk=currency.pk)
    return found


def _lock(actor: Actor, currency: Currency) -> Currency:
    require(actor, currency.organization, Right.CURRENCIES)
    rows = Currency.objects.of(currency.organization_id).select_for_update(of=("self",))
    found = rows.select_related("organization").filter(pk=currency.pk).first()
    if found is None:
        raise NotFound(_("There is no such currency."))
    return found


def _refused(field: str, sentence: str) -> Refused:
    return Refused(sentence, fields={field: [sentence]})
