"""How the records of each module are written: one `Kind` a module. Whoever adds a module adds it here."""

from __future__ import annotations

from typing import Any

from crm.choices import Module
from crm.services.accounts import ACCOUNTS
from crm.services.contacts import CONTACTS
from crm.services.deals import DEALS
from crm.services.products import PRODUCTS
from crm.services.record_kinds import Kind
from crm.services.vendors import VENDORS

KINDS: dict[Module, Kind[Any]] = {kind.module: kind for kind in (ACCOUNTS, CONTACTS, DEALS, PRODUCTS, VENDORS)}
