"""Which CRM field goes with which finance field, in which direction, carried how, and what each side can hold."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from operator import itemgetter

from integration.core.pairings import PAIRINGS, Pairing
from integration.core.records import Side, Value, Values, is_blank
from integration.core.transforms import IDENTITY, Transform, Unfit


class Direction(StrEnum):
    """Which side a field's changes flow to."""

    TO_FINANCE = "to_finance"
    TO_CRM = "to_crm"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a column can hold."""

    max_length: int | None = None
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a record cannot be synced as it is: machine-readable here, worded for people by the pages.

    `field` is the column on `side` that cannot take the value.
    Codes: too_long (with `limit` and `length`), required, unknown_choice, not_a_number, name_taken, not_read,
    parent_not_linked. `remedy` is what can be done: shorten, fill_in, choose, correct, rename, retry, link_parent.
    """

    code: str
    remedy: str
    side: Side
    field: str = ""
    limit: int | None = None
    length: int | None = None


_REMEDIES = {
    "too_long": "shorten",
    "required": "fill_in",
    "unknown_choice": "choose",
    "not_a_number": "correct",
    "name_taken": "rename",
    "not_read": "retry",
    "parent_not_linked": "link_parent",
}


def refusal(code: str, side: Side, column: str = "", *, limit: int | None = None, length: int | None = None) -> Refusal:
    """A refusal with the remedy that goes with its code."""
    return Refusal(code=code, remedy=_REMEDIES[code], side=side, field=column, limit=limit, length=length)


class CannotCarry(Exception):
    """The other side cannot hold this value."""

    def __init__(self, found: Refusal) -> None:
        super().__init__(found.code)
        self.refusal = found


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPair:
    """One CRM field tied to one finance field.

    `default` is written when the sync creates a record and the other side has nothing to give.
    `create_only` fields are given at creation and left alone afterwards. `unique` finance values get " (2)", " (3)"….
    """

    crm_field: str
    finance_field: str
    direction: Direction = Direction.BOTH
    transform: Transform = IDENTITY
    crm_limit: Limit = Limit()
    finance_limit: Limit = Limit()
    default: Value = None
    create_only: bool = False
    unique: bool = False

    @property
    def name(self) -> str:
        """What the pair is called in bases, conflicts and choices: its finance field, which is mapped only once."""
        return self.finance_field

    def column(self, side: Side) -> str:
        """The field's name on that side."""
        return self.crm_field if side is Side.CRM else self.finance_field

    def limit(self, side: Side) -> Limit:
        """What that side can hold."""
        return self.crm_limit if side is Side.CRM else self.finance_limit

    def reaches(self, side: Side) -> bool:
        """Whether the mapping lets changes flow to that side."""
        if self.direction is Direction.BOTH:
            return True
        return (self.direction is Direction.TO_CRM) is (side is Side.CRM)

    def carry(self, value: Value, to: Side) -> Value:
        """The value as the other side would hold it. Raises CannotCarry where it can't; nothing is ever cut."""
        if to is Side.FINANCE:
            move, limit, column = self.transform.fwd, self.finance_limit, self.finance_field
        else:
            move, limit, column = self.transform.bwd, self.crm_limit, self.crm_field
        try:
            moved = move(value)
        except Unfit as problem:
            raise CannotCarry(refusal(problem.code, to, column)) from problem
        if limit.required and is_blank(moved):
            raise CannotCarry(refusal("required", to, column))
        if limit.max_length is not None and type(moved) is str and len(moved) > limit.max_length:
            raise CannotCarry(refusal("too_long", to, column, limit=limit.max_length, length=len(moved)))
        return moved


@dataclass(frozen=True, slots=True)
class Lane:
    """A field pair seen from the side that takes: what planning thousands of new records asks of it, worked out once.

    A lane is `plain` where blank and short texts pass as they are.
    """

    pair: FieldPair
    name: str
    source: str
    target: str
    reaches: bool
    plain: bool
    max_length: int

    @classmethod
    def of(cls, pair: FieldPair, to: Side) -> Lane:
        """The pair, towards that side."""
        limit = pair.limit(to)
        plain = pair.transform is IDENTITY and not limit.required and is_blank(pair.default) and not pair.unique
        length = sys.maxsize if limit.max_length is None else limit.max_length
        return cls(pair, pair.name, pair.column(to.other), pair.column(to), pair.reaches(to), plain, length)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleMapping:
    """All field pairs of one pairing. `generation` grows when mapping or extent change: all is judged again."""

    pairing: Pairing
    pairs: tuple[FieldPair, ...]
    generation: int = 1
    merged: tuple[FieldPair, ...] = field(init=False, repr=False, compare=False)
    lanes: dict[Side, tuple[Lane, ...]] = field(init=False, repr=False, compare=False)
    _base: Callable[[Values], tuple[Value, ...]] = field(init=False, repr=False, compare=False)
    _pick: dict[Side, Callable[[Values], tuple[Value, ...]]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [pair.name for pair in self.pairs]
        if len(set(names)) != len(names):
            raise ValueError("a finance field may be mapped only once")
        takers = [pair.crm_field for pair in self.pairs if pair.reaches(Side.CRM)]
        if len(set(takers)) != len(takers):
            raise ValueError("a CRM field may be filled from one finance field only")
        merged = tuple(pair for pair in self.pairs if not pair.create_only)
        object.__setattr__(self, "merged", merged)
        object.__setattr__(self, "lanes", {side: tuple(Lane.of(pair, side) for pair in self.pairs) for side in Side})
        object.__setattr__(self, "_base", _picker([pair.name for pair in merged]))
        object.__setattr__(self, "_pick", {side: _picker([p.column(side) for p in merged]) for side in Side})

    @property
    def leading(self) -> Side:
        """The side whose value wins where one side wins."""
        return PAIRINGS[self.pairing].leading

    def is_at_base(self, values: Values, base: Values, side: Side) -> bool:
        """Whether every mapped value is exactly what was agreed on (False also where a field was never agreed on).

        KeyError if the adapter did not read a mapped column: that is never taken for a blank.
        """
        now = self._pick[side](values)
        try:
            return now == self._base(base)
        except KeyError:
            return False

    def snapshot(self, values: Values, side: Side) -> dict[str, Value]:
        """A record's values as a base holds them: by pair name."""
        return {pair.name: values[pair.column(side)] for pair in self.merged}


def _picker(columns: list[str]) -> Callable[[Values], tuple[Value, ...]]:
    if not columns:
        return lambda _values: ()
    if len(columns) == 1:
        only = columns[0]
        return lambda values: (values[only],)
    return itemgetter(*columns)
