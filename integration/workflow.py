"""How a connection's state moves. Links and bases are kept by every move but the last one."""

from __future__ import annotations

from finsuite.kernel.transitions import Table, move
from integration.choices import ConnectionState as State

CONNECTION = Table(
    (
        move("activate", [State.CONFIGURED, State.DISABLED], State.ACTIVE),
        move("pause", [State.ACTIVE], State.PAUSED),
        move("resume", [State.PAUSED], State.ACTIVE),
        move("deactivate", [State.ACTIVE, State.PAUSED], State.DISABLED),
        move("delete", [State.CONFIGURED, State.DISABLED], State.DELETED),
    )
)
