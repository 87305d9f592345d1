"""The fields that an import can fill in one organization: a module's own, and its custom ones; with their labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.choices import Module
from crm.imports.fields import ACCOUNTS, FIELDS
from crm.models import RECORDS, ImportJob, Organization
from crm.selectors.custom_fields import custom_fields
from finsuite.kernel.custom_fields.kinds import FieldDefinition
from finsuite.kernel.custom_fields.texts import shown
from finsuite.kernel.imports.custom import field_of
from finsuite.kernel.imports.fields import Field


class Table(dict[str, Field]):
    """The fields of one module by name, in the order in which people choose from them."""

    def __init__(self, module: str, custom: Iterable[FieldDefinition] = ()) -> None:
        self.module = module
        self.definitions = {definition.name: definition for definition in custom}
        own = {name: field_of(definition) for name, definition in self.definitions.items()}
        super().__init__({**FIELDS[module], **own})

    def label(self, name: str) -> str:
        """The field as the pages name it; "" for one that there is not."""
        if name in self.definitions:
            return self.definitions[name].label
        if name == "full_name":
            return _("Full name and account")
        if name == "product":
            return _("Product")
        try:
            column: Any = RECORDS[Module(self.module)]._meta.get_field(name)
        except FieldDoesNotExist:
            return ""
        return capfirst(str(column.verbose_name))

    def labels(self) -> dict[str, str]:
        """Every field that a column can fill, with its label."""
        return {name: self.label(name) for name in self}

    def told(self, name: str, value: Any) -> str:
        """A custom field's kept value in words."""
        definition = self.definitions.get(name)
        return shown(definition, value) if definition else str(value)


def table_of(organization: Organization, module: str) -> Table:
    """One query at most; none where the module has no custom fields."""
    return Table(module, custom_fields(organization, module).active)


def tables_of(job: ImportJob) -> dict[str, Table]:
    """The tables of an import's rows: its module's, and that of the accounts that are made on the way."""
    own = table_of(job.organization, job.module)
    return {ACCOUNTS: Table(ACCOUNTS), job.module: own}
