"""Carrying a plan out: both sides' records first, then the links, in one transaction and in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from integration.adapters.base import Applied, Change, ChangeKind
from integration.adapters.tables import Row
from integration.core.actions import Action, Kind, Reason, settle_bases
from integration.core.links import Link, LinkState
from integration.core.mapping import Refusal
from integration.core.pairings import PAIRINGS, Pairing
from integration.core.records import Key, Record, Side, Values
from integration.services.loading import Loaded
from integration.services.work import Work

_ORDER = {ChangeKind.UPDATE: 0, ChangeKind.CREATE: 1, ChangeKind.DEACTIVATE: 2, ChangeKind.DELETE: 3}
_ENDS = {Kind.UNLINK: LinkState.CLOSED, Kind.DEACTIVATE: LinkState.CLOSED, Kind.DELETE: LinkState.CLOSED}


class Torn(Exception):
    """One side of a pair was written and the other could not be: all of it has to be taken back."""

    def __init__(self, refusal: Refusal | None) -> None:
        super().__init__("one side was written, the other was not")
        self.refusal = refusal


@dataclass
class Written:
    """What became of an action: the records as stored, by side, or why nothing was done."""

    action: Action
    stored: dict[Side, Record] = field(default_factory=dict)
    refusal: Refusal | None = None
    moved: bool = False
    link_id: int | None = None
    deleted_row: Row | None = None

    @property
    def is_done(self) -> bool:
        """Carried out as planned."""
        return self.refusal is None and not self.moved

    def pk(self, side: Side) -> int | None:
        """The record at that end, which may have come into being by this very action."""
        stored = self.stored.get(side)
        return stored.key.pk if stored is not None else self.action.pk(side)

    def key(self, side: Side) -> Key | None:
        """Its key."""
        pk = self.pk(side)
        return None if pk is None else PAIRINGS[self.action.pairing].key(side, pk)


def write_records(work: Work, actions: Sequence[Action]) -> list[Written]:
    """Write both sides, pairing by pairing (so that parents are there before their children), CRM before finance."""
    done: dict[int, Written] = {}
    for _pairing, group in groupby(actions, key=lambda action: action.pairing):
        batch = list(group)
        for action in batch:
            done[action.id] = Written(action, refusal=action.refusal)
        for side in Side:
            _write_side(work, side, batch, done)
    return [done[action.id] for action in actions]


def _write_side(work: Work, side: Side, actions: Sequence[Action], done: dict[int, Written]) -> None:
    adapter = work.adapter(side)
    changes = [change for action in actions if (change := _change(action, side, done)) is not None]
    changes.sort(key=lambda change: _ORDER[change.kind])
    doomed = [change.key for change in changes if change.kind is ChangeKind.DELETE and change.key is not None]
    rows = adapter.snapshot(doomed) if doomed else {}
    for change, answer in zip(changes, adapter.apply(changes), strict=True):
        written = done[change.ref]
        if answer.record is None:
            _fail(written, answer)
        else:
            written.stored[side] = answer.record
            written.deleted_row = rows.get(change.key) if change.key is not None else None


def _fail(written: Written, answer: Applied) -> None:
    if written.stored:
        raise Torn(answer.refusal)
    written.refusal, written.moved = answer.refusal, answer.moved


def _change(action: Action, side: Side, done: Mapping[int, Written]) -> Change | None:
    """What this action asks of that side, if anything."""
    written = done[action.id]
    if not written.is_done or action.kind is Kind.REFUSE:
        return None
    here = action.side is side
    parent: int | None = None
    if action.parent is not None and here:
        parent = _parent(action, side, done)
        if parent is None:
            written.moved = True  # its parent could not be made; look again once it can
            return None
    if here and action.makes_a_record:
        kind = ChangeKind.CREATE
    elif here and action.kind is Kind.DELETE:
        kind = ChangeKind.DELETE
    elif here and action.kind is Kind.DEACTIVATE:
        kind = ChangeKind.DEACTIVATE
    elif action.writes(side) or parent is not None:
        kind = ChangeKind.UPDATE
    else:
        return None
    key = None if kind is ChangeKind.CREATE else action.key(side)
    return Change(
        ref=action.id,
        kind=kind,
        model=PAIRINGS[action.pairing].key(side, 0).model,
        key=key,
        rev=action.seen(side),
        values=action.writes(side),
        parent=parent,
        primary=action.primary,
        dedupe_key=action.dedupe_key,
    )


def _parent(action: Action, side: Side, done: Mapping[int, Written]) -> int | None:
    assert action.parent is not None
    if action.parent.action is None:
        return action.parent.pk
    made = done[action.parent.action]
    return made.pk(side) if made.is_done else None


@dataclass
class LinkRows:
    """The rows to write for links: those that end, the new ones (with what they belong to), those that move on."""

    ended: list[Row] = field(default_factory=list)
    new: list[tuple[Written, Row]] = field(default_factory=list)
    moved_on: dict[int, Row] = field(default_factory=dict)


def link_rows(work: Work, loaded: Loaded, done: Iterable[Written]) -> LinkRows:
    """What the actions make of the links."""
    rows = LinkRows()
    for written in done:
        action = written.action
        if (
            not written.is_done
            or action.kind in (Kind.SKIP, Kind.REFUSE)
            or (action.link is None and not _pairs(action))
        ):
            continue
        bases = _bases(work, loaded, written)
        if _pairs(action):
            if action.link is not None:
                rows.ended.append({"id": action.link, "state": (action.closes or LinkState.CLOSED).value})
            rows.new.append((written, _new_row(work, written, bases)))
        elif action.link is not None:
            written.link_id = action.link
            row = _moved_row(loaded.links[action.link], written, bases)
            earlier = rows.moved_on.get(action.link)
            if earlier is not None and bases is None:  # an undo first reverts a pair, then parts it
                row |= {name: earlier[name] for name in ("base_crm", "base_finance")}
            rows.moved_on[action.link] = row
    return rows


def _pairs(action: Action) -> bool:
    return action.makes_a_record or action.kind is Kind.LINK


def _bases(work: Work, loaded: Loaded, written: Written) -> tuple[Values, Values] | None:
    action = written.action
    if action.base_crm is None or action.base_finance is None:
        return None
    if action.reason is Reason.UNDONE:  # the other side owes nothing, so it is not agreed with either
        return action.base_crm, action.base_finance
    records = loaded.batch.records
    ends = {}
    for side in Side:
        key = written.key(side)
        ends[side] = written.stored.get(side) or records[key]  # type: ignore[index]
    return settle_bases(action, work.settings.mappings[action.pairing], ends[Side.CRM], ends[Side.FINANCE])


def _seen(written: Written, side: Side) -> int:
    """The revision after which nothing is left to do there: our own write included."""
    stored = written.stored.get(side)
    return stored.rev if stored is not None else written.action.seen(side)


def _new_row(
    work: Work,
    written: Written,
    bases: tuple[Values, Values] | None,
) -> Row:
    action = written.action
    spec = PAIRINGS[action.pairing]
    base_crm, base_finance = bases or ({}, {})
    return {
        "connection_id": work.connection.pk,
        "pairing": action.pairing.value,
        "crm_kind": spec.crm_model,
        "crm_id": written.pk(Side.CRM),
        "finance_kind": spec.finance_model,
        "finance_id": written.pk(Side.FINANCE),
        "base_crm": base_crm,
        "base_finance": base_finance,
        "seen_crm": _seen(written, Side.CRM),
        "seen_finance": _seen(written, Side.FINANCE),
        "generation": action.generation,
        "state": (action.state or LinkState.ACTIVE).value,
        "reason": action.reason.value,
    }


def _moved_row(link: Link, written: Written, bases: tuple[Values, Values] | None) -> Row:
    action = written.action
    base_crm, base_finance = bases or (link.base_crm, link.base_finance)
    state = action.state or _ENDS.get(action.kind) or link.state
    return {
        "id": link.id,
        "crm_id": written.pk(Side.CRM) if action.kind is Kind.REPOINT else link.crm_pk,
        "finance_id": written.pk(Side.FINANCE) if action.kind is Kind.REPOINT else link.finance_pk,
        "base_crm": base_crm,
        "base_finance": base_finance,
        "seen_crm": _seen_on(link, written, Side.CRM),
        "seen_finance": _seen_on(link, written, Side.FINANCE),
        "generation": action.generation if action.kind is not Kind.REPOINT else 0,
        "state": state.value,
        "reason": action.reason.value,
        "alias_of_id": action.alias_of,
    }


def _seen_on(link: Link, written: Written, side: Side) -> int:
    action = written.action
    before = link.seen_crm if side is Side.CRM else link.seen_finance
    if action.reason is Reason.UNDONE and action.kind is Kind.UPDATE:
        # What else changed there since the last sync is still to be synced.
        return _seen(written, side) if side in written.stored and action.seen(side) == before else before
    return _seen(written, side)


def made_pairing(done: Iterable[Written], pairing: Pairing) -> list[Written]:
    """The actions that changed who is paired with whom in this pairing."""
    return [
        written
        for written in done
        if written.is_done
        and written.action.pairing is pairing
        and (_pairs(written.action) or written.action.state is not None)
        and written.action.kind not in (Kind.SKIP, Kind.DECIDE, Kind.UPDATE, Kind.ADVANCE, Kind.CONFLICT)
    ]
