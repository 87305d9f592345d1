"""What payments in and out are called on their pages, and where these are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind as Kind
from finance.services.payment_kinds import FLOWS, Flow


@dataclass(frozen=True, kw_only=True)
class PaymentPages:
    """The pages of one direction."""

    kind: Kind
    segment: str
    icon: str
    order: int
    label: Any
    new: Any
    find: Any
    why: Any
    party_label: Any
    documents: Any  # what is paid: "Open invoices"
    excess: Any  # what becomes of what is left over

    @property
    def flow(self) -> Flow:
        return FLOWS[self.kind]

    def url(self, organization_id: int, name: str, payment_id: int | None = None) -> str:
        """The address of one of its pages: "list", "new", "detail"…"""
        names = {"organization": organization_id}
        if payment_id is not None:
            names["payment"] = payment_id
        return reverse(f"finance:{self.kind.value}_{name}", kwargs=names)


PAGES: dict[Kind, PaymentPages] = {
    Kind.PAYMENT: PaymentPages(
        kind=Kind.PAYMENT,
        segment="payments",
        icon="banknote",
        order=26,
        label=_("Payments received"),
        new=_("Record a payment"),
        find=_("Find a payment"),
        why=_("What customers paid. One payment can settle several invoices, each in whole or in part."),
        party_label=_("Customer"),
        documents=_("Open invoices"),
        excess=_("%(unused)s are left over. They become the customer’s credit, for later invoices or to be refunded."),
    ),
    Kind.VENDOR_PAYMENT: PaymentPages(
        kind=Kind.VENDOR_PAYMENT,
        segment="vendor-payments",
        icon="wallet",
        order=44,
        label=_("Payments made"),
        new=_("Record a payment to a vendor"),
        find=_("Find a payment"),
        why=_("What you paid to vendors. One payment can settle several bills, each in whole or in part."),
        party_label=_("Vendor"),
        documents=_("Open bills"),
        excess=_("%(unused)s are left over. They are an advance, which later bills can be paid from."),
    ),
}
