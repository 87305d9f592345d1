"""How long amounts have been due, in the steps that receivables and payables are shown in. PURE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

NOTHING = Decimal(0)

STEPS: tuple[tuple[str, int | None, int | None], ...] = (
    ("current", None, 0),
    ("days_1_15", 1, 15),
    ("days_16_30", 16, 30),
    ("days_31_45", 31, 45),
    ("days_over_45", 46, None),
)
"""Each step with the first and the last number of days past due that it holds."""

NAMES = tuple(name for name, _first, _last in STEPS)


def step_of(due: date, today: date) -> str:
    """The step of what was due on that day."""
    days = (today - due).days
    return next(name for name, _first, last in STEPS if last is None or days <= last)


def due_between(name: str, today: date) -> tuple[date | None, date | None]:
    """The first and the last due day of a step; None where it has no end."""
    _name, first, last = next(step for step in STEPS if step[0] == name)
    earliest = None if last is None else today - timedelta(days=last)
    latest = None if first is None else today - timedelta(days=first)
    return earliest, latest


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What is owed in one currency, or in base currency for all of them."""

    currency: str
    outstanding: Decimal = NOTHING
    overdue: Decimal = NOTHING
    unused: Decimal = NOTHING
    ageing: Mapping[str, Decimal] = field(default_factory=lambda: dict.fromkeys(NAMES, NOTHING))

    @property
    def net(self) -> Decimal:
        """What is owed once what is unused of payments and credits is taken off."""
        return self.outstanding - self.unused
