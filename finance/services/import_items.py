"""Entering an imported item, and the taxes and vendors that files name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from finance.choices import ImportedKind, ItemKind
from finance.imports.reading import Entry
from finance.models import Tax, Vendor
from finance.selectors.import_known import item_meant, known_by_source, named, same_rate, taxes_of
from finance.services import items, taxes
from finance.services.import_books import Applied, Books, Unfit, changed_outcome, differences, remember, snapshot
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.imports.problems import Particular, Problem
from finsuite.kernel.imports.tables import ImportOutcome
from finsuite.kernel.text import name_key


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


def tax_meant(books: Books, name: str, rate: Decimal | None, field: str, applied: Applied) -> Tax | None:
    """The tax of this name, or the only one of this rate; one that is missing is created where that was chosen."""
    if not name and not rate:
        return None
    there = taxes_of(books.organization)
    by_name = next((tax for tax in there if name and tax.name_key == name_key(name)), None)
    if by_name is not None and same_rate(by_name, rate):
        return by_name
    by_rate = [tax for tax in there if rate is not None and tax.rate == rate and not tax.is_group]
    told = {"name": name[:60], "rate": _percent(rate)}
    if by_name is None and len(by_rate) == 1:
        return by_rate[0]
    if by_name is None and len(by_rate) > 1:
        raise Unfit(Problem("several_taxes", field, told))
    if rate is None or not books.job.creates_taxes:
        if by_name is not None:
            raise Unfit(Problem("tax_differs", field, {**told, "here": _percent(by_name.rate)}))
        raise Unfit(Problem("no_such_tax", field, told))
    suffix = f"({_percent(rate)} %)"
    named_so = f"{name} {suffix}" if by_name is not None else name or f"{_percent(rate)} %"
    same = next((tax for tax in there if tax.name_key == name_key(named_so) and tax.rate == rate), None)
    if same is not None:
        return same
    made = taxes.create_tax(
        actor=books.actor, organization=books.organization, values={"name": named_so[:100], "rate": rate}
    )
    applied.made.append({"kind": "tax", "id": made.pk, "label": made.name})
    return made


def _values(books: Books, entry: Entry, applied: Applied) -> dict[str, Any]:
    said = entry.values
    values = {
        name: value for name, value in said.items() if name in items.WRITABLE - {"vendor_id"} or name.startswith(PREFIX)
    }
    if "item_type" in said:
        sold, purchased, stocked = said["item_type"]
        values = {"is_sold": sold, "is_purchased": purchased, "track_stock": stocked, **values}
    elif values.get("purchase_rate"):
        values.setdefault("is_purchased", True)
    if "tax_name" in said or "tax_rate" in said:
        tax = tax_meant(books, said.get("tax_name", ""), said.get("tax_rate"), "tax_name", applied)
        values["sales_tax_id"] = tax.pk if tax else None
    if said.get("vendor"):
        found = named(books.organization, Vendor, said["vendor"])
        if len(found) == 1:
            values["vendor_id"] = found[0].pk
        else:
            applied.notes.append(Problem("no_such_vendor", "vendor", {"value": said["vendor"][:60]}))
    return values


def _percent(rate: Decimal | None) -> str:
    return "" if rate is None else f"{(rate + 0).normalize():f}"
