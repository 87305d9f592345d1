"""Reading vendors: lists and search."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from finance.choices import Status
from finance.models import Organization, Vendor
from finance.selectors import customers

SORTS = customers.SORTS


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of vendors is narrowed to."""

    status: str = ""
    search: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.status or self.search)


def vendors(organization: Organization, filters: Filters = Filters()) -> QuerySet[Vendor]:
    """The organization's vendors that pass the filters, unsorted."""
    found = Vendor.objects.of(organization)
    if filters.status in Status.values:
        found = found.filter(status=filters.status)
    return customers.search(found, filters.search)


def find(organization: Organization, text: str, limit: int) -> tuple[list[Vendor], str]:
    """The vendors that match, the best first; where none does, those that match what was meant, and what that is."""
    return customers.find_named(Vendor.objects.of(organization), organization, text, limit)
