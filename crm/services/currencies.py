"""The currencies that an organization works in. The home currency is always there, active, at 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.numbers import list_currencies
from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from crm.models import Currency, Organization
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.versions import require_version


@transaction.atomic
def add_currency(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Currency:
    """Work in one more currency. `rate` says how much of it one unit of home currency buys."""
    require_setup(actor, organization)
    code = str(values.get("code", "")).strip().upper()
    currency = Currency(organization=organization)
    assign(currency, {**values, "code": code}, allowed=("code", "rate", "is_active"))
    require_filled(currency, ["code", "rate"])
    if code not in list_currencies():
        raise _refused("code", _("This is not the code of a currency. One looks like EUR or USD."))
    if Currency.objects.of(organization).filter(code=code).exists():
        raise _refused("code", _("This organization works in %(code)s already.") % {"code": code})
    _check_rate(currency)
    currency.save()
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=currency,
        verb="created",
        after={"code": code, "rate": currency.rate, "is_active": currency.is_active},
    )
    return currency


@transaction.atomic
def update_currency(
    *, actor: Actor, currency: Currency, values: Mapping[str, Any], version: str | None = None
) -> Currency:
    """Give a currency another rate, or stop working in it: it stays on the records that have it."""
    organization = currency.organization
    require_setup(actor, organization)
    locked = Currency.objects.of(organization).select_for_update(of=("self",)).get(pk=currency.pk)
    require_version(locked, version)
    change = assign(locked, values, allowed=("rate", "is_active"))
    if change and locked.code == organization.home_currency:
        raise Refused(_("The home currency is always active, at a rate of 1."), code="home_currency_fixed")
    _check_rate(locked)
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
    return locked


def _check_rate(currency: Currency) -> None:
    if currency.rate <= 0:
        raise _refused("rate", _("The rate must be above zero."))


def _refused(field: str, sentence: str) -> Refused:
    return Refused(sentence, fields={field: [sentence]})
