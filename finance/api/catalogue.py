"""Items and vendors on the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from finance.api.base import PERSON, TERM, ExtendedResource, names
from finance.choices import Extended
from finance.models import Item, Vendor
from finance.rights import Right
from finance.selectors import customers
from finance.selectors import items as item_selectors
from finance.selectors import vendors as vendor_selectors
from finance.services import items, vendors
from finsuite.kernel.api.fields import of_model
from finsuite.kernel.api.resources import Need

TAX = ("id", "name", "rate", "is_group")


class ItemResource(ExtendedResource):
    """`/api/v1/finance/{organization}/items`"""

    name = "items"
    singular = "item"
    component = "FinanceItem"
    model = Item
    extended = Extended.ITEMS
    rights = {Need.CREATE: Right.ITEMS_EDIT, Need.EDIT: Right.ITEMS_EDIT, Need.DELETE: Right.ITEMS_DELETE}
    fields = of_model(
        Item,
        write=names(items.WRITABLE),
        required=("name",),
        orderable=("name", "sku", "sales_rate", "stock_on_hand"),
        order_by={"name": "sort_key"},
        expand={"sales_tax": TAX, "purchase_tax": TAX, "vendor": ("id", "number", "display_name")},
    )

    def rows(self) -> QuerySet[Item]:
        return item_selectors.items(self.organization)

    def search(self, rows: QuerySet[Item], text: str) -> QuerySet[Item]:
        return customers.search(rows, text)

    def create(self, values: dict[str, Any]) -> Item:
        return items.create_item(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Item, values: dict[str, Any], version: str) -> Item:
        return items.update_item(actor=self.actor, item=record, values=values, version=version)

    def delete(self, record: Item, version: str) -> None:
        items.delete_item(actor=self.actor, item=record, version=version)


class VendorResource(ExtendedResource):
    """`/api/v1/finance/{organization}/vendors`"""

    name = "vendors"
    singular = "vendor"
    component = "FinanceVendor"
    model = Vendor
    extended = Extended.VENDORS
    rights = {Need.CREATE: Right.VENDORS_EDIT, Need.EDIT: Right.VENDORS_EDIT, Need.DELETE: Right.VENDORS_DELETE}
    fields = of_model(
        Vendor,
        read=("id", "number", "created_at", "updated_at"),
        write=names(vendors.WRITABLE),
        orderable=("display_name",),
        order_by={"display_name": "sort_key"},
        expand={"owner": PERSON, "payment_term": TERM},
    )

    def rows(self) -> QuerySet[Vendor]:
        return vendor_selectors.vendors(self.organization)

    def search(self, rows: QuerySet[Vendor], text: str) -> QuerySet[Vendor]:
        return customers.search(rows, text)

    def create(self, values: dict[str, Any]) -> Vendor:
        return vendors.create_vendor(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Vendor, values: dict[str, Any], version: str) -> Vendor:
        return vendors.update_vendor(actor=self.actor, vendor=record, values=values, version=version)

    def delete(self, record: Vendor, version: str) -> None:
        vendors.delete_vendor(actor=self.actor, vendor=record, version=version)
