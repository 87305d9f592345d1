"""What repeats: terms that follow one another, and what is due of a subscription on a day. PURE.

Terms are counted from the first day, not from one another: what begins on 31 January comes back on 28 February and on
31 March. A term ends on the day before the next one begins.
"""

from __future__ import annotations

import datetime
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

MOST_TERMS = 120
"""So many terms are made up for at once, when nobody looked for long."""

REMIND_AFTER = (3, 7, 14)
"""Days after an unpaid renewal was due on which the customer is reminded."""
GIVE_UP_AFTER = 21


class Unit(StrEnum):
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class Act(StrEnum):
    """What a day can bring to a subscription."""

    START_TRIAL = "start_trial"
    GO_LIVE = "go_live"
    BILL = "bill"
    EXPIRE = "expire"  # its last term is over
    END = "end"  # it was cancelled to the end of its term
    DUN = "dun"  # a renewal isn't paid in time
    REMIND = "remind"
    GIVE_UP = "give_up"
    RECOVER = "recover"  # what was due is paid


@dataclass(frozen=True, slots=True)
class Step:
    """One act; a bill is for the days from `since` to `until`, both included."""

    act: Act
    since: datetime.date | None = None
    until: datetime.date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What is known of a subscription. `billed` counts the terms that invoices were made for."""

    status: str
    first_bill_on: datetime.date  # the first day that is paid for: after the trial, if there is one
    starts_on: datetime.date
    unit: Unit
    interval: int
    billed: int = 0
    terms: int | None = None  # None: until it is cancelled
    unpaid_since: datetime.date | None = None  # when the oldest unpaid renewal was due
    reminded: int = 0


def day_of(first: datetime.date, unit: Unit, interval: int, count: int) -> datetime.date:
    """The first day of the term number `count`, counted from 0. The day of the month is kept where the month has it."""
    if unit is Unit.WEEKS:
        return first + timedelta(weeks=interval * count)
    months = interval * count * (12 if unit is Unit.YEARS else 1)
    year, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + year, month + 1
    return datetime.date(year, month, min(first.day, monthrange(year, month)[1]))


def term(state: State, count: int) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of this term."""
    begins = day_of(state.first_bill_on, state.unit, state.interval, count)
    return begins, day_of(state.first_bill_on, state.unit, state.interval, count + 1) - timedelta(days=1)


def next_bill_on(state: State) -> datetime.date | None:
    """When the next term is billed; None when no further one is."""
    if state.status in ("non_renewing", "cancelled", "expired", "paused") or state.billed == state.terms:
        return None
    return term(state, state.billed)[0]


def due(state: State, today: datetime.date) -> list[Step]:
    """Everything that this day brings, in order. Asked again after it was done, it brings nothing."""
    steps: list[Step] = []
    for _round in range(MOST_TERMS):
        step = _next(state, today)
        if step is None:
            break
        steps.append(step)
        state = after(state, step)
    return steps


def after(state: State, step: Step) -> State:
    """The state once the step was taken."""
    status = {
        Act.START_TRIAL: "trial",
        Act.GO_LIVE: "live",
        Act.EXPIRE: "expired",
        Act.END: "cancelled",
        Act.DUN: "dunning",
        Act.GIVE_UP: "unpaid",
        Act.RECOVER: "live",
    }.get(step.act, state.status)
    billed = state.billed + (step.act is Act.BILL)
    reminded = state.reminded + 1 if step.act is Act.REMIND else (0 if step.act is Act.RECOVER else state.reminded)
    return replace(state, status=status, billed=billed, reminded=reminded)


def _next(state: State, today: datetime.date) -> Step | None:
    if state.status == "future" and today >= state.starts_on:
        return Step(Act.START_TRIAL if state.first_bill_on > state.starts_on else Act.GO_LIVE)
    if state.status == "trial" and today >= state.first_bill_on:
        return Step(Act.GO_LIVE)
    if state.status == "non_renewing" and today > covered_until(state):
        return Step(Act.END)
    if state.status in ("dunning", "unpaid") and state.unpaid_since is None:
        return Step(Act.RECOVER)
    if state.status in ("live", "dunning"):
        return _dunning(state, today) or _renewal(state, today)
    return None


def covered_until(state: State) -> datetime.date:
    """The last day that is paid for, or of the trial."""
    return term(state, state.billed - 1)[1] if state.billed else state.first_bill_on - timedelta(days=1)


def _renewal(state: State, today: datetime.date) -> Step | None:
    if state.billed == state.terms:
        return Step(Act.EXPIRE) if today > covered_until(state) else None
    since, until = term(state, state.billed)
    return Step(Act.BILL, since, until) if today >= since and state.status == "live" else None


def _dunning(state: State, today: datetime.date) -> Step | None:
    if state.unpaid_since is None:
        return None
    late = (today - state.unpaid_since).days
    if state.status == "live":
        return Step(Act.DUN) if late > 0 else None
    if late > GIVE_UP_AFTER:
        return Step(Act.GIVE_UP)
    if state.reminded < len(REMIND_AFTER) and late >= REMIND_AFTER[state.reminded]:
        return Step(Act.REMIND)
    return None
