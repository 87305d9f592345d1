"""Which customer is reminded of which invoice on a day, by the organization's rules. PURE.

A rule's day is so many days after an invoice is due. It is kept for a few days, so that nothing is lost while no
worker runs; and it counts only if it came after the rule was switched on and after the invoice was sent, so that
nobody is surprised by a reminder of something old.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WINDOW = 3
"""So many days after its own a rule may still speak."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """`days` after the due day (below zero: before); switched on since `active_from`."""

    id: int
    days: int
    active_from: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Debt:
    """An open invoice: when it is due, when it was sent, and when its customer was last reminded of it, by whomever."""

    id: int
    due_date: date
    sent_on: date
    reminded_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """One e-mail: this rule's, of this invoice. `occasion` is the day that the rule meant."""

    debt: Debt
    rule: Rule
    occasion: date

    @property
    def key(self) -> str:
        """The name of the occasion, under which it is written once."""
        return f"reminder:{self.debt.id}:{self.occasion.isoformat()}"


def occasion_of(rule: Rule, debt: Debt) -> date:
    """The day on which the rule speaks of the invoice."""
    return debt.due_date + timedelta(days=rule.days)


def due(rules: Iterable[Rule], debt: Debt, today: date) -> Reminder | None:
    """The reminder of this invoice that is due today: one at most, of the latest day."""
    found = [Reminder(debt=debt, rule=rule, occasion=occasion_of(rule, debt)) for rule in rules]
    open_ones = [one for one in found if _speaks(one, today)]
    return max(open_ones, key=lambda one: one.occasion, default=None)


def _speaks(reminder: Reminder, today: date) -> bool:
    day, debt = reminder.occasion, reminder.debt
    if not day <= today <= day + timedelta(days=WINDOW):
        return False
    if day < reminder.rule.active_from or day <= debt.sent_on:
        return False
    return debt.reminded_on is None or debt.reminded_on < day


def planned(rules: Sequence[Rule], debts: Iterable[Debt], today: date, until: date) -> list[tuple[date, Reminder]]:
    """What is due on each day from today on, if nothing is paid meanwhile, in order."""
    found = []
    for debt in debts:
        known, day = debt, today
        while day <= until:
            reminder = due(rules, known, day)
            if reminder is not None:
                found.append((day, reminder))
                known = _after(known, day)
            day += timedelta(days=1)
    return sorted(found, key=lambda one: (one[0], one[1].debt.due_date, one[1].debt.id))


def _after(debt: Debt, day: date) -> Debt:
    return Debt(id=debt.id, due_date=debt.due_date, sent_on=debt.sent_on, reminded_on=day)


def spans(rules: Iterable[Rule], today: date, until: date) -> list[tuple[date, date]]:
    """The due days, from one to another, of all invoices that these rules may speak of from today until then."""
    return [(today - timedelta(days=rule.days + WINDOW), until - timedelta(days=rule.days)) for rule in rules]
