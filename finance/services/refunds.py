"""Giving money back: of a credit note, or of what is unused of a payment."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.choices import ChainEvent
from finance.choices import DocumentKind as Kind
from finance.events import DocumentUpdated
from finance.models import CreditNote, Refund
from finance.models.payments import MoneyMoved
from finance.rights import Right
from finance.selectors.days import today
from finance.services import allocating, credit_notes, payments
from finance.services.allocating import Given
from finance.services.documents import lock
from finance.services.versions import columns_of, keep_content
from finsuite.kernel import formats
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.money import quantize, to_base
from finsuite.kernel.records import assign
from finsuite.kernel.versions import require_version

WRITABLE = frozenset({"date", "mode", "amount", "reference", "notes"})
LEFT_OUT = frozenset({"id", "organization", "created_at", "updated_at"})
"""What a version of a refund leaves out."""


@transaction.atomic
def refund_credit_note(*, actor: Actor, credit_note: CreditNote, values: Given, version: str | None = None) -> Refund:
    """Give a customer back what is left of a credit note, or a part of it."""
    require(actor, credit_note.organization, Right.PAYMENTS)
    note: Any = lock(credit_note)
    require_version(note, version)
    credit_notes.require_open(note)
    refund = _begin(note, values, left=note.balance)
    refund.credit_note = note
    credit_notes.require_left(note, refund.amount)
    refund.save()
    _record(actor, note, "refunded", after=_told(refund))
    allocating.settle(actor=actor, documents=[note], column="used_total", amounts={note.pk: refund.amount})
    _keep(actor, refund, note, ChainEvent.ISSUED)
    return refund


@transaction.atomic
def refund_payment(*, actor: Actor, payment: MoneyMoved, values: Given, version: str | None = None) -> Refund:
    """Give a customer back what is unused of a payment; or book what a vendor gave back of an advance."""
    require(actor, payment.organization, Right.PAYMENTS)
    held: Any = allocating.hold_payment(payment)
    require_version(held, version)
    left = min(held.balance, held.amount - held.refunded_total)
    refund = _begin(held, values, left=left)
    if refund.amount > left:
        told = {"number": held.number, "left": formats.amount(left, held.currency)}
        sentence = _("Of %(number)s only %(left)s can be refunded.") % told
        raise Refused(sentence, code="over_refunded", fields={"amount": [sentence]})
    setattr(refund, held.kind.value, held)
    refund.save()
    payments.refresh_unused(held, refunded=refund.amount)
    held.save()
    _record(actor, held, "refunded", after=_told(refund))
    _keep(actor, refund, held, ChainEvent.ISSUED)
    emit(DocumentUpdated(**payments.facts_of_payment(held, actor), fields=frozenset({"refunded_total", "balance"})))
    return refund


@transaction.atomic
def delete_refund(*, actor: Actor, refund: Refund) -> None:
    """Delete a refund that was never made: the amount can be used, or refunded, again."""
    require(actor, refund.organization, Right.PAYMENTS)
    source = refund.credit_note or refund.payment or refund.vendor_payment
    if source is None:  # the database allows none without
        raise NotFound(_("There is no such refund."))
    source.organization = refund.organization
    held: Any = lock(source) if isinstance(source, CreditNote) else allocating.hold_payment(source)
    if not Refund.objects.filter(pk=refund.pk).exists():
        raise NotFound(_("There is no such refund."))
    _record(actor, held, "refund deleted", before=_told(refund))
    if isinstance(held, CreditNote):
        allocating.settle(actor=actor, documents=[held], column="used_total", amounts={held.pk: -refund.amount})
    else:
        payments.refresh_unused(held, refunded=-refund.amount)
        held.save()
        facts = payments.facts_of_payment(held, actor)
        emit(DocumentUpdated(**facts, fields=frozenset({"refunded_total", "balance"})))
    _keep(actor, refund, held, ChainEvent.DELETED)
    refund.delete()


def _begin(source: Any, values: Given, *, left: Any) -> Refund:
    """A refund of all that is left of this, unless told otherwise; unsaved."""
    refund = Refund(organization=source.organization, date=today(source.organization), amount=left)
    assign(refund, {name: value for name, value in values.items() if value is not None}, allowed=WRITABLE)
    if refund.amount <= 0:
        sentence = _("There is nothing to refund.") if left <= 0 else _("This must be above zero.")
        raise Refused(sentence, code="nothing_left", fields={"amount": [sentence]})
    if refund.amount != quantize(refund.amount, source.currency):
        sentence = _("This has more decimals than %(currency)s.") % {"currency": source.currency}
        raise Refused(sentence, fields={"amount": [sentence]})
    refund.amount_base = to_base(refund.amount, source.exchange_rate, source.organization.base_currency)
    return refund


def content_of_refund(refund: Refund, source: Any) -> dict[str, Any]:
    """What was given back, of what and to whom, as a version keeps it."""
    party = getattr(source, source.party_field)
    return {
        "issuer": {"name": source.organization.name, "country": source.organization.country},
        "party": {"id": party.pk, "name": party.display_name, "tax_number": party.tax_number},
        "of": {"kind": source.kind.value, "id": source.pk, "number": source.number},
        **columns_of(refund, LEFT_OUT),
    }


def _keep(actor: Actor, refund: Refund, source: Any, event: ChainEvent) -> None:
    keep_content(
        actor=actor,
        organization=source.organization,
        kind=Kind.REFUND,
        record_id=refund.pk,
        number=source.number,
        content=content_of_refund(refund, source),
        event=event,
    )


def _told(refund: Refund) -> dict[str, Any]:
    told = {name: getattr(refund, name) for name in sorted(WRITABLE)}
    return {name: value for name, value in told.items() if value != ""}


def _record(actor: Actor, source: Any, verb: str, *, before: Any = None, after: Any = None) -> None:
    audit.services.record(
        actor=actor, tenant=source.organization.tenant, subject=source, verb=verb, before=before, after=after
    )
