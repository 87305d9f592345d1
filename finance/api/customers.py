"""Customers and their contact persons on the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from finance import access
from finance.api.base import PERSON, TERM, ExtendedResource, names
from finance.choices import Extended
from finance.models import ContactPerson, Customer
from finance.rights import Right
from finance.selectors import customers as selectors
from finance.services import contact_persons, customers
from finsuite.kernel.api.fields import of_model
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resources import Need

EDITS = {Need.CREATE: Right.EDIT_CUSTOMERS, Need.EDIT: Right.EDIT_CUSTOMERS}


class CustomerResource(ExtendedResource):
    """`/api/v1/finance/{organization}/customers`"""

    name = "customers"
    singular = "customer"
    component = "FinanceCustomer"
    model = Customer
    extended = Extended.CUSTOMERS
    rights = {**EDITS, Need.DELETE: Right.DELETE_CUSTOMERS}
    fields = of_model(
        Customer,
        read=("id", "number", "created_at", "updated_at"),
        write=names(customers.WRITABLE),
        orderable=("display_name",),
        order_by={"display_name": "sort_key"},
        expand={"owner": PERSON, "payment_term": TERM, "exemption": ("id", "name", "code", "reason")},
    )

    def rows(self) -> QuerySet[Customer]:
        return selectors.customers(self.organization)

    def search(self, rows: QuerySet[Customer], text: str) -> QuerySet[Customer]:
        return selectors.search(rows, text)

    def create(self, values: dict[str, Any]) -> Customer:
        return customers.create_customer(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Customer, values: dict[str, Any], version: str) -> Customer:
        return customers.update_customer(actor=self.actor, customer=record, values=values, version=version)

    def delete(self, record: Customer, version: str) -> None:
        customers.delete_customer(actor=self.actor, customer=record, version=version)


class ContactPersonResource(ExtendedResource):
    """`/api/v1/finance/{organization}/contact-persons`"""

    name = "contact-persons"
    singular = "contact-person"
    component = "FinanceContactPerson"
    model = ContactPerson
    extended = Extended.CONTACT_PERSONS
    rights = {**EDITS, Need.DELETE: Right.EDIT_CUSTOMERS}
    fields = of_model(
        ContactPerson,
        write=("customer", *names(contact_persons.WRITABLE)),
        required=("customer",),
        orderable=("first_name", "last_name"),
        expand={"customer": ("id", "number", "display_name")},
    )

    def rows(self) -> QuerySet[ContactPerson]:
        return selectors.all_contact_persons(self.organization)

    def search(self, rows: QuerySet[ContactPerson], text: str) -> QuerySet[ContactPerson]:
        return selectors.search_contact_persons(rows, text)

    def create(self, values: dict[str, Any]) -> ContactPerson:
        customer = access.referred_customer(self.organization, values.pop("customer_id"), field="customer_id")
        return contact_persons.create_contact_person(actor=self.actor, customer=customer, values=values)

    def update(self, record: ContactPerson, values: dict[str, Any], version: str) -> ContactPerson:
        if values.pop("customer_id", record.customer_id) != record.customer_id:
            raise invalid([fault("/customer", "fixed", _("A contact person stays with their customer."))])
        record.customer.organization = self.organization
        return contact_persons.update_contact_person(actor=self.actor, person=record, values=values, version=version)

    def delete(self, record: ContactPerson, version: str) -> None:
        contact_persons.delete_contact_person(actor=self.actor, person=record, version=version)
