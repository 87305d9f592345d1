"""The columns of a list of documents: the usual ones, and those that a person may add or leave out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from finance.ui.documents.pages import DocumentPages
from finsuite.kernel.custom_fields.kinds import NUMBERS, SORTABLE, FieldDefinition
from finsuite.kernel.custom_fields.sets import FieldSet

USUAL = ("date", "party", "reference", "status", "until", "total", "balance")
LAST = ("sub_total", "tax_total", "total", "balance")
"""Amounts stand at the end, above their sums."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: what it is called, how it sorts, which custom field it shows."""

    name: str
    label: str
    sort: str = ""
    field: Any = None

    @property
    def is_number(self) -> bool:
        """Whether it is aligned as figures are."""
        return self.name in LAST or (self.field is not None and self.field.kind in NUMBERS)


def offered(pages: DocumentPages, custom: FieldSet) -> list[Column]:
    """Every column that the list can have besides the number, in their order."""
    model = pages.model

    def named(name: str, **more: str) -> Column:
        label = capfirst(str(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        return Column(name=more.pop("as_name", name), label=label, **more)

    found = [
        Column(name="date", label=_("Date"), sort="date"),
        named(pages.spec.party, as_name="party", sort="party"),
        Column(name="reference", label=_("Reference")),
        Column(name="status", label=_("Status")),
        *([Column(name="until", label=pages.until_label, sort="until")] if pages.has_until else []),
        Column(name="salesperson", label=_("Salesperson")),
        Column(name="currency", label=_("Currency")),
        Column(name="issued", label=_("Issued")),
        Column(name="created", label=_("Created")),
        Column(name="changed", label=_("Changed")),
        *(_custom(field) for field in custom),
        Column(name="sub_total", label=_("Subtotal")),
        Column(name="tax_total", label=_("Tax")),
        Column(name="total", label=_("Total"), sort="total"),
    ]
    return [*found, *([Column(name="balance", label=_("Balance"))] if pages.has_balance else [])]


def _custom(field: FieldDefinition) -> Column:
    return Column(name=field.name, label=field.label, sort=field.name if field.kind in SORTABLE else "", field=field)


def chosen(columns: Sequence[Column], names: Collection[str]) -> list[Column]:
    """Those of the columns that a person has chosen, or the usual ones."""
    wanted = set(names) & {column.name for column in columns} or USUAL
    return [column for column in columns if column.name in wanted]
