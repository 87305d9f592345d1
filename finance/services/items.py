"""Creating, changing and deleting items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finance.access import require
from finance.choices import Extended, ItemKind, Status
from finance.events import ItemCreated, ItemDeleted, ItemUpdated
from finance.models import Item, Organization
from finance.rights import Right
from finance.selectors.custom_fields import fields_to_write
from finance.services.references import check_references, delete_unused, kept, lock, refusing_clash, tell
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.kinds import named
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import Change, assign, require_filled
from finsuite.kernel.terms import searchable
from finsuite.kernel.text import fold, name_key
from finsuite.kernel.versions import require_version

WRITABLE = frozenset(
    {
        *("kind", "name", "sku", "unit", "status"),
        *("is_sold", "sales_rate", "sales_description", "sales_tax_id"),
        *("is_purchased", "purchase_rate", "purchase_description", "purchase_tax_id", "vendor_id"),
        *("track_stock", "stock_on_hand", "reorder_level"),
    }
)
SEARCHED = ("name", "sku", "sales_description", "purchase_description")


@transaction.atomic
def create_item(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Item:
    """Create an item, which lines can name from now on."""
    require(actor, organization, Right.ITEMS_EDIT)
    custom = fields_to_write(actor, organization, Extended.ITEMS, values)
    own, extra = custom.split(values)
    item = Item(organization=organization)
    change = assign(item, own, allowed=WRITABLE)
    change = change.and_(custom.apply(item, extra, currency=organization.base_currency))
    require_filled(item, ["name"])
    _check(item, change)
    _set_keys(item)
    with _refusing_taken_sku(), custom.saving(item):
        item.save(force_insert=True)
    tell(actor, item, "created", before={}, after={**change.after, "name": item.name, "kind": item.kind})
    emit(ItemCreated(organization_id=organization.pk, actor=actor, ids=(item.pk,)))
    return item


@transaction.atomic
def update_item(*, actor: Actor, item: Item, values: Mapping[str, Any], version: str | None = None) -> Item:
    """Change some of an item's fields. Lines that name it keep what they were written with."""
    require(actor, item.organization, Right.ITEMS_EDIT)
    item = lock(item, _("There is no such item."))
    require_version(item, version)
    custom = fields_to_write(actor, item.organization, Extended.ITEMS, values)
    own, extra = custom.split(values)
    change = assign(item, own, allowed=WRITABLE)
    change = change.and_(custom.apply(item, extra, currency=item.organization.base_currency))
    if not change:
        return item
    _check(item, change)
    columns = [*change.fields, *_set_keys(item)]
    with _refusing_taken_sku(), custom.saving(item):
        item.save(update_fields=columns)
    _tell_update(actor, item, change)
    return item


@transaction.atomic
def set_status(*, actor: Actor, item: Item, status: Status, version: str | None = None) -> Item:
    """Let new lines name the item, or not any more."""
    return update_item(actor=actor, item=item, values={"status": status}, version=version)


@transaction.atomic
def delete_item(*, actor: Actor, item: Item, version: str | None = None) -> None:
    """Delete an item that no document names."""
    require(actor, item.organization, Right.ITEMS_DELETE)
    item = lock(item, _("There is no such item."))
    require_version(item, version)
    before = kept(item, WRITABLE) | named(item.custom)
    tell(actor, item, "deleted", before=before, after={})
    event = ItemDeleted(organization_id=item.organization_id, actor=actor, ids=(item.pk,))
    sentence = _("%(item)s is on documents and can't be deleted. Make it inactive instead.")
    delete_unused(item, sentence % {"item": item.name})
    emit(event)


def _check(item: Item, change: Change) -> None:
    faults: dict[str, list[str]] = {}
    if not item.is_sold and not item.is_purchased:
        faults["is_sold"] = [_("An item is sold, purchased, or both.")]
    faults |= {
        name: [_("A price is zero or more.")] for name in ("sales_rate", "purchase_rate") if getattr(item, name) < 0
    }
    if item.track_stock and item.kind != ItemKind.GOODS:
        faults["track_stock"] = [_("Only goods have a stock.")]
    if item.reorder_level is not None and item.reorder_level < 0:
        faults["reorder_level"] = [_("A reorder level is zero or more.")]
    for name in ("name", "sku"):
        if len(name_key(getattr(item, name))) > 200:
            faults[name] = [_("This is too long once its ligatures are written out.")]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    check_references(item, change, item.organization)


def _set_keys(item: Item) -> list[str]:
    """Bring the columns that are made of others up to date, and name them."""
    item.name_key = name_key(item.name)
    item.sku_key = name_key(item.sku) or None
    item.sort_key = fold(item.name)[:200]
    item.search_text = searchable(getattr(item, name) for name in SEARCHED)
    return ["name_key", "sku_key", "sort_key", "search_text"]


def _tell_update(actor: Actor, item: Item, change: Change) -> None:
    tell(actor, item, "updated", before=change.before, after=change.after)
    emit(ItemUpdated(organization_id=item.organization_id, actor=actor, ids=(item.pk,), fields=frozenset(change.after)))


def _refusing_taken_sku() -> Any:
    return refusing_clash("finance_item_sku_unique", "sku", _("Another item already has this SKU."))
