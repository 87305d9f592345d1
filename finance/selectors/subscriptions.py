"""Reading what is sold by the month: plans, subscriptions with what they bring in a month, and recurring invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from finance.choices import RecurringStatus, RepeatUnit, Status, SubscriptionStatus
from finance.models import Invoice, Organization, Plan, RecurringInvoice, Subscription, SubscriptionTerm
from finance.selectors.rates import currencies
from finsuite.kernel import terms
from finsuite.kernel.ids import read_id
from finsuite.kernel.money import quantize, to_base
from finsuite.kernel.text import fold

COUNTED = (SubscriptionStatus.LIVE, SubscriptionStatus.DUNNING, SubscriptionStatus.NON_RENEWING)
"""Whose price is part of what comes in a month: what is served and paid for, or asked to be."""

MONTHS: dict[str, tuple[int, int]] = {
    RepeatUnit.WEEKS: (52, 12),  # so many of these in so many months
    RepeatUnit.MONTHS: (1, 1),
    RepeatUnit.YEARS: (1, 12),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of subscriptions or recurring invoices is narrowed to."""

    status: str = ""
    plan_id: int | None = None
    customer_id: int | None = None
    search: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


@dataclass(frozen=True, kw_only=True)
class MonthlyPart:
    """What the counted subscriptions of one currency bring in a month, and what that is in base currency."""

    currency: str
    count: int
    amount: Decimal
    rate: Decimal
    base: Decimal


@dataclass(frozen=True, kw_only=True)
class Monthly:
    """What comes in a month: the sum of its parts, so that whoever adds them up finds it."""

    parts: Sequence[MonthlyPart]

    @property
    def total(self) -> Decimal:
        return sum((part.base for part in self.parts), Decimal(0))

    @property
    def count(self) -> int:
        return sum(part.count for part in self.parts)


def plans(organization: Organization, *, status: str = "", text: str = "") -> QuerySet[Plan]:
    """The organization's plans, the cheapest code first."""
    found = Plan.objects.of(organization).select_related("tax")
    if status in Status.values:
        found = found.filter(status=status)
    return search_plans(found, text).order_by("code_key")


def search_plans(found: QuerySet[Plan], text: str) -> QuerySet[Plan]:
    """Those whose code or name holds every word."""
    for word in terms.read(text).words:
        found = found.filter(Q(code_key__contains=word) | Q(name__icontains=word))
    return found


def with_subscribers(found: QuerySet[Plan]) -> QuerySet[Any]:
    """The plans, each with how many `subscribers` it has now."""
    over = (SubscriptionStatus.CANCELLED, SubscriptionStatus.EXPIRED)
    return found.annotate(subscribers=Count("subscriptions", filter=~Q(subscriptions__status__in=over)))


def subscriptions(organization: Organization, filters: Filters = Filters()) -> QuerySet[Subscription]:
    """The organization's subscriptions that pass the filters, the last made first."""
    found = Subscription.objects.of(organization).select_related("customer", "plan")
    if filters.status in SubscriptionStatus.values:
        found = found.filter(status=filters.status)
    if filters.plan_id is not None:
        found = found.filter(plan_id=filters.plan_id)
    if filters.customer_id is not None:
        found = found.filter(customer_id=filters.customer_id)
    return search(found, filters.search).order_by("-id")


def search(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those whose number, reference or customer, or whose plan, holds every word."""
    for word in terms.read(text).words:
        told = Q(number__icontains=word) | Q(customer__search_text__contains=terms.pattern(word))
        if found.model is Subscription:
            told |= Q(reference__icontains=word) | Q(plan__name__icontains=word)
        else:
            told |= Q(name__icontains=word)
        found = found.filter(told)
    return found


def find(found: QuerySet[Any], text: str, limit: int) -> list[Any]:
    """Those that match, the last made first; nothing for no words."""
    return list(search(found, text)[:limit]) if fold(text).strip() else []


def terms_of(subscription: Subscription) -> QuerySet[SubscriptionTerm]:
    """The terms that were invoiced, the latest first, with their invoices."""
    return subscription.invoiced_terms.select_related("invoice").order_by("-since")


def recurring_invoices(organization: Organization, filters: Filters = Filters()) -> QuerySet[RecurringInvoice]:
    """The organization's recurring invoices that pass the filters, the last made first."""
    found = RecurringInvoice.objects.of(organization).select_related("customer")
    if filters.status in RecurringStatus.values:
        found = found.filter(status=filters.status)
    if filters.customer_id is not None:
        found = found.filter(customer_id=filters.customer_id)
    return search(found, filters.search).order_by("-id")


def invoices_made(recurring: RecurringInvoice) -> QuerySet[Invoice]:
    """The invoices that were made of it and are still there, the latest first."""
    return Invoice.objects.of(recurring.organization).filter(pk__in=recurring.invoice_ids).order_by("-date", "-id")


def slice_of(found: QuerySet[Any], *, after: str, size: int) -> tuple[list[Any], str]:
    """The next so many after the given mark, and the mark to go on from ("" at the end). Ordered by -id."""
    before = read_id(after)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: size + 1])
    return rows[:size], str(rows[size - 1].pk) if len(rows) > size else ""


def counts(found: QuerySet[Any]) -> dict[str, int]:
    """How many of these are in each state that any is in."""
    return dict(found.order_by().values_list("status").annotate(Count("pk")))


def monthly(organization: Organization, found: QuerySet[Subscription]) -> Monthly:
    """What these subscriptions bring in a month, at today's rates, before tax and without set-up fees. Two queries.

    A price of two weeks counts 26 times a year, one of a year a twelfth; each currency is rounded once.
    """
    sums = found.filter(status__in=COUNTED).order_by().values("currency", "unit", "interval")
    by_currency: dict[str, tuple[int, Decimal]] = {}
    for row in sums.annotate(count=Count("pk"), amount=Sum(F("price") * F("quantity"))):
        count, amount = by_currency.get(row["currency"], (0, Decimal(0)))
        each, months = MONTHS[row["unit"]]
        share = row["amount"] * each / (months * row["interval"])
        by_currency[row["currency"]] = (count + row["count"], amount + share)
    rates = {found.code: found.rate for found in currencies(organization)} if by_currency else {}
    base = organization.base_currency
    parts = []
    for code, (count, amount) in sorted(by_currency.items()):
        told = quantize(amount, code)
        rate = Decimal(1) if code == base else rates[code]
        parts.append(MonthlyPart(currency=code, count=count, amount=told, rate=rate, base=to_base(told, rate, base)))
    return Monthly(parts=parts)
