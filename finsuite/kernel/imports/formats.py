"""How a column writes its dates and numbers, told from all of its cells. Where they don't tell, a person is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from finsuite.kernel.imports.fields import DATE, DECIMAL, Fields
from finsuite.kernel.imports.reader import Row, fitted
from finsuite.kernel.imports.values import (
    AMBIGUOUS,
    COMMA,
    DAY_FIRST,
    MONTH_FIRST,
    POINT,
    date_evidence,
    number_evidence,
)

CHOICES = {DATE: (DAY_FIRST, MONTH_FIRST), DECIMAL: (COMMA, POINT)}
_EVIDENCE = {DATE: date_evidence, DECIMAL: number_evidence}


@dataclass(frozen=True, slots=True)
class Question:
    """A column whose cells can be read two ways, with one such cell."""

    column: int
    field: str
    kind: str
    sample: str
    choices: tuple[str, ...]


@dataclass(slots=True)
class _Seen:
    kind: str
    name: str
    shown: set[str] = field(default_factory=set)
    sample: str = ""


def read_formats(
    fields: Fields, mapping: Mapping[int, str], rows: Iterable[Row], width: int
) -> tuple[dict[str, str], list[Question]]:
    """Field → format as far as the cells tell, and the questions that they leave open.

    A column that shows both ways gets no format: each of its cells must then speak for itself.
    """
    watched = {column: _Seen(fields[name].doubtful, name) for column, name in mapping.items() if fields[name].doubtful}
    if not watched:
        return {}, []
    for row in rows:
        cells = fitted(row, width)
        if cells is not None:
            for column, seen in watched.items():
                _look(seen, cells[column])
    formats: dict[str, str] = {}
    questions: list[Question] = []
    for column, seen in watched.items():
        if len(seen.shown) == 1:
            formats[seen.name] = next(iter(seen.shown))
        elif not seen.shown and seen.sample:
            questions.append(Question(column, seen.name, seen.kind, seen.sample, CHOICES[seen.kind]))
    return formats, questions


def _look(seen: _Seen, cell: str) -> None:
    if not cell:
        return
    shown = _EVIDENCE[seen.kind](cell)
    if shown == AMBIGUOUS:
        seen.sample = seen.sample or cell.strip()
    elif shown:
        seen.shown.add(shown)
