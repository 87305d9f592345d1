"""How payments are written: money in from customers, and money out to vendors, one `Flow` each."""

from __future__ import annotations

from dataclasses import dataclass

from finance.choices import DocumentKind as Kind
from finance.choices import Extended
from finance.models import Bill, Invoice, Payment, PaymentAllocation, VendorPayment, VendorPaymentAllocation
from finance.models.documents import Document
from finance.models.payments import Allocation, MoneyMoved

COMMON = frozenset(
    {
        *("number", "date", "mode", "amount", "currency", "exchange_rate", "bank_charges", "tax_withheld"),
        *("reference", "notes", "deal_id"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """What is particular to one direction. `gain` is 1 where a currency that rose since the document is a gain."""

    kind: Kind
    model: type[MoneyMoved]
    allocation: type[Allocation]
    document: type[Document]
    target: str
    gain: int

    @property
    def party(self) -> str:
        """Whom the money moves between us and: "customer" or "vendor"."""
        return self.model.party_field

    @property
    def extended(self) -> Extended:
        """Under which name it has custom fields."""
        return Extended(f"{self.kind.value}s")

    @property
    def key(self) -> str:
        """The name under which a row of allocations tells its document: "invoice_id" or "bill_id"."""
        return f"{self.target}_id"

    @property
    def writable(self) -> frozenset[str]:
        """The fields that may be given."""
        return COMMON | {f"{self.party}_id"}


FLOWS: dict[Kind, Flow] = {
    Kind.PAYMENT: Flow(
        kind=Kind.PAYMENT,
        model=Payment,
        allocation=PaymentAllocation,
        document=Invoice,
        target="invoice",
        gain=1,
    ),
    Kind.VENDOR_PAYMENT: Flow(
        kind=Kind.VENDOR_PAYMENT,
        model=VendorPayment,
        allocation=VendorPaymentAllocation,
        document=Bill,
        target="bill",
        gain=-1,
    ),
}
