"""Making a CRM organization, and keeping its details and its members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from django.db import transaction
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from crm.choices import Edition
from crm.events import OrganizationCreated
from crm.models import RECORDS, Currency, CurrencyRate, Membership, Organization, Profile
from crm.services.list_views import add_default_list_views
from crm.services.pipelines import add_default_pipeline
from crm.services.profiles import add_default_profiles
from crm.services.sharing import add_default_sharing
from crm.services.teams import hand_over_reports
from crm.services.view_shares import forget_share
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.versions import require_version
from users.models import User

DETAILS = (
    *("name", "edition", "street", "city", "state", "zip_code", "country", "phone", "website"),
    *("time_zone", "language", "fiscal_year_start_month"),
)


@transaction.atomic
def create_organization(*, actor: Actor, values: Mapping[str, Any], owner: User | None = None) -> Organization:
    """Make an organization with its profiles, home currency, list views and pipeline. Its owner administers it."""
    organization = Organization()
    assign(organization, _prepared(values), allowed=(*DETAILS, "home_currency", "is_demo"))
    require_filled(organization, ["name", "home_currency"])
    _check_details(organization)
    organization.is_multi_currency = organization.edition == Edition.ENTERPRISE
    organization.save()
    profiles = add_default_profiles(organization)
    Currency.objects.create(organization=organization, code=organization.home_currency)
    add_default_list_views(organization)
    add_default_sharing(organization)
    add_default_pipeline(organization)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=organization,
        verb="created",
        after={"name": organization.name, "home_currency": organization.home_currency},
    )
    user_id = actor.user_id if owner is None else owner.pk
    if user_id is not None:
        _add(actor, organization, user_id, profiles["Administrator"])
    emit(OrganizationCreated(actor=actor, organization_id=organization.pk))
    return organization


@transaction.atomic
def update_organization(
    *, actor: Actor, organization: Organization, values: Mapping[str, Any], version: str | None = None
) -> Organization:
    """Change the company details. The home currency is not among them: it is fixed."""
    require_setup(actor, organization)
    locked = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    require_version(locked, version)
    if values.get("home_currency", locked.home_currency) != locked.home_currency:
        raise Refused(
            _("The home currency is fixed. Only finsuite's staff can change it."),
            code="home_currency_fixed",
            fields={"home_currency": [_("The home currency is fixed.")]},
        )
    given = {name: value for name, value in values.items() if name != "home_currency"}
    change = assign(locked, given, allowed=DETAILS)
    _check_details(locked)
    if "edition" in change:
        _follow_edition(locked)
    if change:
        locked.save(update_fields=[*change.fields, "is_multi_currency"])
        audit.services.record(
            actor=actor,
            tenant=locked.tenant,
            subject=locked,
            verb="updated",
            before=change.before,
            after=change.after,
        )
    return locked


@transaction.atomic
def follow_integration(*, organization: Organization, is_linked: bool) -> None:
    """On Professional, several currencies come and go with the link to a finance organization; Enterprise has them.

    Records keep the currency that they are in. The integration calls this when it is switched on or off.
    """
    locked = Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)
    wanted = is_linked or locked.edition == Edition.ENTERPRISE
    if locked.is_multi_currency != wanted:
        locked.is_multi_currency = wanted
        locked.save(update_fields=["is_multi_currency", "updated_at"])


@transaction.atomic
def change_home_currency(*, actor: Actor, organization: Organization, code: str) -> Organization:
    """Give an organization another home currency. Staff alone may, and only while no record is in the old one."""
    staff = User.objects.filter(is_superuser=True, is_active=True)
    if actor.user_id is None or not staff.filter(pk=actor.user_id).exists():
        raise NotPermitted(_("Only finsuite's staff can change a home currency."))
    locked = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    before = locked.home_currency
    change = assign(locked, {"home_currency": code.strip().upper()}, allowed=["home_currency"])
    _check_details(locked)
    if not change:
        return locked
    if any(model.objects.of(locked).exists() for model in RECORDS.values()):
        raise Refused(
            _("This organization has records already, and a record's currency can't change. Start a new organization."),
            code="has_records",
        )
    locked.save(update_fields=change.fields)
    Currency.objects.of(locked).update_or_create(
        organization=locked, code=locked.home_currency, defaults={"is_active": True}
    )
    CurrencyRate.objects.of(locked).filter(currency__code=locked.home_currency).delete()
    Currency.objects.of(locked).filter(code=before).update(is_active=False)
    audit.services.record(
        actor=actor, tenant=locked.tenant, subject=locked, verb="updated", before=change.before, after=change.after
    )
    return locked


@transaction.atomic
def add_member(*, actor: Actor, organization: Organization, email: str, profile: Profile) -> Membership:
    """Let the person who signs in with this e-mail address into the organization."""
    require_setup(actor, organization)
    _check_profile(organization, profile)
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise _member_refused("email", _("Nobody signs in to finsuite with this e-mail address."))
    if Membership.objects.of(organization).filter(user=user).exists():
        raise _member_refused("email", _("This person is a member already."))
    return _add(actor, organization, user.pk, profile)


@transaction.atomic
def change_member_profile(
    *, actor: Actor, membership: Membership, profile: Profile, version: str | None = None
) -> Membership:
    """Give a member another profile; one who may change the setup always remains."""
    organization = membership.organization
    require_setup(actor, organization)
    _check_profile(organization, profile)
    locked = _locked(membership, version)
    if locked.profile_id == profile.pk:
        return locked
    before, locked.profile = locked.profile, profile
    locked.save(update_fields=["profile", "updated_at"])
    _check_administrated(organization)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=locked,
        verb="updated",
        before={"profile": before.name},
        after={"profile": profile.name},
    )
    return locked


@transaction.atomic
def remove_member(*, actor: Actor, membership: Membership, version: str | None = None) -> None:
    """Take a member out. What they own stays theirs by name; who reported to them reports to their manager.

    One who may change the setup always remains.
    """
    organization = membership.organization
    require_setup(actor, organization)
    locked = _locked(membership, version)
    hand_over_reports(actor=actor, leaving=locked)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=locked,
        verb="deleted",
        before={"user": locked.user.email, "profile": locked.profile.name},
    )
    forget_share(actor=actor, organization=organization, name="shared_people", key=locked.user_id)
    locked.delete()
    _check_administrated(organization)


def _add(actor: Actor, organization: Organization, user_id: int, profile: Profile) -> Membership:
    membership = Membership.objects.create(organization=organization, user_id=user_id, profile=profile)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=membership,
        verb="created",
        after={"user": membership.user.email, "profile": profile.name},
    )
    return membership


def _locked(membership: Membership, version: str | None) -> Membership:
    """The member's row; the organization's row first, so that two administrators can't remove each other at once."""
    Organization.objects.select_for_update(no_key=True).get(pk=membership.organization_id)
    rows = Membership.objects.select_for_update(of=("self",)).select_related("user", "profile")
    locked = rows.filter(pk=membership.pk).first()
    if locked is None:
        raise Refused(_("This person is not a member any more."), code="not_found")
    require_version(locked, version)
    return locked


