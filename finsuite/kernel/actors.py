"""Who acts. Every write takes an Actor, and the history records it: a person, or a machine on a person's behalf."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Via(StrEnum):
    """The path by which the act arrived."""

    PAGE = "page"
    API = "api"
    IMPORT = "import"
    SYNC = "sync"
    TRIGGER = "trigger"
    ADMIN = "admin"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """A person, with the path their act came by. `user_id` is None only for the system itself (demo data, migrations).

    For sync and triggers, the person is the one whose change caused the act, where that is known.
    """

    user_id: int | None
    label: str
    via: Via = Via.PAGE

    @classmethod
    def person(cls, user: Any, via: Via = Via.PAGE) -> Actor:
        """The signed-in person."""
        return cls(user_id=user.pk, label=user.get_full_name() or user.email, via=via)

    @classmethod
    def system(cls, label: str = "finsuite") -> Actor:
        """finsuite itself, with nobody behind it. It may do everything."""
        return cls(user_id=None, label=label, via=Via.SYSTEM)

    def by(self, via: Via) -> Actor:
        """The same person, acting by another path."""
        return Actor(user_id=self.user_id, label=self.label, via=via)

    @property
    def is_machine(self) -> bool:
        """Sync, triggers and the system act with finsuite's own rights, whoever's change caused the act."""
        return self.user_id is None or self.via in (Via.SYNC, Via.TRIGGER, Via.SYSTEM)
