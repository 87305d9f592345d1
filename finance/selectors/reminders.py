"""Which reminders the rules bring, and to whom they would go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from finance import reminding
from finance.choices import EmailKind, InvoiceStatus
from finance.models import EmailTemplate, Invoice, Organization, ReminderRule

MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A reminder that a day will bring, if nothing is paid meanwhile."""

    day: date
    rule: ReminderRule
    invoice: Invoice


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What is coming; what each rule that is switched off would bring besides; and whether not all was looked at."""

    coming: list[Planned]
    asleep: list[Planned]
    is_cut: bool


def rules(organization: Organization) -> QuerySet[ReminderRule]:
    """The organization's rules, the earliest first."""
    return ReminderRule.objects.of(organization).order_by("days")


def template_names(organization: Organization) -> list[str]:
    """The names that the organization's templates of reminders have, in whatever language."""
    rows = EmailTemplate.objects.of(organization).filter(kind=EmailKind.REMINDER)
    return list(rows.order_by("name").values_list("name", flat=True).distinct())


def in_reach(organization: Organization, of: Sequence[ReminderRule], today: date, until: date) -> QuerySet[Invoice]:
    """The open invoices that these rules may speak of on these days, and whose customers are reminded by rule."""
    spans = reminding.spans([rule_of(rule, today) for rule in of], today, until)
    within = reduce(or_, (Q(due_date__gte=first, due_date__lte=last) for first, last in spans), Q(pk__in=()))
    rows = Invoice.objects.of(organization).filter(
        within, status=InvoiceStatus.SENT, balance__gt=0, is_reminded=True, customer__is_reminded=True
    )
    return rows.select_related("customer").order_by("due_date", "pk")


def outlook(organization: Organization, of: Sequence[ReminderRule], today: date, until: date) -> Outlook:
    """What these rules bring from today until then, in one query."""
    found = list(in_reach(organization, of, today, until)[: MOST_SHOWN + 1])
    invoices = {invoice.pk: invoice for invoice in found[:MOST_SHOWN]}
    debts = [debt_of(organization, invoice) for invoice in invoices.values()]
    known = {rule.pk: rule for rule in of}

    def told(rules: Sequence[ReminderRule]) -> list[Planned]:
        days = reminding.planned([rule_of(rule, today) for rule in rules], debts, today, until)
        return [Planned(day=day, rule=known[one.rule.id], invoice=invoices[one.debt.id]) for day, one in days]

    return Outlook(
        coming=told([rule for rule in of if rule.is_active]),
        asleep=[one for rule in of if not rule.is_active for one in told([rule])],
        is_cut=len(found) > MOST_SHOWN,
    )


def rule_of(rule: ReminderRule, today: date) -> reminding.Rule:
    """The rule as it is decided by; one that is switched off as if it were switched on today."""
    return reminding.Rule(
        id=rule.pk, days=rule.days, active_from=(rule.active_from if rule.is_active else None) or today
    )


def debt_of(organization: Organization, invoice: Invoice) -> reminding.Debt:
    """The invoice as it is decided of, in the days of its organization."""
    zone = ZoneInfo(organization.time_zone)

    def day(moment: Any) -> date | None:
        return moment.astimezone(zone).date() if moment else None

    return reminding.Debt(
        id=invoice.pk,
        due_date=invoice.due_date,
        sent_on=day(invoice.issued_at) or invoice.date,
        reminded_on=day(invoice.last_reminder_at),
    )


def week_from(today: date) -> date:
    """The last of the seven days after this one."""
    return today + timedelta(days=7)
