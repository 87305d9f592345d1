"""Which table holds the records of which module, and what these tables refer to."""

from __future__ import annotations

from functools import cache

from django.db import models

from crm.choices import Module
from crm.models.accounts import Account
from crm.models.contacts import Contact
from crm.models.deals import Deal
from crm.models.products import Product
from crm.models.record import Record
from crm.models.vendors import Vendor

RECORDS: dict[Module, type[Record]] = {
    Module.ACCOUNTS: Account,
    Module.CONTACTS: Contact,
    Module.DEALS: Deal,
    Module.PRODUCTS: Product,
    Module.VENDORS: Vendor,
}


def module_of(record: Record | type[Record]) -> Module:
    """The module that a record, or its class, belongs to."""
    wanted = record if isinstance(record, type) else type(record)
    return next(module for module, model in RECORDS.items() if model is wanted)


def singular(module: str) -> str:
    """What one record of the module is called in the names of addresses and templates: "account"."""
    return str(RECORDS[Module(module)]._meta.model_name)


@cache
def references(model: type[Record]) -> dict[str, type[models.Model]]:
    """The columns of a record's table that refer to another table, and to which: {"account_id": Account, …}."""
    return {
        column.attname: column.related_model
        for column in model._meta.concrete_fields
        if isinstance(column, models.ForeignKey) and column.name != "organization"
    }


def referred(model: type[Record], column: str) -> Module | None:
    """The module whose records this column refers to; None if it refers to none."""
    target = references(model).get(column)
    return next((module for module, known in RECORDS.items() if known is target), None)
