"""The field pairs that a new connection starts with, with what each side can hold."""

from __future__ import annotations

from collections.abc import Mapping

from integration.core.mapping import Direction, FieldPair, Limit, ModuleMapping
from integration.core.pairings import Pairing


def _pair(crm: str, crm_max: int | None, finance: str, finance_max: int | None) -> FieldPair:
    return FieldPair(crm_field=crm, finance_field=finance, crm_limit=Limit(crm_max), finance_limit=Limit(finance_max))


def _address(crm: str, crm_code: str, finance: str) -> tuple[FieldPair, ...]:
    return (
        _pair(f"{crm}_street", 250, f"{finance}_address", 500),
        _pair(f"{crm}_city", 100, f"{finance}_city", 100),
        _pair(f"{crm}_state", 100, f"{finance}_state", 100),
        _pair(f"{crm}_{crm_code}", 30, f"{finance}_zip", 50),
        _pair(f"{crm}_country", 100, f"{finance}_country", 100),
    )


_CURRENCY = FieldPair(
    crm_field="currency",
    finance_field="currency",
    crm_limit=Limit(3, required=True),
    finance_limit=Limit(3, required=True),
    create_only=True,
)

_ACCOUNT_CUSTOMER = (
    FieldPair(
        crm_field="name",
        finance_field="display_name",
        crm_limit=Limit(100, required=True),
        finance_limit=Limit(200, required=True),
        unique=True,
    ),
    FieldPair(
        crm_field="name",
        finance_field="company_name",
        direction=Direction.TO_FINANCE,
        crm_limit=Limit(100),
        finance_limit=Limit(200),
    ),
    _pair("phone", 30, "billing_phone", 50),
    _pair("fax", 30, "billing_fax", 50),
    _pair("website", 255, "website", 255),
    _pair("tax_number", 50, "tax_number", 50),
    _pair("description", None, "notes", None),
    *_address("billing", "code", "billing"),
    *_address("shipping", "code", "shipping"),
    _CURRENCY,
)

_PERSON = (
    _pair("salutation", 25, "salutation", 25),
    _pair("first_name", 40, "first_name", 100),
    FieldPair(
        crm_field="last_name",
        finance_field="last_name",
        crm_limit=Limit(80, required=True),
        finance_limit=Limit(100),
    ),
    _pair("email", 100, "email", 100),
    _pair("phone", 30, "phone", 50),
    _pair("mobile", 30, "mobile", 50),
)

_CONTACT_PERSON = (*_PERSON, _pair("title", 100, "designation", 100), _pair("department", 50, "department", 50))

_CONTACT_CUSTOMER = (
    FieldPair(
        crm_field="full_name",
        finance_field="display_name",
        direction=Direction.TO_FINANCE,
        finance_limit=Limit(200, required=True),
        unique=True,
    ),
    *_PERSON,
    _pair("fax", 30, "billing_fax", 50),
    *_address("mailing", "zip", "billing"),
    _CURRENCY,
)

DEFAULT_MAPPINGS: Mapping[Pairing, ModuleMapping] = {
    pairing: ModuleMapping(pairing=pairing, pairs=pairs)
    for pairing, pairs in (
        (Pairing.ACCOUNT_CUSTOMER, _ACCOUNT_CUSTOMER),
        (Pairing.CONTACT_CUSTOMER, _CONTACT_CUSTOMER),
        (Pairing.CONTACT_PERSON, _CONTACT_PERSON),
    )
}
"""`full_name` is the CRM contact's first and last name, read-only: the adapter reads it like a column."""
