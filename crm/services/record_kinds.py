"""What is particular to one kind of record, and what the history keeps of one.

The kinds there are: crm/services/kinds.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from crm.choices import Module
from crm.events import RecordEvent, RecordUpdated
from crm.models import Organization, Record
from crm.services.surroundings import Surroundings
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.kinds import named
from finsuite.kernel.records import Change

R = TypeVar("R", bound=Record)

Changes = Sequence[tuple[Any, Mapping[str, Any], Mapping[str, Any]]]
Followed = Callable[[Actor, Organization, Changes], None]


@dataclass(frozen=True)
class Kind(Generic[R]):
    """What is particular to one kind of record."""

    model: type[R]
    module: Module
    writable: tuple[str, ...]
    required: str
    complete: Callable[[R, Surroundings], None]  # fills in what a new record's values left out
    faults: Callable[[R, Surroundings], dict[str, str]]  # what is wrong with the record as a whole
    dependents: Callable[[], Sequence[tuple[Kind[Any], str]]]  # what points at it, and is let go when it is deleted
    created: type[RecordEvent]
    updated: type[RecordUpdated]
    deleted: type[RecordEvent]
    settle: Callable[[R, Change, Surroundings], None] | None = None  # what follows from new values, before it is judged
    derived: tuple[str, ...] = ()  # columns that follow from others: saved with them, not told in the history
    followed: Followed | None = None  # called after each save of several: (record, before, after) each
    leaving: Callable[[], Sequence[Callable[[Actor, Organization, Sequence[int]], None]]] = tuple  # before they go
    tree: str = ""  # the column by which records of this kind hang on one another, if they do
    tree_fault: Callable[[], str] = str  # what is said to whoever would close a loop


def content(kind: Kind[R], record: R) -> dict[str, Any]:
    """Everything that the record says, as the history keeps it; what is empty is left out."""
    values = ((name, getattr(record, name)) for name in kind.writable)
    custom = named(record.custom)
    return {**{name: value for name, value in values if value not in (None, "", [])}, **custom}


def told(kind: Kind[R], values: Mapping[str, Any]) -> dict[str, Any]:
    """These values as the history keeps them, without what only follows from others."""
    return {name: value for name, value in values.items() if name not in kind.derived}
