"""What was spent, from the receipt to the money: noted and handed in, approved by somebody else, paid back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page, expect

from finance.models import Expense, ExpenseReport, Organization
from tests import factories
from tests.scenarios.accessibility import faults_of
from users.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURE = {"name": "ticket.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"}


@pytest.fixture
def boss(db: None) -> User:
    return factories.user("boss@example.com", first_name="Béatrice", last_name="Roy")


@pytest.fixture
def organization(boss: User) -> Organization:
    return factories.finance_organization(owner=boss)


def test_an_expense_is_noted_handed_in_approved_and_reimbursed(
    page: Page, organization: Organization, sign_in: Callable[[User], None]
) -> None:
    worker = factories.finance_member(organization, "staff", "worker@example.com")
    accountant = factories.finance_member(organization, "accountant", "accountant@example.com")
    factories.tax(organization)
    root = f"/finance/{organization.pk}"

    sign_in(worker)
    page.goto(f"{root}/expenses/")
    assert faults_of(page) == []
    page.get_by_role("link", name="New expense").first.click()
    page.get_by_label("Category").select_option(label="Travel")
    page.get_by_label("Amount", exact=True).fill("120")
    page.get_by_label("Tax", exact=True).select_option(label="VAT 20 %")
    expect(page.locator("#expense-figures")).to_contain_text("€20.00")
    assert faults_of(page) == []
    page.get_by_label("Description").fill("Train to Lyon")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="EXP-00001")).to_be_visible()
    page.locator("#files").set_input_files(PICTURE)  # type: ignore[arg-type]
    expect(page.get_by_role("link", name="ticket.png", exact=True)).to_be_visible()
    assert faults_of(page) == []

    page.goto(f"{root}/expenses/new/")
    page.get_by_label("Category").select_option(label="Mileage")
    expect(page.get_by_label("Amount", exact=True)).to_be_hidden()
    page.get_by_label("Distance").fill("10")
    page.get_by_label("Rate per unit").fill("0.529")
    expect(page.locator("#expense-figures")).to_contain_text("€5.29")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="EXP-00002")).to_be_visible()

    page.goto(f"{root}/expense-reports/new/")
    assert faults_of(page) == []
    page.get_by_label("Name", exact=True).fill("Lyon")
    page.get_by_role("button", name="Begin the report").click()
    expect(page.get_by_role("heading", name="Lyon")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_role("button", name="Recall")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    sign_in(accountant)
    page.goto("/notifications/")
    page.get_by_role("button", name="has handed in the expense report “Lyon”").first.click()
    expect(page.get_by_role("heading", name="Lyon")).to_be_visible()
    page.get_by_role("button", name="Reject").click()
    page.get_by_role("button", name="Reject the report").click()
    expect(page.get_by_label("Why?")).to_be_visible()
    assert ExpenseReport.objects.get().status == "submitted"
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Record reimbursement").click()
    assert faults_of(page) == []
    page.get_by_label("Reference").fill("K-7")
    page.get_by_role("button", name="Record the reimbursement").click()
    expect(page.get_by_text("Reimbursed through")).to_be_visible()

    report = ExpenseReport.objects.get()
    assert (report.status, str(report.total_base), report.reimbursement_reference) == ("reimbursed", "125.2900", "K-7")
    assert set(Expense.objects.values_list("status", flat=True)) == {"reimbursed"}
    sign_in(worker)
    page.goto("/notifications/")
    expect(page.get_by_text("Your expense report “Lyon” is reimbursed.")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_pages_are_accessible_and_fit(
    page: Page, organization: Organization, boss: User, sign_in: Callable[[User], None], width: int, scheme: str
) -> None:
    sign_in(boss)
    expense = factories.expense(organization, boss, description="Hotel in a town of a very long name indeed")
    report = factories.expense_report(organization, boss, [factories.expense(organization, boss)])
    factories.receipt(expense, boss, SimpleUploadedFile("ticket.png", b"\x89PNG\r\n\x1a\n"))
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 844})
    paths = ["expenses/", "expenses/?q=none", "expenses/new/", "expense-reports/", "expense-reports/?status=approved"]
    paths += [f"expenses/{expense.pk}/{tab}" for tab in ("", "edit/", "history/")]
    paths += [f"expense-reports/{report.pk}/{tab}" for tab in ("", "edit/", "history/")]
    paths += ["expense-reports/new/", "settings/expense-categories/"]
    found = {}
    for path in paths:
        page.goto(f"/finance/{organization.pk}/{path}")
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[path] = faults_of(page) + ([f"{overflow}px too wide"] if overflow > 0 else [])
    assert found == {path: [] for path in paths}
