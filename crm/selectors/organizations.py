"""Who belongs where."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import as_id
from crm.models import Currency, CurrencyRate, Membership, Organization, Profile
from crm.selectors.list_views import pins_of
from crm.visibility import levels_of, sharing_of
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


def memberships_of(user: Any) -> QuerySet[Any]:
    """The person's CRM organizations, each with their profile, its levels and what they have pinned, by name."""
    return (
        Membership.objects.filter(user_id=user.pk)
        .select_related("organization", "profile")
        .annotate(
            levels=levels_of("profile_id"),
            rules=sharing_of("organization_id"),
            pins=pins_of("user_id", "organization_id"),
        )
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


def currencies(organization: Organization) -> QuerySet[Any]:
    """The organization's currencies, by code, each with today's `rate`."""
    return Currency.objects.of(organization).annotate(rate=rate_on(today(organization))).order_by("code")


def rate_on(day: date) -> Coalesce:
    """A currency's rate on that day, for a query over currencies. Before its first rate the first one holds."""
    rates = CurrencyRate.objects.filter(currency=OuterRef("pk"))
    latest = rates.filter(day__lte=day).order_by("-day").values("rate")[:1]
    return Coalesce(Subquery(latest), Subquery(rates.order_by("day").values("rate")[:1]), Value(Decimal(1)))


def currency_rates(organization: Organization) -> ScopedQuerySet[CurrencyRate]:
    """Every dated rate, the latest first."""
    return CurrencyRate.objects.of(organization).select_related("created_by").order_by("-day", "currency_id")


def inverse(rate: Decimal) -> Decimal:
    """The same rate the other way round, to nine significant decimals: home currency for one foreign unit."""
    with localcontext(prec=60):
        return (1 / rate).quantize(Decimal("1e-9"), ROUND_HALF_UP)


def today(organization: Organization) -> date:
    """The day that it is where the organization is."""
    return timezone.now().astimezone(ZoneInfo(organization.time_zone)).date()


def get_currency(organization: Organization, currency_id: int | str) -> Any:
    """One currency, by an id from outside."""
    found: Currency | None = (
        currencies(organization).select_related("organization").filter(pk=as_id(currency_id)).first()
    )
    if found is None:
        raise NotFound(_("There is no such currency."))
    return found


def get_currency_rate(organization: Organization, rate_id: int | str) -> CurrencyRate:
    """One dated rate, by an id from outside."""
    rows = currency_rates(organization).select_related("organization", "currency")
    found = rows.filter(pk=as_id(rate_id)).first()
    if found is None:
        raise NotFound(_("There is no such rate."))
    return found
