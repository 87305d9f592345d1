"""The sheets that list documents: a payment's receipt, and a customer's statement. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import pgettext

from finance.documents.building import issuer_of, party_of
from finance.documents.sheet import Align, Column, Fact, Listing, Sheet, Total, Weight
from finance.models import Customer, Preferences
from finance.selectors.preferences import preferences
from finance.selectors.statements import Statement
from finance.wording import STATEMENT_LINES


def receipt_sheet(payment: Any, applied: Sequence[Any], *, language: str, look: Preferences | None = None) -> Sheet:
    """What a customer has paid, and what it settled: `applied` are its allocations with their invoices."""
    with translation.override(language):
        settled = Listing(
            columns=(
                Column(pgettext("on a document", "Invoice")),
                Column(pgettext("on a document", "Date")),
                Column(pgettext("on a document", "Invoice total"), Align.END),
                Column(pgettext("on a document", "Settled with this payment"), Align.END),
            ),
            rows=tuple((row.invoice.number, row.invoice.date, row.invoice.total, row.amount) for row in applied),
        )
        facts = [
            Fact(pgettext("on a document", "Date"), payment.date),
            Fact(pgettext("on a document", "Paid by"), str(payment.get_mode_display())),
            Fact(pgettext("on a document", "Reference"), payment.reference),
        ]
        return Sheet(
            kind="payment",
            title=pgettext("document", "Payment receipt"),
            number=payment.number,
            currency=payment.currency,
            party=party_of(payment.customer),
            party_label=pgettext("on a document", "Received from"),
            facts=tuple(facts),
            listing=settled if applied else None,
            totals=_paid(payment),
            **_looks(payment.organization, language, look),
        )


def statement_sheet(
    customer: Customer, statement: Statement, *, language: str, look: Preferences | None = None
) -> Sheet:
    """What a customer owed, what came and went, and what they owe."""
    with translation.override(language):
        listing = Listing(
            columns=(
                Column(pgettext("on a document", "What")),
                Column(pgettext("on a document", "Date")),
                Column(pgettext("on a statement", "Owed"), Align.END),
                Column(pgettext("on a statement", "Paid"), Align.END),
                Column(pgettext("on a statement", "Balance"), Align.END),
            ),
            rows=(
                (pgettext("on a statement", "Opening balance"), statement.since, None, None, statement.opening),
                *(
                    (
                        f"{STATEMENT_LINES[line.kind]} {line.number}",
                        line.day,
                        line.amount if line.amount > 0 else None,
                        line.taken or None,
                        line.balance,
                    )
                    for line in statement.lines
                ),
            ),
        )
        totals = (
            Total(pgettext("on a statement", "Opening balance"), statement.opening),
            Total(pgettext("on a statement", "Invoiced and refunded"), statement.added),
            Total(pgettext("on a statement", "Paid, credited and written off"), -statement.taken),
            Total(pgettext("on a statement", "Closing balance"), statement.closing, Weight.DUE),
        )
        return Sheet(
            kind="statement",
            title=pgettext("document", "Statement of account"),
            number="",
            currency=statement.currency,
            party=party_of(customer),
            party_label=pgettext("on a document", "Account of"),
            facts=(
                Fact(pgettext("on a statement", "From"), statement.since),
                Fact(pgettext("on a statement", "To"), statement.to),
                Fact(pgettext("on a document", "Customer number"), customer.number),
                Fact(pgettext("on a document", "Currency"), statement.currency),
            ),
            listing=listing,
            totals=totals,
            **_looks(customer.organization, language, look),
        )


def _paid(payment: Any) -> tuple[Total, ...]:
    """What was received, and what of it is the customer's credit."""
    rows = [Total(pgettext("on a document", "Amount received"), payment.amount, Weight.TOTAL)]
    if payment.tax_withheld:
        rows.append(Total(pgettext("on a document", "Tax withheld"), payment.tax_withheld))
    if payment.applied_total:
        rows.append(Total(pgettext("on a document", "Settled"), -payment.applied_total))
    if payment.refunded_total:
        rows.append(Total(pgettext("on a document", "Refunded"), -payment.refunded_total))
    if payment.balance:
        rows.append(Total(pgettext("on a document", "Your credit"), payment.balance, Weight.DUE))
    return tuple(rows)


def _looks(organization: Any, language: str, look: Preferences | None) -> dict[str, Any]:
    """Who sends it and how it is drawn, as all of the organization's documents are."""
    look = look or preferences(organization)
    return {
        "language": language,
        "issuer": issuer_of(organization),
        "mentions": tuple(filter(None, [organization.legal_notice])),
        "template": look.look,
        "accent": look.accent,
        "paper": look.paper,
        "date_pattern": organization.date_format,
    }
