"""Custom fields on the pages of records: in forms, on the record's page, as columns of lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.access import Access
from crm.ui.cells import Column, Row, website_link
from crm.ui.sections import Section
from finsuite.kernel.custom_fields.kinds import NUMBERS, SORTABLE, FieldDefinition, Kind
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.custom_fields.texts import shown
from finsuite.kernel.templatetags.ui_formats import NOTHING


def sections(fields: FieldSet) -> list[Section]:
    """The fields under the headings that they name, else under "More fields"."""
    titles: dict[str, list[str]] = {}
    for field in fields:
        titles.setdefault(field.section or _("More fields"), []).append(field.name)
    return [Section(title, tuple(names)) for title, names in titles.items()]


def drawn(field: FieldDefinition, value: Any, currency: str) -> str | SafeString:
    """A value as a page shows it: addresses as links, choices as badges; empty text where there is none."""
    if value in (None, "", [], False):
        return ""
    match field.kind:
        case Kind.EMAIL:
            return format_html('<a href="mailto:{}">{}</a>', value, value)
        case Kind.PHONE:
            return format_html('<a href="tel:{}">{}</a>', value, value)
        case Kind.URL:
            return website_link(value)
        case Kind.CHOICES:
            labels = (field.options[key].label if key in field.options else key for key in value)
            return format_html_join(" ", '<span class="badge">{}</span>', ((label,) for label in labels))
    return shown(field, value, currency=currency)


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
