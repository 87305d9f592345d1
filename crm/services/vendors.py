"""Making, changing and deleting vendors."""

from __future__ import annotations

from collections.abc import Sequence

from crm.choices import Module
from crm.events import VendorCreated, VendorDeleted, VendorUpdated
from crm.models import Organization, Vendor
from crm.services import records
from crm.services.products import PRODUCTS
from crm.services.record_kinds import Kind
from crm.services.surroundings import Surroundings, Values
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused

WRITABLE = (
    "name",
    "owner_id",
    "phone",
    "email",
    "website",
    "category",
    "gl_account",
    "tax_number",
    "street",
    "city",
    "state",
    "zip_code",
    "country",
    "currency",
    "description",
    "tags",
)


def create_vendor(*, actor: Actor, organization: Organization, values: Values) -> Vendor:
    """Make a vendor. Without an owner it is the actor's; without a currency, in home currency."""
    return records.create_one(VENDORS, actor=actor, organization=organization, values=values)


def create_vendors(*, actor: Actor, organization: Organization, rows: Sequence[Values]) -> list[Vendor | Refused]:
    """Make a vendor of each acceptable row; the others answer why not. In the order of the rows."""
    return records.create(VENDORS, actor=actor, organization=organization, rows=rows)


def update_vendor(*, actor: Actor, vendor: Vendor, values: Values, version: str | None = None) -> Vendor:
    """Give a vendor new values. `version` is the one that the actor has seen; a stale one raises Conflict."""
    return records.update_one(VENDORS, actor=actor, record=vendor, values=values, version=version)


def update_vendors(
    *, actor: Actor, organization: Organization, changes: Sequence[tuple[int, Values]]
) -> list[Vendor | Refused]:
    """Give each vendor (by id) its new values, where acceptable. What nothing changes in is not written."""
    return records.update(VENDORS, actor=actor, organization=organization, changes=changes)


def delete_vendor(*, actor: Actor, vendor: Vendor, version: str | None = None) -> None:
    """Delete a vendor. Its products stay, without a vendor."""
    records.delete_one(VENDORS, actor=actor, record=vendor, version=version)


def delete_vendors(*, actor: Actor, organization: Organization, ids: Sequence[int]) -> list[int]:
    """Delete these vendors, as `delete_vendor` does; answers the ids of those that existed."""
    return records.delete(VENDORS, actor=actor, organization=organization, ids=ids)


def _complete(vendor: Vendor, around: Surroundings) -> None:
    vendor.currency = vendor.currency or around.home_currency


def _faults(vendor: Vendor, around: Surroundings) -> dict[str, str]:
    return {}


VENDORS: Kind[Vendor] = Kind(
    model=Vendor,
    module=Module.VENDORS,
    writable=WRITABLE,
    required="name",
    complete=_complete,
    faults=_faults,
    dependents=lambda: ((PRODUCTS, "vendor_id"),),
    created=VendorCreated,
    updated=VendorUpdated,
    deleted=VendorDeleted,
)
