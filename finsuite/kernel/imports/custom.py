"""An organization's own fields as columns can fill them; what is wrong with a cell is told in every language."""

from __future__ import annotations

from typing import Any

from finsuite.kernel.custom_fields.kinds import DAYS, NUMBERS, FieldDefinition
from finsuite.kernel.custom_fields.texts import read_text
from finsuite.kernel.custom_fields.values import clean
from finsuite.kernel.errors import Refused
from finsuite.kernel.imports.fields import CUSTOM, DATE, DECIMAL, Field
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.said import in_every_language, said


def field_of(definition: FieldDefinition) -> Field:
    """The custom field, its cells read by its own rules."""

    def once(cell: str, way: str) -> Any:
        try:
            return clean(definition, read_text(definition, cell, way))
        except Refused as refused:
            return said(refused.message, definition.name)

    def read(cell: str, way: str) -> Any:
        value = once(cell, way)
        return in_every_language([value], lambda: [once(cell, way)])[0] if isinstance(value, Problem) else value

    return Field(definition.name, CUSTOM, asks=asks(definition), read=read)


def asks(definition: FieldDefinition) -> str:
    """What its cells can be doubtful in: the order of a date, the mark of decimals, or nothing."""
    return DATE if definition.kind in DAYS else DECIMAL if definition.kind in NUMBERS else ""
