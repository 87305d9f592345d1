"""What a file can fill: the fields of contacts, items and invoices that an import may write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finance.imports import words
from finsuite.kernel.imports.fields import (
    BOOLEAN,
    CURRENCY,
    CUSTOM,
    DATE,
    DECIMAL,
    EMAIL,
    Field,
)

CONTACTS = "contacts"
ITEMS = "items"
INVOICES = "invoices"
MODULES = (CONTACTS, ITEMS, INVOICES)

_ID = Field("source_id", most=100)
# How long what has no decimals of its own can be: amounts, rates, quantities.
_AMOUNT = {"kind": DECIMAL, "most": 17, "places": 4}
_RATE = {"kind": DECIMAL, "most": 14, "places": 6}
_QUANTITY = {"kind": DECIMAL, "most": 12, "places": 6}


def _word(name: str, known: Mapping[str, Any]) -> Field:
    return Field(name, CUSTOM, read=words.one_of(known, name))


def _percent(name: str, most: int = 3) -> Field:
    return Field(name, DECIMAL, read=words.percentage(name, most=most))


def _days(name: str) -> Field:
    return Field(name, CUSTOM, read=words.days(name))


def _address(which: str) -> tuple[Field, ...]:
    return (
        Field(f"{which}_attention", most=100),
        Field(f"{which}_address", most=500, has_lines=True),
        Field(f"{which}_street2", most=255),
        Field(f"{which}_city", most=100),
        Field(f"{which}_state", most=100),
        Field(f"{which}_zip", most=50),
        Field(f"{which}_country", most=100),
        Field(f"{which}_phone", most=50),
        Field(f"{which}_fax", most=50),
    )


_CONTACT_FIELDS = (
    _ID,
    _word("contact_type", words.CONTACT_TYPES),
    Field("display_name", most=200, required=True),
    Field("company_name", most=200),
    _word("kind", words.CUSTOMER_KINDS),
    Field("salutation", most=25),
    Field("first_name", most=100),
    Field("last_name", most=100),
    Field("email", EMAIL, most=100),
    Field("phone", most=50),
    Field("mobile", most=50),
    Field("designation", most=100),
    Field("department", most=50),
    Field("website", most=255),
    Field("currency", CURRENCY),
    _days("payment_terms"),
    Field("payment_terms_label", most=100),
    Field("credit_limit", DECIMAL, most=16, places=2),
    Field("is_taxable", BOOLEAN),
    Field("exemption", most=500),
    Field("tax_number", most=50),
    Field("owner", most=200),
    Field("is_reminded", BOOLEAN),
    Field("opening_balance", **_AMOUNT),  # type: ignore[arg-type]
    _word("status", words.STATUSES),
    *_address("billing"),
    *_address("shipping"),
    Field("notes", most=10_000, has_lines=True),
)

# What each row of a contact says of one of its persons.
PERSON_FIELDS = (*("salutation", "first_name", "last_name", "email", "phone", "mobile", "designation", "department"),)

_ITEM_FIELDS = (
    _ID,
    Field("name", most=100, required=True),
    Field("sku", most=100),
    _word("kind", words.ITEM_KINDS),
    _word("item_type", words.ITEM_TYPES),
    Field("unit", most=100),
    Field("sales_rate", **_RATE),  # type: ignore[arg-type]
    Field("sales_description", most=2000, has_lines=True),
    Field("tax_name", most=100),
    _percent("tax_rate"),
    Field("is_sold", BOOLEAN),
    Field("is_purchased", BOOLEAN),
    Field("purchase_rate", **_RATE),  # type: ignore[arg-type]
    Field("purchase_description", most=2000, has_lines=True),
    Field("purchase_tax_name", most=100),
    _percent("purchase_tax_rate"),
    Field("vendor", most=200),
    Field("track_stock", BOOLEAN),
    Field("stock_on_hand", **_QUANTITY),  # type: ignore[arg-type]
    Field("reorder_level", **_QUANTITY),  # type: ignore[arg-type]
    _word("status", words.STATUSES),
)

_INVOICE_FIELDS = (
    _ID,
    Field("number", most=100, required=True),
    _word("status", words.INVOICE_STATES),
    Field("date", DATE, required=True),
    Field("due_date", DATE),
    Field("customer_source_id", most=100),
    Field("customer", most=200, required=True),
    Field("email", EMAIL, most=100),
    Field("reference", most=100),
    Field("currency", CURRENCY),
    Field("exchange_rate", DECIMAL, most=9, places=15),
    Field("is_tax_inclusive", BOOLEAN),
    _word("discount_type", words.DISCOUNT_LEVELS),
    Field("is_discount_before_tax", BOOLEAN),
    _percent("document_discount_percent"),
    Field("document_discount_amount", **_AMOUNT),  # type: ignore[arg-type]
    Field("shipping_charge", **_AMOUNT),  # type: ignore[arg-type]
    Field("shipping_tax_name", most=100),
    _percent("shipping_tax_rate"),
    Field("adjustment", **_AMOUNT),  # type: ignore[arg-type]
    Field("adjustment_label", most=100),
    Field("round_off", **_AMOUNT),  # type: ignore[arg-type]
    Field("total", **_AMOUNT),  # type: ignore[arg-type]
    Field("balance", **_AMOUNT),  # type: ignore[arg-type]
    Field("last_payment_date", DATE),
    Field("write_off_amount", **_AMOUNT),  # type: ignore[arg-type]
    Field("credits_applied", **_AMOUNT),  # type: ignore[arg-type]
    Field("salesperson", most=200),
    _days("payment_terms"),
    Field("payment_terms_label", most=100),
    *_address("billing"),
    *_address("shipping"),
    Field("notes", most=5000, has_lines=True),
    Field("terms", most=10_000, has_lines=True),
    # Of each line.
    Field("item_source_id", most=100),
    Field("item_name", most=100),
    Field("sku", most=100),
    Field("description", most=2000, has_lines=True),
    Field("quantity", required=True, **_QUANTITY),  # type: ignore[arg-type]
    Field("unit", most=100),
    Field("rate", required=True, **_RATE),  # type: ignore[arg-type]
    _percent("line_discount", most=14),
    Field("line_discount_amount", **_AMOUNT),  # type: ignore[arg-type]
    Field("tax_name", most=100),
    _percent("tax_rate"),
    Field("tax2_name", most=100),
    _percent("tax2_rate"),
)

# What each row of an invoice says of one of its lines; all the rest is the invoice's, and the same on each of its rows.
LINE_FIELDS = (
    *("item_source_id", "item_name", "sku", "description", "quantity", "unit", "rate"),
    *("line_discount", "line_discount_amount", "tax_name", "tax_rate", "tax2_name", "tax2_rate"),
)

FIELDS: dict[str, dict[str, Field]] = {
    module: {field.name: field for field in fields}
    for module, fields in ((CONTACTS, _CONTACT_FIELDS), (ITEMS, _ITEM_FIELDS), (INVOICES, _INVOICE_FIELDS))
}

PARTS: dict[str, tuple[str, ...]] = {CONTACTS: PERSON_FIELDS, ITEMS: (), INVOICES: LINE_FIELDS}
"""What a record has several of, each told by a row of its own."""
