"""What can be made of a document, as its page offers it: which kind, from which states, and whether in parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind as Kind
from finance.models.documents import Document
from finance.rights import allows
from finance.services import conversions as services
from finance.services.document_kinds import SPECS
from finsuite.kernel.actors import Actor

Quantities = Mapping[int, Decimal]


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """One kind of document that can be made of another."""

    source: Kind
    target: Kind
    states: tuple[str, ...]
    label: Any
    make: Callable[[Actor, Any, Quantities | None, str], Document]
    taken: str = ""  # the line's column that says how many are used up; "" where nothing is
    in_parts: bool = False
    asks_number: bool = False

    @property
    def asks(self) -> bool:
        """Whether something is to be said before it can be made."""
        return self.in_parts or self.asks_number

    @property
    def icon(self) -> str:
        return {Kind.INVOICE: "receipt-text", Kind.CREDIT_NOTE: "undo-2", Kind.BILL: "file-input"}.get(
            self.target, "clipboard-list"
        )


CONVERSIONS = (
    Conversion(
        source=Kind.ESTIMATE,
        target=Kind.SALES_ORDER,
        states=("sent", "accepted"),
        label=_("Make a sales order"),
        make=lambda actor, source, quantities, number: services.estimate_to_sales_order(actor=actor, estimate=source),
    ),
    Conversion(
        source=Kind.ESTIMATE,
        target=Kind.INVOICE,
        states=("sent", "accepted"),
        label=_("Make an invoice"),
        make=lambda actor, source, quantities, number: services.estimate_to_invoice(actor=actor, estimate=source),
    ),
    Conversion(
        source=Kind.SALES_ORDER,
        target=Kind.INVOICE,
        states=("open",),
        label=_("Make an invoice"),
        taken="invoiced_quantity",
        in_parts=True,
        make=lambda actor, source, quantities, number: services.sales_order_to_invoice(
            actor=actor, order=source, quantities=quantities
        ),
    ),
    Conversion(
        source=Kind.INVOICE,
        target=Kind.CREDIT_NOTE,
        states=("sent", "paid"),
        label=_("Make a credit note"),
        in_parts=True,
        make=lambda actor, source, quantities, number: services.invoice_to_credit_note(
            actor=actor, invoice=source, quantities=quantities
        ),
    ),
    Conversion(
        source=Kind.PURCHASE_ORDER,
        target=Kind.BILL,
        states=("open",),
        label=_("Make a bill"),
        taken="billed_quantity",
        in_parts=True,
        asks_number=True,
        make=lambda actor, source, quantities, number: services.purchase_orders_to_bill(
            actor=actor, orders=[source], number=number, quantities=quantities
        ),
    ),
)


def conversions_of(document: Document, role: str) -> list[Conversion]:
    """What a member of this role can make of the document in its state."""
    return [
        one
        for one in CONVERSIONS
        if one.source is document.kind and document.status in one.states and allows(role, SPECS[one.target].edit)
    ]
