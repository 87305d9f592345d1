"""Entering an imported item."""

from __future__ import annotations

from typing import Any

from finance.choices import ImportedKind, ItemKind
from finance.imports.reading import Entry
from finance.models import Vendor
from finance.selectors.import_known import item_meant, known_by_source, named
from finance.services import items
from finance.services.import_books import Applied, Books, Unfit, changed_outcome, differences, remember, snapshot
from finance.services.import_taxes import Taxes
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.imports.problems import Particular, Problem
from finsuite.kernel.imports.tables import ImportOutcome


def apply_item(books: Books, entry: Entry) -> Applied:
    """Create the item, or bring the one that is meant up to date."""
    said = entry.values
    known = known_by_source(books.organization, ImportedKind.ITEM, said.get("source_id", ""))
    if known is None:
        found = item_meant(books.organization, said.get("sku", ""), said["name"])
        if len(found) > 1:
            told: dict[str, Particular] = {"count": len(found), "ids": ", ".join(str(item.pk) for item in found[:5])}
            raise Unfit(Problem("several_records", "name", told))
        known = found[0] if found else None
    if known is not None and books.job.existing == books.job.Existing.SKIP:
        return Applied(ImportOutcome.SKIP, ImportedKind.ITEM, known)
    applied = Applied(ImportOutcome.CREATE, ImportedKind.ITEM)
    values = _values(books, entry, applied)
    if known is None:
        if "kind" not in values:
            values["kind"] = ItemKind.GOODS if values.get("track_stock") else ItemKind.SERVICE
        applied.record = items.create_item(actor=books.actor, organization=books.organization, values=values)
    else:
        before = snapshot(known, values)
        applied.record = items.update_item(actor=books.actor, item=known, values=values)
        applied.changes = differences(before, snapshot(applied.record, values))
        applied.outcome = changed_outcome(applied.changes)
    remember(books, ImportedKind.ITEM, said.get("source_id", ""), applied.record)
    return applied


def _values(books: Books, entry: Entry, applied: Applied) -> dict[str, Any]:
    said, taxes = entry.values, Taxes(books, applied)
    values = {
        name: value for name, value in said.items() if name in items.WRITABLE - {"vendor_id"} or name.startswith(PREFIX)
    }
    if "item_type" in said:
        sold, purchased, stocked = said["item_type"]
        values = {"is_sold": sold, "is_purchased": purchased, "track_stock": stocked, **values}
    elif values.get("purchase_rate"):
        values.setdefault("is_purchased", True)
    if "tax_name" in said or "tax_rate" in said:
        tax = taxes.meant(said.get("tax_name", ""), said.get("tax_rate"), "tax_name")
        values["sales_tax_id"] = tax.pk if tax else None
    if "purchase_tax_name" in said or "purchase_tax_rate" in said:
        tax = taxes.meant(said.get("purchase_tax_name", ""), said.get("purchase_tax_rate"), "purchase_tax_name")
        values["purchase_tax_id"] = tax.pk if tax else None
    if said.get("vendor"):
        found = named(books.organization, Vendor, said["vendor"])
        if len(found) == 1:
            values["vendor_id"] = found[0].pk
        else:
            applied.notes.append(Problem("no_such_vendor", "vendor", {"value": said["vendor"][:60]}))
    return values
