"""People and a sync at work on the same records, in any order, with crashes: checked after every step by the oracle."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from integration.adapters.memory_engine import Crash, MemoryEngine
from integration.core.links import LinkState
from integration.core.pairings import ACCOUNT, BUSINESS, CUSTOMER
from integration.core.policy import Extent, Policy
from integration.core.records import SIDES, Key, Side
from tests.integration.core.oracle import (
    FIELDS,
    NUMBERED,
    blank_alike,
    expect_copy,
    expect_first_contact,
    expect_pair,
    is_numbered,
)
from tests.integration.core.world import engine

WORDS = {
    "display_name": (["Ada", "Bo", "Cy", "ada"], ["Ada", "Bo", "Cy", "ada"]),
    "ref": (["", "A", "a", "Bc"], ["", "a", "bc", "abcdefg"]),
    "rate": ([None, Decimal("1.005"), Decimal("1.01"), Decimal(2)], [None, Decimal("1.01"), Decimal("2.00")]),
    "tag": (["", "red", "redder", "blue"], ["", "RED", "BLU"]),
    "notes": (["", "one", "two"], ["", "one", "three"]),
    "on_hand": ([None, 1, 2], [None, 1, 3]),
}
UNMAPPED = {Side.CRM: "industry", Side.FINANCE: "terms"}
INDEX = st.integers(0, 5)
FIELD = st.sampled_from(sorted(FIELDS))
PICK = st.integers(0, 3)
EDITS = st.lists(
    st.tuples(FIELD, PICK, PICK, st.sampled_from(["crm", "finance", "both", "both"])), min_size=1, max_size=3
)


def value_of(name: str, side: Side, pick: int, now: object = object()):
    """One of the field's values, another one than now."""
    words = [word for word in WORDS[name][0 if side is Side.CRM else 1] if word != now]
    return words[pick % len(words)]


def column_of(name: str, side: Side) -> str:
    return FIELDS[name][0 if side is Side.CRM else 1]


