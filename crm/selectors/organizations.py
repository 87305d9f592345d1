"""Who belongs where."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from crm.access import as_id, levels_of
from crm.models import Currency, Membership, Organization, Profile
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


def memberships_of(user: Any) -> QuerySet[Any]:
    """The person's CRM organizations, each with their profile and its levels, by name."""
    return (
        Membership.objects.filter(user_id=user.pk)
        .select_related("organization", "profile")
        .annotate(levels=levels_of("profile_id"))
        .order_by("organization__name", "organization_id")
    )


def members(organization: Organization) -> ScopedQuerySet[Membership]:
    """The organization's people, each with their profile, by name."""
    return (
        Membership.objects.of(organization)
        .select_related("user", "profile")
        .order_by("user__first_name", "user__last_name", "user__email")
    )


def get_member(organization: Organization, membership_id: int | str) -> Membership:
    """One member, by an id from outside."""
    found = members(organization).select_related("organization").filter(pk=as_id(membership_id)).first()
    if found is None:
        raise NotFound(_("There is no such member."))
    return found


def profiles(organization: Organization) -> QuerySet[Any]:
    """The organization's profiles, each with its rights and how many carry it, in the order of making."""
    return (
        Profile.objects.of(organization)
        .annotate(member_count=Count("memberships"))
        .prefetch_related("rights")
        .order_by("id")
    )


def get_profile(organization: Organization, profile_id: int | str) -> Profile:
    """One profile, by an id from outside."""
    found: Profile | None = profiles(organization).select_related("organization").filter(pk=as_id(profile_id)).first()
    if found is None:
        raise NotFound(_("There is no such profile."))
    return found


def currencies(organization: Organization) -> ScopedQuerySet[Currency]:
    """The organization's currencies, by code."""
    return Currency.objects.of(organization).order_by("code")


def get_currency(organization: Organization, currency_id: int | str) -> Currency:
    """One currency, by an id from outside."""
    found = currencies(organization).select_related("organization").filter(pk=as_id(currency_id)).first()
    if found is None:
        raise NotFound(_("There is no such currency."))
    return found
