"""The status that is shown: what is stored, or what follows from the organization's day and from what was paid. PURE.

`selectors/shown.py` says the same as SQL; a test holds the two together over every combination.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.choices import Derived
from finance.choices import DocumentKind as Kind

NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What a document's shown status is told from.

    `until` is the day that it is good for: an estimate's expiry, an invoice's due date. `done` is what was paid of an
    invoice or bill, or billed of an order; `open` what is left (both in the document's currency, or as quantities).
    """

    kind: Kind
    status: str
    until: date | None = None
    done: Decimal = NOTHING
    open: Decimal = NOTHING


def is_past(state: State, today: date) -> bool:
    """Whether the day that it was good for is over: it is overdue, or expired, from the day after."""
    return state.until is not None and today > state.until


def is_overdue(state: State, today: date) -> bool:
    """Whether something is still owed, or to be delivered, after the day it was due."""
    if state.kind in (Kind.INVOICE, Kind.BILL):
        return state.status in ("sent", "open") and state.open > 0 and is_past(state, today)
    if state.kind in (Kind.SALES_ORDER, Kind.PURCHASE_ORDER):
        return state.status == "open" and is_past(state, today)
    return False


def is_partial(state: State) -> bool:
    """Whether a part was paid, invoiced or billed, and a part is left."""
    return state.status in ("sent", "open") and state.done > 0 and state.kind in PARTIAL


PARTIAL = {
    Kind.INVOICE: Derived.PARTIALLY_PAID,
    Kind.BILL: Derived.PARTIALLY_PAID,
    Kind.SALES_ORDER: Derived.PARTIALLY_INVOICED,
    Kind.PURCHASE_ORDER: Derived.PARTIALLY_BILLED,
}


def shown(state: State, today: date) -> str:
    """The one status to show. Overdue wins over partially paid (decisions, "Documents")."""
    if state.kind is Kind.ESTIMATE and state.status == "sent" and is_past(state, today):
        return Derived.EXPIRED
    if is_overdue(state, today):
        return Derived.OVERDUE
    if is_partial(state):
        return PARTIAL[state.kind]
    return state.status
