from datetime import date
from decimal import Decimal

import pytest

from audit.models import Entry
from crm.access import of_actor
from crm.events import ProductCreated, ProductDeleted, ProductUpdated
from crm.models import Product
from crm.selectors.history import history
from crm.selectors.products import get_product, products
from crm.services.currencies import add_currency
from crm.services.products import (
    create_product,
    create_products,
    delete_product,
    delete_products,
    update_product,
    update_products,
)
from finsuite.kernel import events
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories


@pytest.fixture
def heard(monkeypatch):
    """The CRM's events, as they are emitted."""
    told = []
    for kind in (ProductCreated, ProductUpdated, ProductDeleted):
        monkeypatch.setitem(events._listeners, kind, [*events._listeners[kind], told.append])
    return told


def test_a_product_is_its_makers_active_and_priced_in_home_currency(actor, admin, organization, heard):
    product = create_product(actor=actor, organization=organization, values={"name": "Bolt", "unit_price": "0.0125"})
    assert (product.owner_id, product.is_active, product.is_taxable) == (admin.pk, True, True)
    product.refresh_from_db()
    assert (product.currency, product.unit_price) == ("EUR", Decimal("0.012500"))
    assert heard == [ProductCreated(actor=actor, organization_id=organization.pk, ids=(product.pk,))]


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"name": ""}, ["name"]),
        ({"unit_price": "-0.01"}, ["unit_price"]),
        ({"unit_price": "0.0000001"}, ["unit_price"]),
        ({"commission_rate": "100.001"}, ["commission_rate"]),
        ({"commission_rate": "-1"}, ["commission_rate"]),
        (
            {"sales_start_date": date(2026, 3, 2), "sales_end_date": date(2026, 3, 1)},
            ["sales_end_date", "sales_start_date"],
        ),
        (
            {"support_start_date": date(2026, 3, 2), "support_end_date": date(2026, 3, 1)},
            ["support_end_date", "support_start_date"],
        ),
        ({"handler_id": 999_999}, ["handler_id"]),
        ({"handler_id": "1"}, ["handler_id"]),
        ({"vendor_id": 999_999}, ["vendor_id"]),
        ({"currency": "USD"}, ["currency"]),
    ],
)
def test_a_product_that_cannot_be_is_refused_by_field(actor, organization, values, faults):
    with pytest.raises(Refused) as refused:
        create_product(actor=actor, organization=organization, values={"name": "Bolt", **values})
    assert sorted(refused.value.fields) == faults
    assert not Product.objects.exists()


def test_a_sale_may_begin_and_end_on_one_day_and_a_later_edit_is_held_to_it(actor, organization):
    day = date(2026, 3, 1)
    product = factories.product(organization, sales_start_date=day, sales_end_date=day)
    with pytest.raises(Refused) as refused:
        update_product(actor=actor, product=product, values={"sales_start_date": date(2026, 3, 2)})
    assert sorted(refused.value.fields) == ["sales_end_date", "sales_start_date"]
    assert Product.objects.get().sales_start_date == day


def test_two_products_may_have_one_code(organization):
    codes = [factories.product(organization, name=name, code="B-1").code for name in ("Bolt", "Bolt, long")]
    assert codes == ["B-1", "B-1"]


def test_the_currency_of_a_price_is_fixed_once_saved(actor, organization):
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.1"})
    product = factories.product(organization, currency="usd", unit_price="3")
    with pytest.raises(Refused) as refused:
        update_product(actor=actor, product=product, values={"currency": "EUR"})
    assert sorted(refused.value.fields) == ["currency"]
    assert Product.objects.get().currency == "USD"


def test_a_batch_of_products_answers_row_by_row(actor, organization):
    one, none = create_products(
        actor=actor, organization=organization, rows=[{"name": "One"}, {"name": "Two", "unit_price": "-1"}]
    )
    assert (one.name, sorted(none.fields)) == ("One", ["unit_price"])
    changed, twice = update_products(
        actor=actor, organization=organization, changes=[(one.pk, {"code": "1"}), (one.pk, {"code": "2"})]
    )
    assert (changed.code, twice.code) == ("1", "duplicate")
    assert Product.objects.get().code == "1"


def test_history_names_the_vendor_and_the_handler(actor, admin, organization, standard):
    vendor = factories.vendor(organization, name="Bolts & Co")
    product = factories.product(organization, name="Bolt", unit_price="1.5")
    update_product(
        actor=actor, product=product, values={"vendor_id": vendor.pk, "handler_id": standard.pk, "unit_price": "1.25"}
    )
    told = history(of_actor(actor, organization), product)[0][0]
    assert told.who == "Béatrice Roy"
    assert [(detail.label, detail.before, detail.after) for detail in told.details] == [
        ("Vendor", "", "Bolts & Co"),
        ("Unit price", "1.5", "1.25"),
        ("Handler", "", "standard@example.com"),
    ]


def test_an_edit_that_changes_nothing_writes_nothing_and_a_stale_one_is_a_conflict(actor, organization, heard):
    product = factories.product(organization, unit_price="1.5")
    seen = version_of(product)
    heard.clear()
    update_product(actor=actor, product=product, values={"unit_price": "1.500"}, version=seen)
    assert (Product.objects.get().updated_at, heard) == (product.updated_at, [])
    update_product(actor=actor, product=product, values={"code": "B"}, version=seen)
    with pytest.raises(Conflict):
        delete_product(actor=actor, product=product, version=seen)
    assert Product.objects.get().code == "B"


def test_each_verb_takes_its_level(organization, actor, reader, standard, heard):
    product = factories.product(organization)
    looks, edits = Actor.person(reader), Actor.person(standard)
    with pytest.raises(NotPermitted):
        create_product(actor=looks, organization=organization, values={"name": "Nut"})
    with pytest.raises(NotPermitted):
        update_product(actor=looks, product=product, values={"code": "1"})
    assert create_product(actor=edits, organization=organization, values={"name": "Nut"}).name == "Nut"
    assert update_product(actor=edits, product=product, values={"code": "1"}).code == "1"
    with pytest.raises(NotPermitted):
        delete_product(actor=edits, product=product)
    assert Product.objects.count() == 2
    assert delete_products(actor=actor, organization=organization, ids=[product.pk]) == [product.pk]
    assert Entry.objects.get(kind="crm.product", verb="deleted").before["name"] == "Bolt"
    assert isinstance(heard[-1], ProductDeleted)


def test_products_of_others_are_absent(organization, actor, outsider):
    foreign = factories.product(outsider.crm_memberships.get().organization, name="Theirs")
    access = of_actor(actor, organization)
    assert not products(access).exists()
    with pytest.raises(NotFound):
        get_product(access, foreign.pk)
    assert delete_products(actor=actor, organization=organization, ids=[foreign.pk]) == []
    assert Product.objects.get().name == "Theirs"
