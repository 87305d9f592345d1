"""What a customer can be billed for: expenses, lines of bills, and whatever else other rooms have registered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from finance.billables import SOURCES, Billable, Source
from finance.models import Expense, Invoice, InvoiceLine, Organization
from finsuite.kernel.actors import Actor
from finsuite.kernel.money import quantize


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One thing that a customer can be billed for, and what sort of thing it is."""

    source: Source
    billable: Billable

    @property
    def token(self) -> str:
        """The word that forms and addresses name it by."""
        return f"{self.source.key}:{self.billable.id}"

    @property
    def amount(self) -> Decimal:
        """What it comes to without tax, marked up, in its own currency."""
        return quantize(self.billable.net * (1 + self.billable.markup / 100), self.billable.currency)


def unbilled(actor: Actor, organization: Organization, customer_id: int, *, but: Collection[str] = ()) -> list[Offer]:
    """All that the customer can be billed for now and the actor may see, the oldest first, without what `but` names."""
    found = [
        Offer(source=source, billable=billable)
        for source in SOURCES.values()
        for billable in source.unbilled(actor, organization, customer_id)
    ]
    left = [offer for offer in found if offer.token not in but]
    return sorted(left, key=lambda offer: (offer.billable.day, offer.source.key, offer.billable.id))


@dataclass(frozen=True, kw_only=True)
class Sum:
    """What all things of one sort come to in one currency."""

    label: Any
    currency: str
    count: int
    amount: Decimal


def sums_of(offers: Iterable[Offer]) -> list[Sum]:
    """What is offered, sort by sort and currency by currency."""
    groups: dict[tuple[str, str], list[Offer]] = {}
    for offer in offers:
        groups.setdefault((offer.source.key, offer.billable.currency), []).append(offer)
    return [
        Sum(
            label=found[0].source.label,
            currency=currency,
            count=len(found),
            amount=sum((offer.amount for offer in found), Decimal(0)),
        )
        for (_key, currency), found in sorted(groups.items())
    ]


def invoice_billing(expense: Expense) -> Invoice | None:
    """The invoice by which the expense's customer was billed for it."""
    if not expense.is_invoiced:
        return None
    lines = InvoiceLine.objects.filter(document__organization=expense.organization_id, expense_id=expense.pk)
    line = lines.exclude(document__status="void").select_related("document").first()
    return line.document if line else None
