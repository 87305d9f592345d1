"""The pages of items, vendors and of what documents stand on."""

import pytest
from django.urls import reverse

from finance.models import CurrencyRate, Item, PaymentTerm, Series, Tax, Vendor
from finance.selectors.preferences import preferences
from finance.services.rates import add_currency
from finsuite.kernel import tenants
from finsuite.kernel.versions import version_of
from tests import factories

ROOMS = len(tenants._providers)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def url(name, organization, **names):
    return reverse(f"finance:{name}", kwargs={"organization": organization.pk, **names})


@pytest.fixture
def as_boss(client, boss):
    client.force_login(boss, backend=BACKEND)
    return client


@pytest.fixture
def world(organization, actor):
    """One of each, that the pages show."""
    first, second = factories.tax(organization), factories.tax(organization, "Eco", "2.5")
    group = factories.tax(organization, "Both", member_ids=[first.pk, second.pk])
    vendor = factories.finance_vendor(organization)
    item = factories.item(organization, sales_tax_id=group.pk, vendor_id=vendor.pk, is_purchased=True)
    currency = add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.9"})
    return {"item": item, "vendor": vendor, "currency": currency, "tax": first, "group": group}


@pytest.mark.parametrize(
    ("name", "of", "queries"),
    [
        ("item_list", "", 4),
        ("item_detail", "item", 4),
        ("item_history", "item", 5),
        ("item_create", "", 4),
        ("item_edit", "item", 5),
        ("vendor_list", "", 4),
        ("vendor_detail", "vendor", 6),
        ("vendor_history", "vendor", 5),
        ("vendor_create", "", 6),
        ("vendor_edit", "vendor", 7),
        ("tax_settings", "", 6),
        ("term_settings", "", 4),
        ("series_settings", "", 4),
        ("preference_settings", "", 4),
        ("currency_settings", "", 4),
        ("currency_rates", "currency", 5),
    ],
)
def test_each_page_asks_few_queries(organization, as_boss, world, name, of, queries, django_assert_num_queries):
    address = url(name, organization, **({of: world[of].pk} if of else {}))
    as_boss.get(address)
    with django_assert_num_queries(queries + ROOMS):
        assert as_boss.get(address).status_code == 200


def test_an_item_is_made_and_changed_by_its_form(organization, as_boss, world):
    typed = {"kind": "service", "name": "Audit", "is_sold": "on", "sales_rate": "1 250,50", "track_stock": "on"}
    made = as_boss.post(url("item_create", organization), typed)
    item = Item.objects.get(name="Audit")
    assert (made.status_code, str(item.sales_rate), item.track_stock) == (302, "1250.500000", False)
    edit = url("item_edit", organization, item=item.pk)
    changed = {**typed, "vendor": world["vendor"].pk, "version": version_of(item)}
    assert as_boss.post(edit, changed).status_code == 302
    assert as_boss.post(edit, {**changed, "name": "Other"}).status_code == 409
    item.refresh_from_db()
    assert (item.vendor, item.name) == (world["vendor"], "Audit")
    refused = as_boss.post(url("item_create", organization), {"kind": "service", "name": "N", "vendor": "x"})
    assert (refused.status_code, Item.objects.count()) == (422, 2)


def test_a_vendor_is_made_by_its_form(organization, as_boss):
    term = PaymentTerm.objects.of(organization).get(days=30)
    typed = {"display_name": "Encre & Cie", "currency": "EUR", "payment_term": term.pk}
    assert as_boss.post(url("vendor_create", organization), typed).status_code == 302
    assert Vendor.objects.get().payment_term == term
    assert as_boss.post(url("vendor_create", organization), typed).status_code == 422
    assert Vendor.objects.count() == 1


def test_a_refused_tax_opens_its_own_drawer_and_no_other(organization, as_boss, world):
    refused = as_boss.post(url("tax_create", organization), {"name": "New", "rate": "-1"})
    assert (refused.status_code, refused.content.decode().count("data-open-at-once")) == (422, 1)
    tax = world["tax"]
    edit = url("tax_edit", organization, tax=tax.pk)
    refused = as_boss.post(edit, {"name": "Eco", "rate": "3", "is_active": "on", "version": version_of(tax)})
    assert (refused.status_code, refused.content.decode().count("data-open-at-once")) == (422, 1)
    assert (
        as_boss.post(edit, {"name": "VAT", "rate": "19,6", "is_active": "on", "version": version_of(tax)}).status_code
        == 302
    )
    assert str(Tax.objects.get(name="Both").rate) == "22.100000"


def test_numbering_preferences_and_dated_rates_are_saved_by_their_forms(organization, as_boss, world):
    series = Series.objects.get(organization=organization, series="invoice")
    typed = {"prefix": "F-", "digits": "4", "next_number": "7", "is_auto": "on", "version": version_of(series)}
    assert as_boss.post(url("series_edit", organization, series=series.pk), typed).status_code == 302
    series.refresh_from_db()
    assert series.written(series.next_number) == "F-0007"
    chosen = {"discount_mode": "document", "tax_mode": "both", "round_off": "none", "credit_limit_rule": "refuse"}
    chosen |= {"text_invoice_terms": "Pay soon.", "version": version_of(preferences(organization))}
    assert as_boss.post(url("preference_settings", organization), chosen).status_code == 302
    kept = preferences(organization)
    assert (kept.discount_mode, kept.has_shipping, kept.text("invoice", "terms")) == ("document", False, "Pay soon.")
    rates = url("currency_rates", organization, currency=world["currency"].pk)
    assert as_boss.post(rates, {"day": "2026-01-01", "rate": "0,85"}).status_code == 302
    assert [str(rate.normalize()) for rate in CurrencyRate.objects.order_by("day").values_list("rate", flat=True)] == [
        "0.85",
        "0.9",
    ]
