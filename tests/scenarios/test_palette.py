"""Everything can be reached from the palette without a mouse."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.scenarios.accessibility import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def organization(page, sign_in):
    person = factories.user("admin@example.com", first_name="Béatrice", last_name="Roy")
    made = factories.crm_organization(person)
    sign_in(person)
    return made


def hit(page, words):
    return page.get_by_role("option").filter(has_text=words)


def test_a_record_is_found_misspelt_acted_on_and_found_again_among_the_last_ones(page, organization):
    account = factories.account(organization, "Société Générale", billing_city="Paris")
    factories.account(organization, "Boulangerie Martin")
    page.goto(f"/crm/{organization.pk}/accounts/")
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search")
    expect(box).to_be_focused()
    page.keyboard.type("societe generalle")
    expect(hit(page, "Société Générale")).to_be_visible()
    expect(page.get_by_text("This matches “societe generale”")).to_be_visible()
    expect(page.locator("#palette mark")).to_have_text(["Société", "Générale"])
    assert box.get_attribute("aria-activedescendant") == hit(page, "Société Générale").get_attribute("id")
    assert faults_of(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/accounts/{account.pk}")

    page.keyboard.press("/")
    expect(hit(page, "Edit this record")).to_be_visible()
    page.keyboard.type("change owner")
    expect(hit(page, "Change the owner")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    owner = page.get_by_role("dialog", name="Change the owner")
    expect(owner.get_by_label("Owner")).to_be_visible()
    page.keyboard.press("Escape")
    expect(owner).to_be_hidden()

    page.keyboard.press("/")
    page.keyboard.type("new activity")
    page.keyboard.press("Enter")  # what was typed counts, not what the list still shows
    page.wait_for_url(re.compile(rf"/accounts/{account.pk}/activity#composer$"))
    expect(page.get_by_label("Note", exact=True)).to_be_focused()

    page.goto(f"/crm/{organization.pk}/contacts/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Opened last").get_by_role("option")).to_have_text("Société GénéraleParis")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_something_is_made_and_help_opened_in_french_words_on_an_english_page(page, organization):
    page.goto(f"/crm/{organization.pk}/accounts/")
    page.keyboard.press("Control+k")
    page.keyboard.type("nouveau compte")
    expect(hit(page, "New account")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/new")

    page.keyboard.press("Control+k")
    page.keyboard.type("keybord")
    expect(hit(page, "Keyboard shortcuts")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_the_arrows_go_round_and_the_palette_fits_a_phone(page, organization):
    factories.account(organization, "Dupont " + "très long " * 8)
    page.set_viewport_size({"width": 390, "height": 720})
    page.goto(f"/crm/{organization.pk}/accounts/")
    page.keyboard.press("Control+k")
    page.keyboard.type("dupont")
    expect(hit(page, "Dupont très long")).to_be_visible()
    options = page.get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('#palette').scrollWidth <= innerWidth")


def test_the_search_page_narrows_to_a_module(page, organization):
    factories.account(organization, "Dupont SARL", billing_city="Lyon")
    factories.contact(organization, "Dupont", first_name="Zoé", email="zoe@exemple.fr")
    page.goto(f"/crm/{organization.pk}/search")
    page.keyboard.type("duppont")
    page.get_by_role("link", name="Dupont SARL").wait_for()
    expect(page.get_by_role("heading", level=2)).to_have_text(["Accounts 1", "Contacts 1"])
    assert faults_of(page) == []
    page.get_by_role("link", name="Contacts").last.focus()
    page.locator("#found").get_by_role("link", name="Contacts").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**module=contacts")
    expect(page.get_by_role("heading", level=2)).to_have_text(["Contacts 1"])
