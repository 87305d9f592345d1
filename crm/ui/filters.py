"""The filter builder: criteria as lines and groups of a form, and back.

What the form sends is the tree as typed (static/js/filters.js puts it together): groups are {"all": […]} or
{"any": […]}, lines are {"field", "comparator", "value", "to", "period", "days"}. What can't be read stays as typed, for
the criteria themselves to refuse at its place, which is where the form then says so.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

import orjson
from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import Module
from crm.criteria.fields import LISTED, VALUELESS, FieldKind, FilterField
from crm.criteria.periods import PERIODS, days_of
from crm.criteria.tree import DEEPEST, ME, MOST_CRITERIA
from crm.models import RECORDS, ListView
from crm.selectors.criteria import filter_fields, setup_rows
from crm.selectors.records import named
from crm.ui.addresses import address
from crm.ui.people import People
from finsuite.kernel import formats
from finsuite.kernel.errors import Refused
from finsuite.kernel.ids import read_id

LONGEST = 6000
_IN_TIME = (FieldKind.DATE, FieldKind.MOMENT)
_COUNTED = ("last_days", "next_days")


def criteria_of(view: ListView) -> list[Any]:
    """The criteria that a view stands for; what is mine is what I own."""
    if view.scope == ListView.Scope.MINE:
        return [{"field": "owner", "comparator": "is", "value": ME}]
    return list(view.criteria)


def read_json(text: str) -> list[Any]:
    """Criteria as they come in an address; what is none, and what is too long for one, is no filter."""
    if len(text) > LONGEST:
        return []
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    return found if isinstance(found, list) else []


def read_tree(text: str) -> dict[str, Any]:
    """The filter's form as it was sent."""
    if len(text) > 4 * LONGEST:
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def write_json(criteria: Sequence[Any]) -> str:
    """Criteria as they go into an address."""
    return orjson.dumps(list(criteria)).decode()


