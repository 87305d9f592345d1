"""Settling documents with payments and credits: who is held, what is refused, and what follows for balance and state.

Everything that settles holds its rows in one order, so that two who settle at once wait for each other instead of
standing in each other's way: invoices and bills first, then credit notes, then payments, each by primary key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext as _

import audit.services
from finance.events import DocumentMoved, DocumentUpdated
from finance.models import Bill, CreditNote, Invoice, Organization
from finance.models.documents import Document
from finance.models.payments import Allocation, MoneyMoved
from finance.services.documents import facts_of
from finance.services.settling import refresh_balance
from finsuite.kernel import formats
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import update_many
from finsuite.kernel.errors import Conflict, NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.money import quantize, to_base

NOTHING = Decimal(0)
PAYABLE = {Invoice: "sent", Bill: "open"}
SETTLED_COLUMNS = {
    Invoice: ("paid_total", "credited_total", "written_off_total", "settled_total"),
    Bill: ("paid_total",),
    CreditNote: ("used_total",),
}

D = TypeVar("D", bound=Document)
M = TypeVar("M", bound=MoneyMoved)
Amounts = Mapping[int, Decimal]
Given = Mapping[str, Any]


def read_rows(key: str, rows: Sequence[Given]) -> dict[int, Decimal]:
    """What was asked for, document by document, in the order given. A document named twice is refused in its place."""
    wanted: dict[int, Decimal] = {}
    faults: dict[str, list[str]] = {}
    for place, row in enumerate(rows):
        document_id, amount = row.get(key), row.get("amount")
        if not isinstance(document_id, int) or document_id in wanted:
            faults[f"allocations/{place}/{key}"] = [_("Name each document once.")]
        elif amount is None or amount <= 0:
            faults[f"allocations/{place}/amount"] = [_("This must be above zero.")]
        else:
            wanted[document_id] = Decimal(amount)
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    return wanted


def hold_documents(organization: Organization, model: type[D], ids: Collection[int]) -> dict[int, D]:
    """The documents as they are now, by id, held until this transaction ends; absent ones are left out."""
    if not ids:
        return {}
    rows: Any = model.objects.of(organization).select_for_update(of=("self",)).filter(pk__in=ids)
    rows = rows.select_related(model.party_field).order_by("pk")  # type: ignore[attr-defined]
    found: dict[int, D] = {row.pk: row for row in rows}
    for row in found.values():
        row.organization = organization
    return found


def hold_payments(organization: Organization, model: type[M], ids: Collection[int]) -> dict[int, M]:
    """The same for payments. Documents are held before them."""
    rows: Any = model.objects.of(organization).select_for_update(of=("self",)).filter(pk__in=ids)
    found: dict[int, M] = {row.pk: row for row in rows.select_related(model.party_field).order_by("pk")}
    for row in found.values():
        row.organization = organization
    return found


def hold_payment(payment: M) -> M:
    """This payment as it is now."""
    found = hold_payments(payment.organization, type(payment), [payment.pk]).get(payment.pk)
    if found is None:
        raise NotFound(_("There is no such payment."))
    return found


def require_known(held: Collection[int], needed: Collection[int]) -> None:
    """What was applied in the meantime to documents that we do not hold makes the caller look again."""
    if not set(needed) <= set(held):
        raise Conflict(
            _("Somebody has changed this record since you opened it. Look at it again, then repeat your change."),
            code="stale",
        )


def check_taking(
    documents: Mapping[int, Document], wanted: Amounts, more: Amounts, *, key: str, party_id: int, currency: str
) -> None:
    """Refuse, in its place, whatever these documents can't be settled with. `more` is what each is to take besides."""
    faults: dict[str, list[str]] = {}
    for place, (document_id, amount) in enumerate(wanted.items()):
        found = documents.get(document_id)
        if found is None:
            faults[f"allocations/{place}/{key}"] = [_("There is no such document.")]
        elif amount != quantize(amount, currency):
            faults[f"allocations/{place}/amount"] = [
                _("This has more decimals than %(currency)s.") % {"currency": currency}
            ]
        elif more.get(document_id, NOTHING) > 0:
            field, sentence = _fault(found, more[document_id], party_id, currency)
            if sentence:
                faults[f"allocations/{place}/{field or key}"] = [sentence]
    if faults:
        first = next(iter(faults.values()))[0]
        raise Refused(first, code="not_payable", fields=faults)


