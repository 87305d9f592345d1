"""Invoices of what was spent: new ones, or drafts that take more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finance.choices import DocumentKind as Kind
from finance.models import Expense, Invoice, Organization
from finance.services.documents import create_document, lines_of, update_document
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused


@transaction.atomic
def expenses_to_invoice(
    *,
    actor: Actor,
    organization: Organization,
    expenses: Collection[Expense],
    invoice: Invoice | None = None,
    values: Mapping[str, Any] | None = None,
) -> Invoice:
    """Bill these expenses of one customer: on a new invoice, a draft, or on this one, behind its other lines."""
    customers = {expense.customer_id for expense in expenses}
    if len(customers) != 1 or None in customers:
        sentence = _("Choose expenses of one customer: an invoice is for one.")
        raise Refused(sentence, code="mixed", fields={"expenses": [sentence]})
    rows: list[Mapping[str, Any]] = [{"expense_id": expense.pk} for expense in expenses]
    if invoice is None:
        made: Invoice = create_document(
            actor=actor,
            organization=organization,
            kind=Kind.INVOICE,
            values={**(values or {}), "customer_id": customers.pop()},
            lines=rows,
            drawn_from={},
        )
        return made
    if invoice.status != "draft":
        sentence = _("%(number)s is not a draft any more.") % {"number": invoice.number}
        raise Refused(sentence, code="not_draft", fields={"invoice": [sentence]})
    kept = [{"id": line.pk} for line in lines_of(invoice)]
    changed: Invoice = update_document(actor=actor, document=invoice, values=values or {}, lines=[*kept, *rows])
    return changed
