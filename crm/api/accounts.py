"""Accounts on the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm.api.base import RecordResource
from crm.choices import Module
from crm.models import Account
from crm.selectors.accounts import accounts
from crm.selectors.search import matches
from crm.services import accounts as services
from finsuite.kernel.api.fields import of_model
from finsuite.kernel.errors import DomainError


class AccountResource(RecordResource):
    """`/api/v1/crm/{organization}/accounts`"""

    name = "accounts"
    singular = "account"
    component = "CrmAccount"
    model = Account
    module = Module.ACCOUNTS
    fields = of_model(
        Account,
        write=[Account._meta.get_field(name).name for name in services.WRITABLE],
        required=("name",),
        orderable=("name", "annual_revenue", "employees", "industry", "billing_city"),
        order_by={"name": "sort_key"},
        expand={"owner": ("id", "email", "first_name", "last_name"), "parent": ("id", "name")},
    )

    def rows(self) -> QuerySet[Account]:
        return accounts(self.access)

    def search(self, rows: QuerySet[Account], text: str) -> QuerySet[Account]:
        return rows.filter(matches(text))

    def create(self, values: dict[str, Any]) -> Account:
        return services.create_account(actor=self.actor, organization=self.organization, values=values)

    def create_many(self, rows: list[dict[str, Any]]) -> list[Any | DomainError]:
        return [*services.create_accounts(actor=self.actor, organization=self.organization, rows=rows)]

    def update(self, record: Account, values: dict[str, Any], version: str) -> Account:
        return services.update_account(actor=self.actor, account=record, values=values, version=version)

    def delete(self, record: Account, version: str) -> None:
        services.delete_account(actor=self.actor, account=record, version=version)
