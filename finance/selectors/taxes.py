"""Reading taxes, their groups and the reasons for exemption."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import F, Prefetch, Q, QuerySet

from finance.models import Organization, Tax, TaxExemption, TaxGroupMember
from finance.totals import TaxRate
from finsuite.kernel.models import ScopedQuerySet

_COMPONENT = {"key": "pk", "label": "name", "rate": "rate", "compound": "is_compound"}


def taxes(organization: Organization) -> QuerySet[Tax]:
    """The organization's taxes, then its groups with their members in order; the highest first."""
    members = TaxGroupMember.objects.select_related("tax").order_by("position", "id")
    return (
        Tax.objects.of(organization)
        .select_related("exemption")
        .prefetch_related(Prefetch("members", queryset=members))
        .order_by("is_group", "-is_active", "-rate", "name_key")
    )


def plain_taxes(organization: Organization) -> ScopedQuerySet[Tax]:
    """The same without members and exemptions read along."""
    return Tax.objects.of(organization)


def choosable(organization: Organization) -> QuerySet[Tax]:
    """The taxes that new lines may bear: the highest first, groups last."""
    return Tax.objects.of(organization).filter(is_active=True).order_by("is_group", "-rate", "name_key")


def exemptions(organization: Organization) -> QuerySet[TaxExemption]:
    """The reasons why no tax is due, by name."""
    return TaxExemption.objects.of(organization).order_by("name_key")


def resolve(organization: Organization, ids: Collection[int]) -> dict[int, tuple[TaxRate, ...]]:
    """What each of these taxes is levied as: itself, or the members of the group, compound ones last. One query.

    An id that is none of the organization's is left out.
    """
    if not ids:
        return {}
    found: dict[int, list[TaxRate]] = defaultdict(list)
    rows = (
        Tax.objects.of(organization)
        .filter(Q(is_group=False) | Q(members__isnull=False), pk__in=set(ids))
        .annotate(**{f"member_{name}": F(f"members__tax__{column}") for name, column in _COMPONENT.items()})
        .order_by("pk", "members__tax__is_compound", "members__position", "members__id")
        .values_list("pk", "is_group", *_COMPONENT.values(), *(f"member_{name}" for name in _COMPONENT))
    )
    for pk, is_group, *columns in rows:
        key, name, rate, is_compound = columns[len(_COMPONENT) :] if is_group else columns[: len(_COMPONENT)]
        found[pk].append(TaxRate(key=str(key), name=name, rate=rate, is_compound=is_compound))
    return {pk: tuple(rates) for pk, rates in found.items()}
