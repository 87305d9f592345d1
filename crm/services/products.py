"""Making, changing and deleting products."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from crm.choices import Module
from crm.events import ProductCreated, ProductDeleted, ProductUpdated
from crm.models import Organization, Product
from crm.services import records
from crm.services.deal_lines import let_go_of_products
from crm.services.record_kinds import Kind
from crm.services.surroundings import Surroundings, Values
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused

WRITABLE = (
    "name",
    "code",
    "category",
    "is_active",
    "vendor_id",
    "manufacturer",
    "owner_id",
    "handler_id",
    "unit_price",
    "currency",
    "commission_rate",
    "is_taxable",
    "tax",
    "usage_unit",
    "quantity_in_stock",
    "quantity_ordered",
    "quantity_in_demand",
    "reorder_level",
    "sales_start_date",
    "sales_end_date",
    "support_start_date",
    "support_end_date",
    "description",
    "tags",
)


def create_product(*, actor: Actor, organization: Organization, values: Values) -> Product:
    """Make a product. Without an owner it is the actor's; its price is, if not said otherwise, in home currency."""
    return records.create_one(PRODUCTS, actor=actor, organization=organization, values=values)


def create_products(*, actor: Actor, organization: Organization, rows: Sequence[Values]) -> list[Product | Refused]:
    """Make a product of each acceptable row; the others answer why not. In the order of the rows."""
    return records.create(PRODUCTS, actor=actor, organization=organization, rows=rows)


def update_product(*, actor: Actor, product: Product, values: Values, version: str | None = None) -> Product:
    """Give a product new values. `version` is the one that the actor has seen; a stale one raises Conflict."""
    return records.update_one(PRODUCTS, actor=actor, record=product, values=values, version=version)


def update_products(
    *, actor: Actor, organization: Organization, changes: Sequence[tuple[int, Values]]
) -> list[Product | Refused]:
    """Give each product (by id) its new values, where acceptable. What nothing changes in is not written."""
    return records.update(PRODUCTS, actor=actor, organization=organization, changes=changes)


def delete_product(*, actor: Actor, product: Product, version: str | None = None) -> None:
    """Delete a product. The lines of deals that name it keep their name and price."""
    records.delete_one(PRODUCTS, actor=actor, record=product, version=version)


def delete_products(*, actor: Actor, organization: Organization, ids: Sequence[int]) -> list[int]:
    """Delete these products, as `delete_product` does; answers the ids of those that existed."""
    return records.delete(PRODUCTS, actor=actor, organization=organization, ids=ids)


def _complete(product: Product, around: Surroundings) -> None:
    product.currency = product.currency or around.home_currency


def _faults(product: Product, around: Surroundings) -> dict[str, str]:
    faults: dict[str, str] = {}
    if product.unit_price is not None and product.unit_price < 0:
        faults["unit_price"] = _("The price can't be negative.")
    if product.commission_rate is not None and not 0 <= product.commission_rate <= 100:
        faults["commission_rate"] = _("The commission rate lies between 0 and 100 percent.")
    if _ends_early(product.sales_start_date, product.sales_end_date):
        sentence = _("A product can't go off sale before it goes on sale.")
        faults |= dict.fromkeys(("sales_start_date", "sales_end_date"), sentence)
    if _ends_early(product.support_start_date, product.support_end_date):
        sentence = _("The support of a product can't end before it begins.")
        faults |= dict.fromkeys(("support_start_date", "support_end_date"), sentence)
    return faults


def _ends_early(start: date | None, end: date | None) -> bool:
    return start is not None and end is not None and end < start


PRODUCTS: Kind[Product] = Kind(
    model=Product,
    module=Module.PRODUCTS,
    writable=WRITABLE,
    required="name",
    complete=_complete,
    faults=_faults,
    dependents=lambda: (),
    leaving=lambda: (let_go_of_products,),
    created=ProductCreated,
    updated=ProductUpdated,
    deleted=ProductDeleted,
)
