"""Billing on what was spent: `POST expenses/7/convert {"to": "invoice"}`, `GET customers/3/unbilled`."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.api.documents import InvoiceResource
from finance.models import Invoice
from finance.rights import Right
from finance.selectors.billables import Offer, unbilled
from finance.services.expense_conversions import expenses_to_invoice
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind
from finsuite.kernel.api.resource_views import ResourceView
from finsuite.kernel.api.resources import etag
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from finsuite.kernel.money import trimmed

TAG = "Finance"
CONVERT = {
    "to": Field(kind=Kind.CHOICE, choices=("invoice",), writable=True, required=True),
    "invoice": Field(kind=Kind.ID, writable=True, help="a draft to put it on; left out, a new one is made"),
}
_TEXT = {"type": "string"}
_UNBILLED: schema.Schema = {
    "type": "object",
    "required": ["results"],
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind", "id", "date", "number", "name", "description", "currency", "net", "amount"],
                "properties": {
                    "kind": {**_TEXT, "description": "the field of an invoice's line that takes its id"},
                    "id": {"type": "integer"},
                    "date": {**_TEXT, "format": "date"},
                    **dict.fromkeys(("number", "name", "description", "currency"), _TEXT),
                    "net": {**_TEXT, "description": "without tax, as it was spent"},
                    "amount": {**_TEXT, "description": "the same, marked up"},
                },
            },
        }
    },
}


class ConvertExpenseView(ResourceView):
    """`convert`: the draft invoice that bills an expense."""

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {
            "post": Operation(
                id=f"{resource.component}_convert",
                summary="Bill an expense to its customer: on a new invoice, a draft, or on one that is there",
                tag=resource.tag,
                status=201,
                answer=ref(InvoiceResource.component),
                body=schema.of_input(CONVERT, required=("to",)),
                components={InvoiceResource.component: schema.of_table(InvoiceResource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        member = access.membership(self.request.user, self.kwargs["organization"])
        access.require_role(member.role, Right.SALES_EDIT)
        asked = self.body(CONVERT, required=("to",))
        expense = access.expense(member, self.kwargs["record"])
        draft = asked.get("invoice")
        invoice = None if draft is None else access.document(member.organization, Invoice, draft)
        made = expenses_to_invoice(
            actor=self.actor, organization=member.organization, expenses=[expense], invoice=invoice
        )
        target = InvoiceResource(self.request.user, self.actor)
        target.organization = member.organization
        row = target.read_written(made.pk)
        root = request.path.rsplit("/expenses/", 1)[0]
        headers = {"ETag": etag(row), "Location": f"{root}/invoices/{made.pk}"}
        return Response(row, status=201, headers=headers)


class UnbilledView(ApiView):
    """`customers/7/unbilled`: what the customer can be billed for, the oldest first."""

    operations = {
        "get": Operation(
            id="FinanceCustomer_unbilled",
            summary="Expenses, lines of bills and the like that the customer wasn't billed for yet",
            tag=TAG,
            answer=ref("FinanceUnbilled"),
            components={"FinanceUnbilled": _UNBILLED},
        )
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        organization = access.membership(request.user, self.kwargs["organization"]).organization
        customer = access.customer(organization, self.kwargs["record"])
        return Response({"results": [_told(offer) for offer in unbilled(self.actor, organization, customer.pk)]})


def _told(offer: Offer) -> dict[str, Any]:
    one = offer.billable
    return {
        "kind": offer.source.key,
        "id": one.id,
        "date": one.day,
        "number": one.label,
        "name": one.name,
        "description": one.description,
        "currency": one.currency,
        "net": str(trimmed(one.net, one.currency)),
        "amount": str(trimmed(offer.amount, one.currency)),
    }


urlpatterns: list[URLPattern] = [
    path("customers/<id:record>/unbilled", UnbilledView.as_view(), name="customer-unbilled"),
]
