"""How each finance document moves: one table a kind. PURE.

The table refuses what is illegal, draws the buttons and is drawn in docs/workflows.md. `BOOKED` are the verbs that
nobody presses: services take them when something else happened, as a payment that leaves nothing of a balance.
"""

from __future__ import annotations

from collections.abc import Mapping

from finance.choices import DocumentKind as Kind
from finsuite.kernel.transitions import Table, move

ESTIMATE = Table(
    (
        move("mark_sent", ["draft"], "sent"),
        move("accept", ["sent", "declined"], "accepted"),
        move("decline", ["sent", "accepted"], "declined"),
        move("invoice", ["sent", "accepted"], "invoiced"),
        move("free", ["invoiced"], "accepted"),
    )
)

SALES_ORDER = Table(
    (
        move("confirm", ["draft"], "open"),
        move("void", ["draft", "open"], "void"),
        move("invoice", ["open"], "invoiced"),
        move("free", ["invoiced"], "open"),
    )
)

INVOICE = Table(
    (
        move("mark_sent", ["draft"], "sent"),
        move("void", ["draft", "sent"], "void"),
        move("to_draft", ["void"], "draft"),
        move("settle", ["sent"], "paid"),
        move("unsettle", ["paid"], "sent"),
    )
)

CREDIT_NOTE = Table(
    (
        move("mark_open", ["draft"], "open"),
        move("void", ["draft", "open"], "void"),
        move("to_draft", ["void"], "draft"),
        move("settle", ["open"], "closed"),
        move("unsettle", ["closed"], "open"),
    )
)

PURCHASE_ORDER = Table(
    (
        move("mark_issued", ["draft"], "open"),
        move("cancel", ["open"], "cancelled"),
        move("mark_billed", ["open"], "billed"),
        move("unmark_billed", ["billed"], "open"),
    )
)

BILL = Table(
    (
        move("mark_open", ["draft"], "open"),
        move("void", ["open"], "void"),
        move("reopen", ["void"], "open"),
        move("settle", ["open"], "paid"),
        move("unsettle", ["paid"], "open"),
    )
)

EXPENSE_REPORT = Table(
    (
        move("submit", ["draft", "rejected"], "submitted"),
        move("recall", ["submitted"], "draft"),
        move("approve", ["submitted", "rejected"], "approved"),
        move("reject", ["submitted"], "rejected"),
        move("reimburse", ["approved"], "reimbursed"),
    )
)
"""Who hands in submits and recalls; who approves does the rest (services/expense_reports.py)."""

SUBSCRIPTION = Table(
    (
        move("start_trial", ["future"], "trial"),
        move("go_live", ["future", "trial"], "live"),
        move("pause", ["live"], "paused"),
        move("resume", ["paused"], "live"),
        move("cancel", ["future", "trial", "live", "dunning", "unpaid", "paused", "non_renewing"], "cancelled"),
        move("cancel_at_end", ["trial", "live", "dunning"], "non_renewing"),
        move("reactivate", ["non_renewing"], "live"),
        move("dun", ["live"], "dunning"),
        move("give_up", ["dunning"], "unpaid"),
        move("recover", ["dunning", "unpaid"], "live"),
        move("expire", ["live"], "expired"),
        move("end", ["non_renewing"], "cancelled"),
    )
)
"""Days bring most of these (finance/recurrence.py)."""

RECURRING_INVOICE = Table(
    (
        move("stop", ["active"], "stopped"),
        move("resume", ["stopped"], "active"),
        move("expire", ["active"], "expired"),
    )
)

OF_DAYS = frozenset({"start_trial", "go_live", "dun", "give_up", "recover", "expire", "end"})
"""What no person presses: the day brings it."""

TABLES: Mapping[Kind, Table] = {
    Kind.ESTIMATE: ESTIMATE,
    Kind.SALES_ORDER: SALES_ORDER,
    Kind.INVOICE: INVOICE,
    Kind.CREDIT_NOTE: CREDIT_NOTE,
    Kind.PURCHASE_ORDER: PURCHASE_ORDER,
    Kind.BILL: BILL,
}

BOOKED = frozenset({"invoice", "free", "settle", "unsettle"})

ISSUING: Mapping[Kind, str] = {
    Kind.ESTIMATE: "mark_sent",
    Kind.SALES_ORDER: "confirm",
    Kind.INVOICE: "mark_sent",
    Kind.CREDIT_NOTE: "mark_open",
    Kind.PURCHASE_ORDER: "mark_issued",
    Kind.BILL: "mark_open",
}
"""The verb by which each kind leaves the house: from then on its number and figures are known outside."""

EDITABLE: Mapping[Kind, frozenset[str]] = {
    Kind.ESTIMATE: frozenset({"draft", "sent", "accepted", "declined"}),
    Kind.SALES_ORDER: frozenset({"draft", "open"}),
    Kind.INVOICE: frozenset({"draft", "sent"}),
    Kind.CREDIT_NOTE: frozenset({"draft", "open"}),
    Kind.PURCHASE_ORDER: frozenset({"draft", "open"}),
    Kind.BILL: frozenset({"draft", "open"}),
}
"""The states in which a document's content may still change (what was sent: where the preference allows it)."""

DELETABLE: Mapping[Kind, frozenset[str]] = {
    Kind.ESTIMATE: frozenset({"draft", "sent", "accepted", "declined"}),
    Kind.SALES_ORDER: frozenset({"draft", "open"}),
    Kind.INVOICE: frozenset({"draft"}),
    Kind.CREDIT_NOTE: frozenset({"draft"}),
    Kind.PURCHASE_ORDER: frozenset({"draft", "open"}),
    Kind.BILL: frozenset({"draft", "open", "void"}),
}
"""The states in which a document may be deleted. Issued invoices and credit notes never are: they are voided."""


def buttons(kind: Kind, status: str) -> list[str]:
    """The verbs that a person may press in this state, in the table's order."""
    return [verb for verb in TABLES[kind].verbs(status) if verb not in BOOKED]
