"""What the sync remembers of a pair, and of a record that has none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from integration.core.pairings import PAIRINGS, Pairing
from integration.core.records import Key, Side, Values


class LinkState(StrEnum):
    """Where a link stands. Active, conflict and paused links are open: at most one open link per record and pairing."""

    ACTIVE = "active"
    CONFLICT = "conflict"
    PAUSED = "paused"
    CLOSED = "closed"
    UNLINKED = "unlinked"
    CLONED = "cloned"
    ALIAS = "alias"

    @property
    def is_open(self) -> bool:
        """The pair is still one pair."""
        return self in OPEN_STATES


OPEN_STATES = frozenset({LinkState.ACTIVE, LinkState.CONFLICT, LinkState.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One CRM record paired with one finance record, and what both last agreed on.

    The bases are keyed by the name of the field pair (`FieldPair.name`), not by column: one column may be mapped twice.
    `seen_*` are the revisions after which nothing is left to do; -1 stands for "never seen".
    """

    id: int
    pairing: Pairing
    crm_pk: int
    finance_pk: int
    base_crm: Values = field(default_factory=dict)
    base_finance: Values = field(default_factory=dict)
    seen_crm: int = -1
    seen_finance: int = -1
    mapping_generation: int = 1
    state: LinkState = LinkState.ACTIVE
    alias_of: int | None = None

    def pk(self, side: Side) -> int:
        """The pk of the record at that end."""
        return self.crm_pk if side is Side.CRM else self.finance_pk

    def key(self, side: Side) -> Key:
        """The key of the record at that end."""
        return PAIRINGS[self.pairing].key(side, self.pk(side))


class Exclusion(NamedTuple):
    """These two are not the same, whatever their names say."""

    pairing: Pairing
    crm_pk: int
    finance_pk: int


class UnmatchedReason(StrEnum):
    """Why a record has no link. The first three end only by a person's own choice, the others are judged again."""

    ORPHAN = "orphan"
    UNLINKED = "unlinked"
    DETACHED = "detached"
    SKIPPED = "skipped"
    AMBIGUOUS = "ambiguous"
    FILTERED = "filtered"
    ONE_WAY = "one_way"
    PARENT = "parent"
    REFUSED = "refused"

    @property
    def is_final(self) -> bool:
        """Nothing but a person's choice brings this record into a pair again."""
        return self in _FINAL


_FINAL = frozenset({UnmatchedReason.ORPHAN, UnmatchedReason.UNLINKED, UnmatchedReason.DETACHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A record without a link, and why. `dep` digests what the judgement was made from: it changes when they do."""

    key: Key
    rev: int
    reason: UnmatchedReason
    dep: str = ""
