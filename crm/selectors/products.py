"""Reading products."""

from __future__ import annotations

from crm.access import Access
from crm.choices import Module
from crm.models import Product
from crm.selectors.records import get_record, record_rows
from finsuite.kernel.models import ScopedQuerySet


def products(access: Access) -> ScopedQuerySet[Product]:
    """The products that the person may see."""
    return record_rows(access, Module.PRODUCTS)


def get_product(access: Access, product_id: int | str) -> Product:
    """One product by an id from outside: NotFound if it is absent, another organization's, or not theirs to see."""
    found: Product = get_record(access, Module.PRODUCTS, product_id)
    return found
