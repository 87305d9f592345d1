"""Which unlinked records of the two sides may be the same. Names pair, and only one to one; the rest only suggests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from integration.core.records import Key, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A record that may be the same, how likely (0 to 100), and by which hints ("name", "email_domain", …)."""

    key: Key
    score: int
    reasons: tuple[str, ...]


def suggest(record: Record, others: Iterable[Record], *, at_most: int = 5) -> Sequence[Suggestion]:
    """Records of the other side that share a hint or a name with this one, the likeliest first. It links nothing."""
    raise NotImplementedError
