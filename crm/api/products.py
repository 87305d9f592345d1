"""Products on the API."""

from __future__ import annotations

from crm.api.records import PERSON, ModuleResource, fields_of
from crm.choices import Module
from crm.models import Product


class ProductResource(ModuleResource):
    """`/api/v1/crm/{organization}/products`"""

    name = "products"
    singular = "product"
    component = "CrmProduct"
    model = Product
    module = Module.PRODUCTS
    fields = fields_of(
        Module.PRODUCTS,
        name="name",
        orderable=(
            "code",
            "category",
            "unit_price",
            "is_active",
            "quantity_in_stock",
        ),
        expand={"vendor": ("id", "name"), "handler": PERSON},
    )
