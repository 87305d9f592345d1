"""What happened, told inside the transaction in which it happened.

Services emit; only integration/receivers.py listens.

An event is a frozen dataclass named in the past tense (`AccountCreated`). A listener that raises undoes the whole
transaction: what must not fail the user's own act belongs in a queue row, not in a listener.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """The base of all events."""


E = TypeVar("E", bound=Event)

_listeners: dict[type[Event], list[Callable[[Event], None]]] = defaultdict(list)


def listen(kind: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Call the decorated function for each event of this kind (not of its subclasses)."""

    def register(receiver: Callable[[E], None]) -> Callable[[E], None]:
        known = _listeners[kind]
        if receiver not in known:
            known.append(receiver)  # type: ignore[arg-type]
        return receiver

    return register


def emit(event: Event) -> None:
    """Tell every listener of the event's kind, in the order in which they registered."""
    for receiver in tuple(_listeners[type(event)]):
        receiver(event)
