"""Payments of customers and to vendors on the API, and what each is applied to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from finance.api.base import ExtendedResource
from finance.api.mailing import ReceiptMailView, ReceiptPdfView
from finance.choices import DocumentKind as Kind
from finance.choices import Extended
from finance.models import Payment, VendorPayment
from finance.rights import Right
from finance.selectors import document_lists
from finance.selectors import payments as selectors
from finance.services import payments
from finance.services.payment_kinds import FLOWS
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, FieldError, of_model
from finsuite.kernel.api.fields import Kind as Shape
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resources import Need
from finsuite.kernel.money import trimmed

TAG = "Finance"
MOST_ROWS = 500
RIGHTS = dict.fromkeys((Need.CREATE, Need.EDIT, Need.DELETE), Right.PAYMENTS)
AMOUNT = Field(kind=Shape.DECIMAL, digits=21, places=4, writable=True)
AMOUNTS = ("amount", "bank_charges", "tax_withheld", "applied_total", "refunded_total", "balance")


def _rows_schema(target: str) -> schema.Schema:
    amount = {"type": "string", "pattern": r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$"}
    return {
        "type": "array",
        "maxItems": MOST_ROWS,
        "items": {
            "type": "object",
            "required": [target, "amount"],
            "properties": {
                target: {"type": "integer", "minimum": 1},
                "amount": amount,
                "date": {"type": "string", "format": "date", "readOnly": True},
                "exchange_difference": {**amount, "readOnly": True},
            },
        },
    }


def allocations_field(target: str, *, required: bool = False) -> Field:
    return Field(
        kind=Shape.JSON,
        source="applied_to",
        write_as="allocations",
        writable=True,
        required=required,
        help="What it is applied to; on a change, all of it anew",
        schema=_rows_schema(target),
    )


def read_allocations(target: str, told: Any) -> list[dict[str, Any]]:
    """The rows of a request, as the services take them; every fault in its place."""
    if not isinstance(told, list) or len(told) > MOST_ROWS or not all(isinstance(row, dict) for row in told):
        message = _("This must be a list of at most %(most)d objects.") % {"most": MOST_ROWS}
        raise invalid([fault("/allocations", "list", message)])
    known = {target: Field(kind=Shape.ID), "amount": AMOUNT}
    found: list[dict[str, Any]] = []
    faults = []
    for place, row in enumerate(told):
        values: dict[str, Any] = {}
        for name in {**known, **row}:
            pointer = f"/allocations/{place}/{name}"
            if name not in known:
                faults.append(fault(pointer, "unknown", _("There is no such field.")))
            elif name not in row:
                faults.append(fault(pointer, "required", _("This field is required.")))
            else:
                try:
                    values[f"{target}_id" if name == target else name] = known[name].parse(row[name])
                except FieldError as error:
                    faults.append(fault(pointer, error.code, error.message))
        found.append(values)
    if faults:
        raise invalid(faults)
    return found


class _PaymentResource(ExtendedResource):
    """What payments of customers and to vendors share."""

    payment_kind: ClassVar[Kind]
    rights = RIGHTS
    ordering = "-date"

    def rows(self) -> QuerySet[Any]:
        return selectors.with_applied(selectors.payments(self.organization, self.payment_kind), self.payment_kind)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return document_lists.search(rows, text)

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        currency = row["currency"]
        for name in AMOUNTS:
            row[name] = trimmed(row[name], currency)
        base = self.organization.base_currency
        row["amount_base"] = trimmed(row["amount_base"], base)
        for one in row["allocations"]:
            one["amount"] = str(trimmed(Decimal(one["amount"]), currency))
            one["exchange_difference"] = str(trimmed(Decimal(one["exchange_difference"]), base))
        return row

    def create(self, values: dict[str, Any]) -> Any:
        rows = self._applied(values) or []
        return payments.record_payment(
            actor=self.actor, organization=self.organization, kind=self.payment_kind, values=values, allocations=rows
        )

    def update(self, record: Any, values: dict[str, Any], version: str) -> Any:
        rows = self._applied(values)
        return payments.update_payment(
            actor=self.actor, payment=record, values=values, allocations=rows, version=version
        )

    def delete(self, record: Any, version: str) -> None:
        payments.delete_payment(actor=self.actor, payment=record, version=version)

    def _applied(self, values: dict[str, Any]) -> list[dict[str, Any]] | None:
        if "allocations" not in values:
            return None
        return read_allocations(FLOWS[self.payment_kind].target, values.pop("allocations"))


def _fields(kind: Kind) -> dict[str, Field]:
    flow = FLOWS[kind]
    table = of_model(
        flow.model,
        read=(
            *("id", "number", "created_at", "updated_at"),
            *("amount_base", "applied_total", "refunded_total", "balance"),
        ),
        write=sorted(name if name == "deal_id" else name.removesuffix("_id") for name in flow.writable - {"number"}),
        required=(flow.party, "amount"),
        orderable=("date", "amount"),
        expand={flow.party: ("id", "number", "display_name")},
    )
    table["number"] = replace(table["number"], writable=True, help="Without one, the next of the series")
    return {**table, "allocations": allocations_field(flow.target)}


class PaymentResource(_PaymentResource):
    """`/api/v1/finance/{organization}/payments`"""

    name, singular, component = "payments", "payment", "FinancePayment"
    model = Payment
    payment_kind = Kind.PAYMENT
    extended = Extended.PAYMENTS
    fields = _fields(Kind.PAYMENT)

    @classmethod
    def urls(cls) -> list[URLPattern]:
        views = {"email": ReceiptMailView, "pdf": ReceiptPdfView}
        one = f"{cls.name}/<id:record>"
        return [
            *super().urls(),
            *(path(f"{one}/{verb}", view.of(cls), name=f"{cls.singular}-{verb}") for verb, view in views.items()),
        ]


class VendorPaymentResource(_PaymentResource):
    """`/api/v1/finance/{organization}/vendor-payments`"""

    name, singular, component = "vendor-payments", "vendor-payment", "FinanceVendorPayment"
    model = VendorPayment
    payment_kind = Kind.VENDOR_PAYMENT
    extended = Extended.VENDOR_PAYMENTS
    fields = _fields(Kind.VENDOR_PAYMENT)


urlpatterns: list[URLPattern] = [*PaymentResource.urls(), *VendorPaymentResource.urls()]
