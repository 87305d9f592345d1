"""Recording payments of customers and to vendors, and applying them to invoices and bills.

What of a payment is not applied stays unused: a customer's credit, or an advance to a vendor.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance import access
from finance.access import require
from finance.choices import ChainEvent
from finance.choices import DocumentKind as Kind
from finance.events import DocumentCreated, DocumentDeleted, DocumentUpdated
from finance.models import Organization
from finance.models.payments import MoneyMoved
from finance.rights import Right
from finance.selectors.custom_fields import fields_to_write
from finance.selectors.days import today
from finance.services import allocating, numbering
from finance.services.allocating import NOTHING, Amounts, Given
from finance.services.documents import refusing_number_clashes
from finance.services.drafting import rate_of
from finance.services.payment_kinds import FLOWS, Flow
from finance.services.versions import columns_of, keep_content
from finsuite.kernel import formats
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import insert_many, update_many
from finsuite.kernel.custom_fields.kinds import named
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit
from finsuite.kernel.money import quantize, to_base
from finsuite.kernel.records import Change, assign, refuse_unknown
from finsuite.kernel.terms import searchable
from finsuite.kernel.versions import require_version

LIVING = ("applied_total", "refunded_total", "balance", "balance_base")
LEFT_OUT = frozenset({"id", "organization", "search_text", "created_at", "updated_at", "custom", *LIVING})
"""What a version of a payment leaves out: what was received is kept, not what became of it since."""


@dataclass
class Held:
    """A payment with what it was applied to, all of it held."""

    payment: Any
    allocations: dict[int, Any]  # by document
    documents: dict[int, Any]

    @property
    def applied(self) -> dict[int, Decimal]:
        """What is applied to each document now."""
        return {pk: row.amount for pk, row in self.allocations.items()}


@refusing_number_clashes()
@transaction.atomic
def record_payment(
    *, actor: Actor, organization: Organization, kind: Kind, values: Given, allocations: Sequence[Given] = ()
) -> Any:
    """Record what a customer paid, or what was paid to a vendor (by `kind`), and apply it to these documents.

    A row of `allocations` names an invoice or bill and an amount; what is left over stays unused.
    """
    flow = FLOWS[kind]
    require(actor, organization, Right.PAYMENTS)
    custom = fields_to_write(actor, organization, flow.extended, values)
    values, extra = custom.split(values)
    refuse_unknown(values, flow.writable)
    party = _party(flow, organization, values)
    wanted = allocating.read_rows(flow.key, allocations)
    documents = allocating.hold_documents(organization, flow.document, wanted)
    payment = _begin(flow, organization, party, documents, values)
    held = Held(payment, {}, documents)
    _check(flow, held, wanted)
    custom.apply(payment, extra, currency=payment.currency)
    if not payment.number:
        payment.number = numbering.take_free(organization=organization, series=flow.kind.value, model=flow.model)
    _refresh(payment, sum(wanted.values(), NOTHING))
    with custom.saving(payment):
        payment.save(force_insert=True)
    _write_allocations(actor, flow, held, wanted, payment.date)
    audit.services.record(
        actor=actor, tenant=organization.tenant, subject=payment, verb="created", after=_told(flow, held, wanted)
    )
    _keep(actor, payment, ChainEvent.ISSUED)
    emit(DocumentCreated(**facts_of_payment(payment, actor)))
    return payment


@refusing_number_clashes()
@transaction.atomic
def update_payment(
    *,
    actor: Actor,
    payment: MoneyMoved,
    values: Given,
    allocations: Sequence[Given] | None = None,
    version: str | None = None,
) -> Any:
    """Change a payment, or what it is applied to (None leaves that): documents that no row names any more are freed."""
    flow = FLOWS[payment.kind]
    asked = None if allocations is None else allocating.read_rows(flow.key, allocations)
    held = _hold(actor, flow, payment, version, asked or ())
    return _change(actor, flow, held, values, held.applied if asked is None else asked)


@transaction.atomic
def apply_payment(
    *, actor: Actor, payment: MoneyMoved, allocations: Sequence[Given], version: str | None = None
) -> Any:
    """Apply what is unused of a payment to these documents, besides what it is applied to already."""
    flow = FLOWS[payment.kind]
    more = allocating.read_rows(flow.key, allocations)
    if not more:
        sentence = _("Say what to apply it to.")
        raise Refused(sentence, code="required", fields={"allocations": [sentence]})
    held = _hold(actor, flow, payment, version, more)
    wanted = {pk: held.applied.get(pk, NOTHING) + amount for pk, amount in more.items()}
    return _change(actor, flow, held, {}, {**wanted, **{pk: was for pk, was in held.applied.items() if pk not in more}})


@transaction.atomic
def unapply_payment(*, actor: Actor, payment: MoneyMoved, document_id: int, version: str | None = None) -> Any:
    """Take a payment off one document: that is owed again, and the amount is unused."""
    flow = FLOWS[payment.kind]
    held = _hold(actor, flow, payment, version)
    if document_id not in held.applied:
        sentence = _("%(number)s is not applied to this document.") % {"number": payment.number}
        raise Refused(sentence, code="not_applied", fields={flow.key: [sentence]})
    return _change(actor, flow, held, {}, {pk: was for pk, was in held.applied.items() if pk != document_id})


@transaction.atomic
def delete_payment(*, actor: Actor, payment: MoneyMoved, version: str | None = None) -> None:
    """Delete a payment that was never there: what it had paid is owed again."""
    flow = FLOWS[payment.kind]
    held = _hold(actor, flow, payment, version)
    if held.payment.refunded_total:
        sentence = _("A part of %(number)s was refunded. Delete the refund first.") % {"number": payment.number}
        raise Refused(sentence, code="refunded")
    facts = facts_of_payment(held.payment, actor)
    audit.services.record(
        actor=actor,
        tenant=payment.organization.tenant,
        subject=held.payment,
        verb="deleted",
        before=_told(flow, held, held.applied),
    )
    _write_allocations(actor, flow, held, {}, payment.date)
    _keep(actor, held.payment, ChainEvent.DELETED)
    held.payment.delete()
    emit(DocumentDeleted(**facts))


def refresh_unused(payment: Any, *, applied: Decimal = NOTHING, refunded: Decimal = NOTHING) -> None:
    """Add to what a held payment was applied or refunded with, unsaved; what is unused follows."""
    payment.refunded_total += refunded
    _refresh(payment, payment.applied_total + applied)


def facts_of_payment(payment: Any, actor: Actor) -> dict[str, Any]:
    """What every event of a payment tells."""
    return {
        "organization_id": payment.organization_id,
        "actor": actor,
        "kind": payment.kind.value,
        "record_id": payment.pk,
        "deal_id": payment.deal_id,
    }


def content_of_payment(payment: Any) -> dict[str, Any]:
    """What was received or paid, as a version keeps it."""
    party = getattr(payment, payment.party_field)
    return {
        "issuer": {"name": payment.organization.name, "country": payment.organization.country},
        "party": {"id": party.pk, "name": party.display_name, "tax_number": party.tax_number},
        **columns_of(payment, LEFT_OUT),
    }


def _party(flow: Flow, organization: Organization, values: Given) -> Any:
    key = f"{flow.party}_id"
    if not values.get(key):
        sentence = _("Choose the customer.") if flow.party == "customer" else _("Choose the vendor.")
        raise Refused(sentence, code="required", fields={key: [sentence]})
    return access.referred_party(organization, flow.party, values[key], field=key)


def _begin(flow: Flow, organization: Organization, party: Any, documents: Mapping[int, Any], values: Given) -> Any:
    """A new payment, unsaved: in the currency that was given, of the first document, or of the party."""
    first = next(iter(documents.values()), None)
    payment: Any = flow.model(organization=organization, date=today(organization))
    payment.currency = values.get("currency") or (first.currency if first else party.currency)
    given = {name: value for name, value in values.items() if value is not None or name.endswith("_id")}
    if "amount" not in given:
        sentence = _("Say how much.")
        raise Refused(sentence, code="required", fields={"amount": [sentence]})
    assign(payment, given, allowed=flow.writable)
    setattr(payment, flow.party, party)
    if values.get("exchange_rate") is None:
        payment.exchange_rate = rate_of(organization, payment.currency, payment.date)
    return payment


def _hold(actor: Actor, flow: Flow, payment: Any, version: str | None, more: Collection[int] = ()) -> Held:
    """Hold the documents that the payment settles or is to settle, then the payment itself."""
    organization = payment.organization
    require(actor, organization, Right.PAYMENTS)
    rows: Any = flow.allocation.objects.of(organization)
    rows = rows.filter(payment=payment.pk)
    ids = {*rows.values_list(flow.key, flat=True), *more}
    documents = allocating.hold_documents(organization, flow.document, ids)
    held = allocating.hold_payment(payment)
    require_version(held, version)
    found = {getattr(row, flow.key): row for row in rows.order_by("pk")}
    allocating.require_known(ids, found)
    return Held(held, found, documents)


def _change(actor: Actor, flow: Flow, held: Held, values: Given, wanted: Amounts) -> Any:
    """Give the held payment these values and these allocations."""
    payment, before = held.payment, held.applied
    for name in ("currency", f"{flow.party}_id", "number"):
        if name in values and values[name] != getattr(payment, name):
            sentence = _("This can't be changed any more. Delete the payment, and record it anew.")
            raise Refused(sentence, code="fixed", fields={name: [sentence]})
    custom = fields_to_write(actor, payment.organization, flow.extended, values)
    own, extra = custom.split(values)
    change = assign(payment, own, allowed=flow.writable)
    is_restated = bool(change)  # custom fields are no part of what was received
    change = change.and_(custom.apply(payment, extra, currency=payment.currency))
    if not change and wanted == before:
        return payment
    _check(flow, held, wanted)
    _refresh(payment, sum(wanted.values(), NOTHING))
    with custom.saving(payment):
        payment.save()
    if wanted != before:
        told = {"allocations": _amounts_told(held, before)}, {"allocations": _amounts_told(held, wanted)}
        change = change.and_(Change(*told))
    _write_allocations(actor, flow, held, wanted, today(payment.organization))
    audit.services.record(
        actor=actor,
        tenant=payment.organization.tenant,
        subject=payment,
        verb="updated",
        before=change.before,
        after=change.after,
    )
    if is_restated:
        _keep(actor, payment, ChainEvent.CHANGED)
    emit(DocumentUpdated(**facts_of_payment(payment, actor), fields=frozenset(change.after)))
    return payment


def _check(flow: Flow, held: Held, wanted: Amounts) -> None:
    """Refuse what can't be: an amount that is none, more applied than was paid, or more than a document takes."""
    payment = held.payment
    faults: dict[str, list[str]] = {}
    if payment.amount <= 0:
        faults["amount"] = [_("This must be above zero.")]
    for name in ("amount", "bank_charges", "tax_withheld"):
        if getattr(payment, name) != quantize(getattr(payment, name), payment.currency):
            sentence = _("This has more decimals than %(currency)s.") % {"currency": payment.currency}
            faults.setdefault(name, [sentence])
        elif getattr(payment, name) < 0:
            faults.setdefault(name, [_("This can't be below zero.")])
    if payment.bank_charges > payment.amount:
        faults.setdefault("bank_charges", [_("The bank can't have kept more than was paid.")])
    if payment.exchange_rate <= 0:
        faults["exchange_rate"] = [_("A rate is greater than zero.")]
    elif payment.currency == payment.organization.base_currency and payment.exchange_rate != 1:
        faults["exchange_rate"] = [_("The rate of the base currency is 1.")]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    allocating.check_taking(
        held.documents,
        wanted,
        {pk: amount - held.applied.get(pk, NOTHING) for pk, amount in wanted.items()},
        key=flow.key,
        party_id=getattr(payment, f"{flow.party}_id"),
        currency=payment.currency,
    )
    _check_covered(payment, sum(wanted.values(), NOTHING))


