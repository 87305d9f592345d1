"""Which unlinked records of the two sides may be the same. Names pair, and only one to one; the rest only suggests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from integration.core.links import Exclusion
from integration.core.pairings import Pairing
from integration.core.records import Key, Record, Side

Group = int | None
"""Records match only within their group: the finance parent that both would belong to (None: no parents here)."""


@dataclass(slots=True)
class Unlinked:
    """The unlinked, live records of one pairing, found by match key."""

    pairing: Pairing
    exclusions: frozenset[Exclusion]
    _by_key: dict[tuple[Side, int, str, Group], list[Record]] = field(default_factory=lambda: defaultdict(list))

    def add(self, record: Record, group: Group) -> None:
        """Let this record be found."""
        side = record.key.side
        for rule, key in enumerate(record.match_keys):
            if key:
                self._by_key[side, rule, key, group].append(record)

    def candidates(self, record: Record, group: Group) -> list[Record]:
        """Records of the other side that the first applicable rule finds, less those that a person ruled out."""
        side = record.key.side
        for rule, key in enumerate(record.match_keys):
            found = self._by_key.get((side.other, rule, key, group)) if key else None
            if found:
                left = [other for other in found if not self._is_excluded(record, other)]
                if left:
                    return left
        return []

    def _is_excluded(self, one: Record, other: Record) -> bool:
        if not self.exclusions:
            return False
        crm, finance = (one, other) if one.key.side is Side.CRM else (other, one)
        return Exclusion(self.pairing, crm.key.pk, finance.key.pk) in self.exclusions


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A record that may be the same, how likely (0 to 100), and by which hints ("name", "email_domain", …)."""

    key: Key
    score: int
    reasons: tuple[str, ...]


WEIGHTS = {"tax_number": 60, "email": 50, "name": 40, "phone": 25, "email_domain": 20}
"""How much each agreement speaks for a match. Hints of other kinds count 10."""


def suggest(record: Record, others: Iterable[Record], *, at_most: int = 5) -> Sequence[Suggestion]:
    """Records of the other side that share a hint or a name with this one, the likeliest first. It links nothing."""
    found = []
    for other in others:
        if other.deleted or other.key.side is record.key.side:
            continue
        reasons = _agreements(record, other)
        if reasons:
            score = min(100, sum(WEIGHTS.get(reason, 10) for reason in reasons))
            found.append(Suggestion(key=other.key, score=score, reasons=reasons))
    found.sort(key=lambda suggestion: (-suggestion.score, suggestion.key))
    return found[:at_most]


def _agreements(one: Record, other: Record) -> tuple[str, ...]:
    agreed = [kind for kind, value in sorted(one.hints.items()) if value and other.hints.get(kind) == value]
    if any(key and key == theirs for key, theirs in zip(one.match_keys, other.match_keys, strict=False)):
        agreed.append("name")
    return tuple(agreed)
