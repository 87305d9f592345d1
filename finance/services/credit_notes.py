"""Applying credit notes to invoices of the same customer, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.models import CreditAllocation, CreditNote, Invoice
from finance.rights import Right
from finance.selectors.days import today
from finance.services import allocating
from finance.services.allocating import NOTHING, Amounts, Given
from finance.services.documents import lock
from finsuite.kernel import formats
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import insert_many, update_many
from finsuite.kernel.errors import Refused
from finsuite.kernel.versions import require_version

KEY = "invoice_id"


@transaction.atomic
def apply_credit_note(
    *, actor: Actor, credit_note: CreditNote, allocations: Sequence[Given], version: str | None = None
) -> CreditNote:
    """Apply an open credit note to these invoices: each row names an invoice and an amount, besides what is applied."""
    require(actor, credit_note.organization, Right.PAYMENTS)
    more = allocating.read_rows(KEY, allocations)
    if not more:
        sentence = _("Say what to apply it to.")
        raise Refused(sentence, code="required", fields={"allocations": [sentence]})
    invoices = allocating.hold_documents(credit_note.organization, Invoice, more)
    note = _hold(credit_note, version)
    require_open(note)
    allocating.check_taking(invoices, more, more, key=KEY, party_id=note.customer_id, currency=note.currency)
    require_left(note, sum(more.values(), NOTHING))
    _write(note, invoices, more)
    told = [f"{invoices[pk].number}: {amount.normalize():f}" for pk, amount in more.items()]
    audit.services.record(
        actor=actor, tenant=note.organization.tenant, subject=note, verb="applied", after={"allocations": told}
    )
    used = {note.pk: sum(more.values(), NOTHING)}
    allocating.settle(actor=actor, documents=list(invoices.values()), column="credited_total", amounts=more)
    allocating.settle(actor=actor, documents=[note], column="used_total", amounts=used)
    return note


@transaction.atomic
def unapply_credit_note(
    *, actor: Actor, credit_note: CreditNote, document_id: int, version: str | None = None
) -> CreditNote:
    """Take a credit note off one invoice: that is owed again, and the credit can be used for something else."""
    require(actor, credit_note.organization, Right.PAYMENTS)
    invoices = allocating.hold_documents(credit_note.organization, Invoice, [document_id])
    note = _hold(credit_note, version)
    row = CreditAllocation.objects.filter(credit_note=note, invoice_id=document_id).first()
    if row is None:
        sentence = _("%(number)s is not applied to this document.") % {"number": note.number}
        raise Refused(sentence, code="not_applied", fields={KEY: [sentence]})
    row.delete()
    told = [f"{invoices[document_id].number}: {row.amount.normalize():f}"]
    audit.services.record(
        actor=actor, tenant=note.organization.tenant, subject=note, verb="unapplied", before={"allocations": told}
    )
    back = {document_id: -row.amount}
    allocating.settle(actor=actor, documents=list(invoices.values()), column="credited_total", amounts=back)
    allocating.settle(actor=actor, documents=[note], column="used_total", amounts={note.pk: -row.amount})
    return note


def require_open(note: CreditNote) -> None:
    """Refuse what can't be used: a draft, a void one, or one that nothing is left of."""
    if note.status != "open":
        sentence = _("%(number)s is in the state “%(status)s”, and only an open credit note can be used.") % {
            "number": note.number,
            "status": note.get_status_display(),
        }
        raise Refused(sentence, code="wrong_state")


def require_left(note: CreditNote, amount: Any) -> None:
    """Refuse to use more of a credit note than is left of it."""
    if amount > note.balance:
        left = formats.amount(note.balance, note.currency)
        sentence = _("Of %(number)s only %(left)s are left.") % {"number": note.number, "left": left}
        raise Refused(sentence, code="over_applied", fields={"amount": [sentence]})


def _hold(note: CreditNote, version: str | None) -> CreditNote:
    held: Any = lock(note)
    require_version(held, version)
    return held  # type: ignore[no-any-return]


def _write(note: CreditNote, invoices: dict[int, Invoice], more: Amounts) -> None:
    kept = {row.invoice_id: row for row in CreditAllocation.objects.filter(credit_note=note, invoice__in=more)}
    new = []
    for pk, amount in more.items():
        row = kept.get(pk)
        if row is None:
            day = today(note.organization)
            row = CreditAllocation(organization=note.organization, credit_note=note, invoice_id=pk, date=day)
            new.append(row)
        total = row.amount + amount
        allocating.write_figures(row, document=invoices[pk], amount=total, rate=note.exchange_rate, gain=1)
    insert_many(new)
    update_many(list(kept.values()), ["amount", "amount_base", "exchange_difference"])
