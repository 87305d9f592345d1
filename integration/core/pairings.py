"""Which kind of CRM record goes with which kind of finance record, and which side leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from integration.core.records import Key, Record, Side, Values

ACCOUNT = "account"
CONTACT = "contact"
CUSTOMER = "customer"
CONTACT_PERSON = "contact_person"
BUSINESS = "business"
INDIVIDUAL = "individual"


class Pairing(StrEnum):
    """A kind of pair. Their order is the order of planning and of applying: parents before children."""

    ACCOUNT_CUSTOMER = "account_customer"
    CONTACT_CUSTOMER = "contact_customer"
    CONTACT_PERSON = "contact_person"


class Mode(StrEnum):
    """Which CRM records become customers."""

    ACCOUNTS = "accounts"
    CONTACTS = "contacts"
    ACCOUNTS_AND_CONTACTS = "accounts_and_contacts"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingSpec:
    """What a pairing is made of. `leading` is the side whose value wins where the policy lets one side win.

    `deactivates` are the sides whose records can be made inactive.
    """

    pairing: Pairing
    crm_model: str
    finance_model: str
    leading: Side = Side.CRM
    parent: Pairing | None = None
    finance_kind: str = ""
    finance_constants: Values = field(default_factory=dict)
    deactivates: frozenset[Side] = frozenset()

    def key(self, side: Side, pk: int) -> Key:
        """The key of this pairing's record with that pk."""
        return Key(side, self.crm_model if side is Side.CRM else self.finance_model, pk)

    def constants(self, side: Side) -> Values:
        """Values that are written once, when the sync creates a record on that side."""
        return self.finance_constants if side is Side.FINANCE else {}


PAIRINGS: Mapping[Pairing, PairingSpec] = {
    spec.pairing: spec
    for spec in (
        PairingSpec(
            pairing=Pairing.ACCOUNT_CUSTOMER,
            crm_model=ACCOUNT,
            finance_model=CUSTOMER,
            finance_kind=BUSINESS,
            finance_constants={"kind": BUSINESS},
            deactivates=frozenset({Side.FINANCE}),
        ),
        PairingSpec(
            pairing=Pairing.CONTACT_CUSTOMER,
            crm_model=CONTACT,
            finance_model=CUSTOMER,
            finance_kind=INDIVIDUAL,
            finance_constants={"kind": INDIVIDUAL},
            deactivates=frozenset({Side.FINANCE}),
        ),
        PairingSpec(
            pairing=Pairing.CONTACT_PERSON,
            crm_model=CONTACT,
            finance_model=CONTACT_PERSON,
            parent=Pairing.ACCOUNT_CUSTOMER,
        ),
    )
}


def pairing_of(record: Record, mode: Mode, *, include_unattached: bool) -> Pairing | None:
    """The pairing that this record takes part in under the mode, or None: then it is not synced."""
    model = record.key.model
    if model == CONTACT:
        return _pairing_of_contact(record, mode, include_unattached=include_unattached)
    if model == ACCOUNT:
        return None if mode is Mode.CONTACTS else Pairing.ACCOUNT_CUSTOMER
    if model == CUSTOMER:
        if record.kind == BUSINESS:
            return None if mode is Mode.CONTACTS else Pairing.ACCOUNT_CUSTOMER
        wanted = mode is Mode.CONTACTS or (mode is Mode.ACCOUNTS_AND_CONTACTS and include_unattached)
        return Pairing.CONTACT_CUSTOMER if wanted else None
    return Pairing.CONTACT_PERSON if mode is Mode.ACCOUNTS_AND_CONTACTS else None


def _pairing_of_contact(contact: Record, mode: Mode, *, include_unattached: bool) -> Pairing | None:
    if mode is Mode.CONTACTS:
        return Pairing.CONTACT_CUSTOMER
    if mode is Mode.ACCOUNTS:
        return None
    if contact.parent is not None:
        return Pairing.CONTACT_PERSON
    return Pairing.CONTACT_CUSTOMER if include_unattached else None
