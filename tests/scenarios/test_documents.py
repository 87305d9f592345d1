"""Documents in a real browser: an invoice typed by keyboard alone and sent; an estimate that becomes an invoice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from finance.choices import DocumentKind as Kind
from finance.models import Customer, Draft, Estimate, Invoice, Organization
from finance.services.document_moves import move_document
from finance.services.documents import create_document
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


@pytest.fixture
def customer(organization: Organization) -> Customer:
    return factories.customer(organization, "Crêperie du Port", billing_city="Brest")


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the control of this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == label:
            return
    raise AssertionError(f"no way to {label} by Tab")


def test_an_invoice_is_typed_by_keyboard_alone_and_sent(
    page: Page, organization: Organization, customer: Customer
) -> None:
    page.goto(f"/finance/{organization.pk}/invoices/new/")
    expect(page.get_by_role("combobox", name="Customer")).to_be_focused()
    page.keyboard.type("crep")
    expect(page.locator("#party-field-list [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Customer")).to_have_value("Crêperie du Port")
    expect(page.get_by_text("Amounts are in EUR.")).to_be_visible()

    tab_to(page, "Item or name")
    page.keyboard.type("Work")
    tab_to(page, "Quantity")
    page.keyboard.type("2")
    tab_to(page, "Rate")
    page.keyboard.type("100.00")
    tab_to(page, "Discount")
    page.keyboard.type("10 %")
    tab_to(page, "Tax")
    page.keyboard.press("Tab")
    expect(page.locator("tr[data-line]")).to_have_count(2)
    expect(page.get_by_label("Item or name").nth(1)).to_be_focused()
    expect(page.get_by_label("Description").first).to_be_hidden()  # a line is one row; the one that one is in has more
    expect(page.get_by_label("Description").nth(1)).to_be_visible()
    page.keyboard.type("Travel")
    tab_to(page, "Rate")
    page.keyboard.type("50")
    expect(page.locator("#doc-totals")).to_contain_text("€230.00")
    expect(page.locator("#doc-kept")).to_contain_text("Kept")
    assert Invoice.objects.count() == 0

    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_label("Item or name").first).to_have_value("Travel")
    page.keyboard.press("Alt+h")
    expect(page.get_by_label("Heading", exact=True)).to_be_focused()
    page.keyboard.type("On the road")
    expect(page.locator("tr[data-heading] output")).to_have_text("€230.00")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Item or name").first).to_be_focused()
    page.get_by_role("button", name="Add a line").press("Enter")
    expect(page.get_by_label("Item or name").nth(2)).to_be_focused()
    page.keyboard.press("Alt+Delete")
    expect(page.locator("tr[data-line]")).to_have_count(3)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="INV-00001")).to_be_visible()
    made = Invoice.objects.get()
    assert made.total == Decimal(230)
    kept = list(made.lines.values_list("header", "name", "discount"))
    assert kept == [("On the road", "Travel", ""), ("", "Work", "10%")]
    assert Draft.objects.count() == 0

    page.get_by_role("button", name="Mark as sent").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("INV-00001: Sent.")).to_be_visible()
    answer = page.request.get(page.get_by_role("link", name="PDF", exact=True).get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body()[:5] == b"%PDF-"
    assert faults_of(page) == []


def test_what_was_typed_is_there_again_after_the_page_was_left(
    page: Page, organization: Organization, customer: Customer
) -> None:
    page.goto(f"/finance/{organization.pk}/estimates/new/")
    page.get_by_label("Item or name").fill("Work")
    page.get_by_label("Rate", exact=True).fill("abc")
    expect(page.get_by_text("Enter an amount in figures")).to_be_visible()
    page.get_by_label("Rate", exact=True).fill("80")
    expect(page.locator("#doc-totals")).to_contain_text("€80.00")
    page.goto(f"/finance/{organization.pk}/estimates/")
    page.get_by_role("link", name="New estimate").first.click()
    expect(page.get_by_label("Item or name")).to_have_value("Work")
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_label("Item or name")).to_have_value("")
    assert Draft.objects.count() == 0


def test_an_accepted_estimate_becomes_an_invoice(
    page: Page, organization: Organization, customer: Customer, boss: User
) -> None:
    actor = Actor.person(boss)
    lines = [{"name": "Work", "rate": 100}]
    values = {"customer_id": customer.pk}
    estimate = create_document(actor=actor, organization=organization, kind=Kind.ESTIMATE, values=values, lines=lines)
    move_document(actor=actor, document=estimate, verb="mark_sent")
    page.goto(f"/finance/{organization.pk}/estimates/")
    page.get_by_role("link", name=estimate.number).click()
    page.get_by_role("button", name="Mark as accepted").click()
    expect(page.get_by_text("Accepted").first).to_be_visible()
    page.get_by_role("button", name="Make an invoice").click()
    expect(page.get_by_role("heading", name="INV-00001")).to_be_visible()
    expect(page.get_by_role("link", name=estimate.number)).to_be_visible()
    assert Estimate.objects.get().status == "invoiced"
    assert Invoice.objects.get().estimate_id == estimate.pk


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_pages_are_accessible_and_fit(
    page: Page, organization: Organization, customer: Customer, boss: User, width: int, scheme: str
) -> None:
    actor = Actor.person(boss)
    order = create_document(
        actor=actor,
        organization=organization,
        kind=Kind.SALES_ORDER,
        values={"customer_id": customer.pk},
        lines=[{"header": "Inside", "name": "Work", "description": "Two days", "rate": 100, "discount": "10%"}],
    )
    move_document(actor=actor, document=order, verb="confirm")
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 844})
    one = f"sales-orders/{order.pk}/"
    paths = ["sales-orders/", "sales-orders/?q=none", "invoices/", "invoices/new/", one, f"{one}comments/"]
    paths += [f"{one}files/", f"{one}history/", f"{one}versions/1/", f"{one}edit/", f"{one}convert/invoice/"]
    found = {}
    for path in paths:
        page.goto(f"/finance/{organization.pk}/{path}")
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[path] = faults_of(page) + ([f"{overflow}px too wide"] if overflow > 0 else [])
    assert found == {path: [] for path in paths}
