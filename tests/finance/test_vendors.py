import pytest

from audit.models import Entry
from finance.models import PaymentTerm, Vendor
from finance.selectors import documents, vendors
from finance.services import organizations
from finance.services import vendors as services
from finance.services.rates import add_currency
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from tests import factories


def test_a_vendor_gets_a_number_and_the_base_currency(organization, actor):
    term = PaymentTerm.objects.of(organization).get(days=30)
    made = services.create_vendor(
        actor=actor, organization=organization, values={"company_name": "Papeterie Ü", "payment_term_id": term.pk}
    )
    made.refresh_from_db()
    assert (made.number, made.display_name, made.currency) == ("VEND-00001", "Papeterie Ü", "EUR")
    assert (made.payment_term, made.sort_key) == (term, "papeterie u")
    assert factories.finance_vendor(organization, "Second").number == "VEND-00002"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "display_name"),
        ({"display_name": "papeterie "}, "display_name"),
        ({"display_name": "N", "currency": "USD"}, "currency"),
        ({"display_name": "N", "owner_id": 999_999}, "owner_id"),
        ({"display_name": "N", "payment_term_id": 999_999}, "payment_term_id"),
        ({"display_name": "N", "email": "nonsense"}, "email"),
        ({"display_name": "N", "kind": "business"}, "kind"),
    ],
)
def test_what_can_not_be_a_vendor_is_refused_under_its_field(organization, actor, values, field):
    factories.finance_vendor(organization)
    with pytest.raises(Refused) as refusal:
        services.create_vendor(actor=actor, organization=organization, values=values)
    assert list(refusal.value.fields) == [field]
    assert Vendor.objects.count() == 1
    assert factories.finance_vendor(organization, "Next").number == "VEND-00002"  # no number was lost


def test_allowing_duplicate_names_holds_for_vendors_too(organization, actor):
    organizations.update_organization(actor=actor, organization=organization, values={"allows_duplicate_names": True})
    organization.refresh_from_db()
    for _n in range(2):
        factories.finance_vendor(organization)
    with pytest.raises(Refused) as refusal:
        organizations.update_organization(
            actor=actor, organization=organization, values={"allows_duplicate_names": False}
        )
    assert "Papeterie" in refusal.value.message
    assert set(Vendor.objects.values_list("unique_key", flat=True)) == {None}


def test_a_vendor_with_documents_keeps_currency_and_place(organization, actor, monkeypatch):
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.9"})
    vendor = factories.finance_vendor(organization)
    services.update_vendor(actor=actor, vendor=vendor, values={"currency": "USD"})
    monkeypatch.setattr(documents, "_use_sources", {Vendor: [lambda organization, ids: set(ids)]})
    with pytest.raises(Refused) as refusal:
        services.update_vendor(actor=actor, vendor=vendor, values={"currency": "EUR"})
    assert refusal.value.code == "currency_in_use"
    with pytest.raises(Refused):
        services.delete_vendor(actor=actor, vendor=vendor)
    assert Vendor.objects.get().currency == "USD"


def test_an_items_preferred_vendor_is_not_deleted(organization, actor):
    vendor = factories.finance_vendor(organization)
    factories.item(organization, vendor_id=vendor.pk)
    with pytest.raises(Refused) as refusal:
        services.delete_vendor(actor=actor, vendor=vendor)
    assert refusal.value.code == "in_use"
    assert Vendor.objects.count() == 1
    assert not Entry.objects.filter(kind="finance.vendor", verb="deleted").exists()


def test_who_may_do_what_with_vendors(organization, staff, viewer):
    vendor = services.create_vendor(actor=Actor.person(staff), organization=organization, values={"display_name": "N"})
    with pytest.raises(NotPermitted):
        services.delete_vendor(actor=Actor.person(staff), vendor=vendor)
    with pytest.raises(NotPermitted):
        services.update_vendor(actor=Actor.person(viewer), vendor=vendor, values={"phone": "1"})
    assert Vendor.objects.get().phone == ""


def test_vendors_are_searched_like_customers(organization):
    factories.finance_vendor(organization, "Électricité du Sud", phone="04 91 00 00 00")
    factories.finance_vendor(organization)
    for text in ("electricite", "0491"):
        found = vendors.vendors(organization, vendors.Filters(search=text))
        assert [vendor.display_name for vendor in found] == ["Électricité du Sud"]
