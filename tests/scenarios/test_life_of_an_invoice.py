"""A whole invoice's life in a real browser: estimate accepted, invoice sent, paid in part, credited, paid.

After each step the invoice's own page, the list and the customer's page tell the same figures.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from finance.choices import DocumentKind as Kind
from finance.models import CreditNote, Customer, Estimate, Invoice, Organization, Payment
from finance.selectors.chain import verify
from finance.services.document_moves import move_document
from finsuite.kernel.actors import Actor
from tests import factories
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
    return factories.customer(organization, "Crêperie du Port", email="info@creperie.example")


class Books:
    """What the three pages tell of one invoice."""

    def __init__(self, page: Page, organization: Organization, customer: Customer) -> None:
        self.page, self.root, self.customer = page, f"/finance/{organization.pk}", customer

    def tell(self, *, status: str, total: str, balance: str, outstanding: str, unused: str) -> None:
        """The status, the total, the balance (or "–" in the list), what the customer owes and has to their credit."""
        page, invoice = self.page, Invoice.objects.get()
        page.goto(f"{self.root}/invoices/")
        row = page.get_by_role("row", name=invoice.number)
        expect(row).to_contain_text(status)
        expect(row.locator("td.num").first).to_have_text(total)
        shown = "–" if balance == "€0.00" else balance
        expect(row.locator("td.num").last).to_contain_text(shown)
        page.goto(f"{self.root}/customers/{self.customer.pk}/")
        figures = page.locator(".stat__figure")
        expect(figures.nth(0)).to_have_text(outstanding)
        expect(figures.nth(2)).to_have_text(unused)
        page.goto(f"{self.root}/invoices/{invoice.pk}/")
        expect(page.locator(".page-head__actions")).to_contain_text(status)
        side = page.get_by_role("complementary", name="At a glance")
        expect(side.locator("dd").nth(0)).to_have_text(total)
        expect(side.locator("dd").nth(1)).to_have_text(balance)


def press(page: Page, name: str) -> None:
    """By keyboard: focus the button, then Enter."""
    page.get_by_role("button", name=name, exact=True).first.focus()
    page.keyboard.press("Enter")


def test_an_estimate_is_accepted_invoiced_paid_in_part_credited_and_paid(
    page: Page, organization: Organization, customer: Customer, boss: User
) -> None:
    tax = factories.tax(organization)
    lines = [
        {"name": "Work", "quantity": Decimal(2), "rate": Decimal(400), "tax_ids": [tax.pk]},
        {"name": "Travel", "rate": Decimal(100), "discount": "10%", "tax_ids": [tax.pk]},
    ]
    estimate = factories.document(organization, Kind.ESTIMATE, customer_id=customer.pk, lines=lines)
    move_document(actor=Actor.person(boss), document=estimate, verb="mark_sent")
    books = Books(page, organization, customer)

    page.goto(f"/finance/{organization.pk}/estimates/{estimate.pk}/")
    press(page, "Mark as accepted")
    expect(page.get_by_text(f"{estimate.number}: Accepted.")).to_be_visible()
    press(page, "Make an invoice")
    expect(page.get_by_role("heading", name="INV-00001")).to_be_visible()
    assert Estimate.objects.get().status == "invoiced"
    nothing = {"outstanding": "€0.00", "unused": "€0.00"}
    books.tell(status="Draft", total="€1,068.00", balance="€1,068.00", **nothing)

    press(page, "Mark as sent")
    expect(page.get_by_text("INV-00001: Sent.")).to_be_visible()
    books.tell(status="Sent", total="€1,068.00", balance="€1,068.00", outstanding="€1,068.00", unused="€0.00")

    page.get_by_role("link", name="Record a payment").first.click()
    expect(page.get_by_label("Amount", exact=True)).to_have_value("1068.00")
    page.get_by_label("Amount", exact=True).fill("500")
    page.keyboard.press("Tab")
    expect(page.get_by_label("How much INV-00001 is paid with")).to_have_value("500.00")
    page.get_by_label("Reference").focus()
    page.keyboard.type("SEPA 77")
    press(page, "Save")
    expect(page.get_by_role("heading", name="PAY-00001")).to_be_visible()
    books.tell(status="Partially paid", total="€1,068.00", balance="€568.00", outstanding="€568.00", unused="€0.00")

    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Make a credit note").click()
    page.get_by_label("How many of Work").fill("0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="CN-00001")).to_be_visible()
    press(page, "Mark as open")
    expect(page.get_by_text("CN-00001: Open.")).to_be_visible()
    assert CreditNote.objects.get().total == Decimal(108)
    books.tell(status="Partially paid", total="€1,068.00", balance="€568.00", outstanding="€568.00", unused="€108.00")

    press(page, "Apply credits")
    page.get_by_role("dialog").get_by_label("Amount of CN-00001").fill("108")
    page.keyboard.press("Enter")
    expect(page.get_by_text("INV-00001: the credit is applied.")).to_be_visible()
    books.tell(status="Partially paid", total="€1,068.00", balance="€460.00", outstanding="€460.00", unused="€0.00")

    page.get_by_role("link", name="Record a payment").first.click()
    expect(page.get_by_label("How much INV-00001 is paid with")).to_have_value("460.00")
    press(page, "Save")
    expect(page.get_by_role("heading", name="PAY-00002")).to_be_visible()
    books.tell(status="Paid", total="€1,068.00", balance="€0.00", **nothing)
    invoice = Invoice.objects.get()
    assert (invoice.paid_total, invoice.credited_total, invoice.balance) == (960, 108, 0)
    assert list(Payment.objects.order_by("pk").values_list("amount", "balance")) == [(500, 0), (460, 0)]
    assert CreditNote.objects.get().status == "closed"
    settled = page.get_by_role("region", name="Payments and credits").last
    for told in ("PAY-00001", "PAY-00002", "CN-00001", "€500.00", "€460.00", "€108.00"):
        expect(settled).to_contain_text(told)
    assert verify(organization).broken is None
