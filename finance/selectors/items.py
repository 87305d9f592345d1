"""Reading items: lists, search, and what lines begin with."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, QuerySet

from finance.choices import ItemKind, Status
from finance.models import Item, Organization
from finance.selectors import customers
from finsuite.kernel.text import name_key

SORTS = {
    "name": ("sort_key", "id"),
    "-name": ("-sort_key", "-id"),
    "updated": ("updated_at", "id"),
    "-updated": ("-updated_at", "-id"),
}
USES = {"sold": {"is_sold": True}, "purchased": {"is_purchased": True}, "low": {"track_stock": True}}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of items is narrowed to. `use` is one of USES; "low" are those to be ordered again."""

    kind: str = ""
    status: str = ""
    use: str = ""
    search: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.kind or self.status or self.use or self.search)


def items(organization: Organization, filters: Filters = Filters()) -> QuerySet[Item]:
    """The organization's items that pass the filters, unsorted."""
    found = Item.objects.of(organization).select_related("sales_tax", "purchase_tax", "vendor")
    if filters.kind in ItemKind.values:
        found = found.filter(kind=filters.kind)
    if filters.status in Status.values:
        found = found.filter(status=filters.status)
    if filters.use in USES:
        found = found.filter(**USES[filters.use])
    if filters.use == "low":
        found = found.filter(reorder_level__isnull=False, stock_on_hand__lte=F("reorder_level"))
    return customers.search(found, filters.search)


def find(organization: Organization, text: str, limit: int) -> tuple[list[Item], str]:
    """The items that match, the best first; where none does, those that match what was meant, and what that is."""
    return customers.find_named(Item.objects.of(organization), organization, text, limit)


def with_sku(organization: Organization, sku: str) -> QuerySet[Item]:
    """The item that bears this SKU, whatever its case."""
    return Item.objects.of(organization).filter(sku_key=name_key(sku))
