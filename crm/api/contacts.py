"""Contacts on the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm.api.base import RecordResource
from crm.choices import Module
from crm.models import Contact
from crm.selectors.contacts import contacts
from crm.selectors.search import matches
from crm.services import contacts as services
from finsuite.kernel.api.fields import of_model
from finsuite.kernel.errors import DomainError


class ContactResource(RecordResource):
    """`/api/v1/crm/{organization}/contacts`"""

    name = "contacts"
    singular = "contact"
    component = "CrmContact"
    model = Contact
    module = Module.CONTACTS
    fields = of_model(
        Contact,
        write=[Contact._meta.get_field(name).name for name in services.WRITABLE],
        required=("last_name",),
        orderable=("last_name", "first_name", "email", "mailing_city"),
        order_by={"last_name": "sort_key"},
        expand={
            "owner": ("id", "email", "first_name", "last_name"),
            "account": ("id", "name"),
            "reports_to": ("id", "first_name", "last_name"),
        },
    )

    def rows(self) -> QuerySet[Contact]:
        return contacts(self.access)

    def search(self, rows: QuerySet[Contact], text: str) -> QuerySet[Contact]:
        return rows.filter(matches(text))

    def create(self, values: dict[str, Any]) -> Contact:
        return services.create_contact(actor=self.actor, organization=self.organization, values=values)

    def create_many(self, rows: list[dict[str, Any]]) -> list[Any | DomainError]:
        return [*services.create_contacts(actor=self.actor, organization=self.organization, rows=rows)]

    def update(self, record: Contact, values: dict[str, Any], version: str) -> Contact:
        return services.update_contact(actor=self.actor, contact=record, values=values, version=version)

    def delete(self, record: Contact, version: str) -> None:
        services.delete_contact(actor=self.actor, contact=record, version=version)
