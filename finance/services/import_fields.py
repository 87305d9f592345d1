"""The fields that an import can fill in one organization, its custom ones too; with their labels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from finance.choices import Extended, ImportedKind
from finance.imports.fields import CONTACTS, FIELDS, INVOICES, ITEMS
from finance.models import ContactPerson, Customer, Invoice, InvoiceLine, Item, Organization
from finance.selectors.custom_fields import custom_fields
from finsuite.kernel.custom_fields.kinds import FieldDefinition
from finsuite.kernel.custom_fields.texts import shown
from finsuite.kernel.imports.custom import asks, field_of
from finsuite.kernel.imports.fields import CUSTOM, Field

EXTENDED = {CONTACTS: Extended.CUSTOMERS, ITEMS: Extended.ITEMS}
_MODELS: dict[str, tuple[Any, ...]] = {
    CONTACTS: (Customer, ContactPerson),
    ITEMS: (Item,),
    INVOICES: (Invoice, InvoiceLine, Customer, Item),
}
_SOURCE = gettext_lazy("Their ID in the other books")
_TAX_RATE = gettext_lazy("Tax (%)")
_LABELS: dict[str, dict[str, str | Promise]] = {
    CONTACTS: {
        "source_id": _SOURCE,
        "contact_type": gettext_lazy("Customer or vendor"),
        "contact_persons": gettext_lazy("Contact persons"),
        "opening_balance": gettext_lazy("Opening balance (told, not imported)"),
    },
    ITEMS: {
        "source_id": _SOURCE,
        "item_type": gettext_lazy("Sold, purchased or kept in stock"),
        "tax_name": gettext_lazy("Tax"),
        "tax_rate": _TAX_RATE,
        "purchase_tax_name": gettext_lazy("Tax on purchases"),
        "purchase_tax_rate": gettext_lazy("Tax on purchases (%)"),
    },
    INVOICES: {
        "source_id": gettext_lazy("The invoice's ID in the other books"),
        "customer_source_id": gettext_lazy("The customer's ID in the other books"),
        "discount_type": gettext_lazy("Discount on lines or on the whole"),
        "document_discount_percent": gettext_lazy("Discount (%)"),
        "document_discount_amount": gettext_lazy("Discount (amount)"),
        "shipping_tax_name": gettext_lazy("Tax on shipping"),
        "shipping_tax_rate": gettext_lazy("Tax on shipping (%)"),
        "last_payment_date": gettext_lazy("Day of the last payment"),
        "write_off_amount": gettext_lazy("Amount written off"),
        "credits_applied": gettext_lazy("Amount settled by credit notes"),
        "item_source_id": gettext_lazy("Line: the item's ID in the other books"),
        "item_name": gettext_lazy("Line: name of the item"),
        "sku": gettext_lazy("Line: SKU"),
        "description": gettext_lazy("Line: description"),
        "quantity": gettext_lazy("Line: quantity"),
        "unit": gettext_lazy("Line: unit"),
        "rate": pgettext_lazy("of a line", "Line: rate"),
        "line_discount": gettext_lazy("Line: discount (%)"),
        "line_discount_amount": gettext_lazy("Line: discount (amount)"),
        "tax_name": gettext_lazy("Line: tax"),
        "tax_rate": gettext_lazy("Line: tax (%)"),
        "tax2_name": gettext_lazy("Line: second tax"),
        "tax2_rate": gettext_lazy("Line: second tax (%)"),
    },
}


class Table(dict[str, Field]):
    """The fields of one module by name, in the order in which people choose from them.

    Contacts are customers or vendors, each with custom fields of their own: a column fills the field of its name of
    whichever the contact is. The table reads them as customers; `of` is how those of another kind are read.
    """

    def __init__(
        self, module: str, custom: Iterable[FieldDefinition] = (), of_vendors: Iterable[FieldDefinition] = ()
    ) -> None:
        self.module = module
        self.definitions = {definition.name: definition for definition in custom}
        self._others = {definition.name: definition for definition in of_vendors}
        own = {name: field_of(definition) for name, definition in self.definitions.items()}
        foreign = {name: _as_it_stands(one) for name, one in self._others.items() if name not in own}
        super().__init__({**FIELDS[module], **own, **foreign})

    def of(self, kind: str) -> Table:
        """The same fields as a record of this kind is read."""
        return self._of_vendors if kind == ImportedKind.VENDOR else self

    @cached_property
    def _of_vendors(self) -> Table:
        return Table(self.module, self._others.values(), self.definitions.values())

    def strays(self, values: Iterable[str]) -> list[str]:
        """Which of these are custom fields that such a record doesn't have, but the other kind of contact."""
        return [name for name in values if name in self._others and name not in self.definitions]

    def label(self, name: str) -> str:
        """The field as the pages name it; "" for one that there is not."""
        if name in self.definitions:
            return self.definitions[name].label
        if name in self._others:
            label = self._others[name].label
            is_told_apart = all(label != one.label for one in self.definitions.values())
            return label if is_told_apart else _("%(field)s (the other kind of contact)") % {"field": label}
        name = name.removesuffix("_id") if name not in self else name
        if name in _LABELS[self.module]:
            return str(_LABELS[self.module][name])
        for model in _MODELS[self.module]:
            try:
                column: Any = model._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            return capfirst(str(getattr(column, "verbose_name", name)))
        return ""

    def labels(self) -> dict[str, str]:
        """Every field that a column can fill, with its label."""
        return {name: self.label(name) for name in self}

    def told(self, name: str, value: Any) -> str | None:
        """A custom field's kept value in words; None for a field that is none of those."""
        definition = self.definitions.get(name)
        return shown(definition, value) if definition else None


def table_of(organization: Organization, module: str) -> Table:
    """One query for each kind of record that has custom fields."""
    if module not in EXTENDED:
        return Table(module)
    of_vendors = custom_fields(organization, Extended.VENDORS).active if module == CONTACTS else ()
    return Table(module, custom_fields(organization, EXTENDED[module]).active, of_vendors)


def _as_it_stands(definition: FieldDefinition) -> Field:
    """A field of the other kind of contact: its cell is kept, for the record to tell that it has no such field."""
    return Field(definition.name, CUSTOM, asks=asks(definition), read=lambda cell, way: cell)
