"""The currencies that an organization works in, and their dated rates. Home currency is always there, active, at 1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import list_currencies
from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from crm.models import Currency, CurrencyRate, Organization
from crm.selectors.organizations import get_currency, today
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.records import assign, refuse_unknown, require_filled
from finsuite.kernel.versions import require_version


@transaction.atomic
def add_currency(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Currency:
    """Work in one more currency. `rate` says how much of it one unit of home currency buys, from today on."""
    require_setup(actor, organization)
    refuse_unknown(values, ("code", "rate", "is_active"))
    code = str(values.get("code", "")).strip().upper()
    currency = Currency(organization=organization)
    assign(currency, {**_without_rate(values), "code": code}, allowed=("code", "is_active"))
    require_filled(currency, ["code"])
    if code not in list_currencies():
        raise _refused("code", _("This is not the code of a currency. One looks like EUR or USD."))
    _require_multi_currency(organization)
    if Currency.objects.of(organization).filter(code=code).exists():
        raise _refused("code", _("This organization works in %(code)s already.") % {"code": code})
    first = _rate(CurrencyRate(organization=organization), {"rate": values.get("rate"), "day": today(organization)})
    currency.save(force_insert=True)
    first.currency, first.created_by_id = currency, actor.user_id
    first.save(force_insert=True)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=currency,
        verb="created",
        after={"code": code, "rate": first.rate, "day": first.day, "is_active": currency.is_active},
    )
    return _read(currency)


@transaction.atomic
def update_currency(
    *, actor: Actor, currency: Currency, values: Mapping[str, Any], version: str | None = None
) -> Currency:
    """Give a currency another rate from today on, or stop working in it: it stays on the records that have it."""
    locked = _locked(actor, currency)
    require_version(locked, version)
    organization = locked.organization
    change = assign(locked, _without_rate(values), allowed=("is_active",))
    rate = values.get("rate")
    is_home = locked.code == organization.home_currency
    if is_home and (change or ("rate" in values and Decimal(str(rate)) != 1)):
        raise Refused(_("The home currency is always active, at a rate of 1."), code="home_currency_fixed")
    if change and locked.is_active:
        _require_multi_currency(organization)
    if change:
        locked.save(update_fields=change.fields)
        audit.services.record(
            actor=actor,
            tenant=organization.tenant,
            subject=locked,
            verb="updated",
            before=change.before,
            after=change.after,
        )
    if "rate" in values and not is_home:
        _set(actor, locked, today(organization), rate)
    return _read(locked)


@transaction.atomic
def set_rate(*, actor: Actor, currency: Currency, day: date, rate: Any) -> CurrencyRate:
    """What one unit of home currency buys from that day on. A day that has a rate gets this one instead.

    Records that exist keep the rate that they were saved with (the replicated product's rule).
    """
    locked = _locked(actor, currency)
    if locked.code == locked.organization.home_currency:
        raise Refused(_("The home currency is always active, at a rate of 1."), code="home_currency_fixed")
    return _set(actor, locked, day, rate)


@transaction.atomic
def change_rate(
    *, actor: Actor, rate: CurrencyRate, values: Mapping[str, Any], version: str | None = None
) -> CurrencyRate:
    """Correct a dated rate. Its day and its currency stay: for another day, set another rate."""
    refuse_unknown(values, ("rate",))
    locked = _locked(actor, rate.currency)
    held = _held(locked, rate)
    require_version(held, version)
    return _set(actor, locked, held.day, values["rate"]) if values else held


@transaction.atomic
def delete_rate(*, actor: Actor, rate: CurrencyRate, version: str | None = None) -> None:
    """Take a dated rate back; the one before it then goes on. The only rate of a currency stays."""
    locked = _locked(actor, rate.currency)
    held = _held(locked, rate)
    require_version(held, version)
    if not locked.rates.exclude(pk=held.pk).exists():
        raise Refused(
            _("This is the only rate of %(code)s. Set another one first.") % {"code": locked.code}, code="last_rate"
        )
    audit.services.record(
        actor=actor,
        tenant=locked.organization.tenant,
        subject=locked,
        verb="updated",
        before={"day": held.day, "rate": held.rate},
        after={},
    )
    held.delete()


def _set(actor: Actor, currency: Currency, day: date, rate: Any) -> CurrencyRate:
    """The rate of a day, where it isn't already so. A rate that goes on as it was needs no day of its own."""
    organization = currency.organization
    wanted = _rate(CurrencyRate(organization=organization, currency=currency), {"rate": rate, "day": day})
    before = currency.rates.filter(day__lte=wanted.day).order_by("-day").first()
    if before is not None and before.rate == wanted.rate:
        return before
    told: dict[str, Any] = {}
    if before is not None:
        told = {"day": before.day, "rate": before.rate}
    if before is not None and before.day == wanted.day:
        before.rate, before.created_by_id = wanted.rate, actor.user_id
        before.save(update_fields=["rate", "created_by", "updated_at"])
        wanted = before
    else:
        wanted.created_by_id = actor.user_id
        wanted.save(force_insert=True)
    currency.save(update_fields=["updated_at"])
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=currency,
        verb="updated",
        before=told,
        after={"day": wanted.day, "rate": wanted.rate},
    )
    return wanted


def _held(currency: Currency, rate: CurrencyRate) -> CurrencyRate:
    """The rate as it is now that its currency is locked."""
    held = CurrencyRate.objects.of(currency.organization).filter(pk=rate.pk, currency=currency).first()
    if held is None:
        raise NotFound(_("There is no such rate."))
    return held


def _rate(rate: CurrencyRate, values: Mapping[str, Any]) -> CurrencyRate:
    """The rate with these values, checked and unsaved."""
    assign(rate, values, allowed=("day", "rate"))
    if rate.rate is None or rate.rate <= 0:
        raise _refused("rate", _("The rate must be above zero."))
    return rate


def _read(currency: Currency) -> Currency:
    """The currency with today's rate, as it is read."""
    found: Currency = get_currency(currency.organization, currency.pk)
    return found


def _without_rate(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "rate"}


def _locked(actor: Actor, currency: Currency) -> Currency:
    require_setup(actor, currency.organization)
    rows = Currency.objects.of(currency.organization).select_related("organization")
    return rows.select_for_update(of=("self",)).get(pk=currency.pk)


def _require_multi_currency(organization: Organization) -> None:
    if not organization.is_multi_currency:
        raise Refused(
            _(
                "The Professional edition works in one currency. Choose the Enterprise edition in the company details, "
                "or link a finance organization: that brings the other currencies along."
            ),
            code="single_currency",
        )


def _refused(field: str, sentence: str) -> Refused:
    return Refused(sentence, fields={field: [sentence]})