@dataclass
class Line:
    """One criterion as the form shows it."""

    builder: Builder
    field: FilterField
    comparator: str
    value: Any = ""  # what was typed; a list where several are chosen
    to: str = ""
    period: str = ""
    days: str = ""
    unknown: Mapping[str, Any] | None = None  # a criterion on a field that there is no more
    fault: str = ""
    id: str = made(default_factory=lambda: secrets.token_hex(4))

    is_group = False

    @property
    def comparators(self) -> list[tuple[str, str]]:
        """What the field can be compared by; several records are for programs to name."""
        is_typed = self.picked or self.picks_people
        hidden = LISTED if is_typed and self.comparator not in LISTED else ()
        return [(name, self.field.told(name)) for name in self.field.comparators if name not in hidden]

    @property
    def control(self) -> str:
        """Which control takes the value."""
        if self.unknown is not None or self.comparator in VALUELESS:
            return "none"
        if self.field.kind in _IN_TIME:
            return "days" if self.comparator == "between" else "time"
        if self.comparator == "between":
            return "range"
        if self.picked:
            return "kept" if self.comparator in LISTED else "picker"
        if self.picks_people and self.comparator not in LISTED:
            return "picker"
        if self.options:
            return "several" if self.comparator in LISTED else "one"
        return "yes_no" if self.field.kind is FieldKind.YES_NO else "text"

    @property
    def picked(self) -> Module | None:
        """The module whose records the field refers to, if it does."""
        return Module(self.field.target) if self.field.target in Module.values else None

    @property
    def picks_people(self) -> bool:
        """Whether the field refers to members, and they are too many for a list."""
        return self.field.target == "users" and self.builder.people.few is None

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        """What there is to choose from, where that is a short list; of many members, those that are chosen."""
        if self.field.target == "users":
            return [(ME, _("Me")), *((str(key), name) for key, name in self._people())]
        if self.field.kind is FieldKind.RECORD and not self.picked:
            return self.builder.targets(self.field.target)
        return list(self.field.options)

    def _people(self) -> Iterable[tuple[int, str]]:
        people = self.builder.people
        if people.few is not None:
            return people.few
        return people.names([key for part in self.chosen if (key := read_id(part))]).items()

    @property
    def chosen(self) -> list[str]:
        return [str(part) for part in self.value] if isinstance(self.value, list) else [str(self.value)]

    @property
    def periods(self) -> list[tuple[str, Any]]:
        """Stretches of days relative to today, and the ways to name others."""
        days = [("last_days", _("the last … days")), ("next_days", _("the next … days"))]
        return [("day", _("a date")), *PERIODS.items(), *days]

    @property
    def is_counted(self) -> bool:
        return self.period in _COUNTED

    @property
    def lookup(self) -> str:
        if self.picks_people:
            return f"{self.builder.people.lookup}?me=1"
        return address(self.picked, "lookup", self.builder.access.organization.pk) if self.picked else ""

    @property
    def shown(self) -> str:
        """What the chosen record is called."""
        key = read_id(str(self.value))
        if self.picks_people:
            return _("Me") if self.value == ME else self.builder.people.name_of(key) if key else ""
        if key is None or self.picked is None:
            return ""
        return named(self.builder.access, self.picked, {key}).get(key, "")

    @property
    def is_listed(self) -> bool:
        """Whether several values are typed, with commas between them."""
        return self.comparator in LISTED

    @property
    def unknown_json(self) -> str:
        return orjson.dumps(dict(self.unknown or {}), default=str).decode()

    @property
    def kept(self) -> str:
        """Several records, which this form only hands on."""
        return orjson.dumps(self.value if isinstance(self.value, list) else []).decode()

    def criterion(self) -> dict[str, Any]:
        """What was typed, as the criterion holds it."""
        if self.unknown is not None:
            return dict(self.unknown)
        told: dict[str, Any] = {"field": self.field.name, "comparator": self.comparator}
        if self.comparator in VALUELESS:
            return told
        if self.comparator == "between":
            return {**told, "value": [self._read(self.value), self._read(self.to)]}
        if self.comparator in LISTED:
            parts = self.value if isinstance(self.value, list) else str(self.value).split(",")
            return {**told, "value": [self._read(part) for part in parts if str(part).strip()]}
        if self.field.kind in _IN_TIME:
            return {**told, "value": self._day()}
        return {**told, "value": self._read(self.value)}

    def _day(self) -> str:
        if self.is_counted:
            return f"{self.period.removesuffix('_days')}_{self.days.strip()}_days"
        return str(self.value).strip() if self.period in ("", "day") else self.period

    def _read(self, given: Any) -> Any:
        text = str(given).strip()
        match self.field.kind:
            case FieldKind.YES_NO:
                return {"yes": True, "no": False}.get(text, text)
            case FieldKind.RECORD:
                found = read_id(text)
                return text if found is None else found
            case FieldKind.NUMBER | FieldKind.MONEY:
                try:
                    return formats.plain_amount(formats.parse_amount(text))
                except Refused:
                    return text
        return text


@dataclass
class Block:
    """A group as the form shows it; the outermost one is the filter itself."""

    builder: Builder
    join: str
    parts: list[Any]
    depth: int
    fault: str = ""
    id: str = made(default_factory=lambda: secrets.token_hex(4))

    is_group = True

    @property
    def may_nest(self) -> bool:
        """Whether a group fits into this one."""
        return self.depth < DEEPEST - 1

    @property
    def next_depth(self) -> int:
        """How deep a group in this one lies."""
        return self.depth + 1

    @property
    def size(self) -> int:
        """How many criteria it has, however deep."""
        return sum(part.size if part.is_group else 1 for part in self.parts)

    def criteria(self) -> list[Any]:
        """The filter as criteria are saved: everything in the outermost list must hold."""
        inner = [part.group() if part.is_group else part.criterion() for part in self.parts]
        return [{"any": inner}] if self.join == "any" and len(inner) > 1 else inner

    def group(self) -> dict[str, Any]:
        return {self.join: [part.group() if part.is_group else part.criterion() for part in self.parts]}

    def blame(self, faults: Mapping[str, Sequence[str]]) -> None:
        """Put what is wrong where it is."""
        top = "criteria.0.any" if self.join == "any" and len(self.parts) > 1 else "criteria"
        for place, part in self._placed(top):
            part.fault = " ".join(faults.get(place, ()))

    def _placed(self, place: str) -> Iterator[tuple[str, Any]]:
        for at, part in enumerate(self.parts):
            yield f"{place}.{at}", part
            if part.is_group:
                yield from part._placed(f"{place}.{at}.{part.join}")