def _check_covered(payment: Any, applied: Decimal) -> None:
    covered = payment.amount + payment.tax_withheld - payment.refunded_total
    amounts = {"applied": applied, "covered": covered, "refunded": payment.refunded_total}
    told = {name: formats.amount(amount, payment.currency) for name, amount in amounts.items()}
    if payment.refunded_total > payment.amount:
        sentence = _("%(refunded)s of it were refunded already.") % told
    elif applied > covered:
        sentence = _("%(applied)s are applied, but only %(covered)s are there to be applied.") % told
    else:
        return
    raise Refused(sentence, code="over_applied", fields={"amount": [sentence]})


def _refresh(payment: Any, applied: Decimal) -> None:
    """Bring up to date what follows from the amount, its rate and what is applied."""
    base = payment.organization.base_currency
    payment.applied_total = applied
    payment.balance = payment.amount + payment.tax_withheld - applied - payment.refunded_total
    payment.amount_base = to_base(payment.amount, payment.exchange_rate, base)
    payment.balance_base = to_base(payment.balance, payment.exchange_rate, base)
    party = getattr(payment, payment.party_field)
    payment.search_text = searchable((payment.number, payment.reference, str(party)))


def _write_allocations(actor: Actor, flow: Flow, held: Held, wanted: Amounts, day: date) -> None:
    """Make the rows as wanted, and let the documents' balances and states follow."""
    payment, before = held.payment, held.applied
    gone = [row.pk for pk, row in held.allocations.items() if pk not in wanted]
    if gone:
        flow.allocation.objects.filter(pk__in=gone).delete()
    new: list[Any] = []
    for pk, amount in wanted.items():
        row = held.allocations.get(pk)
        if row is None:
            row = flow.allocation(organization=payment.organization, payment=payment, date=day, **{flow.key: pk})  # type: ignore[misc]
            new.append(row)
        allocating.write_figures(
            row, document=held.documents[pk], amount=amount, rate=payment.exchange_rate, gain=flow.gain
        )
    insert_many(new)
    update_many(
        [row for pk, row in held.allocations.items() if pk in wanted], ["amount", "amount_base", "exchange_difference"]
    )
    amounts = {pk: wanted.get(pk, NOTHING) - before.get(pk, NOTHING) for pk in {*wanted, *before}}
    documents = [held.documents[pk] for pk in sorted(amounts)]
    allocating.settle(actor=actor, documents=documents, column="paid_total", amounts=amounts)


def _told(flow: Flow, held: Held, wanted: Amounts) -> dict[str, Any]:
    """What the history tells of a payment that came or went."""
    payment = held.payment
    told = {name: getattr(payment, name) for name in sorted(flow.writable)}
    told = {name: value for name, value in told.items() if value not in ("", None, NOTHING)}
    told |= named(payment.custom)
    return {**told, **({"allocations": _amounts_told(held, wanted)} if wanted else {})}


def _amounts_told(held: Held, amounts: Amounts) -> list[str]:
    return [f"{held.documents[pk].number}: {amount.normalize():f}" for pk, amount in amounts.items()]


def _keep(actor: Actor, payment: Any, event: ChainEvent) -> None:
    keep_content(
        actor=actor,
        organization=payment.organization,
        kind=payment.kind,
        record_id=payment.pk,
        number=payment.number,
        content=content_of_payment(payment),
        event=event,
    )
