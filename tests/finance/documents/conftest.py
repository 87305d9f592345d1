"""An organization with a customer, a vendor, a tax and an item, and a way to make documents of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finance.choices import DocumentKind as Kind
from finance.models import Item, Tax, Vendor
from finance.services.documents import create_document
from finsuite.kernel.text import fold, name_key
from tests import factories

SALES = (Kind.ESTIMATE, Kind.SALES_ORDER, Kind.INVOICE, Kind.CREDIT_NOTE)
PURCHASES = (Kind.PURCHASE_ORDER, Kind.BILL)


@pytest.fixture
def customer(organization):
    return factories.customer(organization, "Müller & Söhne", billing_city="Köln", billing_zip="50667")


@pytest.fixture
def vendor(organization):
    name = "Papeterie Roux"
    keys = {"name_key": name_key(name), "unique_key": name_key(name), "sort_key": fold(name)}
    return Vendor.objects.create(organization=organization, display_name=name, currency="EUR", **keys)


@pytest.fixture
def vat(organization):
    name = "VAT on everything"
    return Tax.objects.create(organization=organization, name=name, name_key=name_key(name), rate=Decimal(20))


@pytest.fixture
def item(organization, vat):
    return Item.objects.create(
        organization=organization,
        name="Consulting",
        name_key="consulting",
        unit="hour",
        sales_rate=Decimal("95.50"),
        sales_description="By the hour",
        sales_tax=vat,
    )


@pytest.fixture
def draft(actor, organization, customer, vendor):
    """Make a draft of any kind: two lines of 100.00 and 50.00, unless told otherwise."""

    def make(kind, lines=None, **values):
        party = {"customer_id": customer.pk} if kind in SALES else {"vendor_id": vendor.pk}
        number = {"number": "V-2026-17"} if kind is Kind.BILL else {}
        lines = lines or [
            {"name": "Work", "rate": Decimal(100)},
            {"name": "Travel", "rate": Decimal(25), "quantity": Decimal(2)},
        ]
        return create_document(
            actor=actor, organization=organization, kind=kind, values={**party, **number, **values}, lines=lines
        )

    return make


@pytest.fixture
def as_boss(client, boss):
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def typed(customer, vendor, vat):
    """What somebody types into the editor of this kind: two lines and an empty one."""

    def form(kind, **more):
        party = {"customer_id": customer.pk} if kind in SALES else {"vendor_id": vendor.pk}
        lines = {
            "line": ["0", "1", "2"],
            "name-0": "Work",
            "quantity-0": "2",
            "rate-0": "100.00",
            "discount-0": "10 %",
            "tax_ids-0": vat.pk,
            "name-1": "Travel",
            "quantity-1": "",
            "rate-1": "50",
            "name-2": "",
            "quantity-2": "",
            "rate-2": "",
        }
        return {**party, "number": "T-1", **lines, **more}

    return form