@dataclass
class Builder:
    """What lines and groups of one module's filter are made from. What they all ask is asked once."""

    access: Access
    module: Module

    @cached_property
    def fields(self) -> dict[str, FilterField]:
        return filter_fields(self.access, self.module)

    @property
    def first(self) -> FilterField:
        """What a new line begins with: the name."""
        named_by = RECORDS[self.module].named_by
        return self.fields.get(named_by[-1]) or next(iter(self.fields.values()))

    @cached_property
    def people(self) -> People:
        return People(self.access.organization)

    def targets(self, name: str) -> list[tuple[str, str]]:
        """The organization's stages, pipelines or lost reasons, to choose from."""
        return [(str(row.pk), str(row)) for row in setup_rows(self.access, self.module, name)[:500]]

    def typed(self, tree: Mapping[str, Any]) -> Block:
        """The form as it was sent."""
        return self._block(tree, 0, self._typed_line)

    def shown(self, criteria: Sequence[Any]) -> Block:
        """The form that stands for these criteria."""
        only = criteria[0] if len(criteria) == 1 and isinstance(criteria[0], Mapping) else {}
        tree = {"any": only["any"]} if isinstance(only.get("any"), list) else {"all": list(criteria)}
        return self._block(tree, 0, self._shown_line)

    def line(self, given: Mapping[str, Any]) -> Line:
        """A line for the field and comparator that have just been chosen, with what was typed as far as it fits."""
        return self._typed_line(given)

    def group(self, depth: int) -> Block:
        """A new group, with a line to begin with."""
        return Block(self, "any", [self.line({}), self.line({})], depth)

    def _block(self, tree: Mapping[str, Any], depth: int, line: Any) -> Block:
        join = "any" if "any" in tree else "all"
        given = tree.get(join)
        parts = given if isinstance(given, list) and depth <= DEEPEST else []
        return Block(
            self,
            join,
            [
                self._block(part, depth + 1, line) if "any" in part or "all" in part else line(part)
                for part in parts[: MOST_CRITERIA + 1]
                if isinstance(part, Mapping)
            ],
            depth,
        )

    def _typed_line(self, given: Mapping[str, Any]) -> Line:
        if isinstance(given.get("unknown"), str):
            return self._unknown(given["unknown"])
        known = self.fields.get(str(given.get("field"))) or self.first
        line = self._line(known, str(given.get("comparator", "")))
        value = given.get("value", "")
        line.value = value if isinstance(value, list) else str(value)
        if line.control in ("picker", "kept") and isinstance(value, str) and value.startswith("["):
            line.value = read_json(value)
        line.to, line.period, line.days = (str(given.get(name, "")) for name in ("to", "period", "days"))
        return line

    def _unknown(self, text: str) -> Line:
        try:
            held = orjson.loads(text)
        except orjson.JSONDecodeError:
            held = {}
        first = self.first
        return Line(self, first, first.comparators[0], unknown=held if isinstance(held, dict) else {})

    def _shown_line(self, entry: Mapping[str, Any]) -> Line:
        known = self.fields.get(str(entry.get("field")))
        if known is None or entry.get("comparator") not in known.comparators:
            return self._unknown(orjson.dumps(dict(entry), default=str).decode())
        line = self._line(known, str(entry["comparator"]))
        value = entry.get("value", "")
        if line.comparator == "between" and isinstance(value, list) and len(value) == 2:
            line.value, line.to = (self._told(known, part) for part in value)
        elif isinstance(value, list):
            told = [self._told(known, part) for part in value]
            line.value = told if line.control in ("several", "kept") else ", ".join(told)
        elif known.kind in _IN_TIME and (counted := days_of(str(value))):
            line.period, line.days = f"{counted[0]}_days", str(counted[1])
        elif known.kind in _IN_TIME and value in PERIODS:
            line.period = str(value)
        else:
            line.value = self._told(known, value)
        return line

    def _line(self, known: FilterField, comparator: str) -> Line:
        chosen = comparator if comparator in known.comparators else known.comparators[0]
        return Line(self, known, chosen)

    def _told(self, known: FilterField, value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if known.kind in (FieldKind.NUMBER, FieldKind.MONEY):
            try:
                return formats.typed(Decimal(value))
            except (InvalidOperation, TypeError, ValueError):
                return str(value)
        return str(value)
