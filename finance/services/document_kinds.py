"""How the documents of each kind are written: one `Spec` a kind. Whoever adds a kind adds it here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from finance import workflow
from finance.choices import DocumentKind as Kind
from finance.choices import Extended
from finance.models import (
    Bill,
    BillLine,
    CreditNote,
    CreditNoteLine,
    Estimate,
    EstimateLine,
    Invoice,
    InvoiceLine,
    PurchaseOrder,
    PurchaseOrderLine,
    SalesOrder,
    SalesOrderLine,
)
from finance.models.documents import Document, DocumentLine
from finance.rights import Right
from finsuite.kernel.transitions import Table

COMMON = frozenset(
    {
        *("number", "date", "reference", "currency", "exchange_rate", "price_precision"),
        *("is_tax_inclusive", "discount", "is_discount_before_tax", "round_off_step"),
        *("shipping_charge", "shipping_tax_id", "adjustment", "adjustment_label"),
        *("notes", "terms", "language", "salesperson_id", "deal_id", "project_id"),
    }
)
SALES = COMMON | {"customer_id", "contact_person_ids", "billing", "shipping"}
PURCHASES = COMMON | {"vendor_id"}
PAYABLE = frozenset({"due_date", "payment_term_id"})

LINE = frozenset({"item_id", "header", "name", "description", "quantity", "unit", "rate", "discount", "tax_ids"})


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What is particular to writing one kind of document."""

    kind: Kind
    model: type[Document]
    line: type[DocumentLine]
    edit: Right
    delete: Right
    writable: frozenset[str]
    line_writable: frozenset[str] = LINE

    @property
    def table(self) -> Table:
        """Its legal moves."""
        return workflow.TABLES[self.kind]

    @property
    def extended(self) -> Extended:
        """Under which name it has custom fields."""
        return Extended(f"{self.kind.value}s")

    @property
    def party(self) -> str:
        """Whom it is with: "customer" or "vendor"."""
        return str(self.model.party_field)  # type: ignore[attr-defined]

    @property
    def is_sale(self) -> bool:
        """Whether it is with a customer."""
        return self.party == "customer"

    @property
    def series(self) -> str:
        """The series that its numbers are of."""
        return self.kind.value


def _sale(kind: Kind, model: type[Document], line: type[DocumentLine], *own: str, **more: Any) -> Spec:
    return Spec(
        kind=kind,
        model=model,
        line=line,
        edit=Right.SALES_EDIT,
        delete=Right.SALES_DELETE,
        writable=SALES | {*own},
        **more,
    )


def _purchase(kind: Kind, model: type[Document], line: type[DocumentLine], *own: str, **more: Any) -> Spec:
    return Spec(
        kind=kind,
        model=model,
        line=line,
        edit=Right.PURCHASES_EDIT,
        delete=Right.PURCHASES_DELETE,
        writable=PURCHASES | {*own},
        **more,
    )


SPECS: dict[Kind, Spec] = {
    spec.kind: spec
    for spec in (
        _sale(Kind.ESTIMATE, Estimate, EstimateLine, "expiry_date"),
        _sale(Kind.SALES_ORDER, SalesOrder, SalesOrderLine, "shipment_date"),
        _sale(
            Kind.INVOICE,
            Invoice,
            InvoiceLine,
            *PAYABLE,
            line_writable=LINE | {"expense_id", "bill_line_id", "time_entry_ids"},
        ),
        _sale(Kind.CREDIT_NOTE, CreditNote, CreditNoteLine, "invoice_id"),
        _purchase(Kind.PURCHASE_ORDER, PurchaseOrder, PurchaseOrderLine, "delivery_date", "deliver_to"),
        _purchase(
            Kind.BILL,
            Bill,
            BillLine,
            *PAYABLE,
            line_writable=LINE | {"is_billable", "customer_id", "project_id"},
        ),
    )
}
