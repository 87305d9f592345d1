from decimal import Decimal

import pytest

from audit.models import Entry
from finance.models import Item
from finance.selectors import documents, items
from finance.services import items as services
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Conflict, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories


def test_an_item_is_created_in_six_statements(organization, actor, django_assert_num_queries):
    with django_assert_num_queries(5):  # a savepoint, permission, the item, history, its release
        made = services.create_item(
            actor=actor, organization=organization, values={"name": "Conseil", "sales_rate": "95.50", "sku": "C-1"}
        )
    made.refresh_from_db()
    assert (made.sales_rate, made.sku_key, made.sort_key) == (Decimal("95.5"), "c-1", "conseil")
    assert Entry.objects.get(kind="finance.item").after["name"] == "Conseil"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "N", "is_sold": False}, "is_sold"),
        ({"name": "N", "sales_rate": "-1"}, "sales_rate"),
        ({"name": "N", "purchase_rate": "-0.01"}, "purchase_rate"),
        ({"name": "N", "kind": "service", "track_stock": True}, "track_stock"),
        ({"name": "N", "kind": "thing"}, "kind"),
        ({"name": "N", "sku": "c-1 "}, "sku"),
        ({"name": "N", "sales_tax_id": 999_999}, "sales_tax_id"),
        ({"name": "N", "vendor_id": 999_999}, "vendor_id"),
        ({"name": "N", "number": "1"}, "number"),
    ],
)
def test_what_can_not_be_an_item_is_refused_under_its_field(organization, actor, values, field):
    factories.item(organization, "First", sku="C-1")
    with pytest.raises(Refused) as refusal:
        services.create_item(actor=actor, organization=organization, values=values)
    assert list(refusal.value.fields) == [field]
    assert Item.objects.count() == 1


def test_a_foreign_tax_and_a_foreign_vendor_are_not_taken(organization, actor, outsider):
    elsewhere = outsider.finance_memberships.get().organization
    tax, vendor = factories.tax(elsewhere), factories.finance_vendor(elsewhere)
    for values in ({"sales_tax_id": tax.pk}, {"purchase_tax_id": tax.pk}, {"vendor_id": vendor.pk}):
        with pytest.raises(Refused):
            services.create_item(actor=actor, organization=organization, values={"name": "N", **values})
    assert not Item.objects.exists()


def test_an_inactive_tax_stays_where_it_was_and_is_not_newly_chosen(organization, actor):
    tax = factories.tax(organization)
    item = factories.item(organization, sales_tax_id=tax.pk)
    tax.is_active = False
    tax.save(update_fields=["is_active"])
    services.update_item(actor=actor, item=item, values={"sales_tax_id": tax.pk, "unit": "h"})
    with pytest.raises(Refused):
        services.update_item(actor=actor, item=item, values={"purchase_tax_id": tax.pk})
    item.refresh_from_db()
    assert (item.sales_tax_id, item.purchase_tax_id, item.unit) == (tax.pk, None, "h")


def test_an_item_on_documents_is_made_inactive_instead_of_deleted(organization, actor, monkeypatch):
    item = factories.item(organization)
    monkeypatch.setattr(documents, "_use_sources", {Item: [lambda organization, ids: set(ids)]})
    with pytest.raises(Refused) as refusal:
        services.delete_item(actor=actor, item=item)
    assert refusal.value.code == "in_use"
    assert Item.objects.count() == 1
    saved = services.set_status(actor=actor, item=item, status="inactive")
    assert not saved.is_active


def test_a_stale_change_changes_nothing(organization, actor):
    item = factories.item(organization)
    version = version_of(item)
    services.update_item(actor=actor, item=item, values={"unit": "h"})
    with pytest.raises(Conflict):
        services.update_item(actor=actor, item=item, values={"unit": "day"}, version=version)
    item.refresh_from_db()
    assert item.unit == "h"


def test_who_may_do_what_with_items(organization, staff, viewer):
    item = services.create_item(actor=Actor.person(staff), organization=organization, values={"name": "N"})
    for act in (
        lambda: services.delete_item(actor=Actor.person(staff), item=item),
        lambda: services.update_item(actor=Actor.person(viewer), item=item, values={"unit": "h"}),
    ):
        with pytest.raises(NotPermitted):
            act()
    machine = Actor(user_id=viewer.pk, label="sync", via=Via.SYNC)
    services.update_item(actor=machine, item=item, values={"unit": "h"})
    assert Item.objects.get().unit == "h"


def test_items_are_found_by_name_sku_and_description_and_misspelt(organization):
    factories.item(organization, "Crêpière", sku="CR-9", sales_description="fonte")
    factories.item(organization, "Consulting")
    for text in ("creP", "cr-9", "fonte"):
        assert [item.name for item in items.items(organization, items.Filters(search=text))] == ["Crêpière"]
    found, meant = items.find(organization, "consultnig", 5)
    assert ([item.name for item in found], meant) == (["Consulting"], "consulting")


def test_what_is_to_be_ordered_again_is_listed(organization):
    stock = {"kind": "goods", "track_stock": True, "reorder_level": "3"}
    factories.item(organization, "Low", stock_on_hand="3", **stock)
    factories.item(organization, "High", stock_on_hand="4", **stock)
    factories.item(organization, "None", kind="goods")
    assert [item.name for item in items.items(organization, items.Filters(use="low"))] == ["Low"]


def test_the_database_keeps_a_sku_from_being_given_twice(organization):
    factories.item(organization, sku="A")
    other = factories.item(organization, "Other", sku="")
    assert (other.sku_key, factories.item(organization, "Third").sku_key) == (None, None)
