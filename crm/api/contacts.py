"""Contacts on the API."""

from __future__ import annotations

from crm.api.records import ModuleResource, fields_of
from crm.choices import Module
from crm.models import Contact


class ContactResource(ModuleResource):
    """`/api/v1/crm/{organization}/contacts`"""

    name = "contacts"
    singular = "contact"
    component = "CrmContact"
    model = Contact
    module = Module.CONTACTS
    fields = fields_of(
        Module.CONTACTS,
        name="last_name",
        orderable=(
            "first_name",
            "email",
            "mailing_city",
        ),
        expand={"account": ("id", "name"), "reports_to": ("id", "first_name", "last_name")},
    )
