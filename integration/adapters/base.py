"""What the engine asks of a side. It speaks batches and plain values, so that a side may as well live behind HTTP."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from integration.core.mapping import Refusal
from integration.core.records import Key, Record, Side, Values


class ChangeKind(StrEnum):
    """What a side can be asked to do to a record."""

    CREATE = "create"
    UPDATE = "update"
    DEACTIVATE = "deactivate"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing to do to one record.

    `key` is None for CREATE. `rev` is the revision that the change was decided on: a record that moved on is left alone
    and answered with `moved`. `values` are the columns to write, and only those. `ref` comes back in the answer;
    `dedupe_key` lets a side recognise a change that it was sent before.
    """

    ref: int
    kind: ChangeKind
    model: str
    key: Key | None = None
    rev: int = -1
    values: Values = field(default_factory=dict)
    parent: int | None = None
    primary: bool = False
    dedupe_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The answer to one change: the record as stored (its tombstone, if deleted), or why nothing was done."""

    ref: int
    record: Record | None = None
    refusal: Refusal | None = None
    moved: bool = False


class Adapter(Protocol):
    """One side of one connection. Every method answers for the whole batch; none fails because one record does."""

    side: Side

    def changed(self, *, limit: int) -> Sequence[Key]:
        """Records that may have changed: a hint. Naming one twice, or one that did not change, does no harm."""

    def read(self, keys: Collection[Key]) -> Mapping[Key, Record]:
        """The records as they are now; deleted ones as tombstones; ones that never were, not at all."""

    def find(self, model: str, match_keys: Collection[str]) -> Mapping[Key, Record]:
        """The live records of a model that have one of these match keys."""

    def apply(self, changes: Sequence[Change]) -> Sequence[Applied]:
        """Do the changes in order, each wholly or not at all, and answer each in the same order."""
