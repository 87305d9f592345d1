import pytest

from audit.models import Entry
from crm.access import of_actor
from crm.choices import Level, Module
from crm.events import ProductUpdated, VendorCreated, VendorDeleted, VendorUpdated
from crm.models import Product, Vendor
from crm.selectors.history import history
from crm.selectors.vendors import get_vendor, vendors
from crm.services.currencies import add_currency
from crm.services.organizations import update_organization
from crm.services.vendors import (
    create_vendor,
    create_vendors,
    delete_vendor,
    delete_vendors,
    update_vendor,
    update_vendors,
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
    for kind in (VendorCreated, VendorUpdated, VendorDeleted, ProductUpdated):
        monkeypatch.setitem(events._listeners, kind, [*events._listeners[kind], told.append])
    return told


def test_a_vendor_is_its_makers_in_home_currency_and_in_the_history(actor, admin, organization, heard):
    vendor = create_vendor(actor=actor, organization=organization, values={"name": "  Bolts   & Co "})
    assert (vendor.name, vendor.owner_id, vendor.currency) == ("Bolts   & Co", admin.pk, "EUR")
    entry = Entry.objects.get(kind="crm.vendor", record_id=vendor.pk)
    assert (entry.verb, entry.user_id, entry.tenant) == ("created", admin.pk, organization.tenant)
    assert heard == [VendorCreated(actor=actor, organization_id=organization.pk, ids=(vendor.pk,))]


def test_every_fault_of_a_vendor_is_told_at_once_and_nothing_is_saved(actor, organization):
    values = {"name": "x" * 121, "website": "javascript:alert(1)", "email": "no", "currency": "USD", "owner_id": 999}
    with pytest.raises(Refused) as refused:
        create_vendor(actor=actor, organization=organization, values=values)
    assert sorted(refused.value.fields) == ["currency", "email", "name", "owner_id", "website"]
    assert (Vendor.objects.count(), Entry.objects.filter(kind="crm.vendor").count()) == (0, 0)


def test_a_vendor_needs_a_name_and_unknown_fields_are_refused_by_name(actor, organization):
    with pytest.raises(Refused) as nameless:
        create_vendor(actor=actor, organization=organization, values={"phone": "1"})
    assert nameless.value.fields == {"name": ["Vendor name is required."]}
    with pytest.raises(Refused) as unknown:
        create_vendor(actor=actor, organization=organization, values={"name": "Bolts", "organization_id": 1})
    assert sorted(unknown.value.fields) == ["organization_id"]
    assert not Vendor.objects.exists()


def test_a_batch_of_vendors_answers_row_by_row(actor, organization):
    one, none, two = create_vendors(
        actor=actor, organization=organization, rows=[{"name": "One"}, {"name": ""}, {"name": "Two"}]
    )
    assert (one.name, isinstance(none, Refused), two.name) == ("One", True, "Two")
    changes = [(one.pk, {"city": "Lyon"}), (999, {"city": "Lyon"}), (two.pk, {"email": "no"})]
    changed, absent, refused = update_vendors(actor=actor, organization=organization, changes=changes)
    assert (changed.city, absent.code, sorted(refused.fields)) == ("Lyon", "not_found", ["email"])
    assert Vendor.objects.get(pk=two.pk).email == ""


def test_the_currency_of_a_vendor_is_fixed_once_saved(actor, organization):
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.1"})
    vendor = factories.vendor(organization)
    with pytest.raises(Refused) as refused:
        update_vendor(actor=actor, vendor=vendor, values={"currency": "USD"})
    assert sorted(refused.value.fields) == ["currency"]
    assert Vendor.objects.get().currency == "EUR"


def test_an_edit_that_changes_nothing_writes_nothing_and_a_stale_one_is_a_conflict(actor, organization, heard):
    vendor = factories.vendor(organization, city="Lyon")
    seen = version_of(vendor)
    heard.clear()
    update_vendor(actor=actor, vendor=vendor, values={"city": "Lyon"}, version=seen)
    assert (Vendor.objects.get().updated_at, heard) == (vendor.updated_at, [])
    update_vendor(actor=actor, vendor=vendor, values={"city": "Paris"}, version=seen)
    with pytest.raises(Conflict):
        update_vendor(actor=actor, vendor=vendor, values={"city": "Nice"}, version=seen)
    assert Vendor.objects.get().city == "Paris"
    assert [type(event) for event in heard] == [VendorUpdated]


def test_a_deleted_vendor_lets_its_products_go_and_the_history_says_so(actor, organization, heard):
    vendor = factories.vendor(organization, name="Bolts & Co")
    product = factories.product(organization, vendor_id=vendor.pk)
    other = factories.product(organization, name="Nut")
    heard.clear()
    delete_vendor(actor=actor, vendor=vendor)
    assert list(Product.objects.order_by("pk").values_list("pk", "vendor_id")) == [(product.pk, None), (other.pk, None)]
    assert [type(event) for event in heard] == [ProductUpdated, VendorDeleted]
    product.refresh_from_db()
    told = history(of_actor(actor, organization), product)[0][0]
    assert [(detail.label, detail.before, detail.after) for detail in told.details] == [
        ("Vendor", f"no. {vendor.pk}, since deleted", "")
    ]
    gone = Entry.objects.get(kind="crm.vendor", verb="deleted")
    assert gone.before["name"] == "Bolts & Co"


def test_each_verb_takes_its_level(organization, actor, reader, standard):
    vendor = factories.vendor(organization)
    looks, edits = Actor.person(reader), Actor.person(standard)
    with pytest.raises(NotPermitted):
        create_vendor(actor=looks, organization=organization, values={"name": "Nuts"})
    with pytest.raises(NotPermitted):
        update_vendor(actor=looks, vendor=vendor, values={"city": "Lyon"})
    assert create_vendor(actor=edits, organization=organization, values={"name": "Nuts"}).name == "Nuts"
    assert update_vendor(actor=edits, vendor=vendor, values={"city": "Lyon"}).city == "Lyon"
    for refused in (
        lambda: delete_vendor(actor=edits, vendor=vendor),
        lambda: delete_vendors(actor=edits, organization=organization, ids=[vendor.pk]),
    ):
        with pytest.raises(NotPermitted):
            refused()
    assert Vendor.objects.count() == 2
    assert delete_vendors(actor=actor, organization=organization, ids=[vendor.pk, 999]) == [vendor.pk]


def test_vendors_of_others_are_absent(organization, actor, outsider):
    foreign = factories.vendor(outsider.crm_memberships.get().organization, name="Theirs")
    access = of_actor(actor, organization)
    assert not vendors(access).exists()
    with pytest.raises(NotFound):
        get_vendor(access, foreign.pk)
    with pytest.raises(NotFound):
        update_vendor(actor=actor, vendor=foreign, values={"name": "Mine"})
    with pytest.raises(Refused) as refused:
        factories.product(organization, vendor_id=foreign.pk)
    assert refused.value.fields == {"vendor_id": ["There is no such vendor in this organization."]}
    assert Vendor.objects.get().name == "Theirs"


def test_a_vendor_fixes_the_home_currency_as_any_record_does(organization, actor):
    factories.vendor(organization)
    with pytest.raises(Refused):
        update_organization(actor=actor, organization=organization, values={"home_currency": "USD"})
    organization.refresh_from_db()
    assert (organization.home_currency, of_actor(actor, organization).levels[Module.VENDORS] >= Level.VIEW) == (
        "EUR",
        True,
    )
