"""The three-way merge of one pair, field by field: what both last agreed on, what each says now. No clock decides.

| CRM changed | finance changed | what happens                                                       |
|-------------|-----------------|--------------------------------------------------------------------|
| no          | no              | nothing                                                            |
| yes         | no              | finance gets the CRM's value, as it would hold it                  |
| no          | yes             | the CRM gets finance's value, as it would hold it                  |
| yes         | yes, alike      | agreed: nothing is written, the base moves on                      |
| yes         | yes, unlike     | a conflict: the winner's value is written, or it waits untouched   |

A field that flows one way only ignores changes on the side that it flows to: they are reported as drift, and wait
there until the field may flow that way.
A field that was never agreed on starts from a blank base, so a blank never erases a value at first contact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from integration.core.actions import FieldConflict
from integration.core.mapping import CannotCarry, FieldPair, Refusal
from integration.core.records import Side, Value, Values, same


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRules:
    """Who may be written, and who wins: `resolutions` (pair name to side) goes before `winner`, which may be nobody."""

    writable: frozenset[Side]
    winner: Side | None = None
    resolutions: Mapping[str, Side] = field(default_factory=dict)
    reassert: bool = False


@dataclass(slots=True)
class Merge:
    """What a merge came to. With a `refusal` nothing else in it counts; a frozen one moves no base."""

    to_crm: dict[str, Value] = field(default_factory=dict)
    to_finance: dict[str, Value] = field(default_factory=dict)
    base_crm: dict[str, Value] = field(default_factory=dict)
    base_finance: dict[str, Value] = field(default_factory=dict)
    conflicts: list[FieldConflict] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    refusal: Refusal | None = None
    is_frozen: bool = False

    @property
    def undecided(self) -> list[FieldConflict]:
        """The conflicts that wait."""
        return [found for found in self.conflicts if found.winner is None]

    def writes(self, side: Side) -> dict[str, Value]:
        """The columns to write on that side."""
        return self.to_crm if side is Side.CRM else self.to_finance


def merge(
    pairs: Sequence[FieldPair], crm: Values, finance: Values, base_crm: Values, base_finance: Values, rules: MergeRules
) -> Merge:
    """Merge the two records' values (by column) over the two bases (by pair name)."""
    out = Merge(base_crm=dict(base_crm), base_finance=dict(base_finance))
    try:
        for pair in pairs:
            _merge_field(pair, crm[pair.crm_field], finance[pair.finance_field], rules, out)
    except CannotCarry as problem:
        out.refusal = problem.refusal
    return out


def changed(pairs: Sequence[FieldPair], values: Values, base: Values, side: Side) -> bool:
    """Whether any mapped value of this side is no longer what was agreed on."""
    return any(not same(values[pair.column(side)], base.get(pair.name)) for pair in pairs)


def _merge_field(pair: FieldPair, crm: Value, finance: Value, rules: MergeRules, out: Merge) -> None:
    name = pair.name
    known = name in out.base_crm
    crm_changed = not same(crm, out.base_crm.get(name))
    finance_changed = not same(finance, out.base_finance.get(name))
    if not crm_changed and not finance_changed:
        if not known:
            _agree(pair, crm, finance, out)
        return
    to_finance = Side.FINANCE in rules.writable and pair.reaches(Side.FINANCE)
    to_crm = Side.CRM in rules.writable and pair.reaches(Side.CRM)
    if to_finance and to_crm:
        _merge_both_ways(pair, crm, finance, (crm_changed, finance_changed), rules, out)
    elif to_finance:
        _merge_one_way(pair, crm, finance, (Side.FINANCE, crm_changed, known), rules, out)
    elif to_crm:
        _merge_one_way(pair, crm, finance, (Side.CRM, finance_changed, known), rules, out)
    elif not known:
        _agree(pair, crm, finance, out)
    else:
        out.drift.append(name)


def _merge_both_ways(
    pair: FieldPair, crm: Value, finance: Value, changes: tuple[bool, bool], rules: MergeRules, out: Merge
) -> None:
    if changes == (True, False):
        _write(pair, crm, finance, Side.FINANCE, out)
    elif changes == (False, True):
        _write(pair, crm, finance, Side.CRM, out)
    elif alike(pair, crm, finance):
        _agree(pair, crm, finance, out)
    else:
        winner = rules.resolutions.get(pair.name, rules.winner)
        out.conflicts.append(
            FieldConflict(
                pair=pair.name,
                crm=crm,
                finance=finance,
                base_crm=out.base_crm.get(pair.name),
                base_finance=out.base_finance.get(pair.name),
                winner=winner,
            )
        )
        if winner is not None:
            _write(pair, crm, finance, winner.other, out)


def _merge_one_way(
    pair: FieldPair, crm: Value, finance: Value, flow: tuple[Side, bool, bool], rules: MergeRules, out: Merge
) -> None:
    to, source_changed, known = flow
    if source_changed or (known and rules.reassert):
        _write(pair, crm, finance, to, out)
    elif not known or alike(pair, crm, finance):
        _agree(pair, crm, finance, out)
    else:
        out.drift.append(pair.name)


def alike(pair: FieldPair, crm: Value, finance: Value) -> bool:
    """The two values say the same, seen from at least one side."""
    return _carried_is(pair, crm, finance, Side.FINANCE) or _carried_is(pair, finance, crm, Side.CRM)


def _carried_is(pair: FieldPair, value: Value, wanted: Value, to: Side) -> bool:
    if not pair.reaches(to):
        return False
    try:
        return same(pair.carry(value, to), wanted)
    except CannotCarry:
        return False


def _agree(pair: FieldPair, crm: Value, finance: Value, out: Merge) -> None:
    out.base_crm[pair.name] = crm
    out.base_finance[pair.name] = finance


def _write(pair: FieldPair, crm: Value, finance: Value, to: Side, out: Merge) -> None:
    if to is Side.FINANCE:
        carried, now = pair.carry(crm, to), finance
    else:
        carried, now = pair.carry(finance, to), crm
    if same(carried, now):
        _agree(pair, crm, finance, out)
        return
    out.writes(to)[pair.column(to)] = carried
    if to is Side.FINANCE:
        _agree(pair, crm, carried, out)
    else:
        _agree(pair, carried, finance, out)
