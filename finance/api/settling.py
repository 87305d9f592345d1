"""What settles documents, on the API: payments and credits applied, given back, written off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.api.payments import AMOUNT, TAG, allocations_field, read_allocations
from finance.choices import PaymentMode
from finance.models import CreditNote, Invoice, Organization, Payment, VendorPayment
from finance.models.payments import MoneyMoved
from finance.rights import Right
from finance.services import credit_notes, payments, refunds, write_offs
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field
from finsuite.kernel.api.fields import Kind as Shape
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from finsuite.kernel.money import trimmed
from finsuite.kernel.versions import version_of

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


def _verbs(plural: str, model: type[Any], target: str) -> list[URLPattern]:
    rows = {"allocations": replace(allocations_field(target, required=True), source="")}
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
]
