"""A list is filtered by keyboard alone, kept as a view, shared and pinned; its cells are changed where they stand."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from crm.models import Account, ListView
from crm.services.currencies import add_currency
from crm.services.list_views import create_list_view, pin_list_view
from finsuite.kernel.actors import Actor
from tests import factories
from tests.scenarios.accessibility import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(page, sign_in):
    """Béatrice, signed in, and Standard, a colleague of hers."""
    person = factories.user("admin@example.com", first_name="Béatrice", last_name="Roy")
    organization = factories.crm_organization(person)
    colleague = factories.crm_member(organization, profile="Standard", email="standard@example.com")
    add_currency(actor=factories.SYSTEM, organization=organization, values={"code": "USD", "rate": "2"})
    for name, industry, revenue, currency in (
        ("Alpha", "Énergie", "1000", "EUR"),
        ("Beta", "energie verte", "500", "USD"),
        ("Gamma", "Steel", "9000", "EUR"),
        ("Delta", "Wood", "70", "EUR"),
    ):
        factories.account(
            organization, name=name, industry=industry, annual_revenue=Decimal(revenue), currency=currency
        )
    sign_in(person)
    return organization, person, colleague


def names(page):
    return page.locator("#rows th a").all_text_contents()


def test_a_filter_is_built_by_keyboard_kept_as_a_view_and_shared(page, people):
    organization, _person, colleague = people
    page.goto(f"/crm/{organization.pk}/accounts/?column=industry&column=annual_revenue&sort=name")
    page.keyboard.press("f")
    line = page.locator("#filter-panel [data-line]")
    expect(line).to_have_count(1)
    join = page.get_by_label("How the criteria are joined")
    join.focus()
    page.keyboard.press("ArrowDown")
    assert join.input_value() == "any"
    line.get_by_label("Field").focus()
    with page.expect_response("**/views/accounts/line**"):
        page.keyboard.type("Industry")
    line.get_by_label("Value").focus()
    page.keyboard.type("ENERGIE")
    with page.expect_response("**/views/accounts/line**"):
        page.get_by_role("button", name="Add a criterion").press("Enter")
    expect(line).to_have_count(2)
    expect(line.nth(1).get_by_label("Field")).to_be_focused()
    line.nth(1).get_by_label("Value").focus()
    page.keyboard.type("delt")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#rows th a")).to_have_text(["Alpha", "Beta", "Delta"])
    assert "filter=" in page.url
    assert faults_of(page) == []

    total = page.locator("tfoot td.num")
    expect(total).to_contain_text("€1,070.00")
    expect(total).to_contain_text("$500.00")
    expect(total).to_contain_text("€1,320.00")

    page.get_by_role("button", name="Save as…").press("Enter")
    page.locator("#save-as").get_by_label("Name").fill("Energy")
    page.get_by_label("People, teams and profiles that I choose").check()
    page.locator("#save-as").get_by_label("standard@example.com").check()
    assert faults_of(page) == []
    page.locator("#save-as").get_by_role("button", name="Save", exact=True).press("Enter")
    page.wait_for_url(re.compile(r"/accounts/\?view=\d+$"))
    view = ListView.objects.get(name="Energy")
    assert (view.visibility, view.shared_people, view.columns) == (
        "shared",
        [colleague.pk],
        ["industry", "annual_revenue"],
    )
    assert view.criteria == [
        {
            "any": [
                {"field": "industry", "comparator": "contains", "value": "ENERGIE"},
                {"field": "name", "comparator": "contains", "value": "delt"},
            ]
        }
    ]
    assert names(page) == ["Alpha", "Beta", "Delta"]

    page.get_by_role("button", name="Energy").press("Enter")
    page.get_by_role("menuitem", name="Pin to the left bar").press("Enter")
    pinned = page.locator(".sidebar").get_by_role("link", name="Energy")
    expect(pinned).to_be_visible()
    expect(pinned).to_have_attribute("aria-current", "page")


def test_another_person_sees_what_is_shared_with_them_and_cannot_change_it(page, people, sign_in):
    organization, person, colleague = people
    values = {
        "module": "accounts",
        "name": "Hers",
        "scope": "mine",
        "owner_id": person.pk,
        "visibility": "shared",
        "shared_people": [colleague.pk],
    }
    view = create_list_view(actor=Actor.person(person), organization=organization, values=values)
    pin_list_view(actor=Actor.person(colleague), list_view=view)
    sign_in(colleague)
    page.goto(f"/crm/{organization.pk}/accounts/")
    page.locator(".sidebar").get_by_role("link", name="Hers").click()
    page.wait_for_url(f"**/accounts/?view={view.pk}")
    expect(page.get_by_text("No account matches")).to_be_visible()
    page.get_by_role("button", name="Hers").click()
    expect(page.get_by_role("menuitem", name="Edit this view")).to_have_count(0)
    expect(page.get_by_role("menuitem", name="Copy")).to_be_visible()


def test_a_cell_is_changed_where_it_stands(page, people):
    organization = people[0]
    page.goto(f"/crm/{organization.pk}/accounts/?column=phone&column=annual_revenue&sort=name")
    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    phone = page.get_by_role("textbox", name="Phone")
    expect(phone).to_be_focused()
    page.keyboard.type("04 72")
    page.keyboard.press("Enter")
    cell = page.locator("#rows tr").first.locator("td[data-edit]").first
    expect(cell).to_have_text("04 72")
    expect(cell).to_be_focused()
    assert Account.objects.get(name="Alpha").phone == "04 72"

    revenue = page.locator("#rows tr").first.locator("td[data-label='Annual revenue']")
    revenue.dblclick()
    expect(page.get_by_role("textbox", name="Annual revenue")).to_be_focused()
    page.keyboard.type("plenty")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Enter an amount in figures")).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(revenue).to_have_text("€1,000.00")
    assert Account.objects.get(name="Alpha").annual_revenue == 1000


def test_columns_are_put_in_order_by_keyboard_and_a_row_is_looked_at_beside_the_list(page, people):
    organization = people[0]
    page.goto(f"/crm/{organization.pk}/accounts/?column=phone&column=industry&column=website")
    page.get_by_role("button", name="Columns").press("Enter")
    page.locator("#columns").get_by_label("Website", exact=True).focus()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    assert faults_of(page) == []
    page.get_by_role("button", name="Show these columns").press("Enter")
    page.wait_for_url("**column=website&column=phone&column=industry**")
    heads = page.locator("#list thead th").all_inner_texts()
    assert [head.strip() for head in heads[-3:]] == ["Website", "Phone", "Industry"]

    page.keyboard.press("j")
    page.keyboard.press("p")
    peek = page.locator("#peek")
    expect(peek.get_by_role("heading", name="Alpha")).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(peek).to_be_hidden()
