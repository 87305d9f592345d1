"""What planning keeps in mind on its way through a batch: who is paired with whom by now, which names are gone."""

from __future__ import annotations

from dataclasses import dataclass, field

from integration.core.actions import Action, ParentRef
from integration.core.batch import PairBatch
from integration.core.guards import unique_name
from integration.core.links import Link, LinkState
from integration.core.mapping import FieldPair, ModuleMapping
from integration.core.pairings import PAIRINGS, Pairing, PairingSpec, pairing_of
from integration.core.policy import SyncSettings
from integration.core.records import PARENT, Key, Record, Side, Value
from integration.core.transforms import Carry, Transform, Unfit


@dataclass(slots=True)
class End:
    """One record's place in a pair: the other end, and the link if it already exists."""

    other: ParentRef
    link: int | None
    state: LinkState


@dataclass(slots=True)
class Ends:
    """Every open pair that is known, by either end, kept up to date with what the plan does."""

    _by_pairing: dict[Pairing, dict[Side, dict[int, End]]] = field(
        default_factory=lambda: {pairing: {side: {} for side in Side} for pairing in Pairing}
    )

    def of(self, pairing: Pairing, side: Side) -> dict[int, End]:
        """pk to end, of one side of one pairing."""
        return self._by_pairing[pairing][side]

    def add_link(self, link: Link) -> None:
        """Remember an open link."""
        sides = self._by_pairing[link.pairing]
        sides[Side.CRM][link.crm_pk] = End(ParentRef(link.finance_pk), link.id, link.state)
        sides[Side.FINANCE][link.finance_pk] = End(ParentRef(link.crm_pk), link.id, link.state)

    def drop(self, link: Link) -> None:
        """The pair is no more."""
        sides = self._by_pairing[link.pairing]
        sides[Side.CRM].pop(link.crm_pk, None)
        sides[Side.FINANCE].pop(link.finance_pk, None)

    def forget(self, pairing: Pairing, side: Side, pk: int | None) -> None:
        """One end stands alone now."""
        if pk is not None:
            self._by_pairing[pairing][side].pop(pk, None)

    def add_action(self, action: Action) -> None:
        """Remember the pair that an action makes."""
        made = ParentRef(None, action.id)
        for side in Side:
            pk, other = action.pk(side), action.pk(side.other)
            if pk is not None:
                end = End(made if other is None else ParentRef(other), action.link, LinkState.ACTIVE)
                self._by_pairing[action.pairing][side][pk] = end


@dataclass(slots=True)
class Planning:
    """The batch, the settings, and all that follows from them and from the actions so far."""

    batch: PairBatch
    settings: SyncSettings
    actions: list[Action] = field(default_factory=list)
    ends: Ends = field(default_factory=Ends)
    judge_again: list[Key] = field(default_factory=list)
    parent_pairs: dict[Pairing, FieldPair] = field(default_factory=dict)
    _claimed_names: dict[str, set[str]] = field(default_factory=dict)
    _with_primary: set[ParentRef] = field(default_factory=set)

    def __post_init__(self) -> None:
        for link in (*self.batch.known_links, *self.batch.links):
            if link.state.is_open:
                self.ends.add_link(link)
        self._with_primary = {ParentRef(pk) for pk in self.batch.with_primary}
        for spec in PAIRINGS.values():
            if spec.parent is not None:
                self.parent_pairs[spec.pairing] = self._parent_pair(spec.parent)

    @property
    def next_id(self) -> int:
        """The id of the action that comes next."""
        return len(self.actions)

    def add(self, action: Action) -> None:
        """Take an action into the plan."""
        self.actions.append(action)

    def mapping(self, pairing: Pairing) -> ModuleMapping:
        """The field pairs of a pairing."""
        return self.settings.mappings[pairing]

    def pairing_of(self, record: Record) -> Pairing | None:
        """The pairing that the record takes part in, if any."""
        return pairing_of(record, self.settings.mode, include_unattached=self.settings.include_unattached)

    def writable(self, leading: Side) -> frozenset[Side]:
        """The sides that the extent lets the sync write to."""
        return frozenset(side for side in Side if self.settings.may_write(side, leading))

    def parent_of(self, spec: PairingSpec, record: Record, to: Side) -> ParentRef | None:
        """What the record's counterpart on the other side belongs to. None: its parent is in no pair."""
        if spec.parent is None or record.parent is None:
            return None
        end = self.ends.of(spec.parent, to.other).get(record.parent)
        return None if end is None or end.state is LinkState.PAUSED else end.other

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
            ends = self.ends.of(parent, to.other)

            def move(value: Value) -> Value:
                end = ends.get(value) if isinstance(value, int) else None
                if end is None or end.other.pk is None:
                    raise Unfit("parent_not_linked")
                return end.other.pk

            return move

        return FieldPair(
            crm_field=PARENT,
            finance_field=PARENT,
            transform=Transform("parent", carry(Side.FINANCE), carry(Side.CRM)),
        )
