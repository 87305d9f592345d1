"""Reading taxes, their groups and the reasons for exemption."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from finance.models import Organization, Tax, TaxExemption, TaxGroupMember


def taxes(organization: Organization) -> QuerySet[Tax]:
    """The organization's taxes and groups, each group with its members in their order; by name."""
    members = TaxGroupMember.objects.select_related("tax").order_by("tax__is_compound", "position", "id")
    return (
        Tax.objects.of(organization)
        .select_related("exemption")
        .prefetch_related(Prefetch("members", queryset=members))
        .order_by("is_group", "name_key")
    )


def choosable(organization: Organization) -> QuerySet[Tax]:
    """The taxes that new lines may bear, by rate."""
    return Tax.objects.of(organization).filter(is_active=True).order_by("is_group", "-rate", "name_key")


def exemptions(organization: Organization) -> QuerySet[TaxExemption]:
    """The reasons why no tax is due, by name."""
    return TaxExemption.objects.of(organization).order_by("name_key")
