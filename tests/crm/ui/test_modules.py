"""Vendors and products on their pages, and what all modules have there by declaration."""

import re
from collections import defaultdict

import pytest
from django.urls import reverse

from audit.models import Entry
from crm.choices import Level
from crm.models import RECORDS, Account, ModuleRight, Product, Vendor
from crm.services.list_views import create_list_view
from crm.ui.modules import PAGES
from finsuite.kernel import panels
from tests import factories

PAGE_NAMES = ("detail", "history", "edit", "owner", "delete")


def linked(html, kind):
    """The names in the first column of a list."""
    return re.findall(rf'<th scope="row"><a href="[^"]*/{kind}/\d+">([^<]+)</a>', html)


def version_in(html):
    return re.search(r'name="version" value="([^"]+)"', html).group(1)


@pytest.fixture
def bare(monkeypatch):
    """Pages as they are without what other rooms show there."""
    monkeypatch.setattr(panels, "_slots", defaultdict(list))


def test_every_module_with_pages_has_them_under_its_own_name():
    for module, pages in PAGES.items():
        for page in PAGE_NAMES:
            kwargs = {"organization": 1, f"{pages.singular}_id": 2}
            assert f"/{module}/2" in reverse(f"crm:{pages.singular}_{page}", kwargs=kwargs)
        assert pages.model is RECORDS[module]
        columns = {column.attname for column in pages.model._meta.concrete_fields}
        assert {name for section in pages.sections for name in section.fields} <= columns


@pytest.mark.parametrize("count", [1, 50])
def test_the_lists_take_the_same_statements_whatever_their_length(
    client, at, organization, admin, django_assert_num_queries, count
):
    for number in range(count):
        vendor = factories.vendor(organization, name=f"Vendor {number:02}", owner_id=admin.pk)
        factories.product(
            organization, name=f"Product {number:02}", vendor_id=vendor.pk, handler_id=admin.pk, unit_price="1.5"
        )
    client.get(at("vendors/"))
    # session, person, membership, rights; list views, rows, count; places of the CRM and of finance
    with django_assert_num_queries(9):
        vendors = client.get(at("vendors/?column=owner&column=tags"))
    with django_assert_num_queries(9):  # prices are not added up
        products = client.get(at("products/?column=vendor&column=handler&column=owner&column=unit_price"))
    assert len(linked(vendors.content.decode(), "vendors")) == count
    assert len(linked(products.content.decode(), "products")) >= count


@pytest.mark.parametrize("count", [1, 50])
def test_a_record_page_takes_the_same_statements_whatever_hangs_on_it(
    client, at, organization, admin, bare, django_assert_num_queries, count
):
    vendor = factories.vendor(organization, owner_id=admin.pk)
    for number in range(count):
        product = factories.product(organization, name=f"Product {number}", vendor_id=vendor.pk, handler_id=admin.pk)
    client.get(at("vendors/"))
    # session, person, membership, rights; vendor, its products counted; places
    with django_assert_num_queries(8):
        client.get(at(f"vendors/{vendor.pk}"))
    with django_assert_num_queries(9):
        client.get(at(f"vendors/{vendor.pk}/products"))
    with django_assert_num_queries(10):
        client.get(at(f"vendors/{vendor.pk}/history"))
    with django_assert_num_queries(7):
        client.get(at(f"products/{product.pk}"))


@pytest.mark.parametrize("count", [1, 50])
def test_a_hierarchy_takes_the_same_statements_however_large(
    client, at, organization, bare, django_assert_num_queries, count
):
    top = factories.account(organization, name="Group")
    me = factories.account(organization, name="Lyon", parent_id=top.pk)
    for number in range(count):
        factories.account(organization, name=f"Shop {number}", parent_id=me.pk)
    client.get(at("accounts/"))
    # as the other tabs, and: above, below, those that may be seen
    with django_assert_num_queries(13):
        html = client.get(at(f"accounts/{me.pk}/hierarchy")).content.decode()
    assert html.count("tree__name--2") == count
    assert 'aria-current="true" class="tree__here"' in html


def test_a_vendor_and_its_product_are_made_changed_and_deleted_on_their_pages(client, at, organization):
    made = client.post(at("vendors/new"), {"name": "Bolts & Co", "owner_id": "", "currency": "EUR", "city": "Linz"})
    vendor = Vendor.objects.get()
    assert made.headers["Location"] == at(f"vendors/{vendor.pk}")
    html = client.get(at(f"products/new?vendor={vendor.pk}")).content.decode()
    assert re.search(r'name="is_active"[^>]*checked', html)
    assert "Bolts &amp; Co" in html
    form = {"name": "Bolt", "vendor_id": vendor.pk, "currency": "EUR", "unit_price": "0.0125", "is_active": "on"}
    client.post(at("products/new"), form)
    product = Product.objects.get()
    assert (str(product.unit_price), product.is_active, product.is_taxable) == ("0.012500", True, False)
    html = client.get(at(f"products/{product.pk}")).content.decode()
    assert "€0.0125" in html
    assert f'<a href="{at(f"vendors/{vendor.pk}")}">Bolts &amp; Co</a>' in html
    html = client.get(at(f"vendors/{vendor.pk}")).content.decode()
    assert "1 product stays, without a vendor." in html
    client.post(at(f"vendors/{vendor.pk}/delete"), {"version": version_in(html)})
    product.refresh_from_db()
    assert (Vendor.objects.count(), product.vendor_id) == (0, None)
    client.post(at("bulk/products"), {"act": "delete", "step": "apply", "row": [product.pk]})
    assert not Product.objects.exists()


