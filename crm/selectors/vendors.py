"""Reading vendors."""

from __future__ import annotations

from crm.access import Access
from crm.choices import Module
from crm.models import Vendor
from crm.selectors.records import get_record, record_rows
from finsuite.kernel.models import ScopedQuerySet


def vendors(access: Access) -> ScopedQuerySet[Vendor]:
    """The vendors that the person may see."""
    return record_rows(access, Module.VENDORS)


def get_vendor(access: Access, vendor_id: int | str) -> Vendor:
    """One vendor by an id from outside: NotFound if it is absent, another organization's, or not theirs to see."""
    found: Vendor = get_record(access, Module.VENDORS, vendor_id)
    return found
