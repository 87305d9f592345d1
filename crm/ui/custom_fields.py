"""Custom fields on the pages of records: in forms, on the record's page, as columns of lists."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.access import Access
from crm.ui.cells import Column, Row
from crm.ui.sections import Section
from finsuite.kernel.custom_fields.drawing import drawn, grouped
from finsuite.kernel.custom_fields.kinds import NUMBERS, SORTABLE, FieldDefinition
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.templatetags.ui_formats import NOTHING


def sections(fields: FieldSet) -> list[Section]:
    """The fields under their headings, as the form has them."""
    return [Section(title, tuple(field.name for field in held)) for title, held in grouped(fields).items()]


@dataclass(frozen=True)
class CustomColumn(Column):
    """A column of a list that shows a custom field."""

    field: FieldDefinition | None = None

    @property
    def is_number(self) -> bool:
        return self.field is not None and self.field.kind in NUMBERS

    def needs(self) -> tuple[str, ...]:
        return ("custom", "currency")

    def cell(self, row: Row, access: Access) -> SafeString:
        assert self.field is not None
        found = drawn(self.field, row["custom"].get(self.field.key), row["currency"])
        return format_html("{}", found) if found else NOTHING


def columns(fields: FieldSet) -> list[Column]:
    """A column for each field."""
    return [CustomColumn(f.name, f.label, sort=f.name if f.kind in SORTABLE else "", field=f) for f in fields]
