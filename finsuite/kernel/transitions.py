"""States move by table: it says which moves are legal, draws the buttons, and refuses the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from finsuite.kernel.errors import TransitionRefused


@dataclass(frozen=True)
class Move:
    """One legal move: by this verb, from any of these states, to that one."""

    verb: str
    sources: frozenset[str]
    target: str


@dataclass(frozen=True)
class Table:
    """All legal moves of one kind of record."""

    moves: tuple[Move, ...]
    _by: Mapping[tuple[str, str], str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by = {(source, move.verb): move.target for move in self.moves for source in move.sources}
        if len(by) != sum(len(move.sources) for move in self.moves):
            raise ValueError("a state has two moves of one verb")
        object.__setattr__(self, "_by", by)

    def target(self, state: str, verb: str, *, sentence: str) -> str:
        """Where the verb leads from this state; TransitionRefused with that sentence where it is not legal."""
        try:
            return self._by[state, verb]
        except KeyError:
            raise TransitionRefused(sentence, state=state, verb=verb, legal=self.verbs(state)) from None

    def allows(self, state: str, verb: str) -> bool:
        """Whether the verb is legal in this state."""
        return (state, verb) in self._by

    def verbs(self, state: str) -> list[str]:
        """Every verb that is legal in this state, in the table's order: the buttons to draw."""
        return [move.verb for move in self.moves if state in move.sources]


def move(verb: str, sources: Iterable[str], target: str) -> Move:
    """One row of a table."""
    return Move(verb, frozenset(sources), target)
