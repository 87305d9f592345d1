"""The rows of a list, drawn in Python: a template for each would cost most of the page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import Module
from crm.ui.addresses import address
from crm.ui.cells import Column
from crm.ui.editing import opened, place_of
from finsuite.kernel.templatetags.ui import icon


@dataclass(frozen=True)
class Rows:
    """How the rows of one page look: which columns, and what the person may do with them."""

    access: Access
    module: Module
    named_by: Sequence[str]
    columns: Sequence[Column]
    editable: Collection[str]

    def drawn(self, row: Mapping[str, Any], badges: SafeString) -> SafeString:
        """One row: its tick box, its name with the button that looks beside it, its cells."""
        name = escape(" ".join(str(row[part]) for part in self.named_by if row[part]))
        return SafeString(f"<tr>{self._pick(row, name)}{self._name(row, name, badges)}{self._cells(row)}</tr>")

    def _pick(self, row: Mapping[str, Any], name: str) -> str:
        told = self._select % {"name": name}
        return (
            '<td class="table__pick"><input class="check" type="checkbox" name="row"'
            f' value="{row["id"]}" aria-label="{told}"></td>'
        )

    def _name(self, row: Mapping[str, Any], name: str, badges: SafeString) -> str:
        told = self._look_at % {"name": name}
        return (
            f'<th scope="row"><a href="{self._address("detail", row)}">{name}</a>{badges and f" {badges}"}'
            ' <button type="button" class="button button--icon button--quiet button--small peek-open"'
            f' aria-label="{told}" title="{self._look}" hx-get="{self._address("peek", row)}"'
            f' hx-target="#peek" data-peek>{self._icon}</button></th>'
        )

    def _cells(self, row: Mapping[str, Any]) -> str:
        access, cell = self.access, self._address("cell", row)
        return "".join(
            f"{start.replace(self._place, cell)}{column.cell(row, access)}</td>"
            for column, start in zip(self.columns, self._starts, strict=True)
        )

    def _address(self, page: str, row: Mapping[str, Any]) -> str:
        return address(self.module, page, self.access.organization.pk, row["id"])

    @cached_property
    def _place(self) -> str:
        """Stands in the cells' beginnings for the address of a row's cells."""
        return address(self.module, "cell", self.access.organization.pk, 0)

    @cached_property
    def _starts(self) -> list[str]:
        """How the cells of each column begin."""
        return [
            opened(column, place_of(self.access, self.module, 0, column) if column.name in self.editable else "")
            for column in self.columns
        ]

    @cached_property
    def _select(self) -> str:
        return escape(_("Select %(name)s"))

    @cached_property
    def _look_at(self) -> str:
        return escape(_("Look at %(name)s"))

    @cached_property
    def _look(self) -> str:
        return escape(_("Look at it beside the list"))

    @cached_property
    def _icon(self) -> SafeString:
        return icon("panel-right", "icon--sm")
