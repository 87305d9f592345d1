"""What each kind of document is called on its pages, and where these are: one `DocumentPages` a kind.

Everything else about the pages is drawn from the kind's `Spec` and from its table of moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from finance import workflow
from finance.choices import DocumentKind as Kind
from finance.models.documents import Document
from finance.rights import allows
from finance.services.document_kinds import SPECS, Spec
from finance.services.document_moves import TAKES_RIGHT_TO_DELETE


@dataclass(frozen=True, kw_only=True)
class DocumentPages:
    """The pages of one kind of document."""

    kind: Kind
    segment: str  # of the address: /finance/1/<segment>/
    icon: str
    order: int  # in the left bar
    label: Any  # "Invoices"
    new: Any  # "New invoice"
    find: Any  # "Find an invoice"
    why: Any  # what such documents are for, on an empty list

    @property
    def spec(self) -> Spec:
        return SPECS[self.kind]

    @property
    def model(self) -> type[Document]:
        return self.spec.model

    @property
    def singular(self) -> str:
        """ "Invoice"."""
        return str(self.kind.label)

    @property
    def has_balance(self) -> bool:
        """Whether something of it is settled little by little."""
        return self.model.open_field == "balance"

    @property
    def has_until(self) -> bool:
        """Whether it is good until a day of its own."""
        return self.model.until_field != "date"

    @property
    def until_label(self) -> str:
        """What that day is called: "Due date"."""
        return capfirst(str(self.model._meta.get_field(self.model.until_field).verbose_name))  # type: ignore[union-attr]

    def url(self, organization_id: int, name: str, document_id: int | None = None, **more: Any) -> str:
        """The address of one of its pages: "list", "new", "detail"…"""
        names = {"organization": organization_id, **more}
        if document_id is not None:
            names["document"] = document_id
        return reverse(f"finance:{self.kind.value}_{name}", kwargs=names)

    def buttons(self, document: Document, role: str) -> list[str]:
        """The verbs that a member of this role may press in the document's state."""
        return [
            verb
            for verb in workflow.buttons(self.kind, document.status)
            if allows(role, self.spec.delete if verb in TAKES_RIGHT_TO_DELETE else self.spec.edit)
        ]


PAGES: dict[Kind, DocumentPages] = {
    pages.kind: pages
    for pages in (
        DocumentPages(
            kind=Kind.ESTIMATE,
            segment="estimates",
            icon="file-pen-line",
            order=20,
            label=_("Estimates"),
            new=_("New estimate"),
            find=_("Find an estimate"),
            why=_("What you offer a customer. An accepted one becomes a sales order or an invoice."),
        ),
        DocumentPages(
            kind=Kind.SALES_ORDER,
            segment="sales-orders",
            icon="clipboard-list",
            order=22,
            label=_("Sales orders"),
            new=_("New sales order"),
            find=_("Find a sales order"),
            why=_("What a customer has ordered. Invoices are made of it, all at once or in parts."),
        ),
        DocumentPages(
            kind=Kind.INVOICE,
            segment="invoices",
            icon="receipt-text",
            order=24,
            label=_("Invoices"),
            new=_("New invoice"),
            find=_("Find an invoice"),
            why=_("What customers owe you, until when, and what is left of it."),
        ),
        DocumentPages(
            kind=Kind.CREDIT_NOTE,
            segment="credit-notes",
            icon="undo-2",
            order=28,
            label=_("Credit notes"),
            new=_("New credit note"),
            find=_("Find a credit note"),
            why=_("What you give back to a customer: applied to invoices, or refunded."),
        ),
        DocumentPages(
            kind=Kind.PURCHASE_ORDER,
            segment="purchase-orders",
            icon="shopping-cart",
            order=40,
            label=_("Purchase orders"),
            new=_("New purchase order"),
            find=_("Find a purchase order"),
            why=_("What you order from a vendor. Bills are made of it."),
        ),
        DocumentPages(
            kind=Kind.BILL,
            segment="bills",
            icon="file-input",
            order=42,
            label=_("Bills"),
            new=_("New bill"),
            find=_("Find a bill"),
            why=_("What vendors ask you to pay, until when, and what is left of it."),
        ),
    )
}
