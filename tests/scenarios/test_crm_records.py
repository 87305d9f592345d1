"""A salesperson's morning, with and without a mouse: an account is made, changed, found and deleted."""

import re

import pytest
from playwright.sync_api import expect

from crm.models import Account
from tests import factories
from tests.scenarios.accessibility import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def organization(page, sign_in):
    person = factories.user("admin@example.com", first_name="Béatrice", last_name="Roy")
    made = factories.crm_organization(person)
    sign_in(person)
    return made


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name")


def test_an_account_is_made_changed_found_and_deleted_by_keyboard_alone(page, organization):
    factories.account(organization, name="Groupe Évêque", billing_city="Lyon")
    page.goto(f"/crm/{organization.pk}/accounts/")
    page.get_by_role("link", name="New account").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/new")
    page.get_by_label("Account name").focus()
    page.keyboard.type("Ateliers Crépin")
    page.get_by_label("Parent account").focus()
    page.keyboard.type("eveq")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.get_by_label("Parent account").input_value() == "Groupe Évêque"
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/accounts/\d+$"))
    account = Account.objects.get(name="Ateliers Crépin")
    assert account.parent.name == "Groupe Évêque"

    page.get_by_role("link", name="Edit").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit")
    page.get_by_label("Phone").fill("04 72 00 00 00")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/accounts/\d+$"))
    page.get_by_role("link", name="History").click()
    page.get_by_text("04 72 00 00 00").first.wait_for()

    page.keyboard.press("/")
    page.keyboard.type("crepin")
    page.wait_for_selector("#palette [role=option]:has-text('Ateliers Crépin')")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/accounts/\d+$"))

    page.get_by_role("button", name="More").focus()
    page.keyboard.press("ArrowUp")  # opens the menu at its last entry
    expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete the account").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/")
    page.get_by_text("“Ateliers Crépin” is deleted.").wait_for()
    assert list(Account.objects.values_list("name", flat=True)) == ["Groupe Évêque"]


def test_a_long_list_is_narrowed_as_one_types_and_continued_at_its_foot(page, organization):
    for number in range(60):
        factories.account(organization, name=f"Écho {number:02}", owner_id=organization.memberships.get().user_id)
    factories.account(organization, name="Beta")
    page.goto(f"/crm/{organization.pk}/accounts/")
    rows = page.locator("#rows tr")
    assert rows.count() == 50
    page.get_by_role("button", name="Load more").click()
    expect(rows).to_have_count(61)
    assert page.get_by_role("button", name="Load more").count() == 0
    page.get_by_label("Find in this list").fill("beta")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=beta$"))
    page.keyboard.press("Tab")
    page.locator("#rows input[type=checkbox]").check()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete 1 record").click()
    page.get_by_text("1 record deleted").wait_for()
    assert Account.objects.count() == 60


def _add_line(page):
    with page.expect_response("**/views/accounts/line**"):
        page.get_by_role("button", name="Add a criterion").click()
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def _choose(page, control, value):
    """Choose, and wait for the controls that fit."""
    with page.expect_response("**/views/accounts/line**"):
        control.select_option(value)
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    expect(control).to_have_value(value)


def test_a_list_view_is_made_of_criteria(page, organization):
    factories.account(organization, name="Lyon SA", tags=["vip"], employees=5)
    factories.account(organization, name="Lyon Large SA", tags=["vip"], employees=500)
    page.goto(f"/crm/{organization.pk}/views/accounts/new")
    page.get_by_label("Name").fill("Large and important")
    line = page.locator("[data-line]")
    _add_line(page)
    expect(line).to_have_count(1)
    _choose(page, line.nth(0).get_by_label("Field"), "employees")
    _choose(page, line.nth(0).get_by_label("Comparison"), "gte")
    line.nth(0).get_by_label("Value").fill("100")
    _add_line(page)
    expect(line.nth(1).get_by_label("Field")).to_be_focused()  # the new line is ready
    _choose(page, line.nth(1).get_by_label("Field"), "tags")
    expect(line.nth(1).get_by_label("Comparison").locator("option[value=is]")).to_have_count(0)
    line.nth(1).get_by_label("Value").fill("vip")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#rows tr th a")).to_have_text(["Lyon Large SA"])
    expect(page).to_have_title(re.compile("Large and important"))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_crm_is_free_of_faults(page, organization, width, scheme):
    account = factories.account(organization, name="Ateliers Crépin", tags=["vip"], billing_city="Lyon")
    factories.contact(organization, last_name="Martin", account_id=account.pk, email="m@example.com")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    for path in (
        "accounts/",
        "accounts/?q=nothing",
        "accounts/new",
        f"accounts/{account.pk}",
        f"accounts/{account.pk}/contacts",
        f"accounts/{account.pk}/history",
        f"accounts/{account.pk}/edit",
        "contacts/",
        "search?q=crepin",
        "views/accounts/new",
        "setup/",
        "setup/company",
        "setup/members",
        "setup/profiles",
        "setup/profiles/new",
        "setup/currencies",
    ):
        page.goto(f"/crm/{organization.pk}/{path}")
        assert faults_of(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
