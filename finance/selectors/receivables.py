"""What customers owe and what is owed to vendors: outstanding, overdue, unused credits, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from finance.ageing import NAMES, NOTHING, Summary, due_between
from finance.models import Bill, CreditNote, Invoice, Organization, Payment, VendorPayment
from finance.selectors.days import today as day_in
from finance.selectors.shown import overdue
from finsuite.kernel.models import ScopedQuerySet

OPEN = ("sent", "open")


@dataclass(frozen=True)
class Owed:
    """What is owed by one party, or by all: in each currency, and in base currency at the documents' own rates."""

    currencies: tuple[Summary, ...]
    base: Summary

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is owed, and nothing is left unused either."""
        return not (self.base.outstanding or self.base.unused)


def receivables(organization: Organization, *, customer_id: int | None = None, today: date | None = None) -> Owed:
    """What this customer owes, or all of them."""
    party = {} if customer_id is None else {"customer_id": customer_id}
    unused = (Payment.objects.of(organization).filter(balance__gt=0, **party), _open_notes(organization, party))
    return _owed(organization, Invoice.objects.of(organization).filter(**party), unused, today)


def payables(organization: Organization, *, vendor_id: int | None = None, today: date | None = None) -> Owed:
    """What is owed to this vendor, or to all of them."""
    party = {} if vendor_id is None else {"vendor_id": vendor_id}
    unused = (VendorPayment.objects.of(organization).filter(balance__gt=0, **party),)
    return _owed(organization, Bill.objects.of(organization).filter(**party), unused, today)


def net_owed_in_base(organization: Organization, customer_id: int) -> Decimal:
    """What the customer owes altogether, less what is unused of their payments and credit notes, in base currency."""
    party = {"customer_id": customer_id}
    owed = Invoice.objects.of(organization).filter(status__in=OPEN, **party)
    unused = (Payment.objects.of(organization).filter(balance__gt=0, **party), _open_notes(organization, party))
    first, *others = [
        rows.order_by().values("customer_id").annotate(base=sign * Sum("balance_base"))
        for rows, sign in ((owed, 1), *((rows, -1) for rows in unused))
    ]
    return sum((row["base"] for row in first.union(*others, all=True)), NOTHING)


@dataclass(frozen=True)
class PartyOwed:
    """One line of the ageing by customer or vendor, in base currency."""

    party_id: int
    name: str
    base: Summary


def receivables_by_customer(organization: Organization, *, today: date | None = None) -> list[PartyOwed]:
    """Every customer who owes something, the largest amount first."""
    rows = Invoice.objects.of(organization)
    return _by_party(organization, rows, "customer", today)


def payables_by_vendor(organization: Organization, *, today: date | None = None) -> list[PartyOwed]:
    """Every vendor to whom something is owed, the largest amount first."""
    rows = Bill.objects.of(organization)
    return _by_party(organization, rows, "vendor", today)


def open_documents(organization: Organization, model: type[Any], party_id: int, currency: str = "") -> QuerySet[Any]:
    """What a customer or vendor has open, the longest due first: the order in which payments are filled in."""
    rows: QuerySet[Any] = model.objects.of(organization).filter(
        **{f"{model.party_field}_id": party_id}, status__in=OPEN, balance__gt=0
    )
    if currency:
        rows = rows.filter(currency=currency)
    return rows.order_by("due_date", "date", "pk")


def unused_payments(organization: Organization, customer_id: int, currency: str) -> QuerySet[Payment]:
    """Payments of the customer of which something is left, the oldest first."""
    rows = Payment.objects.of(organization).filter(customer_id=customer_id, currency=currency, balance__gt=0)
    return rows.order_by("date", "pk")


def unused_vendor_payments(organization: Organization, vendor_id: int, currency: str) -> QuerySet[VendorPayment]:
    """Payments to the vendor of which something is left, the oldest first."""
    rows = VendorPayment.objects.of(organization).filter(vendor_id=vendor_id, currency=currency, balance__gt=0)
    return rows.order_by("date", "pk")


def open_credit_notes(organization: Organization, customer_id: int, currency: str) -> QuerySet[CreditNote]:
    """Credit notes of the customer of which something is left, the oldest first."""
    return _open_notes(organization, {"customer_id": customer_id}).filter(currency=currency).order_by("date", "pk")


def _open_notes(organization: Organization, party: dict[str, int]) -> QuerySet[CreditNote]:
    return CreditNote.objects.of(organization).filter(status="open", balance__gt=0, **party)


def _sums(model: Any, column: str, today: date) -> dict[str, Any]:
    """The sums of a summary over a column, as aggregates of one query."""
    sums: dict[str, Any] = {
        f"outstanding_{column}": Sum(column, default=NOTHING),
        f"overdue_{column}": Sum(column, filter=overdue(model, today), default=NOTHING),
    }
    for name in NAMES:
        first, last = due_between(name, today)
        step = Q()
        if first is not None:
            step &= Q(due_date__gte=first)
        if last is not None:
            step &= Q(due_date__lte=last)
        sums[f"{name}_{column}"] = Sum(column, filter=step, default=NOTHING)
    return sums


def _summary(currency: str, row: dict[str, Any], column: str, unused: Decimal) -> Summary:
    return Summary(
        currency=currency,
        outstanding=row.get(f"outstanding_{column}", NOTHING),
        overdue=row.get(f"overdue_{column}", NOTHING),
        unused=unused,
        ageing={name: row.get(f"{name}_{column}", NOTHING) for name in NAMES},
    )


def _owed(organization: Organization, documents: Any, unused: Iterable[Any], today: date | None) -> Owed:
    day = today or day_in(organization)
    model = documents.model
    rows = documents.filter(status__in=OPEN, balance__gt=0).order_by().values("currency")
    found = {
        row["currency"]: row
        for row in rows.annotate(**_sums(model, "balance", day), **_sums(model, "balance_base", day))
    }
    first, *others = [
        source.order_by().values("currency").annotate(one=Sum("balance"), base=Sum("balance_base")) for source in unused
    ]
    credit: dict[str, tuple[Decimal, Decimal]] = {}
    for row in first.union(*others, all=True) if others else first:
        one, base = credit.get(row["currency"], (NOTHING, NOTHING))
        credit[row["currency"]] = (one + row["one"], base + row["base"])
    currencies = tuple(
        _summary(code, found.get(code, {}), "balance", credit.get(code, (NOTHING, NOTHING))[0])
        for code in sorted({*found, *credit}, key=lambda code: (code != organization.base_currency, code))
    )
    bases = [_summary("", row, "balance_base", NOTHING) for row in found.values()]
    return Owed(
        currencies, _added(organization.base_currency, bases, sum((base for _one, base in credit.values()), NOTHING))
    )


def _added(currency: str, rows: list[Summary], unused: Decimal) -> Summary:
    return Summary(
        currency=currency,
        outstanding=sum((row.outstanding for row in rows), NOTHING),
        overdue=sum((row.overdue for row in rows), NOTHING),
        unused=unused,
        ageing={name: sum((row.ageing[name] for row in rows), NOTHING) for name in NAMES},
    )


def _by_party(
    organization: Organization, documents: ScopedQuerySet[Any], party: str, today: date | None
) -> list[PartyOwed]:
    day = today or day_in(organization)
    rows: Any = documents.filter(status__in=OPEN, balance__gt=0).order_by()
    rows = rows.values(f"{party}_id", name=F(f"{party}__display_name"))
    rows = rows.annotate(**_sums(documents.model, "balance_base", day)).order_by("-outstanding_balance_base", "name")
    return [
        PartyOwed(row[f"{party}_id"], row["name"], _summary(organization.base_currency, row, "balance_base", NOTHING))
        for row in rows
    ]