class People(RuleBasedStateMachine):
    """Three linked pairs to begin with, and few values, so that people meet on the same field all the time."""

    engine: MemoryEngine

    @initialize(
        first_contact=st.sampled_from(Policy),
        both_changed=st.sampled_from(Policy),
        extent=st.sampled_from([Extent.BOTH, Extent.BOTH, Extent.ONE_WAY]),
    )
    def begin(self, first_contact, both_changed, extent):
        self.engine = engine(first_contact=first_contact, both_changed=both_changed, extent=extent)
        self.explained = set()
        self.agreed = {}
        self.left_alone: dict[Key, dict] = {}
        self.kept: dict[tuple[int, int], dict[str, str]] = {}
        for name in ("Ada", "Bo", "Cy"):
            self.engine.crm.create(ACCOUNT, {"name": name, "code": "a", "memo": "red", UNMAPPED[Side.CRM]: name})
        self.settle()

    # what people do

    @rule(index=INDEX, edits=EDITS)
    def edit_pair(self, index, edits):
        pair = self.pair(index)
        if pair is not None:
            for name, left, right, who in edits:
                if who != "finance":
                    self.edit(Key(Side.CRM, ACCOUNT, pair[0]), name, left)
                if who != "crm":
                    self.edit(Key(Side.FINANCE, CUSTOMER, pair[1]), name, right)

    @rule(index=INDEX, edits=EDITS)
    def edit_pair_and_sync_it(self, index, edits):
        self.edit_pair(index, edits)
        self.sync_one_pair(index)

    @rule(index=INDEX, edits=EDITS)
    def edit_pair_and_sync(self, index, edits):
        self.edit_pair(index, edits)
        self.settle()

    @rule(index=INDEX, edits=EDITS, step=st.integers(1, 6))
    def edit_pair_and_crash(self, index, edits, step):
        self.edit_pair(index, edits)
        self.crash_and_recover(step)

    @rule(index=INDEX, side=st.sampled_from(SIDES), name=FIELD, pick=PICK)
    def edit_any(self, index, side, name, pick):
        records = self.engine.adapter(side).live()
        if records:
            self.edit(records[index % len(records)].key, name, pick)

    @rule(index=INDEX, side=st.sampled_from(SIDES), word=st.sampled_from(["x", "y"]))
    def edit_unmapped(self, index, side, word):
        records = self.engine.adapter(side).live()
        if records:
            self.engine.adapter(side).edit(records[index % len(records)].key, {UNMAPPED[side]: word})

    @precondition(lambda self: len(self.engine.crm.live()) + len(self.engine.finance.live()) < 14)
    @rule(side=st.sampled_from(SIDES), name=st.sampled_from(["Dot", "Eve"]), pick=PICK)
    def create(self, side, name, pick):
        self.make(side, name, pick)

    @precondition(lambda self: len(self.engine.crm.live()) + len(self.engine.finance.live()) < 14)
    @rule(name=st.sampled_from(["Fay", "Gus"]), left=PICK, right=PICK)
    def create_twins(self, name, left, right):
        self.make(Side.CRM, name, left)
        self.make(Side.FINANCE, name, right)

    @rule(index=INDEX, side=st.sampled_from(SIDES))
    def delete(self, index, side):
        records = self.engine.adapter(side).live()
        if len(records) > 2:
            self.engine.adapter(side).delete(records[index % len(records)].key)

    @rule(index=INDEX, other=INDEX)
    def merge(self, index, other):
        """Two accounts become one; the loser's customer goes over to a survivor without one, else it stays apart."""
        self.settle()
        accounts = self.engine.crm.live()
        loser, survivor = accounts[index % len(accounts)].key, accounts[other % len(accounts)].key
        if loser == survivor or len(accounts) < 3:
            return
        links = {link.crm_pk: link for link in self.engine.open_links()}
        self.engine.merge(loser, survivor)
        before, journaled = self.snapshot(), len(self.engine.journal)
        if loser.pk in links:
            pair = (loser.pk, links[loser.pk].finance_pk)
            if survivor.pk in links:
                self.forget(pair)
            else:
                self.agreed[survivor.pk, pair[1]] = self.agreed.pop(pair)
                self.left_alone.pop(survivor, None)
            self.kept.pop(pair, None)
        self.engine.run()
        self.settle(before, journaled)

    @rule(index=INDEX)
    def leave_or_enter_the_view(self, index):
        pair = self.pair(index)
        if pair is not None:
            key = Key(Side.CRM, ACCOUNT, pair[0])
            self.engine.crm.mark(key, in_scope=not self.engine.crm.records[key].in_scope)

    @rule(index=INDEX)
    def unlink(self, index):
        pair = self.pair(index)
        link = None if pair is None else self.link(pair)
        if link is not None and self.is_live(pair):
            self.engine.unlink(link)
            self.forget(pair)

    @precondition(lambda self: any(link.state is LinkState.CONFLICT for link in self.engine.open_links()))
    @rule(index=INDEX, names=st.just(sorted(FIELDS)) | st.lists(FIELD, min_size=1), side=st.sampled_from(SIDES))
    def resolve(self, index, names, side):
        waiting = [link for link in self.engine.open_links() if link.state is LinkState.CONFLICT]
        link = waiting[index % len(waiting)]
        self.engine.resolutions.setdefault(link.id, {}).update(dict.fromkeys(names, side))
        self.kept.setdefault((link.crm_pk, link.finance_pk), {}).update(dict.fromkeys(names, side.value))
        self.settle()

    @rule(both_changed=st.sampled_from(Policy), first_contact=st.sampled_from(Policy), extent=st.sampled_from(Extent))
    def change_the_policy(self, both_changed, first_contact, extent):
        chosen = {"both_changed": both_changed, "first_contact": first_contact, "extent": extent}
        self.engine.settings = replace(self.engine.settings, **chosen)
        self.change_the_mapping()

    @rule(index=INDEX, edits=EDITS, side=st.sampled_from(SIDES))
    def quarrel_and_make_up(self, index, edits, side):
        self.edit_pair(index, [(name, left, right, "both") for name, left, right, _who in edits])
        self.settle()
        if any(link.state is LinkState.CONFLICT for link in self.engine.open_links()):
            self.resolve(0, sorted(FIELDS), side)

    @rule()
    def change_the_mapping(self):
        mappings = {
            pairing: replace(mapping, generation=mapping.generation + 1)
            for pairing, mapping in self.engine.settings.mappings.items()
        }
        self.engine.settings = replace(self.engine.settings, mappings=mappings)

    # what the sync does

    @rule(index=INDEX)
    def sync_one_pair(self, index):
        pair = self.pair(index)
        if pair is not None:
            before = self.snapshot()
            journaled = len(self.engine.journal)
            self.engine.run([Key(Side.CRM, ACCOUNT, pair[0])])
            self.check(before, journaled, pairs=[pair])

    @rule()
    def sync(self):
        self.settle()

    @rule(step=st.integers(1, 12))
    def crash_and_recover(self, step):
        before, journaled = self.snapshot(), len(self.engine.journal)
        there, steps = set(self.engine.records()), iter(range(1, step + 1))

        def on_step():
            if next(steps, None) is None:
                raise Crash

        self.engine.on_step = on_step
        try:
            self.engine.run()
        except Crash:
            linked = {link.key(side) for link in self.engine.links.values() for side in SIDES}
            made = self.engine.records().keys() - there
            assert made <= linked, "a record was made without its link"
        finally:
            self.engine.on_step = lambda: None
        self.settle(before, journaled)

    @invariant()
    def each_end_is_in_one_open_link_at_most(self):
        ends = [link.key(side) for link in self.engine.open_links() for side in SIDES]
        assert len(ends) == len(set(ends))

    # what must be true then

    def settle(self, before=None, journaled=None):
        before = self.snapshot() if before is None else before
        journaled = len(self.engine.journal) if journaled is None else journaled
        assert self.engine.preview() == self.engine.preview()
        assert self.engine.settle() <= 1, "the sync answered its own echo"
        self.check(before, journaled, pairs=None)
        writes = self.engine.writes
        plan = self.engine.run()
        assert plan.actions == ()
        assert self.engine.writes == writes

    def check(self, before, journaled, *, pairs):
        after = self.snapshot()
        self.check_journal(before, after, journaled)
        for pair in list(self.agreed) if pairs is None else pairs:
            self.check_pair(pair, before, after)
        if pairs is None:
            self.check_first_contacts(before, after)
            assert after.keys() - before.keys() == self.explained, "a record nobody asked for"
        for key, values in self.left_alone.items():
            if key in after and key in before:
                assert after[key] == before[key], f"{key} was to be left alone {values}"
            assert all(key != link.key(key.side) for link in self.engine.open_links()), f"{key} was linked again"
        self.explained = set()

    def check_journal(self, before, after, journaled):
        """Whatever the sync replaced is in the journal, and it wrote mapped columns only."""
        rows = self.engine.journal[journaled:]
        for key, values in before.items():
            for column, value in values.items():
                if key in after and after[key][column] != value:
                    assert column != UNMAPPED[key.side], "an unmapped column was written"
                    assert any(row.key == key and row.before.get(column, 0) == value for row in rows)

    def check_pair(self, pair, before, after):
        left, right = Key(Side.CRM, ACCOUNT, pair[0]), Key(Side.FINANCE, CUSTOMER, pair[1])
        if left not in before or right not in before:
            self.forget(pair)
            return
        if not self.engine.crm.records[left].in_scope:
            assert (after[left], after[right]) == (before[left], before[right])
            return
        settings = self.engine.settings
        expected = expect_pair(
            before[left],
            before[right],
            self.agreed[pair],
            both_changed=settings.both_changed.value,
            one_way=settings.extent is Extent.ONE_WAY,
            kept=self.kept.get(pair),
        )
        self.check_values(expected.values, after[left], after[right])
        if expected.outcome == "cloned":
            del self.agreed[pair]
            self.left_alone[right] = after[right]
            self.adopt(left, after, before[left])
            return
        self.agreed[pair] = self.as_stored(expected, after[left], after[right])
        link = self.link(pair)
        assert link is not None, f"{pair} came apart"
        if expected.outcome != "refused":
            assert (link.state is LinkState.CONFLICT) == (expected.outcome == "conflict")
            self.kept.pop(pair, None)

    def check_values(self, values, crm, finance):
        for name, (left, right) in values.items():
            columns = FIELDS[name]
            assert blank_alike(crm[columns[0]], left), f"{name} in the CRM is {crm[columns[0]]!r}, not {left!r}"
            if name == NUMBERED:
                assert is_numbered(finance[columns[1]], right)
            else:
                assert blank_alike(finance[columns[1]], right), f"{name} is {finance[columns[1]]!r}, not {right!r}"

    def as_stored(self, expected, crm, finance):
        """What both agreed on, with the number that a name may have got."""
        agreed = dict(expected.agreed)
        if agreed[NUMBERED] == expected.values[NUMBERED]:
            agreed[NUMBERED] = (crm["name"], finance["display_name"])
        return agreed

    def check_first_contacts(self, before, after):
        """Unlinked records of one name: one of each side by the policy, one alone is copied, more wait for a person."""
        linked = {Key(Side.CRM, ACCOUNT, crm) for crm, _ in self.agreed}
        linked |= {Key(Side.FINANCE, CUSTOMER, finance) for _, finance in self.agreed}
        groups: dict[str, dict[Side, list[Key]]] = {}
        for key, values in before.items():
            if key not in linked and key not in self.left_alone and self.engine.records()[key].in_scope:
                name = str(values[column_of("display_name", key.side)]).casefold()
                groups.setdefault(name, {side: [] for side in SIDES})[key.side].append(key)
        for group in groups.values():
            lefts, rights = group[Side.CRM], group[Side.FINANCE]
            if len(lefts) == len(rights) == 1:
                self.check_twins(lefts[0], rights[0], before, after)
            elif lefts and rights:
                for key in (*lefts, *rights):
                    self.check_untouched(key, before, after)
            else:
                for key in (*lefts, *rights):
                    self.adopt(key, after, before[key])

    def check_twins(self, left, right, before, after):
        settings = self.engine.settings
        one_way = settings.extent is Extent.ONE_WAY
        expected = expect_first_contact(before[left], before[right], one_way=one_way)
        if settings.first_contact is Policy.CLONE:
            assert (after[left], after[right]) == (before[left], before[right])
            self.adopt(left, after, before[left])
            self.adopt(right, after, before[right])
        elif settings.first_contact is Policy.SKIP or expected.outcome == "refused":
            self.check_untouched(left, before, after)
            self.check_untouched(right, before, after)
        else:
            self.check_values(expected.values, after[left], after[right])
            pair = (left.pk, right.pk)
            assert self.link(pair) is not None, "the twins were not linked"
            self.agreed[pair] = self.as_stored(expected, after[left], after[right])

    def check_untouched(self, key, before, after):
        assert after[key] == before[key]
        assert all(link.key(key.side) != key for link in self.engine.open_links())

    def adopt(self, source, after, was):
        """A record alone has got a counterpart that says the same, or could not get one."""
        to_finance = source.side is Side.CRM
        link = next((one for one in self.engine.open_links() if one.key(source.side) == source), None)
        copy = expect_copy(was, to_finance=to_finance)
        may_not = not to_finance and self.engine.settings.extent is Extent.ONE_WAY
        if copy is None or may_not:
            assert link is None
            return
        assert link is not None, f"{source} has no counterpart"
        made = link.key(source.side.other)
        for column, value in copy.items():
            if column == "display_name":
                assert is_numbered(after[made][column], value)
            else:
                assert blank_alike(after[made][column], value)
        assert after[source] == was
        self.explained.add(made)
        crm, finance = (after[source], after[made]) if to_finance else (after[made], after[source])
        self.agreed[link.crm_pk, link.finance_pk] = {
            name: (crm[left], finance[right]) for name, (left, right, *_rest) in FIELDS.items()
        }

    # small words

    explained: set[Key] = set()

    def pair(self, index):
        pairs = list(self.agreed)
        return pairs[index % len(pairs)] if pairs else None

    def link(self, pair):
        return next((one for one in self.engine.open_links() if (one.crm_pk, one.finance_pk) == pair), None)

    def is_live(self, pair):
        keys = (Key(Side.CRM, ACCOUNT, pair[0]), Key(Side.FINANCE, CUSTOMER, pair[1]))
        return not any(self.engine.records()[key].deleted for key in keys)

    def forget(self, pair):
        """The pair is no more; what is left of it is to be left alone for good."""
        del self.agreed[pair]
        for key in (Key(Side.CRM, ACCOUNT, pair[0]), Key(Side.FINANCE, CUSTOMER, pair[1])):
            if not self.engine.records()[key].deleted:
                self.left_alone[key] = {}

    def edit(self, key, name, pick):
        adapter, column = self.engine.adapter(key.side), column_of(name, key.side)
        record = adapter.records[key]
        value = value_of(name, key.side, pick, record.values.get(column))
        if record.deleted or (column == "display_name" and self.is_taken(value, key)):
            return
        adapter.edit(key, {column: value})

    def is_taken(self, name, own=None):
        return any(
            str(one.values["display_name"]).casefold() == name.casefold() and one.key != own
            for one in self.engine.finance.live()
        )

    def make(self, side, name, pick):
        if side is Side.FINANCE and self.is_taken(name):
            return
        model, kind = (ACCOUNT, "") if side is Side.CRM else (CUSTOMER, BUSINESS)
        values = {column_of(field, side): value_of(field, side, pick) for field in ("ref", "rate", "tag", "notes")}
        self.engine.adapter(side).create(model, {column_of("display_name", side): name, **values}, kind=kind)

    def snapshot(self):
        return {key: dict(record.values) for key, record in self.engine.records().items() if not record.deleted}
