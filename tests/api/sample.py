"""A resource to try the kernel on: finance customers, at addresses of its own below /api/v1/sample/."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import include, path

import finsuite.urls
from finance import access
from finance.models import Customer
from finance.rights import Right
from finance.selectors import customers as selectors
from finance.services import customers as services
from finsuite.kernel.api.fields import of_model
from finsuite.kernel.api.resources import Need, Resource

RIGHTS = {
    Need.VIEW: Right.VIEW,
    Need.CREATE: Right.EDIT_CUSTOMERS,
    Need.EDIT: Right.EDIT_CUSTOMERS,
    Need.DELETE: Right.DELETE_CUSTOMERS,
}


class SampleResource(Resource):
    name = "customers"
    singular = "customer"
    component = "SampleCustomer"
    tag = "Sample"
    model = Customer
    fields = of_model(
        Customer,
        read=("id", "number", "status", "created_at", "updated_at"),
        write=(
            *("display_name", "kind", "first_name", "last_name", "email", "owner", "currency", "credit_limit"),
            *("payment_terms", "is_taxable", "notes"),
        ),
        required=("display_name",),
        orderable=("display_name", "credit_limit", "payment_terms", "kind"),
        order_by={"display_name": "sort_key"},
        expand={"owner": ("id", "email")},
    )

    def enter(self, organization_id: int, need: Need) -> Any:
        membership = access.membership(self.user, organization_id)
        access.require_role(membership.role, RIGHTS[need])
        return membership.organization

    def rows(self) -> QuerySet[Customer]:
        return selectors.customers(self.organization)

    def search(self, rows: QuerySet[Customer], text: str) -> QuerySet[Customer]:
        return selectors.search(rows, text)

    def create(self, values: dict[str, Any]) -> Customer:
        return services.create_customer(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Customer, values: dict[str, Any], version: str) -> Customer:
        return services.update_customer(actor=self.actor, customer=record, values=values, version=version)

    def delete(self, record: Customer, version: str) -> None:
        services.delete_customer(actor=self.actor, customer=record, version=version)


urlpatterns = [
    path("api/v1/sample/<id:organization>/", include(SampleResource.urls())),
    *finsuite.urls.urlpatterns,
]
handler500 = finsuite.urls.handler500
