"""Undoing a run is a plan, too: three-way, so that what a person changed since is kept and listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from integration.core.actions import Action, Kind, Reason, SyncPlan
from integration.core.links import Exclusion, Link, LinkState, Unmatched, UnmatchedReason
from integration.core.pairings import PAIRINGS, Pairing
from integration.core.policy import SyncSettings
from integration.core.records import SIDES, Key, Record, Side, Value, Values, same


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

    `link` is the link of the record after the run (for LINK: the link that came to be between two existing records).
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


@dataclass(slots=True)
class _Done:
    """All that a run did to one record: for each column, the value before it all and the value after it all."""

    key: Key
    pairing: Pairing
    link: int | None
    created: bool = False
    deleted: bool = False
    before: dict[str, Value] = field(default_factory=dict)
    after: dict[str, Value] = field(default_factory=dict)

    def take(self, entry: JournalEntry) -> None:
        """Fold in one more journal row, in the order in which they were written."""
        self.created = self.created or entry.op is JournalOp.CREATE
        self.deleted = self.deleted or entry.op is JournalOp.DELETE
        self.link = entry.link if entry.link is not None else self.link
        for column, value in entry.after.items():
            self.before.setdefault(column, entry.before.get(column))
            self.after[column] = value


def plan_undo(
    entries: Sequence[JournalEntry], records: Mapping[Key, Record], links: Mapping[int, Link], settings: SyncSettings
) -> UndoPlan:
    """Take a run back, wherever nobody has touched what it did.

    A written field goes back to its earlier value if it still holds the written one; the pair's base follows, so that
    the next sync does not do it all over again. A created record is deleted, or made inactive if it has documents, and
    its origin stays unlinked until a person links it again. A pair that was linked is taken apart again.
    What was deleted, and what a person changed since, is listed and left alone.
    """
    undo = _Undo(records=records, links=links, settings=settings)
    done: dict[Key, _Done] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        if entry.op is JournalOp.LINK:
            undo.linked |= {entry.link} if entry.link is not None else set()
        elif entry.key is not None:
            done.setdefault(entry.key, _Done(entry.key, entry.pairing, entry.link)).take(entry)
    undo.unlink()
    for one in reversed(done.values()):
        undo.record(one)
    return UndoPlan(plan=SyncPlan(actions=tuple(undo.actions)), changed_since=tuple(undo.changed_since))


@dataclass(slots=True)
class _Undo:
    records: Mapping[Key, Record]
    links: Mapping[int, Link]
    settings: SyncSettings
    linked: set[int] = field(default_factory=set)
    actions: list[Action] = field(default_factory=list)
    changed_since: list[ChangedSince] = field(default_factory=list)

    def record(self, done: _Done) -> None:
        """Take back what was done to one record."""
        now = self.records.get(done.key)
        if done.deleted or now is None or now.deleted:
            self.changed_since.append(ChangedSince(key=done.key, column="", before=None, written=None, now=None))
            return
        kept = {name: value for name, value in done.after.items() if name in now.values}
        touched = [name for name, value in kept.items() if not same(now.values[name], value)]
        for name in touched:
            self.changed_since.append(
                ChangedSince(
                    key=done.key,
                    column=name,
                    before=done.before[name],
                    written=done.after[name],
                    now=now.values[name],
                )
            )
        if not done.created:
            self.revert(done, now, {name: done.before[name] for name in kept if name not in touched})
        elif not touched:
            self.uncreate(done, now)

    def revert(self, done: _Done, now: Record, values: dict[str, Value]) -> None:
        """Write the earlier values back, and let the base follow on this side only: the other side owes nothing."""
        writes = {name: value for name, value in values.items() if not same(now.values[name], value)}
        if not writes:
            return
        side, link = done.key.side, self.link(done)
        is_crm = side is Side.CRM
        ends = {at: link.pk(at) if link is not None else done.key.pk if at is side else None for at in SIDES}
        before = {name: now.values[name] for name in writes}
        base_crm, base_finance = (None, None) if link is None else self.bases(link, side, writes)
        self.actions.append(
            Action(
                id=len(self.actions),
                kind=Kind.UPDATE,
                pairing=done.pairing,
                reason=Reason.UNDONE,
                link=None if link is None else link.id,
                crm_pk=ends[Side.CRM],
                finance_pk=ends[Side.FINANCE],
                seen_crm=now.rev if is_crm else -1,
                seen_finance=-1 if is_crm else now.rev,
                to_crm=writes if is_crm else {},
                to_finance={} if is_crm else writes,
                was_crm=before if is_crm else {},
                was_finance={} if is_crm else before,
                base_crm=base_crm,
                base_finance=base_finance,
                label=now.label,
            )
        )

    def bases(self, link: Link, side: Side, writes: Values) -> tuple[Values, Values]:
        """The link's bases with the written-back values in them."""
        mapping = self.settings.mappings[link.pairing]
        back = {pair.name: writes[pair.column(side)] for pair in mapping.merged if pair.column(side) in writes}
        if side is Side.CRM:
            return {**link.base_crm, **back}, link.base_finance
        return link.base_crm, {**link.base_finance, **back}

    def uncreate(self, done: _Done, now: Record) -> None:
        """The created record goes, or becomes inactive; its origin is left alone from now on."""
        kind = Kind.DELETE
        if now.has_documents:
            can_rest = done.key.side in PAIRINGS[done.pairing].deactivates
            kind = Kind.DEACTIVATE if can_rest else Kind.UNLINK
        self.part(done.pairing, kind, done.key.side, self.link(done), now)

    def link(self, done: _Done) -> Link | None:
        """The link whose base is to follow: none where the link itself is undone."""
        return None if done.link is None or done.link in self.linked else self.links.get(done.link)

    def unlink(self) -> None:
        """Pairs of two records that existed before are taken apart."""
        for link in sorted((self.links[i] for i in self.linked if i in self.links), key=lambda link: link.id):
            self.part(link.pairing, Kind.UNLINK, None, link, None)

    def part(self, pairing: Pairing, kind: Kind, side: Side | None, link: Link | None, made: Record | None) -> None:
        """End a link (or just remove a record), and keep both of its ends apart."""
        keys = {made.key.side: made.key} if made is not None else {}
        if link is not None:
            keys = {at: link.key(at) for at in Side}
        found = {at: self.records[key] for at, key in keys.items() if key in self.records}
        revs = {made.key.side: made.rev} if made is not None else {}
        crm_pk, finance_pk = (keys[at].pk if at in keys else None for at in Side)
        apart = None if link is None else Exclusion(pairing, link.crm_pk, link.finance_pk)
        lost = {made.key.side: dict(made.values)} if made is not None and kind is Kind.DELETE else {}
        marks = [one for at, one in found.items() if not (kind is Kind.DELETE and at is side) and not one.deleted]
        self.actions.append(
            Action(
                id=len(self.actions),
                kind=kind,
                pairing=pairing,
                reason=Reason.UNDONE,
                side=side,
                link=None if link is None else link.id,
                crm_pk=crm_pk,
                finance_pk=finance_pk,
                seen_crm=revs.get(Side.CRM, -1),
                seen_finance=revs.get(Side.FINANCE, -1),
                was_crm=lost.get(Side.CRM, {}),
                was_finance=lost.get(Side.FINANCE, {}),
                state=LinkState.UNLINKED,
                exclusion=apart,
                marks=tuple(Unmatched(key=one.key, rev=one.rev, reason=UnmatchedReason.UNLINKED) for one in marks),
                label=next((one.label for one in found.values()), ""),
            )
        )
