"""Selling by the month in a real browser: subscribed with a trial, renewed by a moved clock, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from finance.models import Invoice, Organization, RecurringInvoice, Subscription
from finance.selectors.days import today
from finance.services import recurring_invoices, subscriptions
from finance.services.plans import create_plan
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
def furnished(boss: User, organization: Organization) -> Organization:
    factories.customer(organization, "Crêperie du Port")
    values = {"code": "PRO", "name": "Pro", "price": Decimal("19.90"), "setup_fee": Decimal(50), "trial_days": 14}
    create_plan(actor=Actor.person(boss), organization=organization, values=values)
    return organization


def test_a_trial_is_made_the_clock_moves_and_the_renewal_is_seen(page: Page, furnished: Organization) -> None:
    page.goto(f"/finance/{furnished.pk}/subscriptions/")
    page.get_by_role("link", name="New subscription").first.click()
    page.get_by_label("Customer").press_sequentially("crep")
    page.get_by_role("option", name="Crêperie du Port").click()
    page.get_by_label("Plan", exact=True).select_option("Pro")
    page.get_by_label("Quantity").fill("2")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="SUB-00001")).to_be_visible()
    expect(page.get_by_text("Its trial ends on")).to_contain_text("for €89.80")
    expect(page.get_by_text("No term is invoiced yet.")).to_be_visible()
    assert faults_of(page) == []

    assert subscriptions.run_due(day=today(furnished) + timedelta(days=14)) == 1
    page.reload()
    invoice = Invoice.objects.get()
    expect(page.get_by_role("row", name=invoice.number)).to_contain_text("€89.80")
    expect(page.get_by_text("It renews on")).to_contain_text("for €39.80")
    assert faults_of(page) == []
    page.get_by_role("link", name=invoice.number).click()
    expect(page.get_by_role("heading", name=invoice.number).first).to_be_visible()

    page.goto(f"/finance/{furnished.pk}/subscriptions/")
    expect(page.get_by_text("Comes in each month")).to_be_visible()
    expect(page.locator(".monthly__figure")).to_have_text("€39.80")
    page.get_by_role("link", name="SUB-00001").click()
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Cancel now").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel now").click()
    expect(page.get_by_text("It was cancelled on")).to_be_visible()
    assert Subscription.objects.get().status == "cancelled"


def test_a_recurring_invoice_is_made_with_its_total_seen_while_typing(page: Page, furnished: Organization) -> None:
    factories.item(furnished, "Consulting", sales_rate=Decimal("95.50"))
    page.goto(f"/finance/{furnished.pk}/recurring-invoices/")
    page.get_by_role("link", name="New recurring invoice").first.click()
    page.get_by_label("Customer").press_sequentially("crep")
    page.get_by_role("option", name="Crêperie du Port").click()
    page.get_by_label("Name", exact=True).fill("Retainer")
    page.get_by_label("Item or name").press_sequentially("consul")
    page.get_by_role("option", name="Consulting").click()
    page.get_by_label("Quantity").fill("2")
    expect(page.locator(".recurring-total")).to_contain_text("€191.00", timeout=20_000)
    page.get_by_role("button", name="Add a line").click()
    second = page.get_by_role("group", name="Line 2")
    second.get_by_label("Item or name").fill("Travel")
    second.get_by_label("Rate").fill("9")
    second.get_by_label("Rate").press("Tab")
    expect(page.locator(".recurring-total")).to_contain_text("€200.00", timeout=20_000)
    assert faults_of(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Retainer")).to_be_visible()
    made = RecurringInvoice.objects.get()
    assert (made.total, made.made, Invoice.objects.get().total) == (200, 1, 200)
    expect(page.get_by_role("row", name=Invoice.objects.get().number)).to_contain_text("€200.00")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_pages_are_accessible_and_fit(
    page: Page, furnished: Organization, boss: User, width: int, scheme: str
) -> None:
    plan = furnished.plans.get()
    customer = furnished.customers.get()
    made = subscriptions.create_subscription(
        actor=Actor.person(boss),
        organization=furnished,
        values={"plan_id": plan.pk, "customer_id": customer.pk, "trial_days": 0, "notes": "Thank you"},
    )
    repeated = recurring_invoices.create_recurring_invoice(
        actor=Actor.person(boss),
        organization=furnished,
        values={"name": "Rent of the kitchen", "starts_on": today(furnished) - timedelta(days=40)},
        invoice={"customer_id": customer.pk},
        lines=[{"name": "Kitchen", "rate": Decimal(900), "description": "With its oven"}],
    )
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 844})
    one = f"subscriptions/{made.pk}/"
    paths = ["plans/", "plans/?q=none", "plans/new/", f"plans/{plan.pk}/", "subscriptions/", "subscriptions/?q=none"]
    paths += ["subscriptions/new/", one, f"{one}history/", f"{one}edit/"]
    other = f"recurring-invoices/{repeated.pk}/"
    paths += ["recurring-invoices/", "recurring-invoices/?q=none", "recurring-invoices/new/"]
    paths += [other, f"{other}history/", f"{other}edit/"]
    found = {}
    for path in paths:
        page.goto(f"/finance/{furnished.pk}/{path}")
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[path] = faults_of(page) + ([f"{overflow}px too wide"] if overflow > 0 else [])
    assert found == {path: [] for path in paths}
