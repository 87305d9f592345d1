"""Payments: lists, what they were applied to, and what of them was given back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Sum, TextField
from django.db.models.functions import Cast, JSONObject

from finance.choices import DocumentKind as Kind
from finance.models import CreditAllocation, Invoice, Organization, Payment, PaymentAllocation, Refund, WriteOff
from finance.selectors import document_lists
from finance.services.payment_kinds import FLOWS


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of payments is narrowed to."""

    search: str = ""
    party_id: int | None = None
    mode: str = ""
    since: date | None = None
    to: date | None = None
    is_unused: bool = False

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


def payments(organization: Organization, kind: Kind, filters: Filters = Filters()) -> QuerySet[Any]:
    """The payments of customers, or to vendors, that pass the filters; with whom."""
    flow = FLOWS[kind]
    found: QuerySet[Any] = flow.model.objects.of(organization).select_related(flow.party)
    if filters.party_id is not None:
        found = found.filter(**{f"{flow.party}_id": filters.party_id})
    if filters.mode:
        found = found.filter(mode=filters.mode)
    if filters.since is not None:
        found = found.filter(date__gte=filters.since)
    if filters.to is not None:
        found = found.filter(date__lte=filters.to)
    if filters.is_unused:
        found = found.filter(balance__gt=0)
    return document_lists.search(found, filters.search)


def sums_of(found: QuerySet[Any]) -> list[tuple[str, Decimal, Decimal]]:
    """What all of them come to: currency, amount, unused."""
    rows = found.order_by().values("currency").annotate(sum=Sum("amount"), unused=Sum("balance"))
    return [(row["currency"], row["sum"], row["unused"]) for row in rows.order_by("currency")]


def with_applied(rows: QuerySet[Any], kind: Kind) -> QuerySet[Any]:
    """The rows with `applied_to`: the documents that each is applied to and the amounts, as text."""
    flow = FLOWS[kind]
    applied: Any = flow.allocation.objects
    applied = applied.filter(payment=OuterRef("pk")).order_by("pk")
    told: Any = JSONObject(
        **{flow.target: F(flow.key), "amount": Cast("amount", TextField()), "date": F("date")},
        exchange_difference=Cast("exchange_difference", TextField()),
    )
    found: QuerySet[Any] = rows.annotate(applied_to=ArraySubquery(applied.values(told=told)))
    return found


def applied_to(payment: Any) -> list[Any]:
    """What a payment is applied to, each with its document."""
    target = FLOWS[payment.kind].target
    return list(payment.allocations.select_related(target).order_by(f"{target}__date", "pk"))


def refunds_of(source: Any) -> list[Refund]:
    """What of a payment or credit note was given back."""
    return list(source.refunds.order_by("date", "pk"))


def settled_by(document: Any) -> tuple[list[Any], list[CreditAllocation], list[WriteOff]]:
    """What an invoice or bill was settled with: payments, credit notes, and what was written off."""
    paid = list(document.payment_allocations.select_related("payment").order_by("date", "pk"))
    if not isinstance(document, Invoice):
        return paid, [], []
    credited = list(document.credit_allocations.select_related("credit_note").order_by("date", "pk"))
    return paid, credited, list(document.write_offs.order_by("date", "pk"))


def refunds(organization: Organization) -> QuerySet[Refund]:
    """All refunds."""
    return Refund.objects.of(organization).select_related("payment", "credit_note", "vendor_payment")


def last_payment_of(organization: Organization, customer_id: int) -> Payment | None:
    """What the customer paid last."""
    return Payment.objects.of(organization).filter(customer_id=customer_id).order_by("-date", "-pk").first()


def allocations_of(organization: Organization, invoice_ids: Collection[int]) -> QuerySet[PaymentAllocation]:
    """The payments of these invoices."""
    return PaymentAllocation.objects.of(organization).filter(invoice_id__in=invoice_ids).select_related("payment")
