"""Undoing a run is a plan, too: three-way, so that what a person changed since is kept and listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from integration.core.actions import SyncPlan
from integration.core.links import Link
from integration.core.pairings import Pairing
from integration.core.policy import SyncSettings
from integration.core.records import Key, Record, Value, Values


class JournalOp(StrEnum):
    """What a journal row says was done to a record or a link."""

    CREATE = "create"
    UPDATE = "update"
    DEACTIVATE = "deactivate"
    DELETE = "delete"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One thing that a run did. `before` and `after` hold the columns that it wrote; `key` is None for LINK rows.

    `link` is the open link of the record after the run (for LINK: the link that came to be).
    """

    id: int
    op: JournalOp
    pairing: Pairing
    link: int | None = None
    key: Key | None = None
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedSince:
    """Something that the undo leaves alone: it is no longer what the run wrote. `column` "" is the whole record."""

    key: Key
    column: str
    before: Value
    written: Value
    now: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """What undoing will do, and what it will leave as people have made it since."""

    plan: SyncPlan
    changed_since: tuple[ChangedSince, ...] = ()


def plan_undo(
    entries: Sequence[JournalEntry], records: Mapping[Key, Record], links: Mapping[int, Link], settings: SyncSettings
) -> UndoPlan:
    """Take a run back, wherever nobody has touched what it did.

    A written field goes back to its earlier value if it still holds the written one; the pair's base follows, so that
    the next sync does not do it all over again. A created record is deleted, or made inactive if it has documents, and
    its origin stays unlinked until a person links it again. Deletions are not undone here: they are listed.
    """
    raise NotImplementedError
