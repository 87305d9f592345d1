"""Who gets which answer at the documents of a finance organization: staff may sell, but not buy, and not void."""

from __future__ import annotations

from typing import Any

from finance.choices import DocumentKind as Kind
from finance.models import Organization
from finance.services.document_kinds import SPECS
from finance.services.document_letters import KINDS
from finance.services.document_moves import TAKES_RIGHT_TO_DELETE, move_document
from tests import factories
from tests.api.permissions import Row, World, read, write

API = "/api/v1/finance/{finance}"
LINES = [{"name": "Work", "rate": "10"}]
CUSTOMER = {"customer": "{customer}", "lines": LINES}
VENDOR = {"vendor": "{finance_vendor}", "lines": LINES}
TO = {"to": ["a@example.com"]}

# The moves to make of a draft, to have a document in each state that a row starts from.
STATES: dict[Kind, dict[str, tuple[str, ...]]] = {
    Kind.ESTIMATE: {"sent": ("mark_sent",)},
    Kind.SALES_ORDER: {"open": ("confirm",)},
    Kind.INVOICE: {"sent": ("mark_sent",), "void": ("void",)},
    Kind.CREDIT_NOTE: {"void": ("void",)},
    Kind.PURCHASE_ORDER: {"open": ("mark_issued",), "billed": ("mark_issued", "mark_billed")},
    Kind.BILL: {"open": ("mark_open",), "void": ("mark_open", "void")},
}
VERBS: dict[Kind, dict[str, str]] = {
    Kind.ESTIMATE: {"mark-sent": "", "accept": "sent", "decline": "sent"},
    Kind.SALES_ORDER: {"confirm": "", "void": ""},
    Kind.INVOICE: {"mark-sent": "", "void": "", "to-draft": "void"},
    Kind.CREDIT_NOTE: {"mark-open": "", "void": "", "to-draft": "void"},
    Kind.PURCHASE_ORDER: {"mark-issued": "", "cancel": "open", "mark-billed": "open", "unmark-billed": "billed"},
    Kind.BILL: {"mark-open": "", "void": "open", "reopen": "void"},
}
CONVERSIONS: dict[Kind, tuple[str, dict[str, Any]]] = {
    Kind.ESTIMATE: ("sent", {"to": "invoice"}),
    Kind.SALES_ORDER: ("open", {"to": "invoice"}),
    Kind.INVOICE: ("sent", {"to": "credit_note"}),
    Kind.PURCHASE_ORDER: ("open", {"to": "bill", "values": {"number": "V-77"}}),
}


def _name(kind: Kind, state: str = "") -> str:
    return f"{kind.value}_{state or 'draft'}"


def _rows(kind: Kind) -> list[Row]:
    at = f"{API}/{kind.value.replace('_', '-')}s"
    one = f"{at}/{{{_name(kind)}}}"
    is_sale = SPECS[kind].is_sale
    new = CUSTOMER if is_sale else VENDOR
    new = {**new, "number": "V-78"} if kind is Kind.BILL else new
    version = {"If-Match": f'"{{{_name(kind)}_version}}"'}
    rows = [
        read(at),
        read(one),
        read(f"{one}/history"),
        read(f"{one}/pdf"),
        write("POST", at, body=new, edit=201 if is_sale else 403, admin=201),
        write("POST", f"{at}/bulk", body={"records": [new]}, edit=200 if is_sale else 403, admin=200),
        write("PATCH", one, body={"reference": "R"}, headers=version, edit=200 if is_sale else 403, admin=200),
        write("DELETE", one, headers=version, edit=403, admin=204),
    ]
    for verb, state in VERBS[kind].items():
        may = is_sale and verb.replace("-", "_") not in TAKES_RIGHT_TO_DELETE
        place = f"{at}/{{{_name(kind, state)}}}/{verb}"
        rows.append(write("POST", place, body={"reason": "Wrong"}, edit=200 if may else 403, admin=200))
    if kind in KINDS:
        rows.append(write("POST", f"{one}/email", body=TO, edit=201 if is_sale else 403, admin=201))
    if kind is Kind.INVOICE:
        owed = f"{at}/{{{_name(kind, 'sent')}}}"
        rows.append(write("POST", f"{owed}/remind", body=TO, edit=201, admin=201))
        rows += [write("POST", f"{owed}/{verb}-reminders", edit=200, admin=200) for verb in ("stop", "resume")]
    if kind in CONVERSIONS:
        state, body = CONVERSIONS[kind]
        place = f"{at}/{{{_name(kind, state)}}}/convert"
        rows.append(write("POST", place, body=body, edit=201 if is_sale else 403, admin=201))
    return rows


ROWS = [row for kind in STATES for row in _rows(kind)]


def furnish(world: World) -> None:
    """A document of each kind in each state that a row starts from, here and at the outsider's."""
    organizations = (world.finance, world.foreign_finance)
    parties = [(factories.customer(each, "Buyer"), factories.finance_vendor(each, "Seller")) for each in organizations]
    for kind, states in STATES.items():
        for state, moves in {"": (), **states}.items():
            made = [
                _document(organization, kind, party[not SPECS[kind].is_sale], state, moves)
                for organization, party in zip(organizations, parties, strict=True)
            ]
            world.add(_name(kind, state), *made)


def _document(organization: Organization, kind: Kind, party: Any, state: str, moves: tuple[str, ...]) -> Any:
    values = {f"{SPECS[kind].party}_id": party.pk}
    if kind is Kind.BILL:
        values["number"] = f"V-{state}"
    made = factories.document(organization, kind, **values)
    for verb in moves:
        made = move_document(actor=factories.SYSTEM, document=made, verb=verb, reason="Wrong")
    return made
