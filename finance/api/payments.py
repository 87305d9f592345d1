"""Payments, credits, refunds and write-offs on the API; what customers owe, and their statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.ageing import NAMES, Summary
from finance.api.base import FinanceResource
from finance.choices import DocumentKind as Kind
from finance.choices import PaymentMode
from finance.models import CreditNote, Invoice, Organization, Payment, VendorPayment
from finance.models.payments import MoneyMoved
from finance.rights import Right
from finance.selectors import document_lists, receivables
from finance.selectors import payments as selectors
from finance.selectors.days import today
from finance.selectors.statements import statement
from finance.services import credit_notes, payments, refunds, write_offs
from finance.services.payment_kinds import FLOWS
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, FieldError, of_model
from finsuite.kernel.api.fields import Kind as Shape
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resources import Need
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from finsuite.kernel.money import trimmed
from finsuite.kernel.versions import version_of

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


def _allocations(target: str, *, required: bool = False) -> Field:
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


class _PaymentResource(FinanceResource):
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
    return {**table, "allocations": _allocations(flow.target)}


class PaymentResource(_PaymentResource):
    """`/api/v1/finance/{organization}/payments`"""

    name, singular, component = "payments", "payment", "FinancePayment"
    model = Payment
    payment_kind = Kind.PAYMENT
    fields = _fields(Kind.PAYMENT)


class VendorPaymentResource(_PaymentResource):
    """`/api/v1/finance/{organization}/vendor-payments`"""

    name, singular, component = "vendor-payments", "vendor-payment", "FinanceVendorPayment"
    model = VendorPayment
    payment_kind = Kind.VENDOR_PAYMENT
    fields = _fields(Kind.VENDOR_PAYMENT)


SETTLED = {
    "id": Field(kind=Shape.ID),
    "kind": Field(kind=Shape.TEXT),
    "number": Field(kind=Shape.TEXT),
    "currency": Field(kind=Shape.TEXT),
    "balance": Field(kind=Shape.DECIMAL, digits=21, places=4),
    "updated_at": Field(kind=Shape.TIME),
}
REFUND = {
    "amount": replace(AMOUNT, help="Without it, all that is left"),
    "date": Field(kind=Shape.DATE, writable=True),
    "mode": Field(kind=Shape.CHOICE, choices=tuple(PaymentMode.values), writable=True),
    "reference": Field(kind=Shape.TEXT, max_length=100, writable=True),
    "notes": Field(kind=Shape.TEXT, max_length=5000, writable=True),
}
WRITE_OFF = {
    "reason": Field(kind=Shape.TEXT, max_length=500, writable=True, required=True),
    "amount": replace(AMOUNT, help="Without it, all that is left"),
    "date": Field(kind=Shape.DATE, writable=True),
}


class VerbView(ApiView):
    """Something done with one record. It answers what is left of the record, and its version."""

    right: ClassVar[Right] = Right.PAYMENTS
    table: ClassVar[dict[str, Field]] = {}
    model: ClassVar[type[Any]]

    def enter(self) -> Organization:
        member = access.membership(self.request.user, self.kwargs["organization"])
        access.require_role(member.role, self.right)
        return member.organization

    def record(self) -> Any:
        organization = self.enter()
        if issubclass(self.model, MoneyMoved):
            return access.payment(organization, self.model, self.kwargs["record"])
        return access.document(organization, self.model, self.kwargs["record"])

    def post(self, request: Request, **kwargs: Any) -> Response:
        record = self.record()
        self.act(record, self.body(self.table, required=tuple(n for n, f in self.table.items() if f.required)))
        record.refresh_from_db()
        told = {
            "id": record.pk,
            "kind": record.kind.value,
            "number": record.number,
            "currency": record.currency,
            "balance": trimmed(record.balance, record.currency),
            "updated_at": record.updated_at,
        }
        return Response(told, headers={"ETag": f'"{version_of(record)}"'})

    def act(self, record: Any, values: dict[str, Any]) -> None:
        raise NotImplementedError


def _verb(name: str, summary: str, table: Mapping[str, Field], of: type[Any], base: type[VerbView]) -> Any:
    required = tuple(field for field, known in table.items() if known.required)
    operation = Operation(
        id=f"Finance{of.__name__}_{name}",
        summary=summary,
        tag=TAG,
        body=schema.of_input(dict(table), required=required) if table else None,
        body_required=bool(required),
        answer=ref("FinanceSettled"),
        components={"FinanceSettled": schema.of_table(SETTLED)},
    )
    attributes = {"operations": {"post": operation}, "table": dict(table), "model": of}
    return type(f"{of.__name__}{base.__name__}", (base,), attributes).as_view()  # type: ignore[attr-defined]


class ApplyView(VerbView):
    """`…/apply`: what is left of it settles documents."""

    def act(self, record: Any, values: dict[str, Any]) -> None:
        target = "bill" if isinstance(record, VendorPayment) else "invoice"
        rows = read_allocations(target, values["allocations"])
        if isinstance(record, CreditNote):
            credit_notes.apply_credit_note(actor=self.actor, credit_note=record, allocations=rows)
        else:
            payments.apply_payment(actor=self.actor, payment=record, allocations=rows)


class UnapplyView(VerbView):
    """`…/unapply`: it is taken off one document."""

    def act(self, record: Any, values: dict[str, Any]) -> None:
        (document_id,) = values.values()
        if isinstance(record, CreditNote):
            credit_notes.unapply_credit_note(actor=self.actor, credit_note=record, document_id=document_id)
        else:
            payments.unapply_payment(actor=self.actor, payment=record, document_id=document_id)


class RefundView(VerbView):
    """`…/refund`: what is left of it is given back."""

    def act(self, record: Any, values: dict[str, Any]) -> None:
        if isinstance(record, CreditNote):
            refunds.refund_credit_note(actor=self.actor, credit_note=record, values=values)
        else:
            refunds.refund_payment(actor=self.actor, payment=record, values=values)


class WriteOffView(VerbView):
    """`invoices/7/write-off`"""

    right = Right.SALES_DELETE

    def act(self, record: Any, values: dict[str, Any]) -> None:
        write_offs.write_off(
            actor=self.actor,
            invoice=record,
            reason=values["reason"],
            amount=values.get("amount"),
            day=values.get("date"),
        )


class CancelWriteOffView(VerbView):
    """`invoices/7/cancel-write-off`"""

    right = Right.SALES_DELETE

    def act(self, record: Any, values: dict[str, Any]) -> None:
        write_offs.cancel_write_off(actor=self.actor, invoice=record)


class OneRefundView(ApiView):
    """`refunds/7`: take back a refund that was never made."""

    operations = {
        "delete": Operation(id="FinanceRefund_delete", summary="Delete a refund", tag=TAG, status=204),
    }

    def delete(self, request: Request, **kwargs: Any) -> Response:
        member = access.membership(request.user, self.kwargs["organization"])
        access.require_role(member.role, Right.PAYMENTS)
        refund = access.refund(member.organization, self.kwargs["record"])
        refunds.delete_refund(actor=self.actor, refund=refund)
        return Response(status=204)


def _amounts(names_: tuple[str, ...]) -> dict[str, Any]:
    return {name: {"type": "string"} for name in names_}


_SUMMARY: schema.Schema = {
    "type": "object",
    "required": ["currency", "outstanding", "overdue", "unused", "ageing"],
    "properties": {
        "currency": {"type": "string"},
        **_amounts(("outstanding", "overdue", "unused")),
        "ageing": {"type": "object", "required": list(NAMES), "properties": _amounts(NAMES)},
    },
}
_OWED: schema.Schema = {
    "type": "object",
    "required": ["base", "currencies"],
    "properties": {"base": _SUMMARY, "currencies": {"type": "array", "items": _SUMMARY}},
}


def _told(summary: Summary) -> dict[str, Any]:
    def plain(amount: Decimal) -> str:
        return str(trimmed(amount, summary.currency))

    return {
        "currency": summary.currency,
        "outstanding": plain(summary.outstanding),
        "overdue": plain(summary.overdue),
        "unused": plain(summary.unused),
        "ageing": {name: plain(amount) for name, amount in summary.ageing.items()},
    }


class OwedView(ApiView):
    """`receivables` and `payables`: what is owed, since when, and what is unused."""

    party: ClassVar[str]

    def get(self, request: Request, **kwargs: Any) -> Response:
        organization = access.membership(request.user, self.kwargs["organization"]).organization
        text = request._request.GET.get(self.party, "")
        party_id = _id(self.party, text) if text else None
        if self.party == "customer":
            owed = receivables.receivables(organization, customer_id=party_id)
        else:
            owed = receivables.payables(organization, vendor_id=party_id)
        return Response({"base": _told(owed.base), "currencies": [_told(one) for one in owed.currencies]})


def _owed_view(name: str, party: str, summary: str) -> Any:
    parameter = schema.parameter(party, {"type": "integer", "minimum": 1}, "One alone, by id")
    operation = Operation(
        id=f"Finance_{name}",
        summary=summary,
        tag=TAG,
        answer=ref("FinanceOwed"),
        parameters=(parameter,),
        components={"FinanceOwed": _OWED},
    )
    attributes = {"operations": {"get": operation}, "party": party, "parameters": (party,)}
    return type(f"{name.title()}View", (OwedView,), attributes).as_view()  # type: ignore[attr-defined]


_LINE: schema.Schema = {
    "type": "object",
    "required": ["date", "kind", "id", "number", "amount", "balance"],
    "properties": {
        "date": {"type": "string", "format": "date"},
        "kind": {"type": "string"},
        "id": {"type": "integer"},
        **_amounts(("number", "amount", "balance")),
    },
}
_STATEMENT: schema.Schema = {
    "type": "object",
    "required": ["currency", "since", "to", "opening", "closing", "lines"],
    "properties": {
        "currency": {"type": "string"},
        "since": {"type": "string", "format": "date"},
        "to": {"type": "string", "format": "date"},
        **_amounts(("opening", "closing")),
        "lines": {"type": "array", "items": _LINE},
    },
}


class StatementView(ApiView):
    """`customers/7/statement`: by default the last 90 days, in the customer's currency."""

    parameters = ("since", "to", "currency")
    operations = {
        "get": Operation(
            id="FinanceCustomer_statement",
            summary="What a customer owed, what came and went, and what they owe now",
            tag=TAG,
            answer=ref("FinanceStatement"),
            parameters=(
                schema.parameter("since", {"type": "string", "format": "date"}, "First day"),
                schema.parameter("to", {"type": "string", "format": "date"}, "Last day"),
                schema.parameter("currency", {"type": "string"}, "Another currency than the customer's"),
            ),
            components={"FinanceStatement": _STATEMENT},
        )
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        organization = access.membership(request.user, self.kwargs["organization"]).organization
        customer = access.customer(organization, self.kwargs["record"])
        asked = request._request.GET
        to = _day("to", asked.get("to", "")) or today(organization)
        since = _day("since", asked.get("since", "")) or to - timedelta(days=90)
        found = statement(customer, since=since, to=to, currency=asked.get("currency", "")[:3].upper())

        def plain(amount: Decimal) -> str:
            return str(trimmed(amount, found.currency))

        lines = [
            {
                "date": line.day,
                "kind": line.kind,
                "id": line.record_id,
                "number": line.number,
                "amount": plain(line.amount),
                "balance": plain(line.balance),
            }
            for line in found.lines
        ]
        told = {"currency": found.currency, "since": since, "to": to, "opening": plain(found.opening)}
        return Response({**told, "closing": plain(found.closing), "lines": lines})


def _day(name: str, text: str) -> date | None:
    try:
        return Field(kind=Shape.DATE).parse(text) if text else None
    except FieldError as error:
        raise invalid([fault(f"?{name}", error.code, error.message)]) from error


def _id(name: str, text: str) -> int:
    try:
        found: int = Field(kind=Shape.ID).parse_text(text)
    except FieldError as error:
        raise invalid([fault(f"?{name}", error.code, error.message)]) from error
    return found


def _verbs(plural: str, model: type[Any], target: str) -> list[URLPattern]:
    rows = {"allocations": replace(_allocations(target, required=True), source="")}
    off = {target: Field(kind=Shape.ID, writable=True, required=True)}
    made = (
        ("apply", "Apply what is left of it to documents", rows, ApplyView),
        ("unapply", "Take it off one document", off, UnapplyView),
        ("refund", "Give back what is left of it", REFUND, RefundView),
    )
    return [
        path(f"{plural}/<id:record>/{name}", _verb(name, told, table, model, view), name=f"{plural}-{name}")
        for name, told, table, view in made
    ]


urlpatterns: list[URLPattern] = [
    *PaymentResource.urls(),
    *VendorPaymentResource.urls(),
    *_verbs("payments", Payment, "invoice"),
    *_verbs("vendor-payments", VendorPayment, "bill"),
    *_verbs("credit-notes", CreditNote, "invoice"),
    path(
        "invoices/<id:record>/write-off",
        _verb("write_off", "Give up what is left of an invoice", WRITE_OFF, Invoice, WriteOffView),
        name="invoice-write-off",
    ),
    path(
        "invoices/<id:record>/cancel-write-off",
        _verb("cancel_write_off", "Take back what was written off", {}, Invoice, CancelWriteOffView),
        name="invoice-cancel-write-off",
    ),
    path("refunds/<id:record>", OneRefundView.as_view(), name="refund"),
    path("customers/<id:record>/statement", StatementView.as_view(), name="customer-statement"),
    path(
        "receivables",
        _owed_view("receivables", "customer", "What customers owe, since when, and their unused credit"),
        name="receivables",
    ),
    path(
        "payables",
        _owed_view("payables", "vendor", "What is owed to vendors, since when, and advances to them"),
        name="payables",
    ),
]