def test_an_end_before_its_start_is_told_at_both_days(client, at, organization):
    form = {"name": "Bolt", "currency": "EUR", "sales_start_date": "2026-03-02", "sales_end_date": "2026-03-01"}
    answer = client.post(at("products/new"), form)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_sales_start_date">' in html
    assert '<a href="#id_sales_end_date">' in html
    assert not Product.objects.exists()


def test_a_picker_for_new_lines_leaves_out_what_is_not_sold_any_more(client, at, organization):
    factories.product(organization, name="Bolt", code="B-1")
    factories.product(organization, name="Bolt, old", is_active=False, unit_price="1.5")
    every = client.get(at("products/lookup?q=bolt")).json()["results"]
    assert [(hit["name"], hit["detail"]) for hit in every] == [("Bolt", "B-1"), ("Bolt, old", "€1.50")]
    offered = client.get(at("products/lookup?q=bolt&active=true")).json()["results"]
    assert [hit["name"] for hit in offered] == ["Bolt"]


def test_the_palette_and_the_left_bar_know_every_module_that_the_profile_opens(browse, at, organization, reader):
    vendor = factories.vendor(organization, name="Écrous SA", category="Fasteners")
    product = factories.product(organization, name="Écrou M8", code="E-8")
    client = browse(reader)
    groups = client.get("/search/?q=ecrou").json()["groups"]
    found = {hit["label"]: hit["url"] for group in groups for hit in group["hits"]}
    assert found["Écrou M8"] == at(f"products/{product.pk}")
    assert found["Écrous SA"] == at(f"vendors/{vendor.pk}")
    assert f'href="{at("vendors/")}"' in client.get(at("products/")).content.decode()
    ModuleRight.objects.filter(profile__memberships__user=reader, module="vendors").update(level=Level.NONE)
    assert client.get(at("vendors/")).status_code == 404
    html = client.get(at("products/")).content.decode()
    assert f'href="{at("vendors/")}"' not in html
    groups = client.get("/search/?q=ecrou").json()["groups"]
    left = {hit["label"] for group in groups for hit in group["hits"]}
    assert ("Écrou M8" in left, "Écrous SA" in left) == (True, False)


def test_a_vendor_of_a_closed_module_is_absent(browse, at, organization, reader):
    vendor = factories.vendor(organization, name="Bolts & Co")
    product = factories.product(organization, vendor_id=vendor.pk)
    ModuleRight.objects.filter(profile__memberships__user=reader, module="vendors").update(level=Level.NONE)
    client = browse(reader)
    for path in (f"products/{product.pk}", "products/?column=vendor"):
        html = client.get(at(path)).content.decode()
        assert at(f"vendors/{vendor.pk}") not in html
        assert "Bolts" not in html


def test_a_list_view_picks_products_by_their_vendor(client, at, organization):
    vendor = factories.vendor(organization, name="Bolts & Co")
    factories.product(organization, name="Bolt", vendor_id=vendor.pk)
    factories.product(organization, name="Nut")
    assert at("vendors/lookup") in client.get(at("views/products/line?field=vendor")).content.decode()
    criteria = [{"field": "vendor", "comparator": "is", "value": vendor.pk}]
    values = {"module": "products", "name": "Theirs", "scope": "criteria", "criteria": criteria}
    view = create_list_view(actor=factories.SYSTEM, organization=organization, values=values)
    assert linked(client.get(at(f"products/?view={view.pk}")).content.decode(), "products") == ["Bolt"]


def test_a_persons_first_page_is_that_of_the_first_module_they_may_see(browse, at, organization, reader):
    seen = ModuleRight.objects.filter(profile__memberships__user=reader)
    seen.exclude(module="vendors").update(level=Level.NONE)
    assert browse(reader).get("/").headers["Location"] == at("vendors/")


@pytest.mark.parametrize("kind", ["account", "contact", "vendor", "product"])
def test_the_owner_of_any_record_is_changed_by_one_step(client, at, organization, admin, standard, kind):
    record = getattr(factories, kind)(organization)
    page = at(f"{kind}s/{record.pk}")
    assert 'data-open="owner"' in client.get(page).content.decode()
    assert client.get(f"{page}/owner").headers["Location"] == f"{page}/edit#id_owner_id"
    choice = client.get(f"{page}/owner", headers={"HX-Request": "true"}).content.decode()
    assert "standard@example.com" in choice
    answer = client.post(f"{page}/owner", {"owner_id": standard.pk, "version": version_in(choice)})
    assert answer.headers["Location"] == page
    record.refresh_from_db()
    assert record.owner_id == standard.pk
    entry = Entry.objects.filter(kind=f"crm.{kind}", verb="updated").get()
    assert (entry.before, entry.after, entry.user_id) == ({"owner_id": None}, {"owner_id": standard.pk}, admin.pk)
    stale = client.post(f"{page}/owner", {"owner_id": "", "version": version_in(choice)})
    assert stale.status_code == 409
    client.post(f"{page}/owner", {"owner_id": ""})
    record.refresh_from_db()
    assert record.owner_id is None


def test_a_record_is_given_to_members_only_and_by_those_who_may_edit(
    client, browse, at, organization, reader, outsider
):
    account = factories.account(organization)
    for owner in (outsider.pk, "x", "9" * 40):
        assert client.post(at(f"accounts/{account.pk}/owner"), {"owner_id": owner}).status_code == 400
    assert browse(reader).post(at(f"accounts/{account.pk}/owner"), {"owner_id": reader.pk}).status_code == 403
    assert 'data-open="owner"' not in browse(reader).get(at(f"accounts/{account.pk}")).content.decode()
    assert Account.objects.get().owner_id is None
