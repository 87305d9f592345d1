"""The words in the cells of such files, as values; or the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.values import parse_decimal

CUSTOMER, VENDOR = "customer", "vendor"
DRAFT, SENT, VOID = "draft", "sent", "void"

CONTACT_TYPES = {
    **dict.fromkeys(("customer", "client", "customers"), CUSTOMER),
    **dict.fromkeys(("vendor", "supplier", "fournisseur", "vendors"), VENDOR),
}
CUSTOMER_KINDS = {
    **dict.fromkeys(("business", "company", "entreprise", "societe", "société"), "business"),
    **dict.fromkeys(("individual", "particulier", "person"), "individual"),
}
STATUSES = {
    **dict.fromkeys(("active", "actif", "active customer"), "active"),
    **dict.fromkeys(("inactive", "inactif", "crm"), "inactive"),
}
ITEM_KINDS = {
    **dict.fromkeys(("goods", "good", "product", "inventory", "biens", "bien", "marchandise"), "goods"),
    **dict.fromkeys(("service", "services"), "service"),
    **dict.fromkeys(("digital_service", "digital service", "service numérique"), "digital_service"),
}
# How an item is traded: sold, purchased, kept in stock.
ITEM_TYPES = {
    **dict.fromkeys(("sales", "ventes"), (True, False, False)),
    **dict.fromkeys(("purchases", "achats"), (False, True, False)),
    **dict.fromkeys(("sales and purchases", "sales_and_purchases", "ventes et achats"), (True, True, False)),
    **dict.fromkeys(("inventory", "inventaire", "stock"), (True, True, True)),
}
# What became of an invoice elsewhere, as it is entered here; what is paid of it is told by its amounts.
INVOICE_STATES = {
    **dict.fromkeys(("draft", "pending approval", "pending_approval", "approved", "rejected", "brouillon"), DRAFT),
    **dict.fromkeys(
        (
            *("sent", "open", "unpaid", "overdue", "viewed", "partiallypaid", "partially paid", "partially_paid"),
            *("paid", "closed", "envoyée", "envoyé", "ouverte", "impayée", "impayé", "en retard", "vue"),
            *("partiellement payée", "partiellement payé", "payée", "payé", "clôturée"),
        ),
        SENT,
    ),
    **dict.fromkeys(("void", "voided", "cancelled", "annulée", "annulé"), VOID),
}
DISCOUNT_LEVELS = {
    **dict.fromkeys(("item_level", "item level"), "item"),
    **dict.fromkeys(("entity_level", "entity level", "transaction_level"), "document"),
    "none": "none",
}

Reader = Callable[[str, str], Any]


def one_of(words: Mapping[str, Any], field: str) -> Reader:
    """Reads a cell that says one of these words."""

    def read(cell: str, _shape: str) -> Any:
        found = words.get(" ".join(cell.casefold().split()))
        return Problem("not_a_known_word", field, {"value": cell[:60]}) if found is None else found

    return read


def percentage(field: str, *, most: int = 3) -> Reader:
    """Reads "20", "20.00" or "20 %"."""

    def read(cell: str, shape: str) -> Decimal | Problem:
        return parse_decimal(cell.removesuffix("%").strip(), field, shape, digits=most, places=6)

    return read


def days(field: str) -> Reader:
    """Reads a number of days; what stands for the end of a month is below zero elsewhere, and has no number here."""

    def read(cell: str, _shape: str) -> int | Problem:
        text = cell.removesuffix(".0").removesuffix(".00")
        if not text.removeprefix("-").isdecimal() or len(text) > 6:
            return Problem("not_a_whole_number", field, {"value": cell[:60]})
        return int(text)

    return read
