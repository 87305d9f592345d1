"""The engine in memory: what services do with a plan, without a database. Tests measure by it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from integration.adapters.base import Applied, Change, ChangeKind
from integration.adapters.memory import MemoryAdapter
from integration.core.actions import Action, Kind, ParentRef, SyncPlan, settle_bases
from integration.core.batch import Choice, PairBatch
from integration.core.guards import clone_key
from integration.core.linked import plan_unlink
from integration.core.links import Exclusion, Link, LinkState, Unmatched
from integration.core.pairings import CUSTOMER, PAIRINGS, Pairing
from integration.core.plan import plan_pairs
from integration.core.policy import SyncSettings
from integration.core.records import SIDES, Key, Record, Side, Values
from integration.core.undo import JournalEntry, JournalOp


class Crash(Exception):
    """The worker died here."""


@dataclass(slots=True)
class MemoryEngine:
    """Two adapters, the links between them, and a way to bring them together."""

    crm: MemoryAdapter
    finance: MemoryAdapter
    settings: SyncSettings
    links: dict[int, Link] = field(default_factory=dict)
    unmatched: dict[Key, Unmatched] = field(default_factory=dict)
    exclusions: set[Exclusion] = field(default_factory=set)
    dead_letters: dict[frozenset[Key], object] = field(default_factory=dict)
    journal: list[JournalEntry] = field(default_factory=list)
    merges: dict[Key, Key] = field(default_factory=dict)
    choices: dict[Key, Choice] = field(default_factory=dict)
    resolutions: dict[int, dict[str, Side]] = field(default_factory=dict)
    reassert: set[int] = field(default_factory=set)
    confirmed_clones: set[int] = field(default_factory=set)
    clone_keys: set[str] = field(default_factory=set)
    woken: set[Key] = field(default_factory=set)
    writes: int = 0
    on_step: Callable[[], None] = lambda: None

    def adapter(self, side: Side) -> MemoryAdapter:
        """The side's adapter."""
        return self.crm if side is Side.CRM else self.finance

    def records(self) -> dict[Key, Record]:
        """Everything, tombstones included."""
        return {**self.crm.records, **self.finance.records}

    def open_links(self) -> list[Link]:
        """The pairs that are pairs."""
        return [link for link in self.links.values() if link.state.is_open]

    def dirty(self) -> set[Key]:
        """Records that were not looked at in their present state, by level: no message is needed to know them."""
        records, found, linked = self.records(), set(self.woken), set()
        for link in self.open_links():
            ends = [link.key(side) for side in SIDES]
            linked.update(ends)
            revs = (records[ends[0]].rev, records[ends[1]].rev)
            is_waiting = link.state is not LinkState.ACTIVE
            scopes = all(records[end].in_scope for end in ends)
            generation = self.settings.mappings[link.pairing].generation
            if (
                revs != (link.seen_crm, link.seen_finance)
                or is_waiting
                or not scopes
                or generation != link.mapping_generation
                or link.id in self.reassert
            ):
                found.update(ends)
        for key, record in records.items():
            mark = self.unmatched.get(key)
            if record.deleted or key in linked:
                continue
            if mark is None or mark.rev != record.rev or not mark.reason.is_final:
                found.add(key)
        return {key for key in found if not self._is_dead(key)} | set(self.choices)

    def _is_dead(self, key: Key) -> bool:
        """Refused, and nothing has moved since that could help."""
        return any(key in keys and known == self._circumstances(keys) for keys, known in self.dead_letters.items())

    def _circumstances(self, keys: frozenset[Key]) -> object:
        """What a refusal depends on: the records, the mapping, the policy, and what a person chose."""
        records, settings = self.records(), self.settings
        revs = [(records[key].rev, records[key].in_scope) for key in sorted(keys)]
        generations = [mapping.generation for mapping in settings.mappings.values()]
        chosen = [dict(self.resolutions.get(link.id, {})) for link in self.open_links() if link.key(Side.CRM) in keys]
        return revs, generations, chosen, settings.first_contact, settings.both_changed, settings.extent

    def batch(self, keys: Collection[Key]) -> PairBatch:
        """What planning these keys takes."""
        wanted = set(keys)
        mine: list[Link] = []
        others: list[Link] = []
        for link in self.open_links():
            (mine if wanted.intersection(link.key(side) for side in SIDES) else others).append(link)
        names = {one.values["display_name"]: one.key.pk for one in self.finance.live() if one.key.model == CUSTOMER}
        return PairBatch(
            links=mine,
            subjects=sorted(wanted),
            records=self.records(),
            known_links=others,
            unmatched=self.unmatched,
            exclusions=frozenset(self.exclusions),
            taken_names={CUSTOMER: {self.settings.name_key(str(name)): pk for name, pk in names.items()}},
            with_primary={self.finance.records[key].parent or 0 for key in self.finance.primary},
            merges=self.merges,
            resolutions=self.resolutions,
            choices={key: choice for key, choice in self.choices.items() if key in wanted},
            reassert=self.reassert,
            confirmed_clones=self.confirmed_clones,
            clone_keys=self.clone_keys,
            link_totals=self.totals(),
        )

    def totals(self) -> dict[Pairing, int]:
        """Open links per pairing."""
        links = self.open_links()
        return {pairing: sum(link.pairing is pairing for link in links) for pairing in Pairing}

    def preview(self, keys: Collection[Key] | None = None) -> SyncPlan:
        """What a run over these keys (by default all dirty ones) would do."""
        return plan_pairs(self.batch(self.dirty() if keys is None else keys), self.settings)

    def run(self, keys: Collection[Key] | None = None) -> SyncPlan:
        """One pass: plan, then apply action by action, each wholly or not at all."""
        keys = self.dirty() if keys is None else set(keys)
        plan = self.preview(keys)
        self.woken -= set(keys)
        self.apply(plan)
        return plan

    def settle(self) -> int:
        """Run until nothing is left to do; answers how many passes that took. Ten are too many."""
        for passes in range(10):
            before = self.writes
            plan = self.run()
            if self.writes == before and not self.woken and not plan.actions:
                return passes
        raise AssertionError("the sync does not come to rest")

    def apply(self, plan: SyncPlan) -> None:
        """Carry the plan out. An action whose records moved on, or whose parent failed, waits for the next pass."""
        made: dict[int, int] = {}
        for action in plan.actions:
            saved = self._save()
            try:
                self._apply(action, made)
            except Crash:
                self._restore(saved)
                raise

    def merge(self, loser: Key, survivor: Key) -> None:
        """A person makes one record of two on one side."""
        self.adapter(loser.side).delete(loser)
        self.merges[loser] = survivor

    def unlink(self, link: Link) -> None:
        """A person takes a pair apart."""
        records = self.records()
        self._apply(plan_unlink(link, records[link.key(Side.CRM)], records[link.key(Side.FINANCE)]), {})

    def _apply(self, action: Action, made: dict[int, int]) -> None:
        records = self.records()
        for side in SIDES:
            key = self._verified(action, side)
            if key is not None and action.seen(side) != -1 and records[key].rev != action.seen(side):
                return
        parent = action.parent
        if parent is not None and parent.pk is None:
            if parent.action not in made:
                return
            parent = ParentRef(made[parent.action])
        stored = self._write(action, parent)
        if stored is None:
            return
        self.on_step()
        if action.makes_a_record and action.side is not None:
            made[action.id] = stored[action.side].key.pk
        self._remember(action, stored)
        self.on_step()
        self._wake(action, stored)

    def _verified(self, action: Action, side: Side) -> Key | None:
        key = action.key(side)
        if key is None and action.link is not None and action.link in self.links:
            key = self.links[action.link].key(side)
        return key

    def _write(self, action: Action, parent: ParentRef | None) -> dict[Side, Record] | None:
        """Both records as stored after the action's writes; None if a side would not take them."""
        stored: dict[Side, Record] = {}
        for side in SIDES:
            change = self._change(action, side, parent)
            if change is not None:
                self.on_step()
                [answer] = self.adapter(side).apply([change])
                if answer.record is None:
                    self._refused(action, answer)
                    return None
                self.writes += 1
                self._journal(action, change, answer.record)
                stored[side] = answer.record
            elif (key := action.key(side)) is not None:
                stored[side] = self.adapter(side).records[key]
        return stored

    def _change(self, action: Action, side: Side, parent: ParentRef | None) -> Change | None:
        spec, key, writes = PAIRINGS[action.pairing], action.key(side), action.writes(side)
        here = parent.pk if parent is not None and action.side is side else None
        kinds = {Kind.DEACTIVATE: ChangeKind.DEACTIVATE, Kind.DELETE: ChangeKind.DELETE}
        kind = kinds.get(action.kind) if action.side is side else None
        if action.makes_a_record and action.side is side:
            kind = ChangeKind.CREATE
        elif kind is None and (writes or here is not None):
            kind = ChangeKind.UPDATE
        if kind is None:
            return None
        return Change(
            ref=action.id,
            kind=kind,
            model=spec.crm_model if side is Side.CRM else spec.finance_model,
            key=key,
            rev=action.seen(side),
            values=writes,
            parent=here,
            primary=action.primary,
            dedupe_key=action.dedupe_key,
        )

    def _refused(self, action: Action, answer: Applied) -> None:
        if not answer.moved:
            self._dead_letter(action)

    def _dead_letter(self, action: Action) -> None:
        keys = frozenset(key for side in SIDES if (key := action.key(side)) is not None)
        self.dead_letters[keys] = self._circumstances(keys)

    def _remember(self, action: Action, stored: dict[Side, Record]) -> None:
        """Links, marks and exclusions after the action."""
        if action.kind is Kind.REFUSE:
            self._dead_letter(action)
        if action.exclusion is not None:
            self.exclusions.add(action.exclusion)
        old = self.links.get(action.link) if action.link is not None else None
        if old is not None and action.closes is not None:
            if action.kind is Kind.CLONE:
                self.clone_keys.add(clone_key(old))
            self.links[old.id] = replace(old, state=action.closes)
            old = None
        if action.makes_a_record or action.kind is Kind.LINK:
            self._new_link(action, stored)
        elif old is not None and action.kind is not Kind.REFUSE:
            self.links[old.id] = self._moved_on(old, action, stored)
            if action.kind is not Kind.PAUSE:
                self.resolutions.pop(old.id, None)
                self.reassert.discard(old.id)
        for mark in action.marks:
            self.unmatched[mark.key] = replace(mark, rev=self.records()[mark.key].rev)

    def _new_link(self, action: Action, stored: dict[Side, Record]) -> None:
        crm, finance = stored[Side.CRM], stored[Side.FINANCE]
        link = Link(id=len(self.links) + 1, pairing=action.pairing, crm_pk=crm.key.pk, finance_pk=finance.key.pk)
        self.links[link.id] = self._moved_on(link, action, stored)
        for key in (crm.key, finance.key):
            self.unmatched.pop(key, None)
            self.choices.pop(key, None)
        if action.kind is Kind.LINK:
            self.exclusions.discard(Exclusion(action.pairing, crm.key.pk, finance.key.pk))
            self.journal.append(
                JournalEntry(id=len(self.journal), op=JournalOp.LINK, pairing=action.pairing, link=link.id)
            )

    def _moved_on(self, link: Link, action: Action, stored: dict[Side, Record]) -> Link:
        crm, finance = stored[Side.CRM], stored[Side.FINANCE]
        bases = None
        if not (crm.deleted or finance.deleted):
            bases = settle_bases(action, self.settings.mappings[link.pairing], crm, finance)
        return replace(
            link,
            crm_pk=crm.key.pk,
            finance_pk=finance.key.pk,
            base_crm=link.base_crm if bases is None else bases[0],
            base_finance=link.base_finance if bases is None else bases[1],
            seen_crm=-1 if action.leaves_dirty else crm.rev,
            seen_finance=-1 if action.leaves_dirty else finance.rev,
            mapping_generation=action.generation,
            state=action.state or link.state,
            alias_of=action.alias_of,
        )

    def _wake(self, action: Action, stored: dict[Side, Record]) -> None:
        if action.wakes_children:
            for side, record in stored.items():
                self.woken.update(child.key for child in self.adapter(side).children(record.key))

    def _journal(self, action: Action, change: Change, record: Record) -> None:
        before: Values = {} if change.key is None else action.was(record.key.side)
        self.journal.append(
            JournalEntry(
                id=len(self.journal),
                op=JournalOp(change.kind.value),
                pairing=action.pairing,
                link=len(self.links) + 1 if action.makes_a_record else action.link,
                key=record.key,
                before=before,
                after=change.values,
            )
        )

    def _save(self) -> list[tuple[object, str, object]]:
        own = ("links", "unmatched", "exclusions", "dead_letters", "journal", "clone_keys", "resolutions")
        saved: list[tuple[object, str, object]] = [(self, name, getattr(self, name).copy()) for name in own]
        saved += [(self, name, getattr(self, name).copy()) for name in ("woken", "choices", "reassert")]
        for one in (self.crm, self.finance):
            saved += [(one, name, getattr(one, name).copy()) for name in ("records", "inactive", "primary", "hints")]
        return saved

    def _restore(self, saved: list[tuple[object, str, object]]) -> None:
        for owner, name, value in saved:
            setattr(owner, name, value)
