"""What a column of a file can fill: one field, and how its cells are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TEXT = "text"
EMAIL = "email"
INTEGER = "integer"
DECIMAL = "decimal"
DATE = "date"
BOOLEAN = "boolean"
TAGS = "tags"
CURRENCY = "currency"
PERSON = "person"  # a member of the organization, by e-mail address or full name
RECORD = "record"  # another record, by name
LISTED = "listed"  # an entry of one of the organization's lists, by name: a pipeline, a stage, a lost reason
CUSTOM = "custom"  # a custom field, which knows itself how to read a cell

LINKS = (PERSON, RECORD, LISTED)  # what is written as the id of something, under the name with _id behind it


@dataclass(frozen=True, slots=True)
class Field:
    """One field that a column can fill."""

    name: str
    kind: str = TEXT
    most: int | None = None  # the longest text, or the most digits before the decimal mark
    required: bool = False
    places: int = 2  # decimals
    to: str = ""  # the module of the record that is named
    asks: str = ""  # what of a custom field's cells can be read two ways: dates or decimals
    read: Callable[[str, str], Any] | None = None  # how its cells are read: cell, format → value, or a Problem
    has_lines: bool = False  # a text whose line breaks are kept

    @property
    def column(self) -> str:
        """The name under which the record's services take the value."""
        return f"{self.name}_id" if self.kind in LINKS else self.name

    @property
    def doubtful(self) -> str:
        """What of its cells can be read two ways, if anything: the order of a date, the mark of an amount."""
        return self.asks or (self.kind if self.kind in (DATE, DECIMAL) else "")


Fields = Mapping[str, Field]
