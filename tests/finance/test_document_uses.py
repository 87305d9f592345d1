"""What documents name stays, whatever kind of document it is."""

import pytest

from finance.choices import DocumentKind
from finance.models import Customer, Item, Organization, Tax, Vendor
from finance.selectors.documents import customer_ids_with_documents, ids_in_use, organization_has_documents
from finance.services import customers, items, organizations, taxes, vendors
from finance.services.rates import add_currency
from finsuite.kernel.errors import Refused
from tests import factories


@pytest.fixture
def made(organization):
    """A customer, a vendor, an item and a tax that an estimate or a purchase order names, and an unused one of each."""
    customer, vendor = factories.customer(organization), factories.finance_vendor(organization)
    tax = factories.tax(organization)
    item = factories.item(organization)
    line = {"item_id": item.pk, "rate": "10", "tax_ids": [tax.pk]}
    factories.document(organization, DocumentKind.ESTIMATE, customer_id=customer.pk, lines=[line])
    factories.document(organization, DocumentKind.PURCHASE_ORDER, vendor_id=vendor.pk, lines=[line])
    factories.customer(organization, "Unused")
    return {Customer: customer, Vendor: vendor, Item: item, Tax: tax}


def test_what_documents_name_is_known_in_one_query_a_kind(organization, made, django_assert_num_queries):
    everybody = list(Customer.objects.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        assert customer_ids_with_documents(organization, everybody) == {made[Customer].pk}
    for model, record in made.items():
        assert ids_in_use(model, organization, [record.pk, 999_999]) == {record.pk}


def test_nothing_that_a_document_names_is_deleted(made, actor):
    deletions = {
        Customer: lambda record: customers.delete_customer(actor=actor, customer=record),
        Vendor: lambda record: vendors.delete_vendor(actor=actor, vendor=record),
        Item: lambda record: items.delete_item(actor=actor, item=record),
        Tax: lambda record: taxes.delete_tax(actor=actor, tax=record),
    }
    for model, delete in deletions.items():
        with pytest.raises(Refused) as refusal:
            delete(made[model])
        assert refusal.value.code in ("in_use", "has_documents")
        assert model.objects.filter(pk=made[model].pk).exists()


def test_the_first_document_fixes_the_base_currency(organization, made, actor, outsider, django_assert_num_queries):
    elsewhere = outsider.finance_memberships.get().organization
    with django_assert_num_queries(2):
        assert organization_has_documents(organization)
        assert not organization_has_documents(elsewhere)
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.8"})
    with pytest.raises(Refused) as refusal:
        organizations.update_organization(actor=actor, organization=organization, values={"base_currency": "USD"})
    assert refusal.value.code == "base_currency_in_use"
    assert Organization.objects.get(pk=organization.pk).base_currency == "EUR"
