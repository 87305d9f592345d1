"""The rows of one record to its values and its parts, an invoice's lines or a contact's persons; or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from finance.imports.fields import CONTACTS, INVOICES, ITEMS, PARTS
from finance.imports.words import VENDOR
from finsuite.kernel.imports.problems import Particular, Problem
from finsuite.kernel.imports.reader import Row, fitted
from finsuite.kernel.imports.rows import Parsed, Plan, parse_row

_LABEL = {CONTACTS: "display_name", ITEMS: "name", INVOICES: "number"}


@dataclass(slots=True)
class Entry:
    """One record of the file: what it says, and on which physical lines."""

    line: int
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    parts: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # of each part, where it stands
    problems: list[Problem] = field(default_factory=list)


def read(module: str, rows: Sequence[Row], plan: Plan, of_vendors: Plan | None = None) -> list[Entry]:
    """The records of a group of rows. A second row of an item, or one that says nothing new of a contact, is one more
    record, which is refused. Contacts that are vendors have a plan of their own where their fields are read otherwise.
    """
    parsed = _parsed(rows, plan)
    if of_vendors is not None and any(row.values.get("contact_type") == VENDOR for row in parsed):
        parsed = _parsed(rows, of_vendors)
    entry = Entry(parsed[0].line, lines=[row.line for row in parsed])
    if module == ITEMS:
        entry.values, entry.problems = parsed[0].values, parsed[0].problems
        entry.lines = entry.lines[:1]
        twice = [_twice(row, entry.line, module) for row in parsed[1:]]
    else:
        _agree(entry, parsed, PARTS[module])
        twice = _persons(entry) if module == CONTACTS else []
    entry.label = _label(module, entry.values)
    return [entry, *twice]


def _parsed(rows: Sequence[Row], plan: Plan) -> list[Parsed]:
    return [parse_row(row.line, fitted(row, plan.width), len(row.cells), plan) for row in rows]


def _agree(entry: Entry, parsed: Sequence[Parsed], parts: Sequence[str]) -> None:
    """What the rows say of the record itself must be the same on each; a blank cell says nothing."""
    said: dict[str, int] = {}
    for row in parsed:
        entry.problems += [_on(problem, row.line, entry.line) for problem in row.problems]
        entry.parts.append({name: value for name, value in row.values.items() if name in parts})
        for name, value in row.values.items():
            if name in parts:
                continue
            if name not in entry.values:
                entry.values[name], said[name] = value, row.line
            elif entry.values[name] != value:
                particulars: dict[str, Particular] = {"line": row.line, "value": _shown(value), "first": said[name]}
                entry.problems.append(Problem("disagrees", name, particulars))


def _on(problem: Problem, line: int, first: int) -> Problem:
    """The problem, with the line it is on where that isn't the record's first."""
    if line == first:
        return problem
    return Problem(problem.code, problem.field, {**problem.particulars, "on_line": line})


def _persons(entry: Entry) -> list[Entry]:
    """Leave only the rows that name a person, and each person once."""
    kept: list[tuple[dict[str, Any], int]] = []
    twice: list[Entry] = []
    for part, line in zip(entry.parts, entry.lines, strict=True):
        if line != entry.line and (not _is_named(part) or any(part == other for other, _line in kept)):
            problem = Problem("duplicate", "", {"line": entry.line})
            twice.append(Entry(line, _label(CONTACTS, entry.values), lines=[line], problems=[problem]))
        elif _is_named(part) or line == entry.line:
            kept.append((part, line))
    entry.parts = [part for part, _line in kept]
    entry.lines = [line for _part, line in kept]
    return twice


def _is_named(part: Mapping[str, Any]) -> bool:
    return bool(part.get("first_name") or part.get("last_name"))


def _twice(row: Parsed, first: int, module: str) -> Entry:
    label = _label(module, row.values)
    return Entry(row.line, label, lines=[row.line], problems=[Problem("duplicate", "", {"line": first})])


def _label(module: str, values: Mapping[str, Any]) -> str:
    return str(values.get(_LABEL[module], ""))[:160]


def _shown(value: Any) -> str:
    return " ".join(str(value).split())[:60]
