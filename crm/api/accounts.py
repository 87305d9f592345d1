"""Accounts on the API."""

from __future__ import annotations

from crm.api.records import ModuleResource, fields_of
from crm.choices import Module
from crm.models import Account


class AccountResource(ModuleResource):
    """`/api/v1/crm/{organization}/accounts`"""

    name = "accounts"
    singular = "account"
    component = "CrmAccount"
    model = Account
    module = Module.ACCOUNTS
    fields = fields_of(
        Module.ACCOUNTS,
        name="name",
        orderable=(
            "annual_revenue",
            "employees",
            "industry",
            "billing_city",
        ),
        expand={"parent": ("id", "name")},
    )
