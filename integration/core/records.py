"""What the core knows of a record: which one it is, how often it changed, its values. Nothing of where it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

Value = str | int | bool | Decimal | date | None
"""A canonical scalar. `None` and the empty text are both blank, and blank equals blank."""

Values = Mapping[str, Value]
Json = str | int | bool | None | dict[str, str]

PARENT = "@parent"
"""The name under which the record that this one belongs to takes part in a merge, a base and a conflict, as a field."""


class Side(StrEnum):
    """The two ends of every pair."""

    CRM = "crm"
    FINANCE = "finance"

    @property
    def other(self) -> Side:
        """The opposite end."""
        return Side.FINANCE if self is Side.CRM else Side.CRM


SIDES = (Side.CRM, Side.FINANCE)


class Key(NamedTuple):
    """Names one record for good: a pk is never used again. (A tuple, because it is hashed a great deal.)"""

    side: Side
    model: str
    pk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as it is now, or its tombstone.

    `values` holds every mapped column of the model (a missing one is an error, never a blank).
    `parent` is the pk, on the same side, of what it belongs to: a contact's account, a contact person's customer.
    `kind` tells records of one model apart where they pair differently ("business" and "individual" customers).
    `match_keys` has one normalised key per match rule, the strongest rule first; "" where the rule does not apply.
    `hints` (kind of hint to normalised value: e-mail domain, tax number, phone) only ever suggest a match.
    """

    key: Key
    rev: int
    values: Values = field(default_factory=dict)
    parent: int | None = None
    kind: str = ""
    in_scope: bool = True
    has_documents: bool = False
    deleted: bool = False
    label: str = ""
    match_keys: tuple[str, ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)


def is_blank(value: Value) -> bool:
    """Nothing there: neither False nor zero is blank."""
    return value is None or value == ""


def same(one: Value, other: Value) -> bool:
    """The same value to a person: blanks are alike whatever their kind."""
    return one == other or (is_blank(one) and is_blank(other))


def to_json(values: Values) -> dict[str, Json]:
    """The values as JSON can hold them without losing their type, for a base or a journal row."""
    return {name: _encode(value) for name, value in values.items()}


def from_json(values: Mapping[str, Json]) -> dict[str, Value]:
    """The values that `to_json` was given."""
    return {name: _decode(value) if type(value) is dict else value for name, value in values.items()}  # type: ignore[misc]


def _encode(value: Value) -> Json:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


def _decode(value: dict[str, str]) -> Value:
    if "decimal" in value:
        return Decimal(value["decimal"])
    return date.fromisoformat(value["date"])
