"""A column of a list, and how its values are drawn. In Python, as a template per cell would cost most of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import Module, StageCategory
from crm.models import RECORDS
from crm.ui.addresses import address
from finsuite.kernel import formats
from finsuite.kernel.templatetags.ui import person, status
from finsuite.kernel.templatetags.ui_formats import NOTHING, day, when

Row = Mapping[str, Any]

# The ring beside a stage's name.
STAGE_TONES: dict[str, str] = {
    StageCategory.OPEN: "progress",
    StageCategory.WON: "success",
    StageCategory.LOST: "danger",
}


class Look(StrEnum):
    """How a column's values are drawn."""

    TEXT = "text"
    PERSON = "person"
    RECORD = "record"
    STAGE = "stage"
    WEBSITE = "website"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    YES_NO = "yes_no"
    DAY = "day"
    AGO = "ago"
    TAGS = "tags"


@dataclass(frozen=True)
class Column:
    """One column that a list may show. `sort` is what it can be sorted by; `refers` whose records it names."""

    name: str
    label: Any
    look: Look = Look.TEXT
    sort: str = ""
    refers: Module | None = None

    @property
    def is_number(self) -> bool:
        return self.look in (Look.NUMBER, Look.MONEY, Look.PERCENT)

    def needs(self) -> tuple[str, ...]:
        """The columns of the table, and of those it points to, that a cell is drawn from."""
        match self.look:
            case Look.PERSON:
                return tuple(f"{self.name}__{part}" for part in ("id", "first_name", "last_name", "email"))
            case Look.RECORD if self.refers:
                parts = (*RECORDS[self.refers].named_by, "owner_id")
                return (f"{self.name}_id", *(f"{self.name}__{part}" for part in parts))
            case Look.STAGE:
                return (f"{self.name}__name", f"{self.name}__category")
            case Look.MONEY:
                return (self.name, "currency")
        return (self.name,)

    def cell(self, row: Row, access: Access) -> SafeString:
        """The cell's content, escaped."""
        if self.look is Look.PERSON:
            return self._person(row)
        if self.look is Look.RECORD and self.refers:
            return self._record(row, access, self.refers)
        if self.look is Look.STAGE:
            return status(row[f"{self.name}__name"], STAGE_TONES[row[f"{self.name}__category"]])
        value = row[self.name]
        if value in (None, "", []):
            return NOTHING
        return self._drawn(value, row)

    def _drawn(self, value: Any, row: Row) -> SafeString:
        match self.look:
            case Look.WEBSITE:
                return website_link(value)
            case Look.EMAIL:
                return format_html('<a href="mailto:{}">{}</a>', value, value)
            case Look.PHONE:
                return format_html('<a href="tel:{}">{}</a>', value, value)
            case Look.NUMBER:
                return format_html("{}", formats.number(value))
            case Look.MONEY:
                return format_html("{}", formats.price(value, row["currency"]))
            case Look.PERCENT:
                return format_html("{}", formats.percent(value / 100))
            case Look.YES_NO:
                return format_html("{}", _("Yes") if value else _("No"))
            case Look.DAY:
                return day(value)
            case Look.AGO:
                return when(value)
            case Look.TAGS:
                return format_html_join(
                    " ", '<a class="badge" href="?{}">{}</a>', ((tagged(tag), tag) for tag in value)
                )
        return format_html("{}", value)

    def _person(self, row: Row) -> SafeString:
        if row[f"{self.name}__id"] is None:
            return NOTHING
        full = f"{row[f'{self.name}__first_name']} {row[f'{self.name}__last_name']}".strip()
        return person(full or row[f"{self.name}__email"])

    def _record(self, row: Row, access: Access, module: Module) -> SafeString:
        """The name of another record, linked to its page; nothing where the person may not see it."""
        key = row[f"{self.name}_id"]
        if key is None or not access.sees(module, row[f"{self.name}__owner_id"]):
            return NOTHING
        name = " ".join(str(part) for part in (row[f"{self.name}__{p}"] for p in RECORDS[module].named_by) if part)
        return format_html('<a href="{}">{}</a>', address(module, "detail", access.organization.pk, key), name)


def tagged(tag: str) -> str:
    """The query by which a list shows the records with a tag."""
    return urlencode({"tag": tag})


def website_link(website: str) -> SafeString:
    """A link to a website that was written with or without its scheme."""
    place = website if website.lower().startswith(("http://", "https://")) else f"https://{website}"
    shown = website.split("://")[-1].rstrip("/")
    return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', place, shown)
