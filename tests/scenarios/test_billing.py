"""What was spent for a customer is put on their invoice without a mouse, and is free again when the line goes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from finance.choices import DocumentKind as Kind
from finance.models import Expense, Invoice
from finance.services.document_moves import move_document
from tests import factories
from tests.scenarios.accessibility import faults_of
from users.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_expenses_and_bills_are_billed_on_by_keyboard(page: Page, sign_in: Callable[[User], None]) -> None:
    boss = factories.user("boss@example.com", first_name="Béatrice", last_name="Roy")
    organization = factories.finance_organization(owner=boss)
    customer = factories.customer(organization, "Bäckerei Sonne")
    expense = factories.expense(organization, boss, amount=Decimal(80), is_billable=True, customer_id=customer.pk)
    line = {"name": "Paper", "rate": Decimal(5), "is_billable": True, "customer_id": customer.pk}
    vendor = factories.finance_vendor(organization)
    bill = factories.document(organization, Kind.BILL, vendor_id=vendor.pk, number="R-2026-7", lines=[line])
    move_document(actor=factories.SYSTEM, document=bill, verb="mark_open")
    root = f"/finance/{organization.pk}"

    sign_in(boss)
    page.goto(f"{root}/bills/{bill.pk}/edit/")
    expect(page.get_by_label("Customer who is billed for this line")).to_have_value("Bäckerei Sonne")
    assert faults_of(page) == []

    page.goto(f"{root}/invoices/new/?customer={customer.pk}")
    page.get_by_role("button", name="Add unbilled expenses").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Unbilled expenses of Bäckerei Sonne")
    expect(dialog.get_by_role("checkbox", name="EXP-00001")).to_be_focused()
    assert faults_of(page) == []
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#doc-totals")).to_contain_text("€85.00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="INV-00001")).to_be_visible()
    assert Expense.objects.get().is_invoiced

    page.goto(f"{root}/expenses/{expense.pk}/")
    expect(page.get_by_role("link", name="INV-00001")).to_be_visible()
    assert faults_of(page) == []
    page.goto(f"{root}/invoices/{Invoice.objects.get().pk}/edit/")
    page.get_by_role("button", name="Remove this line").first.click()
    expect(page.locator("#doc-totals")).to_contain_text("€5.00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="INV-00001")).to_be_visible()
    assert not Expense.objects.get().is_invoiced

    page.goto(f"{root}/expenses/?billing=unbilled")
    page.get_by_role("checkbox", name="Select EXP-00001").check()
    assert faults_of(page) == []
    page.get_by_role("button", name="Convert to invoice").click()
    expect(page.locator("#doc-totals")).to_contain_text("€80.00")
