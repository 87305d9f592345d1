"""A customer's statement: what they owed before, what came and went in a period, and what they owe after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, F, Sum, Value, When
from django.db.models.functions import Coalesce

from finance.ageing import NOTHING
from finance.models import CreditNote, Customer, Invoice, Payment, Refund, WriteOff
from finance.models.documents import Amount


@dataclass(frozen=True, kw_only=True)
class StatementLine:
    """One act: what it adds to what the customer owes (below zero: takes off), and what they owe after it.

    The record is what tells of it: an invoice of itself, a payment or a credit note of what was given back of it.
    """

    day: date
    kind: str
    record_kind: str
    record_id: int
    number: str
    amount: Decimal
    balance: Decimal

    @property
    def taken(self) -> Decimal:
        """What it takes off."""
        return max(-self.amount, NOTHING)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a customer owed on two days, in one currency, and all that lies between."""

    currency: str
    since: date
    to: date
    opening: Decimal
    lines: tuple[StatementLine, ...]

    @property
    def closing(self) -> Decimal:
        """What they owe at the end; below zero: what they have to their credit."""
        return self.lines[-1].balance if self.lines else self.opening

    @property
    def added(self) -> Decimal:
        """What was invoiced and refunded."""
        return sum((line.amount for line in self.lines if line.amount > 0), NOTHING)

    @property
    def taken(self) -> Decimal:
        """What was paid, credited and written off."""
        return -sum((line.amount for line in self.lines if line.amount < 0), NOTHING)


ORDER = {"invoice": 0, "credit_note": 1, "payment": 2, "write_off": 3, "refund": 4}
"""Of one day, what is owed comes before what is paid."""


def statement(customer: Customer, *, since: date, to: date, currency: str = "") -> Statement:
    """The customer's statement of these days, both included, in their currency or the one that is named.

    Two statements, however much happened.
    """
    code = currency or customer.currency
    sources = _sources(customer, code)
    before = [
        rows.filter(date__lt=since).order_by().values(kind=_kind(kind)).annotate(total=Sum("owed"))
        for kind, rows in sources.items()
    ]
    opening = sum((row["total"] or NOTHING for row in before[0].union(*before[1:], all=True)), NOTHING)
    within = [
        rows.filter(date__gte=since, date__lte=to)
        .order_by()
        .values_list("date", _kind(kind), "of_kind", "of_id", "of_number", "owed")
        for kind, rows in sources.items()
    ]
    found = sorted(within[0].union(*within[1:], all=True), key=lambda row: (row[0], ORDER[row[1]], row[3]))
    lines, balance = [], opening
    for day, kind, record_kind, record_id, number, owed in found:
        balance += owed
        lines.append(
            StatementLine(
                day=day,
                kind=kind,
                record_kind=record_kind,
                record_id=record_id,
                number=number,
                amount=owed,
                balance=balance,
            )
        )
    return Statement(currency=code, since=since, to=to, opening=opening, lines=tuple(lines))


def usual_start(to: date) -> date:
    """Where a statement begins unless another day is asked for: ninety days before it ends."""
    return date.fromordinal(max(to.toordinal() - 90, 1))


def currencies_of(customer: Customer) -> list[str]:
    """The currencies that the customer has invoices or payments in, their own first."""
    found = Invoice.objects.filter(customer=customer).order_by().values_list("currency")
    paid = Payment.objects.filter(customer=customer).order_by().values_list("currency")
    codes = {code for (code,) in found.union(paid)} | {customer.currency}
    return sorted(codes, key=lambda code: (code != customer.currency, code))


def _kind(kind: str) -> Any:
    return Value(kind, output_field=CharField())


def _sources(customer: Customer, code: str) -> Mapping[str, Any]:
    """What changes what a customer owes: each row with its `owed`, and the record that it is told by."""
    own = {"customer": customer, "currency": code}
    of = {"of_id": F("pk"), "of_number": F("number")}
    refunds = Refund.objects.filter(payment__customer=customer, payment__currency=code) | Refund.objects.filter(
        credit_note__customer=customer, credit_note__currency=code
    )
    invoice = {"of_kind": _kind("invoice"), "of_id": F("invoice_id"), "of_number": F("invoice__number")}
    given_back_of = Case(When(payment__isnull=False, then=_kind("payment")), default=_kind("credit_note"))
    return {
        "invoice": Invoice.objects.filter(**own, status__in=("sent", "paid")).annotate(
            **of, of_kind=_kind("invoice"), owed=F("total")
        ),
        "credit_note": CreditNote.objects.filter(**own, status__in=("open", "closed")).annotate(
            **of, of_kind=_kind("credit_note"), owed=_minus("total")
        ),
        "payment": Payment.objects.filter(**own).annotate(
            **of, of_kind=_kind("payment"), owed=_minus("amount", "tax_withheld")
        ),
        "refund": refunds.annotate(
            of_kind=given_back_of,
            of_id=Coalesce("payment_id", "credit_note_id"),
            of_number=Coalesce("payment__number", "credit_note__number"),
            owed=F("amount"),
        ),
        "write_off": WriteOff.objects.filter(invoice__customer=customer, invoice__currency=code).annotate(
            **invoice, owed=_minus("amount")
        ),
    }


def _minus(*columns: str) -> Any:
    total: Any = Value(NOTHING, output_field=Amount())
    for column in columns:
        total = total - F(column)
    return total