def _fault(document: Any, amount: Decimal, party_id: int, currency: str) -> tuple[str, str]:
    told = {"number": document.number, "currency": document.currency, "status": document.get_status_display()}
    if getattr(document, f"{document.party_field}_id") != party_id:
        return "", _("%(number)s is somebody else's.") % told
    if document.currency != currency:
        return "", _("%(number)s is in %(currency)s, and is settled in that currency only.") % told
    if document.status != PAYABLE[type(document)]:
        return "", _("%(number)s is in the state “%(status)s”, so there is nothing to pay of it.") % told
    if amount > document.balance:
        left = formats.amount(document.balance, document.currency)
        return "amount", _("Of %(number)s only %(left)s are left to pay.") % {**told, "left": left}
    return "", ""


def settle(*, actor: Actor, documents: Sequence[Any], column: str, amounts: Amounts) -> None:
    """Add these amounts (below zero: take them back) to what the documents, which are held, were settled with.

    Their balances follow, their states follow from these, and each change leaves a row in the history and an event.
    """
    changed = [document for document in documents if amounts.get(document.pk)]
    if not changed:
        return
    before = {document.pk: _state(document, column) for document in changed}
    for document in changed:
        setattr(document, column, getattr(document, column) + amounts[document.pk])
        refresh_balance(document)
    columns = [*SETTLED_COLUMNS[type(changed[0])], "balance", "balance_base", "status"]
    update_many(changed, columns)
    after = {document.pk: _state(document, column) for document in changed}
    for verb in ("settle", "unsettle", "updated"):
        told = [one for one in changed if _verb(before[one.pk], after[one.pk]) == verb]
        if told:
            audit.services.record_many(
                actor=actor,
                tenant=told[0].organization.tenant,
                verb=verb,
                changes=[(one, *_differing(before[one.pk], after[one.pk])) for one in told],
            )
    for document in changed:
        _tell(actor, document, column, before[document.pk]["status"])


def _state(document: Any, column: str) -> dict[str, Any]:
    return {"status": document.status, column: getattr(document, column), "balance": document.balance}


def _differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [name for name in before if before[name] != after[name]]
    return {name: str(before[name]) for name in names}, {name: str(after[name]) for name in names}


def _verb(before: dict[str, Any], after: dict[str, Any]) -> str:
    if before["status"] == after["status"]:
        return "updated"
    return "settle" if after["balance"] == 0 else "unsettle"


def _tell(actor: Actor, document: Any, column: str, before: str) -> None:
    facts = facts_of(document, actor)
    if document.status == before:
        emit(DocumentUpdated(**facts, fields=frozenset({column, "balance"})))
    else:
        verb = "settle" if document.balance == 0 else "unsettle"
        emit(DocumentMoved(**facts, verb=verb, before=before, after=document.status))


def write_figures(row: Allocation, *, document: Any, amount: Decimal, rate: Decimal, gain: int) -> None:
    """Set what an allocation comes to in base currency, at the document's rate, and what was gained or lost."""
    base = document.organization.base_currency
    row.amount = amount
    row.amount_base = to_base(amount, document.exchange_rate, base)
    row.exchange_difference = gain * (to_base(amount, rate, base) - row.amount_base)


def day_of(day: Any, organization: Organization, today: date) -> date:
    """The day that was given, or the organization's own."""
    if day is not None and not isinstance(day, date):
        sentence = _("This isn't a date.")
        raise Refused(sentence, fields={"date": [sentence]})
    return day or today
