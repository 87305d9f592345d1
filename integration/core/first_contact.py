"""What to do with a record that is in no pair: find its counterpart, make one, or say why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from integration.core.actions import Action, Kind, Reason
from integration.core.batch import Choice, ChoiceKind
from integration.core.context import Planning
from integration.core.creation import Why, plan_creation
from integration.core.diff import MergeRules
from integration.core.links import Exclusion, LinkState, Unmatched, UnmatchedReason
from integration.core.mapping import refusal
from integration.core.matching import Group, Unlinked
from integration.core.merging import merge_records, merged_fields
from integration.core.pairings import PAIRINGS, Pairing, PairingSpec
from integration.core.policy import Policy
from integration.core.records import Key, Record, Side


@dataclass(slots=True)
class FirstContact:
    """The unlinked records of one pairing, judged one after the other."""

    planning: Planning
    pairing: Pairing
    spec: PairingSpec = field(init=False)
    unlinked: Unlinked = field(init=False)
    done: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.spec = PAIRINGS[self.pairing]
        self.unlinked = Unlinked(self.pairing, frozenset(self.planning.batch.exclusions))
        for record in self.planning.batch.records.values():
            if self.can_match(record):
                self.unlinked.add(record, self.group_of(record))

    def plan(self, subjects: Iterable[Record]) -> None:
        """Judge every subject, with its candidates and rivals: a newcomer changes what is known of them, too."""
        choices = self.planning.batch.choices
        for record in sorted(subjects, key=lambda subject: subject.key not in choices):
            settled = self.is_linked(record) or (record.key not in choices and self.planning.is_left_alone(record))
            neighbours = [] if settled else self.neighbours(record)
            self.judge(record)
            for other in neighbours:
                self.judge(other)

    def judge(self, record: Record) -> None:
        """Decide one record, once."""
        if record.key in self.done or record.deleted or self.is_linked(record):
            return
        self.done.add(record.key)
        choice = self.planning.batch.choices.get(record.key)
        if choice is None and self.planning.is_left_alone(record):
            return
        if not record.in_scope:
            self.skip(Reason.LEFT_VIEW, UnmatchedReason.FILTERED, record)
        elif choice is not None:
            self.follow(record, choice)
        else:
            self.match(record)

    def match(self, record: Record) -> None:
        """One candidate, and the only one of it: the policy. None: a new counterpart. Else a person must say."""
        candidates = self.unclaimed(record)
        if not candidates:
            self.create(record)
        elif len(candidates) == 1 and self.unclaimed(candidates[0]) == [record]:
            self.done.add(candidates[0].key)
            pair = (record, candidates[0]) if record.key.side is self.spec.leading else (candidates[0], record)
            self.duplicate(*pair)
        else:
            mark = self.mark(record, UnmatchedReason.AMBIGUOUS, candidates)
            self.note(Kind.DECIDE, Reason.AMBIGUOUS, (record,), (mark,), candidates)

    def duplicate(self, leader: Record, follower: Record) -> None:
        """A record met its likely counterpart for the first time."""
        policy = self.planning.settings.first_contact
        if policy is Policy.OVERWRITE:
            self.link(leader, follower, self.spec.leading, Reason.MATCHED)
        elif policy is Policy.CLONE:
            self.clone(leader, follower)
        else:
            marks = (
                self.mark(leader, UnmatchedReason.SKIPPED, [follower]),
                self.mark(follower, UnmatchedReason.SKIPPED, [leader]),
            )
            self.note(Kind.SKIP, Reason.DUPLICATE, (leader, follower), marks, [])

    def create(self, record: Record, reason: Reason = Reason.NEW) -> None:
        """Make the record's counterpart, if the sync may write there and knows where it belongs."""
        to = record.key.side.other
        if not self.planning.settings.may_write(to, self.spec.leading):
            self.skip(Reason.ONE_WAY, UnmatchedReason.ONE_WAY, record)
            return
        parent = self.planning.parent_of(self.spec, record, to)
        if self.spec.parent is not None and parent is None:
            self.skip(Reason.PARENT_NOT_LINKED, UnmatchedReason.PARENT, record)
            return
        self.planning.add(
            plan_creation(self.planning, self.spec, record, Why(kind=Kind.CREATE, reason=reason, parent=parent))
        )

    def clone(self, leader: Record, follower: Record) -> None:
        """Leave the two apart; each gets a counterpart of its own, as far as the extent goes."""
        planning, to = self.planning, follower.key.side
        crm, finance = self.sides(leader, follower)
        why = Why(
            kind=Kind.CLONE,
            reason=Reason.DUPLICATE_CLONED,
            parent=planning.parent_of(self.spec, leader, to),
            exclusion=Exclusion(self.pairing, crm.key.pk, finance.key.pk),
        )
        action = plan_creation(planning, self.spec, leader, why)
        planning.add(action)
        if action.kind is Kind.CLONE:
            self.create(follower)

    def link(self, leader: Record, follower: Record, winner: Side | None, reason: Reason) -> None:
        """Pair two existing records; where both have a value, the winner's counts (with none, a person settles it)."""
        planning = self.planning
        crm, finance = self.sides(leader, follower)
        rules = MergeRules(writable=planning.writable(self.spec.leading), winner=winner)
        merged = merge_records(planning, self.spec, crm, finance, ({}, {}), rules)
        if merged.refusal is not None:
            # What is wrong is told of the one; the other is not judged again before the one has changed.
            mark = self.mark(finance, UnmatchedReason.REFUSED, [crm])
            self.refuse(crm, finance, merged.refusal.side, refusal=merged.refusal, marks=(mark,))
            return
        fields = merged_fields(merged, crm, finance)
        state = LinkState.CONFLICT if merged.undecided else LinkState.ACTIVE
        action = self.action(Kind.LINK, reason, crm, finance, state=state, **fields)
        planning.add(action)
        planning.ends.add(action)

    def follow(self, record: Record, choice: Choice) -> None:
        """Do what a person decided."""
        if choice.kind is ChoiceKind.CREATE:
            self.create(record, Reason.CHOSEN)
        elif choice.kind is ChoiceKind.SKIP:
            mark = Unmatched(key=record.key, rev=record.rev, reason=UnmatchedReason.UNLINKED)
            self.note(Kind.SKIP, Reason.CHOSEN, (record,), (mark,), [])
        else:
            self.follow_link(record, choice)

    def follow_link(self, record: Record, choice: Choice) -> None:
        """Pair the record with the one that a person named, if that one is free and belongs to the same parent."""
        other_side = record.key.side.other
        key = self.spec.key(other_side, choice.other if choice.other is not None else -1)
        other = self.planning.batch.records.get(key)
        crm_or_self, finance_or_self = self.sides(record, other or record)
        if other is None or other.deleted:
            self.refuse(crm_or_self, finance_or_self, other_side, refusal=refusal("not_read", other_side))
        elif self.is_linked(other):
            mark = self.mark(record, UnmatchedReason.AMBIGUOUS, [other])
            self.note(Kind.DECIDE, Reason.AMBIGUOUS, (record,), (mark,), [other])
        elif self.group_of(record) != self.group_of(other):
            self.skip(Reason.PARENT_NOT_LINKED, UnmatchedReason.PARENT, record)
        else:
            self.done.add(other.key)
            pair = (record, other) if record.key.side is self.spec.leading else (other, record)
            self.link(*pair, choice.keep, Reason.CHOSEN)

    def is_linked(self, record: Record) -> bool:
        """In a pair by now, be it by this plan."""
        return self.planning.ends.has(self.pairing, record.key.side, record.key.pk)

    def can_match(self, record: Record) -> bool:
        """Live, in the view, of this pairing, in no pair, and not to be left alone."""
        if record.deleted or not record.in_scope or self.planning.pairing_of(record) is not self.pairing:
            return False
        return not (self.planning.is_left_alone(record) or self.is_linked(record))

    def neighbours(self, record: Record) -> list[Record]:
        """The record's candidates (and the one that a person chose), and theirs."""
        found = self.unlinked.candidates(record, self.group_of(record))
        choice = self.planning.batch.choices.get(record.key)
        if choice is not None and choice.other is not None:
            chosen = self.planning.batch.records.get(self.spec.key(record.key.side.other, choice.other))
            found = found if chosen is None else [*found, chosen]
        return [*found, *(rival for one in found for rival in self.unlinked.candidates(one, self.group_of(one)))]

    def unclaimed(self, record: Record) -> list[Record]:
        """The record's candidates that are still to be had."""
        found = self.unlinked.candidates(record, self.group_of(record))
        return [other for other in found if not (self.is_linked(other) or self.planning.is_left_alone(other))]

    def group_of(self, record: Record) -> Group:
        """The finance parent that both records of a match would belong to; -1 where there can't be one yet."""
        if self.spec.parent is None:
            return None
        if record.key.side is Side.FINANCE:
            return record.parent
        parent = self.planning.parent_of(self.spec, record, Side.FINANCE)
        return -1 if parent is None or parent.pk is None else parent.pk

    def sides(self, one: Record, other: Record) -> tuple[Record, Record]:
        """The two, CRM first."""
        return (one, other) if one.key.side is Side.CRM else (other, one)

    def skip(self, reason: Reason, unmatched: UnmatchedReason, record: Record) -> None:
        """No counterpart, and why."""
        self.note(Kind.SKIP, reason, (record,), (self.mark(record, unmatched, []),), [])

    def mark(self, record: Record, reason: UnmatchedReason, others: list[Record]) -> Unmatched:
        """The mark to leave. Its digest changes with the candidates, with their revisions, and with the policy."""
        dep = ""
        if others:
            seen = sorted((other.key, other.rev) for other in others)
            parts = repr((self.planning.settings.first_contact.value, [(*key, rev) for key, rev in seen]))
            dep = blake2b(parts.encode(), digest_size=8).hexdigest()
        return Unmatched(key=record.key, rev=record.rev, reason=reason, dep=dep)

    def note(
        self,
        kind: Kind,
        reason: Reason,
        records: tuple[Record, ...],
        marks: tuple[Unmatched, ...],
        candidates: list[Record],
    ) -> None:
        """Leave marks, unless they are there already."""
        known = self.planning.batch.unmatched
        if all(known.get(mark.key) == mark for mark in marks):
            return
        crm = next((one for one in records if one.key.side is Side.CRM), None)
        finance = next((one for one in records if one.key.side is Side.FINANCE), None)
        keys = tuple(sorted(other.key for other in candidates))
        self.planning.add(self.action(kind, reason, crm, finance, marks=marks, candidates=keys))

    def refuse(self, crm: Record, finance: Record, side: Side, **more: object) -> None:
        """Neither of the two is written."""
        pair = [one if one.key.side is at else None for one, at in ((crm, Side.CRM), (finance, Side.FINANCE))]
        self.planning.add(self.action(Kind.REFUSE, Reason.CANNOT_CARRY, pair[0], pair[1], side=side, **more))

    def action(self, kind: Kind, reason: Reason, crm: Record | None, finance: Record | None, **more: object) -> Action:
        """An action on one or two unlinked records, from these revisions."""
        one = crm or finance
        return Action(
            id=self.planning.next_id,
            kind=kind,
            pairing=self.pairing,
            reason=reason,
            crm_pk=None if crm is None else crm.key.pk,
            finance_pk=None if finance is None else finance.key.pk,
            seen_crm=-1 if crm is None else crm.rev,
            seen_finance=-1 if finance is None else finance.rev,
            generation=self.planning.mapping(self.pairing).generation,
            label="" if one is None else one.label,
            **more,  # type: ignore[arg-type]
        )
