"""What a plan is made of: one action per pair or record, with all that applying, previewing and undoing it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from integration.core.links import Exclusion, LinkState, Unmatched
from integration.core.mapping import ModuleMapping, Refusal
from integration.core.pairings import PAIRINGS, Pairing
from integration.core.records import PARENT, Key, Record, Side, Value, Values


class Kind(StrEnum):
    """What an action does.

    create      makes the counterpart on `side` and links the two (`closes`: what becomes of the link that it replaces)
    clone       the same, beside a counterpart that is left as it is; the exclusion keeps the two apart
    link        pairs two records that exist, with the writes that the policy asks for
    update      writes changed fields on one side or both, and advances the base
    advance     writes nothing; base and seen revisions move on (agreed, own echo, unmapped change, drift)
    conflict    both sides changed: nothing of that is written, the other fields are; the link waits for a person
    pause       the link stays with its bases, and is not synced (left the view, left the mode, parent not linked)
    repoint     the link goes over to the survivor of a merge (`crm_pk` and `finance_pk` are its ends now)
    alias       the link of a merged record stays as an alias of the survivor's (`alias_of`)
    unlink      the link ends; `marks` say what its ends are from now on
    deactivate  unlink, and make the record on `side` inactive
    delete      unlink, and delete the record on `side` (never one with documents)
    skip        the record has no counterpart, and why (`marks`)
    decide      a person must choose (`candidates`), the record waits
    refuse      the record cannot be synced as it is (`refusal`); neither side is written
    """

    CREATE = "create"
    CLONE = "clone"
    LINK = "link"
    UPDATE = "update"
    ADVANCE = "advance"
    CONFLICT = "conflict"
    PAUSE = "pause"
    REPOINT = "repoint"
    ALIAS = "alias"
    UNLINK = "unlink"
    DEACTIVATE = "deactivate"
    DELETE = "delete"
    SKIP = "skip"
    DECIDE = "decide"
    REFUSE = "refuse"


class Reason(StrEnum):
    """Why. Each is worded for people by the pages."""

    NEW = "new"
    RESTORED = "restored"
    MATCHED = "matched"
    CHOSEN = "chosen"
    CHANGED = "changed"
    REASSERTED = "reasserted"
    RESOLVED = "resolved"
    RESUMED = "resumed"
    AGREED = "agreed"
    DRIFTED = "drifted"
    BOTH_CHANGED = "both_changed"
    CONFLICT_OVERWRITTEN = "conflict_overwritten"
    CONFLICT_CLONED = "conflict_cloned"
    PARENT_CLONED = "parent_cloned"
    DUPLICATE = "duplicate"
    DUPLICATE_CLONED = "duplicate_cloned"
    AMBIGUOUS = "ambiguous"
    HAS_DOCUMENTS = "has_documents"
    ALREADY_CLONED = "already_cloned"
    DELETED = "deleted"
    BOTH_DELETED = "both_deleted"
    EDIT_BEATS_DELETE = "edit_beats_delete"
    LEFT_VIEW = "left_view"
    LEFT_MODE = "left_mode"
    PARENT_NOT_LINKED = "parent_not_linked"
    ONE_WAY = "one_way"
    MERGED = "merged"
    UNLINKED = "unlinked"
    CANNOT_CARRY = "cannot_carry"
    UNDONE = "undone"


class ParentRef(NamedTuple):
    """The record that a created one belongs to: it exists (`pk`), or an earlier action of the same plan makes it."""

    pk: int | None
    action: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldConflict:
    """One field that both sides changed. `winner` is set where policy or person decided; the loser is journaled."""

    pair: str
    crm: Value
    finance: Value
    base_crm: Value = None
    base_finance: Value = None
    winner: Side | None = None


_PARENTS = frozenset(spec.parent for spec in PAIRINGS.values() if spec.parent is not None)
_WAKING = frozenset(
    {Kind.CREATE, Kind.CLONE, Kind.LINK, Kind.PAUSE, Kind.UPDATE, Kind.REPOINT, Kind.ALIAS, Kind.UNLINK}
    | {Kind.DEACTIVATE, Kind.DELETE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One step of a plan.

    `id` is its place in the plan. `link` is the link that it acts on; `crm_pk` and `finance_pk` are the ends, None for
    the one that is yet to be made. `side` is the side on which a record is made, deactivated or deleted.
    `to_crm` and `to_finance` hold the columns to write, and only those; `was_crm` and `was_finance` the values before
    (of a record to be deleted, all of them).
    `parent` is the new parent of the record on `side`; None leaves it where it is.
    `base_crm` and `base_finance` are the whole new bases by pair name, as far as they can be foretold: after writing,
    the engine takes what was stored instead (see `settle_bases`). None leaves the link's bases alone.
    `seen_*` are the revisions that the plan was made from: applying verifies them, and the link's seen revisions become
    them, with the own writes on top. -1 stands for a record that there is nothing to verify of.
    """

    id: int
    kind: Kind
    pairing: Pairing
    reason: Reason
    side: Side | None = None
    link: int | None = None
    crm_pk: int | None = None
    finance_pk: int | None = None
    seen_crm: int = -1
    seen_finance: int = -1
    to_crm: Values = field(default_factory=dict)
    to_finance: Values = field(default_factory=dict)
    was_crm: Values = field(default_factory=dict)
    was_finance: Values = field(default_factory=dict)
    parent: ParentRef | None = None
    primary: bool = False
    base_crm: Values | None = None
    base_finance: Values | None = None
    generation: int = 1
    state: LinkState | None = None
    closes: LinkState | None = None
    alias_of: int | None = None
    exclusion: Exclusion | None = None
    marks: tuple[Unmatched, ...] = ()
    conflicts: tuple[FieldConflict, ...] = ()
    candidates: tuple[Key, ...] = ()
    drift: tuple[str, ...] = ()
    refusal: Refusal | None = None
    label: str = ""

    def writes(self, side: Side) -> Values:
        """The columns to write on that side."""
        return self.to_crm if side is Side.CRM else self.to_finance

    def was(self, side: Side) -> Values:
        """What those columns held before."""
        return self.was_crm if side is Side.CRM else self.was_finance

    def pk(self, side: Side) -> int | None:
        """The record at that end, or None where it is yet to be made."""
        return self.crm_pk if side is Side.CRM else self.finance_pk

    def seen(self, side: Side) -> int:
        """The revision that the plan knew on that side."""
        return self.seen_crm if side is Side.CRM else self.seen_finance

    def key(self, side: Side) -> Key | None:
        """The key of the record at that end, or None where it is yet to be made."""
        pk = self.pk(side)
        return None if pk is None else PAIRINGS[self.pairing].key(side, pk)

    @property
    def makes_a_record(self) -> bool:
        """Whether a new record comes into being on `side`."""
        return self.kind is Kind.CREATE or self.kind is Kind.CLONE

    @property
    def changes_a_record(self) -> bool:
        """Whether anything at all is written to a record of either side."""
        return bool(
            self.makes_a_record
            or self.to_crm
            or self.to_finance
            or self.kind is Kind.DEACTIVATE
            or self.kind is Kind.DELETE
        )

    @property
    def leaves_dirty(self) -> bool:
        """Whether the link is to be looked at again: its seen revisions become -1. What is pending flows then."""
        return self.kind is Kind.REPOINT or self.reason is Reason.UNDONE

    @property
    def wakes_children(self) -> bool:
        """Whether what belongs to either end (an account's contacts, a customer's persons) is to be judged anew."""
        return self.pairing in _PARENTS and self.kind in _WAKING

    @property
    def dedupe_key(self) -> str:
        """The same for the same step from the same revisions: lets a remote side recognise a repeated delivery."""
        parts = (self.kind, self.pairing, self.crm_pk, self.finance_pk, self.seen_crm, self.seen_finance)
        return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class MassChange:
    """A pairing whose changes were held back because there are too many of them at once: a person must confirm."""

    pairing: Pairing
    count: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPlan:
    """What a sync will do, in the order in which it does it. `held` waits for a person, with what depends on it."""

    actions: tuple[Action, ...] = ()
    held: tuple[Action, ...] = ()
    mass_changes: tuple[MassChange, ...] = ()

    def counts(self) -> Mapping[tuple[Pairing, Kind, Side | None], int]:
        """How many of each, for the preview and the run page."""
        counted: dict[tuple[Pairing, Kind, Side | None], int] = {}
        for action in self.actions:
            at = (action.pairing, action.kind, action.side)
            counted[at] = counted.get(at, 0) + 1
        return counted


def settle_bases(
    action: Action, mapping: ModuleMapping, crm: Record, finance: Record
) -> tuple[dict[str, Value], dict[str, Value]] | None:
    """The link's new bases, from the records as they were stored by this action; None where the bases stay as they are.

    Fields that wait (a conflict nobody decided, a drift) keep what the plan says, which is what was agreed on last.
    """
    if action.base_crm is None or action.base_finance is None:
        return None
    if action.reason is Reason.UNDONE:
        return dict(action.base_crm), dict(action.base_finance)
    base_crm = {**mapping.snapshot(crm.values, Side.CRM), PARENT: crm.parent}
    base_finance = {**mapping.snapshot(finance.values, Side.FINANCE), PARENT: finance.parent}
    waiting = [*action.drift, *(found.pair for found in action.conflicts if found.winner is None)]
    for name in waiting:
        for base, agreed in ((base_crm, action.base_crm), (base_finance, action.base_finance)):
            del base[name]
            if name in agreed:
                base[name] = agreed[name]
    return base_crm, base_finance
