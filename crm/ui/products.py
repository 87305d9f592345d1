"""The pages of products."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from crm.access import Access
from crm.choices import Level, Module
from crm.models import Product
from crm.selectors.vendors import get_vendor
from crm.ui import records, sections
from crm.ui.cells import Column, Look
from crm.ui.lists import Listing
from crm.ui.overview import record_link
from finsuite.kernel import formats
from finsuite.kernel.api.fields import of_model

COLUMNS = (
    Column("code", gettext_lazy("Code"), sort="code"),
    Column("category", gettext_lazy("Category"), sort="category"),
    Column("unit_price", gettext_lazy("Unit price"), Look.MONEY, sort="unit_price"),
    Column("usage_unit", gettext_lazy("Unit"), sort="usage_unit"),
    Column("is_active", gettext_lazy("Active"), Look.YES_NO, sort="is_active"),
    Column("vendor", gettext_lazy("Vendor"), Look.RECORD, refers=Module.VENDORS),
    Column("owner", gettext_lazy("Owner"), Look.PERSON),
    Column("handler", gettext_lazy("Handler"), Look.PERSON),
    Column("manufacturer", gettext_lazy("Manufacturer"), sort="manufacturer"),
    Column("quantity_in_stock", gettext_lazy("In stock"), Look.NUMBER, sort="quantity_in_stock"),
    Column("reorder_level", gettext_lazy("Reorder level"), Look.NUMBER, sort="reorder_level"),
    Column("commission_rate", gettext_lazy("Commission"), Look.PERCENT, sort="commission_rate"),
    Column("sales_start_date", gettext_lazy("On sale from"), Look.DAY, sort="sales_start_date"),
    Column("sales_end_date", gettext_lazy("On sale until"), Look.DAY, sort="sales_end_date"),
    Column("currency", gettext_lazy("Currency"), sort="currency"),
    Column("tags", gettext_lazy("Tags"), Look.TAGS),
    Column("created_at", gettext_lazy("Created"), Look.AGO, sort="created_at"),
    Column("updated_at", gettext_lazy("Last change"), Look.AGO, sort="updated_at"),
)

SORTABLE = ("name", *(column.sort for column in COLUMNS if column.sort))


def _around(access: Access, product: Any) -> dict[str, Any]:
    price = product.unit_price
    return {
        "price": "" if price is None else formats.price(price, product.currency),
        "vendor_link": record_link(access, Module.VENDORS, product.vendor),
    }


def _detail(product: Any) -> str:
    """The code, else the price."""
    if product.code or product.unit_price is None:
        return str(product.code)
    return formats.price(product.unit_price, product.currency)


def _initial(request: HttpRequest, access: Access) -> dict[str, Any]:
    """A new product that is made from a vendor's page starts with that vendor and its currency."""
    vendor_id = request.GET.get("vendor", "")
    if not vendor_id:
        return {}
    access.require(Module.VENDORS, Level.VIEW)
    vendor = get_vendor(access, vendor_id)
    return {"vendor_id": vendor.pk, "currency": vendor.currency}


PAGES = records.Pages(
    module=Module.PRODUCTS,
    icon="package",
    sections=sections.PRODUCT,
    listing=Listing(
        module=Module.PRODUCTS,
        columns=COLUMNS,
        shown=("code", "category", "unit_price", "is_active", "vendor", "owner", "updated_at"),
        order=of_model(Product, read=("id", *SORTABLE), orderable=SORTABLE, order_by={"name": "sort_key"}),
        ordering="name",
    ),
    words=records.Words(
        name=gettext_lazy("Product"),
        new=gettext_lazy("New product"),
        none_yet=gettext_lazy("No products yet"),
        why_none=gettext_lazy(
            "A product is something that you sell, with the price that the lines of a deal begin with."
        ),
        none_match=gettext_lazy("No product matches"),
        show_all=gettext_lazy("Show all products"),
        look_only=gettext_lazy("Your profile lets you look at products, not make them."),
        nobody=gettext_lazy("Nobody owns this product"),
        views=gettext_lazy("Views of the product"),
        about=gettext_lazy("About this product"),
        kept=gettext_lazy("What the product says is kept in the history. The product itself does not come back."),
        delete=gettext_lazy("Delete the product"),
        delete_many=gettext_lazy("Delete the selected products?"),
        delete_these=gettext_lazy("Delete the selected products"),
        let_go=gettext_lazy(
            "The lines of deals that name them keep their name and price. What the products say is kept in the history."
        ),
    ),
    detail=_detail,
    initial=_initial,
    around=_around,
)
