"""Creating and changing finance organizations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import is_currency
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import audit.services
from finance import identifiers
from finance.access import require
from finance.choices import App, Role
from finance.events import BaseCurrencyChanged, OrganizationCreated, OrganizationUpdated
from finance.models import Currency, Customer, Membership, Organization, Vendor
from finance.rights import Right
from finance.selectors.customers import clashing_names
from finance.selectors.documents import organization_has_documents
from finance.services import numbering, presets
from finance.services.expense_categories import add_first_categories
from finance.services.restating import restate
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import Change, assign, require_filled
from finsuite.kernel.versions import require_version

WRITABLE = frozenset(
    {
        *("name", "base_currency", "time_zone", "language", "country"),
        *("fiscal_year_start_month", "apps", "allows_duplicate_names", "date_format"),
        *("legal_name", "street", "street2", "city", "state", "zip_code", "phone", "email", "website"),
        *("tax_number", "siren", "legal_notice", "bank_name", "iban", "bic"),
    }
)
CLASHES_NAMED = 5


@transaction.atomic
def create_organization(*, actor: Actor, owner: Any, values: Mapping[str, Any]) -> Organization:
    """Create an organization in the given finance apps (all of them, if none is named), with its owner as admin."""
    organization = Organization(apps=list(App.values))
    given = {**_compacted(values), "apps": values.get("apps") or list(App.values)}
    change = assign(organization, given, allowed=WRITABLE)
    require_filled(organization, ["name"])
    _check(organization)
    organization.save(force_insert=True)
    Membership.objects.create(organization=organization, user=owner, role=Role.ADMIN, is_owner=True)
    Currency.objects.create(organization=organization, code=organization.base_currency)
    presets.begin(organization)
    add_first_categories(organization)
    after = {**change.after, "base_currency": organization.base_currency, "owner": owner.email}
    audit.services.record(actor=actor, tenant=organization.tenant, subject=organization, verb="created", after=after)
    emit(OrganizationCreated(organization_id=organization.pk, actor=actor))
    return organization


@transaction.atomic
def update_organization(
    *, actor: Actor, organization: Organization, values: Mapping[str, Any], version: str | None = None
) -> Organization:
    """Change the organization's own fields. The base currency is fixed by the first document."""
    require(actor, organization, Right.SETTINGS)
    if "allows_duplicate_names" in values:
        for series in ("customer", "vendor"):  # nobody creates one meanwhile
            numbering.hold(organization=organization, series=series)
    organization = _lock(organization)
    require_version(organization, version)
    change = assign(organization, _compacted(values), allowed=WRITABLE)
    if not change:
        return organization
    _check(organization)
    if "base_currency" in change:
        _change_base_currency(actor, organization, change)
    if "allows_duplicate_names" in change:
        _apply_name_rule(organization)
    organization.save(update_fields=change.fields)
    _tell(actor, organization, change)
    return organization


@transaction.atomic
def add_apps(*, actor: Actor, organization: Organization, apps: Collection[str]) -> Organization:
    """Open the organization in further finance apps; its records are the same in all of them."""
    require(actor, organization, Right.SETTINGS)
    organization = _lock(organization)
    wanted = [app for app in App.values if app in organization.apps or app in apps]
    change = assign(organization, {"apps": wanted}, allowed={"apps"})
    if change:
        organization.save(update_fields=change.fields)
        _tell(actor, organization, change)
    return organization


def _lock(organization: Organization) -> Organization:
    found = Organization.objects.select_for_update(of=("self",), no_key=True).filter(pk=organization.pk).first()
    if found is None:
        raise NotFound(_("There is no such organization."))
    return found


def _check(organization: Organization) -> None:
    faults = _faults_of_identifiers(organization)
    if not is_currency(organization.base_currency, "en"):
        faults["base_currency"] = [_("This is not the code of a currency. One looks like EUR.")]
    if organization.time_zone not in available_timezones():
        faults["time_zone"] = [_("This is not a time zone. One looks like Europe/Paris.")]
    if organization.language not in dict(settings.LANGUAGES):
        faults["language"] = [_("finsuite does not speak this language yet.")]
    if not 1 <= organization.fiscal_year_start_month <= 12:
        faults["fiscal_year_start_month"] = [_("Choose a month from 1 to 12.")]
    if not organization.apps:
        faults["apps"] = [_("Choose at least one finance app.")]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    organization.apps = [app for app in App.values if app in organization.apps]


def _compacted(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with identifiers freed of the spaces that they are written with."""
    return {
        name: identifiers.compact(value) if name in ("siren", "iban", "bic") and isinstance(value, str) else value
        for name, value in values.items()
    }


def _faults_of_identifiers(organization: Organization) -> dict[str, list[str]]:
    """What the company is known by must be possible."""
    faults: dict[str, list[str]] = {}
    if organization.siren and not identifiers.is_siren(organization.siren):
        faults["siren"] = [_("This is not a SIREN: it has nine digits, of which the last one checks the others.")]
    if organization.iban and not identifiers.is_iban(organization.iban):
        faults["iban"] = [_("This is not an IBAN. Check it against your bank's statement.")]
    if organization.bic and not identifiers.is_bic(organization.bic):
        faults["bic"] = [_("This is not a BIC. One looks like BNPAFRPPXXX.")]
    return faults


def _change_base_currency(actor: Actor, organization: Organization, change: Change) -> None:
    before, after = change.before["base_currency"], change.after["base_currency"]
    if organization_has_documents(organization):
        sentence = _("The base currency is fixed, because documents exist. It stays %(currency)s.") % {
            "currency": before
        }
        raise Refused(sentence, code="base_currency_in_use", fields={"base_currency": [sentence]})
    restate(organization=organization, base=after)
    emit(BaseCurrencyChanged(organization_id=organization.pk, actor=actor, before=before, after=after))


def _apply_name_rule(organization: Organization) -> None:
    for model in (Customer, Vendor):
        parties = model.objects.of(organization)
        if organization.allows_duplicate_names:
            parties.update(unique_key=None)
            continue
        # Held first, so that a rename that has not read the new rule yet ends before the names are compared.
        held = parties.order_by("pk").select_for_update(of=("self",), no_key=True)
        list(held.values_list("pk", flat=True).iterator())
        if clashes := clashing_names(model, organization, limit=CLASHES_NAMED + 1):
            raise _clash_refused(clashes)
        parties.update(unique_key=F("name_key"))


def _clash_refused(clashes: list[str]) -> Refused:
    sentence = ngettext(
        "This name is borne by several customers or vendors; rename them first: %(names)s.",
        "These names are borne by several customers or vendors each; rename them first: %(names)s.",
        len(clashes),
    ) % {"names": ", ".join(clashes[:CLASHES_NAMED]) + ("…" if len(clashes) > CLASHES_NAMED else "")}
    return Refused(sentence, code="duplicate_names", fields={"allows_duplicate_names": [sentence]})


def _tell(actor: Actor, organization: Organization, change: Change) -> None:
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=organization,
        verb="updated",
        before=change.before,
        after=change.after,
    )
    emit(OrganizationUpdated(organization_id=organization.pk, actor=actor, fields=frozenset(change.after)))
