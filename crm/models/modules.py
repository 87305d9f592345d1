"""Which table holds the records of which module."""

from __future__ import annotations

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
