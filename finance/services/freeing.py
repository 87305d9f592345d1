"""What becomes of payments and credits when the document they settled is voided, changed or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

import audit.services
from finance.choices import DocumentKind as Kind
from finance.events import DocumentUpdated
from finance.models import Bill, CreditAllocation, CreditNote, Invoice, WriteOff
from finance.models.documents import Document
from finance.services import allocating, documents, payments
from finance.services import document_moves as moves
from finance.services.payment_kinds import FLOWS, Flow
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import update_many
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import Change

NOTHING = Decimal(0)


@moves.follows(Kind.INVOICE, "void")
def _invoice_voided(actor: Actor, invoice: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Its payments become the customer's credit, its credit notes can be used again, nothing is written off of it."""
    invoice.void_reason = given.get("reason", "")[:500]
    told: dict[str, Any] = {}
    if invoice.credited_total:
        _free_credits(actor, invoice)
        told["credited_total"] = NOTHING
    if invoice.paid_total:
        _free_payments(actor, FLOWS[Kind.PAYMENT], invoice)
        told["paid_total"] = NOTHING
    if invoice.written_off_total:
        WriteOff.objects.filter(invoice=invoice).delete()
        told["written_off_total"] = NOTHING
    invoice.credited_total = invoice.paid_total = invoice.written_off_total = NOTHING
    return told


@moves.follows(Kind.BILL, "void")
def _bill_voided(actor: Actor, bill: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was paid of it becomes an advance to the vendor."""
    if not bill.paid_total:
        return {}
    _free_payments(actor, FLOWS[Kind.VENDOR_PAYMENT], bill)
    bill.paid_total = NOTHING
    return {"paid_total": NOTHING}


@moves.follows(Kind.CREDIT_NOTE, "void")
def _credit_note_voided(actor: Actor, note: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
    note.void_reason = given.get("reason", "")[:500]
    return {}


@moves.follows(Kind.INVOICE, "to_draft")
@moves.follows(Kind.CREDIT_NOTE, "to_draft")
def _reason_forgotten(actor: Actor, document: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
    document.void_reason = ""
    return {}


@moves.guards(Kind.CREDIT_NOTE, "void")
def _nothing_used(note: Any) -> None:
    """What is applied or refunded must be taken back first: the money is gone."""
    if note.used_total:
        sentence = _("%(number)s is applied or refunded in part. Take that back first.") % {"number": note.number}
        raise Refused(sentence, code="in_use")


def _rate_stays(document: Document, change: Change) -> None:
    """What was gained or lost by a payment stays as booked, so the rate it was told from does."""
    if "exchange_rate" in change and getattr(document, document.done_field or "pk") and document.done_field:
        columns = allocating.SETTLED_COLUMNS.get(type(document), ())
        if any(getattr(document, column) for column in columns):
            sentence = _("%(number)s is settled in part, at this rate. Take that back first.")
            told = sentence % {"number": document.number}
            raise Refused(told, code="settled", fields={"exchange_rate": [told]})


def _nothing_paid(actor: Actor, document: Document) -> None:
    """A bill that money went out for is not deleted."""
    if isinstance(document, Bill) and document.paid_total:
        sentence = _("%(number)s is paid, at least in part. Take the payments off it first.")
        raise Refused(sentence % {"number": document.number}, code="in_use")


documents.BEFORE_UPDATING.append(_rate_stays)
documents.BEFORE_DELETING.insert(0, _nothing_paid)


def _free_payments(actor: Actor, flow: Flow, document: Any) -> None:
    """Take all payments off a document that is held already; its own columns are the caller's."""
    rows: Any = flow.allocation.objects.of(document.organization).filter(**{flow.target: document.pk})
    held = allocating.hold_payments(document.organization, flow.model, set(rows.values_list("payment_id", flat=True)))
    freed = {row.payment_id: row.amount for row in rows}
    rows.delete()
    for pk, payment in held.items():
        payments.refresh_unused(payment, applied=-freed[pk])
    update_many(list(held.values()), ["applied_total", "balance", "balance_base"])
    _record(actor, document, held.values(), freed)
    for payment in held.values():
        facts = payments.facts_of_payment(payment, actor)
        emit(DocumentUpdated(**facts, fields=frozenset({"allocations", "balance"})))


def _free_credits(actor: Actor, invoice: Invoice) -> None:
    rows = CreditAllocation.objects.of(invoice.organization).filter(invoice=invoice)
    notes = allocating.hold_documents(
        invoice.organization, CreditNote, set(rows.values_list("credit_note_id", flat=True))
    )
    freed = {row.credit_note_id: row.amount for row in rows}
    rows.delete()
    _record(actor, invoice, notes.values(), freed)
    back = {pk: -amount for pk, amount in freed.items()}
    allocating.settle(actor=actor, documents=list(notes.values()), column="used_total", amounts=back)


def _record(actor: Actor, document: Any, sources: Iterable[Any], freed: Mapping[int, Decimal]) -> None:
    audit.services.record_many(
        actor=actor,
        tenant=document.organization.tenant,
        verb="unapplied",
        changes=[
            (source, {"allocations": [f"{document.number}: {freed[source.pk].normalize():f}"]}, {})
            for source in sources
        ],
    )
