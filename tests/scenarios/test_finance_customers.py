"""Working with customers and ZSC keys in a real browser, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from finance.models import ContactPerson, Customer, Organization, ZscKey
from finance.services import zsc_keys
from finance.services.contact_persons import PersonRow
from finance.services.customers import create_customer
from finsuite.kernel.actors import Actor
from tests import factories
from tests.scenarios.accessibility import faults_of
from users.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def boss(db: None, sign_in: Callable[[User], None]) -> User:
    person = factories.user("boss@example.com", first_name="Béatrice", last_name="Roy")
    sign_in(person)
    return person


@pytest.fixture
def organization(boss: User) -> Organization:
    return factories.finance_organization(owner=boss)


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the control of this name has the focus."""
    wanted = page.get_by_label(label, exact=True).or_(page.get_by_role("button", name=label, exact=True)).last
    for _ in range(80):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {label} by Tab")


def test_a_business_with_two_contact_persons_is_created_by_keyboard(page: Page, organization: Organization) -> None:
    page.goto(f"/finance/{organization.pk}/customers/")
    page.get_by_role("link", name="New customer").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New customer")).to_be_visible()
    page.get_by_label("Display name").focus()
    page.keyboard.type("Crêperie du Port")
    tab_to(page, "First name")
    page.keyboard.type("Anna")
    page.keyboard.press("Tab")
    page.keyboard.type("Keller")
    tab_to(page, "Add a contact person")
    page.keyboard.press("Enter")
    second = page.get_by_role("group", name="Contact person 2")
    expect(second.get_by_label("First name")).to_be_focused()
    page.keyboard.type("Bruno")
    second.get_by_label("Primary contact person").focus()
    page.keyboard.press("Space")
    page.get_by_label("Tax number").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Crêperie du Port")).to_be_visible()
    expect(page.get_by_text("Crêperie du Port is created.")).to_be_visible()
    made = Customer.objects.get()
    assert (made.number, made.kind) == ("CUST-00001", "business")
    assert list(ContactPerson.objects.order_by("id").values_list("first_name", "is_primary")) == [
        ("Anna", False),
        ("Bruno", True),
    ]


def test_an_individual_sees_a_name_instead_of_a_company(page: Page, organization: Organization) -> None:
    page.goto(f"/finance/{organization.pk}/customers/new/")
    expect(page.get_by_label("Company name")).to_be_visible()
    page.get_by_role("radio", name="Business").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Company name")).to_be_hidden()
    expect(page.get_by_role("heading", name="Contact persons")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Zoé")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Zoé")).to_be_visible()
    assert Customer.objects.values_list("kind", "display_name").get() == ("individual", "Zoé")


def test_what_is_wrong_is_said_at_the_top_and_leads_to_the_field(page: Page, organization: Organization) -> None:
    factories.customer(organization, "Taken")
    page.goto(f"/finance/{organization.pk}/customers/new/")
    page.get_by_label("Display name").fill("taken")
    page.get_by_label("Display name").press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Display name")).to_be_focused()
    assert Customer.objects.count() == 1


def test_the_list_loads_more_and_narrows_as_one_types(page: Page, organization: Organization) -> None:
    for number in range(55):
        factories.customer(organization, f"Customer {number:02d}")
    factories.customer(organization, "Élan")
    page.goto(f"/finance/{organization.pk}/customers/")
    rows = page.locator("#rows tr")
    expect(rows).to_have_count(50)
    page.get_by_role("button", name="Load more").click()
    expect(rows).to_have_count(56)
    expect(page.get_by_text("That is all.")).to_be_visible()
    page.get_by_role("searchbox", name="Find a customer").fill("elan")
    expect(rows).to_have_count(1)
    expect(page.get_by_role("link", name="Élan")).to_be_visible()


def test_a_key_is_generated_used_regenerated_and_revoked(page: Page, organization: Organization, boss: User) -> None:
    page.goto(f"/finance/{organization.pk}/settings/integrations/")
    page.get_by_role("button", name="Generate a key for Books now").focus()
    page.keyboard.press("Enter")
    secret = page.locator("#zsc-key").inner_text()
    assert len(secret) == 47
    expect(page.locator("#zsc-email")).to_have_text("boss@example.com")
    verified = zsc_keys.verify(actor=Actor.person(boss), email="boss@example.com", key=secret)
    assert verified.organizations == [organization]

    page.goto(f"/finance/{organization.pk}/settings/integrations/")
    assert secret not in page.content()
    page.get_by_role("button", name="Regenerate").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Regenerate").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#zsc-key")).to_be_visible()
    assert page.locator("#zsc-key").inner_text() != secret

    page.get_by_role("button", name="Revoke", exact=True).click()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("You have no key for Books.")).to_be_visible()
    assert not ZscKey.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_pages_are_accessible_and_fit(
    page: Page, organization: Organization, boss: User, width: int, scheme: str
) -> None:
    actor = Actor.person(boss)
    customer = create_customer(
        actor=actor,
        organization=organization,
        values={"display_name": "Crêperie du Port", "billing_city": "Brest", "website": "creperie.example"},
        contact_persons=[PersonRow(values={"first_name": "Anna"}), PersonRow(values={"first_name": "Bruno"})],
    )
    zsc_keys.generate_key(actor=actor, organization=organization, app="books")
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 844})
    one = f"customers/{customer.pk}/"
    paths = ["customers/", "customers/?q=none", "customers/new/", one, f"{one}contact-persons/", f"{one}history/"]
    paths += [f"{one}edit/", "settings/", "settings/members/", "settings/currencies/", "settings/integrations/"]
    found = {}
    for path in paths:
        page.goto(f"/finance/{organization.pk}/{path}")
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[path] = faults_of(page) + ([f"{overflow}px too wide"] if overflow > 0 else [])
    assert found == {path: [] for path in paths}
