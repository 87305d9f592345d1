"""Which organizations a person belongs to, and which they may link a CRM to."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from finance.choices import Role
from finance.models import Membership, Organization, ZscKey
from finance.rights import RIGHTS, Right


def memberships_of(user: Any) -> QuerySet[Membership]:
    """The person's memberships, with their organizations, by name."""
    return (
        Membership.objects.filter(user_id=user.pk, user__is_active=True)
        .select_related("organization")
        .order_by("organization__name", "id")
    )


def linkable_organizations(user: Any, app: str | None = None) -> list[Organization]:
    """The organizations that the person may link a CRM to, as their administrator; with the app, only those in it."""
    roles = [role for role in Role if Right.KEYS in RIGHTS[role]]
    found = memberships_of(user).filter(role__in=roles)
    if app is not None:
        found = found.filter(organization__apps__contains=[app])
    return [membership.organization for membership in found]


def members(organization: Organization) -> QuerySet[Membership]:
    """Everybody who belongs to the organization."""
    return (
        Membership.objects.of(organization)
        .select_related("user")
        .order_by("user__last_name", "user__first_name", "user__email")
    )


def live_keys(organization: Organization) -> QuerySet[ZscKey]:
    """The ZSC keys that still open the organization, with the people they belong to."""
    return ZscKey.objects.of(organization).filter(revoked_at=None).select_related("user").order_by("app", "id")