def _check_administrated(organization: Organization) -> None:
    if not Membership.objects.of(organization).filter(profile__can_setup=True).exists():
        raise Refused(_("At least one member must be able to change the setup."), code="last_administrator")


def _check_profile(organization: Organization, profile: Profile) -> None:
    if profile.organization_id != organization.pk:
        raise _member_refused("profile", _("There is no such profile in this organization."))


def _member_refused(field: str, sentence: str) -> Refused:
    return Refused(sentence, fields={field: [sentence]})


def _prepared(values: Mapping[str, Any]) -> dict[str, Any]:
    prepared = dict(values)
    if isinstance(prepared.get("home_currency"), str):
        prepared["home_currency"] = prepared["home_currency"].strip().upper()
    return prepared


def _follow_edition(organization: Organization) -> None:
    """Enterprise works in several currencies; Professional in one, unless the integration brings the others."""
    if organization.edition == Edition.ENTERPRISE:
        organization.is_multi_currency = True
        return
    others = Currency.objects.of(organization).filter(is_active=True).exclude(code=organization.home_currency)
    if others.exists():
        sentence = _("The Professional edition works in one currency. Stop working in the other ones first.")
        raise Refused(sentence, code="several_currencies", fields={"edition": [sentence]})
    organization.is_multi_currency = False


def _check_details(organization: Organization) -> None:
    faults: dict[str, list[str]] = {}
    if organization.home_currency not in list_currencies():
        faults["home_currency"] = [_("This is not the code of a currency. One looks like EUR or USD.")]
    if organization.time_zone not in available_timezones():
        faults["time_zone"] = [_("This is not a time zone. One looks like Europe/Paris.")]
    if not 1 <= organization.fiscal_year_start_month <= 12:
        faults["fiscal_year_start_month"] = [_("A month is a number from 1 to 12.")]
    try:
        get_supported_language_variant(organization.language)
    except LookupError:
        faults["language"] = [_("finsuite does not speak this language.")]
    if faults:
        raise Refused(_("Some details can't be saved as they are."), fields=faults)
