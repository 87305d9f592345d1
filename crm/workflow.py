"""How the CRM's states move. No clock, no query: tables."""

from __future__ import annotations

from crm.choices import ActivityStatus
from finsuite.kernel.transitions import Table, move

# A note is kept; nothing moves it.
ACTIVITY = Table(
    (
        move("complete", [ActivityStatus.OPEN], ActivityStatus.DONE),
        move("reopen", [ActivityStatus.DONE], ActivityStatus.OPEN),
    )
)
