"""What planning keeps in mind on its way through a batch: who is paired with whom by now, which names are gone."""

from __future__ import annotations

from dataclasses import dataclass, field

from integration.core.actions import Action, ParentRef
from integration.core.batch import PairBatch
from integration.core.guards import unique_name
from integration.core.links import Link, LinkState, Unmatched
from integration.core.mapping import FieldPair, ModuleMapping
from integration.core.pairings import PAIRINGS, Pairing, PairingSpec, pairing_of
from integration.core.policy import SyncSettings
from integration.core.records import PARENT, SIDES, Key, Record, Side, Value
from integration.core.transforms import Carry, Transform, Unfit


@dataclass(slots=True)
class Ends:
    """Every open pair that is known, by either end, kept up to date with what the plan does.

    A pair is held as its link or, from when an action makes it or moves it, as that action.
    """

    _pairs: dict[Pairing, dict[Side, dict[int, Link | Action]]] = field(
        default_factory=lambda: {pairing: {side: {} for side in SIDES} for pairing in Pairing}
    )

    def has(self, pairing: Pairing, side: Side, pk: int | None) -> bool:
        """Whether this record is in a pair of that pairing."""
        return pk in self._pairs[pairing][side]

    def other(self, pairing: Pairing, side: Side, pk: int | None) -> ParentRef | None:
        """The record's counterpart; None if it has none."""
        found = None if pk is None else self._pairs[pairing][side].get(pk)
        if found is None:
            return None
        other = found.crm_pk if side is Side.FINANCE else found.finance_pk
        return ParentRef(None, found.id) if other is None else ParentRef(other)

    def is_paused(self, pairing: Pairing, side: Side, pk: int) -> bool:
        """Whether the record's pair is not synced at present."""
        found = self._pairs[pairing][side].get(pk)
        return found is not None and found.state is LinkState.PAUSED

    def link_id(self, pairing: Pairing, side: Side, pk: int) -> int | None:
        """The id of the record's link; None if there is none yet."""
        found = self._pairs[pairing][side].get(pk)
        return found.link if isinstance(found, Action) else found.id if found is not None else None

    def add(self, pair: Link | Action) -> None:
        """Remember an open link, or the pair that an action makes."""
        sides = self._pairs[pair.pairing]
        if pair.crm_pk is not None:
            sides[Side.CRM][pair.crm_pk] = pair
        if pair.finance_pk is not None:
            sides[Side.FINANCE][pair.finance_pk] = pair

    def drop(self, link: Link) -> None:
        """The pair is no more."""
        self.forget(link.pairing, Side.CRM, link.crm_pk)
        self.forget(link.pairing, Side.FINANCE, link.finance_pk)

    def forget(self, pairing: Pairing, side: Side, pk: int | None) -> None:
        """This end stands alone now."""
        if pk is not None:
            self._pairs[pairing][side].pop(pk, None)


@dataclass(slots=True)
class Planning:
    """The batch, the settings, and all that follows from them and from the actions so far."""

    batch: PairBatch
    settings: SyncSettings
    actions: list[Action] = field(default_factory=list)
    ends: Ends = field(default_factory=Ends)
    judge_again: list[Key] = field(default_factory=list)
    parent_pairs: dict[Pairing, FieldPair] = field(default_factory=dict)
    _marks: dict[Key, Unmatched] = field(default_factory=dict)
    _claimed_names: dict[str, set[str]] = field(default_factory=dict)
    _with_primary: set[ParentRef] = field(default_factory=set)

    def __post_init__(self) -> None:
        for link in (*self.batch.known_links, *self.batch.links):
            if link.state.is_open:
                self.ends.add(link)
        self._with_primary = {ParentRef(pk) for pk in self.batch.with_primary}
        for spec in PAIRINGS.values():
            if spec.parent is not None:
                self.parent_pairs[spec.pairing] = self._parent_pair(spec.parent)

    @property
    def next_id(self) -> int:
        """The id of the action that comes next."""
        return len(self.actions)

    def add(self, action: Action) -> None:
        """Take an action into the plan. The marks that it leaves count from now on."""
        self.actions.append(action)
        for mark in action.marks:
            self._marks[mark.key] = mark

    def is_left_alone(self, record: Record) -> bool:
        """Whether a person's choice, or the end of a pair, keeps this record out of any pair."""
        mark = self._marks.get(record.key) or self.batch.unmatched.get(record.key)
        return mark is not None and mark.reason.is_final

    def mapping(self, pairing: Pairing) -> ModuleMapping:
        """The field pairs of a pairing."""
        return self.settings.mappings[pairing]

    def pairing_of(self, record: Record) -> Pairing | None:
        """The pairing that the record takes part in, if any."""
        return pairing_of(record, self.settings.mode, include_unattached=self.settings.include_unattached)

    def writable(self, leading: Side) -> frozenset[Side]:
        """The sides that the extent lets the sync write to."""
        return frozenset(side for side in SIDES if self.settings.may_write(side, leading))

    def parent_of(self, spec: PairingSpec, record: Record, to: Side) -> ParentRef | None:
        """What the record's counterpart on the other side belongs to. None: its parent is in no pair."""
        if spec.parent is None or record.parent is None or self.ends.is_paused(spec.parent, to.other, record.parent):
            return None
        return self.ends.other(spec.parent, to.other, record.parent)

    def takes_primary(self, pairing: Pairing, side: Side, parent: ParentRef | None) -> bool:
        """Whether a person made there is its customer's first, and so the primary one. Asked once per person."""
        if pairing is not Pairing.CONTACT_PERSON or side is not Side.FINANCE or parent is None:
            return False
        if parent in self._with_primary:
            return False
        self._with_primary.add(parent)
        return True

    def free_name(self, model: str, wanted: str, own_pk: int | None) -> str:
        """The name, numbered if another record has it or gets it by this plan; taken from now on."""
        if not self.settings.unique_names:
            return wanted
        taken = self.batch.taken_names.get(model, {})
        claimed = self._claimed_names.setdefault(model, set())
        key_of = self.settings.name_key

        def is_taken(name: str) -> bool:
            key = key_of(name)
            return key in claimed or (key in taken and taken[key] != own_pk)

        name = unique_name(wanted, is_taken)
        claimed.add(key_of(name))
        return name

    def _parent_pair(self, parent: Pairing) -> FieldPair:
        """The parent as a field: carried by the link of the parents."""

        def carry(to: Side) -> Carry:
            def move(value: Value) -> Value:
                other = self.ends.other(parent, to.other, value) if isinstance(value, int) else None
                if other is None or other.pk is None:
                    raise Unfit("parent_not_linked")
                return other.pk

            return move

        return FieldPair(
            crm_field=PARENT,
            finance_field=PARENT,
            transform=Transform("parent", carry(Side.FINANCE), carry(Side.CRM)),
        )
