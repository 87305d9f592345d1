"""A row's cells to the values of its fields, and every reason why one of them cannot be taken."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from finsuite.kernel.imports.fields import (
    BOOLEAN,
    CURRENCY,
    CUSTOM,
    DATE,
    DECIMAL,
    EMAIL,
    INTEGER,
    LINKS,
    PERSON,
    TAGS,
    Field,
    Fields,
)
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.values import parse_boolean, parse_date, parse_decimal, parse_integer, parse_tags
from finsuite.kernel.spreadsheets import plain_cell

KEEP = "keep"
CLEAR = "clear"

_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\.]+(?:\.[^\s@<>,;:\"()\[\]\\.]+)+")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANK: dict[str, Any] = {
    **dict.fromkeys((INTEGER, DECIMAL, DATE, CUSTOM, *LINKS)),
    BOOLEAN: False,
}


@dataclass(slots=True)
class Parsed:
    """A row read: the values of its fields, by name, and what is wrong with it."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


Parser = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How the columns of one file become fields."""

    width: int
    columns: tuple[tuple[int, Field, Parser], ...]
    required: tuple[str, ...]
    blanks: str


def plan_columns(
    fields: Fields, mapping: Mapping[int, str], formats: Mapping[str, str], *, width: int, blanks: str = KEEP
) -> Plan:
    """The plan for a mapping of columns to fields, with the formats of its date and amount columns."""
    columns = tuple(
        (column, fields[name], _parser(fields[name], formats.get(name, ""))) for column, name in sorted(mapping.items())
    )
    required = tuple(name for name, spec in fields.items() if spec.required)
    return Plan(width=width, columns=columns, required=required, blanks=blanks)


def parse_row(line: int, cells: Sequence[str] | None, found: int, plan: Plan) -> Parsed:
    """Read one row. `cells` is None when it has not as many as the header; `found` says how many it has."""
    parsed = Parsed(line)
    if cells is None:
        parsed.problems.append(Problem("ragged", "", {"found": found, "expected": plan.width}))
        return parsed
    values, problems = parsed.values, parsed.problems
    for column, spec, parser in plan.columns:
        cell = plain_cell(cells[column].strip())
        if not cell:
            if plan.blanks == CLEAR and not spec.required and spec.kind != CURRENCY:
                values[spec.name] = [] if spec.kind == TAGS else _BLANK.get(spec.kind, "")
            continue
        value = parser(cell)
        if isinstance(value, Problem):
            problems.append(value)
        else:
            values[spec.name] = value
    wrong = {problem.field for problem in problems}
    for name in plan.required:
        if not values.get(name) and name not in wrong:
            problems.append(Problem("required", name))
    return parsed


def _parser(spec: Field, shown: str) -> Parser:
    """The function that reads the cells of one column; they come stripped, and not blank."""
    name = spec.name
    if spec.read is not None:
        reader = spec.read
        return lambda cell: reader(cell, shown)
    if spec.kind == DECIMAL:
        return lambda cell: parse_decimal(cell, name, shown, digits=spec.most or 16, places=spec.places)
    if spec.kind == INTEGER:
        return lambda cell: parse_integer(cell, name, digits=spec.most or 9)
    if spec.kind == DATE:
        return lambda cell: parse_date(cell, name, shown)
    if spec.kind == BOOLEAN:
        return lambda cell: parse_boolean(cell, name)
    if spec.kind == TAGS:
        return lambda cell: parse_tags(cell, name, most=spec.most or 50)
    if spec.kind == EMAIL:
        return lambda cell: _parse_email(cell, spec)
    if spec.kind == CURRENCY:
        return lambda cell: _parse_currency(cell, name)
    if spec.kind == PERSON:
        return str
    return lambda cell: _parse_text(cell, spec)


def _parse_text(cell: str, spec: Field) -> str | Problem:
    if not cell.isprintable():
        if _CONTROL.search(cell):
            return Problem("control_character", spec.name)
        if not spec.has_lines:
            cell = " ".join(cell.split())
    if spec.most is not None and len(cell) > spec.most:
        return Problem("too_long", spec.name, {"length": len(cell), "most": spec.most})
    return cell


def _parse_email(cell: str, spec: Field) -> str | Problem:
    cell = cell.removeprefix("mailto:")
    if not _EMAIL.fullmatch(cell):
        return Problem("not_an_email", spec.name, {"value": cell[:60]})
    if spec.most is not None and len(cell) > spec.most:
        return Problem("too_long", spec.name, {"length": len(cell), "most": spec.most})
    return cell


def _parse_currency(cell: str, name: str) -> str | Problem:
    return cell.upper() if _CURRENCY.fullmatch(cell) else Problem("not_a_currency", name, {"value": cell[:60]})


def frozen(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as JSON can keep them."""
    return {name: str(value) if isinstance(value, Decimal | dt.date) else value for name, value in values.items()}


def thawed(fields: Fields, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they were before they were frozen. A field that is gone since keeps what it was given."""
    return {name: _thaw(fields[name].kind if name in fields else "", value) for name, value in values.items()}


def _thaw(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == DECIMAL:
        return Decimal(value)
    if kind == DATE:
        return dt.date.fromisoformat(value)
    return value
