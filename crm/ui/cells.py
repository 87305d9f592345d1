"""A column of a list, and how its values are drawn. In Python, as a template per cell would cost most of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from finsuite.kernel import formats
from finsuite.kernel.templatetags.ui import person
from finsuite.kernel.templatetags.ui_formats import NOTHING, day, when

Row = Mapping[str, Any]


class Look(StrEnum):
    """How a column's values are drawn."""

    TEXT = "text"
    PERSON = "person"
    ACCOUNT = "account"
    WEBSITE = "website"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    AGO = "ago"
    TAGS = "tags"


@dataclass(frozen=True)
class Column:
    """One column that a list may show. `sort` is the order it can be sorted by, if any."""

    name: str
    label: Any
    look: Look = Look.TEXT
    sort: str = ""

    @property
    def is_number(self) -> bool:
        return self.look in (Look.NUMBER, Look.MONEY)

    def needs(self) -> tuple[str, ...]:
        """The columns of the table, and of those it points to, that a cell is drawn from."""
        match self.look:
            case Look.PERSON:
                return tuple(f"{self.name}__{part}" for part in ("id", "first_name", "last_name", "email"))
            case Look.ACCOUNT:
                return (f"{self.name}_id", f"{self.name}__name")
            case Look.MONEY:
                return (self.name, "currency")
        return (self.name,)

    def cell(self, row: Row, organization_id: int) -> SafeString:
        """The cell's content, escaped."""
        if self.look is Look.PERSON:
            return self._person(row)
        if self.look is Look.ACCOUNT:
            return self._account(row, organization_id)
        value = row[self.name]
        return NOTHING if value in (None, "", []) else self._drawn(value, row)

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
                return format_html("{}", formats.amount(value, row["currency"]))
            case Look.DAY:
                return day(value)
            case Look.AGO:
                return when(value)
            case Look.TAGS:
                return format_html_join(" ", '<span class="badge">{}</span>', ((tag,) for tag in value))
        return format_html("{}", value)

    def _person(self, row: Row) -> SafeString:
        if row[f"{self.name}__id"] is None:
            return NOTHING
        full = f"{row[f'{self.name}__first_name']} {row[f'{self.name}__last_name']}".strip()
        return person(full or row[f"{self.name}__email"])

    def _account(self, row: Row, organization_id: int) -> SafeString:
        if row[f"{self.name}_id"] is None:
            return NOTHING
        place = reverse(
            "crm:account_detail", kwargs={"organization": organization_id, "account_id": row[f"{self.name}_id"]}
        )
        return format_html('<a href="{}">{}</a>', place, row[f"{self.name}__name"])


def website_link(website: str) -> SafeString:
    """A link to a website that was written with or without its scheme."""
    place = website if website.lower().startswith(("http://", "https://")) else f"https://{website}"
    shown = website.split("://")[-1].rstrip("/")
    return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', place, shown)
