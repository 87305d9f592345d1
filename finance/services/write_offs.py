"""Giving up what a customer will not pay, and taking that back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.models import Invoice, WriteOff
from finance.rights import Right
from finance.selectors.days import today
from finance.services import allocating
from finance.services.documents import lock
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.money import to_base
from finsuite.kernel.records import assign
from finsuite.kernel.versions import require_version


@transaction.atomic
def write_off(
    *,
    actor: Actor,
    invoice: Invoice,
    reason: str,
    amount: Decimal | None = None,
    day: date | None = None,
    version: str | None = None,
) -> Invoice:
    """Give up what is left of an invoice, or this much of it. Nothing left makes it paid."""
    require(actor, invoice.organization, Right.SALES_DELETE)
    held: Any = lock(invoice)
    require_version(held, version)
    if not reason.strip():
        sentence = _("Say why: the reason is kept in the history.")
        raise Refused(sentence, code="required", fields={"reason": [sentence]})
    row = WriteOff(organization=held.organization, invoice=held, date=day or today(held.organization))
    given = held.balance if amount is None else amount
    assign(row, {"reason": reason, "amount": given}, allowed={"reason", "amount"})
    _check(held, row.amount)
    row.amount_base = to_base(row.amount, held.exchange_rate, held.organization.base_currency)
    row.save()
    audit.services.record(
        actor=actor,
        tenant=held.organization.tenant,
        subject=held,
        verb="written off",
        after={"amount": row.amount, "reason": row.reason},
    )
    allocating.settle(actor=actor, documents=[held], column="written_off_total", amounts={held.pk: row.amount})
    return held  # type: ignore[no-any-return]


@transaction.atomic
def cancel_write_off(*, actor: Actor, invoice: Invoice, version: str | None = None) -> Invoice:
    """Take back whatever was written off of an invoice: it is owed again."""
    require(actor, invoice.organization, Right.SALES_DELETE)
    held: Any = lock(invoice)
    require_version(held, version)
    rows = WriteOff.objects.filter(invoice=held)
    total = rows.aggregate(total=Sum("amount"))["total"]
    if not total:
        sentence = _("Nothing of %(number)s is written off.") % {"number": held.number}
        raise Refused(sentence, code="nothing_left")
    rows.delete()
    audit.services.record(
        actor=actor,
        tenant=held.organization.tenant,
        subject=held,
        verb="write-off cancelled",
        before={"amount": total},
    )
    allocating.settle(actor=actor, documents=[held], column="written_off_total", amounts={held.pk: -total})
    return held  # type: ignore[no-any-return]


def _check(invoice: Any, amount: Decimal) -> None:
    if amount <= 0 and invoice.status == "sent":
        sentence = _("This must be above zero.")
        raise Refused(sentence, fields={"amount": [sentence]})
    wanted = {invoice.pk: amount}
    try:
        allocating.check_taking(
            {invoice.pk: invoice},
            wanted,
            {invoice.pk: max(amount, Decimal(1))},
            key="invoice_id",
            party_id=invoice.customer_id,
            currency=invoice.currency,
        )
    except Refused as refused:
        raise Refused(refused.message, code=refused.code, fields={"amount": [refused.message]}) from refused
