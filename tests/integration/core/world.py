"""A small world to sync: accounts and customers with a mapping that loses things on purpose, and people who edit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from integration.adapters.memory import MemoryAdapter, Table
from integration.adapters.memory_engine import MemoryEngine
from integration.core.mapping import Direction, FieldPair, Limit, ModuleMapping
from integration.core.pairings import ACCOUNT, BUSINESS, CONTACT, CONTACT_PERSON, CUSTOMER, Pairing
from integration.core.policy import SyncSettings
from integration.core.records import Record, Side
from integration.core.transforms import Transform, transform

CUT = Transform("cut", lambda value: str(value)[:3].upper(), lambda value: str(value).lower())
"""CRM texts are cut to three capitals (which no shipped transform would ever do)."""

ACCOUNTS = ModuleMapping(
    pairing=Pairing.ACCOUNT_CUSTOMER,
    pairs=(
        FieldPair(
            crm_field="name",
            finance_field="display_name",
            crm_limit=Limit(required=True),
            finance_limit=Limit(required=True),
            unique=True,
        ),
        FieldPair(
            crm_field="code",
            finance_field="ref",
            transform=transform("lower"),
            crm_limit=Limit(4),
            finance_limit=Limit(8),
        ),
        FieldPair(crm_field="price", finance_field="rate", transform=transform("quantised", {"places": 2})),
        FieldPair(crm_field="memo", finance_field="tag", transform=CUT, finance_limit=Limit(3)),
        FieldPair(crm_field="note", finance_field="notes", direction=Direction.TO_FINANCE),
        FieldPair(crm_field="stock", finance_field="on_hand", direction=Direction.TO_CRM),
    ),
)

PEOPLE = ModuleMapping(
    pairing=Pairing.CONTACT_PERSON,
    pairs=(
        FieldPair(crm_field="last_name", finance_field="last_name", crm_limit=Limit(required=True)),
        FieldPair(crm_field="phone", finance_field="phone", crm_limit=Limit(4)),
    ),
)

INDIVIDUALS = ModuleMapping(
    pairing=Pairing.CONTACT_CUSTOMER,
    pairs=(
        FieldPair(
            crm_field="last_name",
            finance_field="display_name",
            crm_limit=Limit(required=True),
            finance_limit=Limit(required=True),
            unique=True,
        ),
        FieldPair(crm_field="phone", finance_field="ref", crm_limit=Limit(4)),
    ),
)

MAPPINGS = {mapping.pairing: mapping for mapping in (ACCOUNTS, INDIVIDUALS, PEOPLE)}
SETTINGS = SyncSettings(mappings=MAPPINGS, guard_floor=1000)


def _named(column: str):
    def keys(record: Record) -> tuple[str, ...]:
        return (str(record.values[column]).casefold(),)

    return keys


def crm_side() -> MemoryAdapter:
    """An empty CRM. `industry` is mapped to nothing."""
    account = {"code": "", "price": None, "memo": "", "note": "", "stock": None, "industry": ""}
    return MemoryAdapter(
        Side.CRM,
        {
            ACCOUNT: Table(columns=account, match_keys=_named("name"), label="name", child=CONTACT),
            CONTACT: Table(columns={"phone": "", "title": ""}, match_keys=_named("last_name"), label="last_name"),
        },
    )


def finance_side() -> MemoryAdapter:
    """An empty finance organization without duplicate names. `terms` is mapped to nothing."""
    customer = {"ref": "", "rate": None, "tag": "", "notes": "", "on_hand": None, "terms": ""}
    return MemoryAdapter(
        Side.FINANCE,
        {
            CUSTOMER: Table(
                columns=customer,
                match_keys=_named("display_name"),
                label="display_name",
                unique="display_name",
                child=CONTACT_PERSON,
                cascades=True,
            ),
            CONTACT_PERSON: Table(columns={"phone": ""}, match_keys=_named("last_name"), label="last_name"),
        },
    )


def engine(**settings: object) -> MemoryEngine:
    """Two empty sides and an engine between them."""
    return MemoryEngine(crm_side(), finance_side(), replace(SETTINGS, **settings))  # type: ignore[arg-type]


def account(name: str, **values: object) -> dict[str, object]:
    """An account's columns."""
    return {"name": name, **values}


def customer(name: str, **values: object) -> dict[str, object]:
    """A customer's columns."""
    return {"display_name": name, **values}


__all__ = ["ACCOUNT", "BUSINESS", "CONTACT", "CONTACT_PERSON", "CUSTOMER", "Decimal", "account", "customer", "engine"]
