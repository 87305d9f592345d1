"""What the moves of documents are called, and how a refused one is told."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from finance.figures import Fault

BUTTONS: dict[str, Any] = {
    "mark_sent": _("Mark as sent"),
    "accept": _("Mark as accepted"),
    "decline": _("Mark as declined"),
    "confirm": _("Confirm"),
    "void": _("Void"),
    "to_draft": _("Back to draft"),
    "mark_open": _("Mark as open"),
    "mark_issued": _("Mark as issued"),
    "cancel": _("Cancel the order"),
    "mark_billed": _("Mark as billed"),
    "unmark_billed": _("Unmark as billed"),
    "reopen": _("Open again"),
}
WARNINGS: dict[str, Any] = {
    "void": _("A void document stays in your books under its number, and nobody owes anything by it."),
    "cancel": _("A cancelled order stays in your books under its number, and nothing more is expected of it."),
    "decline": _("Should the customer change their mind, you can still mark it as accepted."),
    "to_draft": _("It can be changed again, and nobody owes anything by it until it is sent."),
}
"""What a move means, told before it is made."""

REPORT_BUTTONS: dict[str, Any] = {
    "submit": _("Submit for approval"),
    "recall": _("Recall"),
    "approve": _("Approve"),
    "reject": _("Reject"),
    "reimburse": _("Record reimbursement"),
}
"""The label of each verb that a person may press."""

SUBSCRIPTION_BUTTONS: dict[str, Any] = {
    "pause": _("Pause"),
    "resume": _("Resume"),
    "cancel": _("Cancel now"),
    "cancel_at_end": _("Cancel at the end of the term"),
    "reactivate": _("Renew after all"),
    "stop": _("Stop"),
}
SUBSCRIPTION_REFUSAL = _("This can't be done to %(number)s: it is in the state “%(status)s”.")

REFUSALS: dict[str, Any] = {
    "mark_sent": _("%(number)s can't be marked as sent: it is in the state “%(status)s”."),
    "accept": _("%(number)s can't be accepted: it is in the state “%(status)s”, and only what was sent can."),
    "decline": _("%(number)s can't be declined: it is in the state “%(status)s”, and only what was sent can."),
    "invoice": _("%(number)s can't be invoiced: it is in the state “%(status)s”."),
    "free": _("%(number)s is in the state “%(status)s”, so there is no invoice to take back."),
    "confirm": _("%(number)s can't be confirmed: it is in the state “%(status)s”."),
    "void": _("%(number)s can't be voided: it is in the state “%(status)s”."),
    "to_draft": _("%(number)s can't become a draft: it is in the state “%(status)s”, and only what is void can."),
    "settle": _("%(number)s can't be paid: it is in the state “%(status)s”."),
    "unsettle": _("%(number)s is in the state “%(status)s”, so there is nothing to take back."),
    "mark_open": _("%(number)s can't be opened: it is in the state “%(status)s”."),
    "mark_issued": _("%(number)s can't be marked as issued: it is in the state “%(status)s”."),
    "cancel": _("%(number)s can't be cancelled: it is in the state “%(status)s”, and only what was issued can."),
    "mark_billed": _("%(number)s can't be marked as billed: it is in the state “%(status)s”."),
    "unmark_billed": _("%(number)s is in the state “%(status)s”, so it isn't marked as billed."),
    "submit": _("%(number)s can't be submitted: it is in the state “%(status)s”."),
    "recall": _("%(number)s can't be recalled: it is in the state “%(status)s”, and only what awaits approval can."),
    "approve": _("%(number)s can't be approved: it is in the state “%(status)s”."),
    "reject": _("%(number)s can't be rejected: it is in the state “%(status)s”, and only what awaits approval can."),
    "reimburse": _("%(number)s can't be reimbursed: it is in the state “%(status)s”, and only what is approved can."),
    "reopen": _("%(number)s can't be opened again: it is in the state “%(status)s”, and only what is void can."),
}
"""The sentence for each verb where the document's state does not allow it."""

REMINDER_REFUSALS: dict[str, Any] = {
    "draft": _("%(number)s is a draft. Send the invoice itself before you remind anybody of it."),
    "sent": _("Nothing is left to pay of %(number)s."),
    "paid": _("%(number)s is paid, so there is nothing to remind anybody of."),
    "void": _("%(number)s is void, so there is nothing to remind anybody of."),
}
"""Why a customer can't be reminded of an invoice, by its status."""
NO_ADDRESS = _("Neither the customer nor their contact persons have an e-mail address.")

STATEMENT_LINES: dict[str, Any] = {
    "invoice": _("Invoice"),
    "credit_note": _("Credit note"),
    "payment": _("Payment"),
    "refund": _("Refund"),
    "write_off": _("Written off"),
}
"""What the lines of a customer's statement are."""

FAULTS: dict[Fault, Any] = {
    Fault.NOT_A_NUMBER: _("This isn't a number."),
    Fault.TOO_BIG: _("This is too large to be computed with."),
    Fault.TOO_PRECISE: _("This has more decimals than can be kept."),
    Fault.NOT_ABOVE_ZERO: _("This must be above zero."),
    Fault.NEGATIVE: _("This can't be below zero."),
    Fault.OUT_OF_RANGE: _("Prices have from 0 to 6 decimals."),
    Fault.NOT_A_DISCOUNT: _("A discount is a percentage as 10%, or an amount as 12.50."),
    Fault.ABOVE_100_PERCENT: _("A discount is at most 100%."),
    Fault.DISCOUNT_TOO_BIG: _("The discount is more than the amount it is taken off."),
    Fault.TAX_TWICE: _("The same tax is named twice."),
}
"""What finance/totals.py finds wrong."""

# The names that the services give to what finance/figures.py calls otherwise.
FIELDS = {"taxes": "tax_ids", "shipping_taxes": "shipping_tax_id", "round_off": "round_off_step"}
