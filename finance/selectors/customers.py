"""Reading customers: lists, search, one customer, and what is free or taken."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Min, QuerySet

from finance.choices import CustomerKind, Status
from finance.models import ContactPerson, Customer, Organization
from finance.selectors.documents import customer_ids_with_documents
from finsuite.kernel.text import fold, name_key

SORTS = {
    "name": ("sort_key", "id"),
    "-name": ("-sort_key", "-id"),
    "number": ("id",),  # numbers are given in order, and as text they sort wrong beyond 99999
    "-number": ("-id",),
    "updated": ("updated_at", "id"),
    "-updated": ("-updated_at", "-id"),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of customers is narrowed to."""

    kind: str = ""
    status: str = ""
    search: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.kind or self.status or self.search)


def customers(organization: Organization, filters: Filters = Filters()) -> QuerySet[Customer]:
    """The organization's customers that pass the filters, unsorted."""
    found = Customer.objects.of(organization)
    if filters.kind in CustomerKind.values:
        found = found.filter(kind=filters.kind)
    if filters.status in Status.values:
        found = found.filter(status=filters.status)
    return search(found, filters.search)


def search(found: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those whose name, company, e-mail, number or telephone hold every word, whatever its case and accents."""
    for word in fold(text).split(" ")[:8]:
        if word:
            found = found.filter(search_text__contains=word)
    return found


def contact_persons(customer: Customer) -> QuerySet[ContactPerson]:
    """The customer's contact persons, the primary one first."""
    return ContactPerson.objects.of(customer.organization_id).filter(customer=customer).order_by("-is_primary", "id")


def ids_with_documents(organization: Organization, ids: Collection[int]) -> set[int]:
    """Those of these customers that have documents: they can't be deleted, and keep their currency."""
    return customer_ids_with_documents(organization, ids)


def free_display_name(organization: Organization, name: str, *, taken: Collection[str] = ()) -> str:
    """The name itself, or with " (2)", " (3)"… the first that no customer bears where names must be unique.

    `taken` holds name keys that are about to be used besides those in the database.
    """
    if organization.allows_duplicate_names:
        return name
    width = Customer._meta.get_field("display_name").max_length or 0
    known = set(taken)
    ours = Customer.objects.of(organization)
    if name_key(name) not in known and not ours.filter(unique_key=name_key(name)).exists():
        return name
    stem = name_key(name[: width - 8])
    known |= {key for key in ours.filter(unique_key__startswith=stem).values_list("unique_key", flat=True) if key}
    for number in range(2, len(known) + 3):
        suffix = f" ({number})"
        candidate = name[: width - len(suffix)].rstrip() + suffix
        if name_key(candidate) not in known:
            return candidate
    raise AssertionError("one more candidate than known names is always free")


def customers_named(organization: Organization, name: str) -> QuerySet[Customer]:
    """Those who bear this display name, compared as matching compares it."""
    return Customer.objects.of(organization).filter(name_key=name_key(name))


def clashing_names(organization: Organization, *, limit: int) -> list[str]:
    """The first few display names that several customers bear."""
    return list(
        Customer.objects.of(organization)
        .values("name_key")
        .annotate(bearers=Count("id"), shown=Min("display_name"))
        .filter(bearers__gt=1)
        .order_by("name_key")
        .values_list("shown", flat=True)[:limit]
    )
