"""Vendors on the API."""

from __future__ import annotations

from crm.api.records import ModuleResource, fields_of
from crm.choices import Module
from crm.models import Vendor


class VendorResource(ModuleResource):
    """`/api/v1/crm/{organization}/vendors`"""

    name = "vendors"
    singular = "vendor"
    component = "CrmVendor"
    model = Vendor
    module = Module.VENDORS
    fields = fields_of(
        Module.VENDORS,
        name="name",
        orderable=(
            "category",
            "city",
            "country",
        ),
    )
