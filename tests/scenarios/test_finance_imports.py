"""The books of another program come over: looked at first, then entered, and a second time nothing changes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from finance.models import Customer, ImportJob, Invoice
from finance.services import import_check, import_run
from tests import factories
from tests.scenarios.accessibility import faults_of

SAMPLES = Path(__file__).parents[1] / "finance" / "imports" / "samples"


def work() -> ImportJob:
    """What a worker does."""
    job = ImportJob.objects.latest("id")
    while import_check.check(job.pk) or import_run.run_batch(job.pk):
        pass
    job.refresh_from_db()
    return job


def upload(page: Page, name: str) -> None:
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("CSV file").set_input_files(SAMPLES / name)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="What the columns mean")).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_invoices_come_over_and_a_second_time_nothing_changes(page: Page, sign_in: Any) -> None:
    boss = factories.user("claire@example.com", first_name="Claire", last_name="Vasseur")
    organization = factories.finance_organization(boss)
    factories.tax(organization, "TVA", "20")
    factories.customer(organization, "Galets Bleus")
    sign_in(boss)

    page.goto(f"/finance/{organization.pk}/customers/")
    page.get_by_role("navigation").get_by_role("link", name="Imports").click()
    upload(page, "invoices.csv")
    assert faults_of(page) == []
    expect(page.get_by_label("Field for the column “Item Tax1 %”")).to_have_value("tax_rate")
    page.get_by_label("Create customers that don't exist yet").check()
    page.get_by_role("button", name="Check the file").press("Enter")
    expect(page.get_by_text("Checking every row")).to_be_visible()
    assert work().counts == {"rows": 15, "create": 5, "refuse": 3, "payments": 2, "customers": 1}

    expect(page.get_by_role("button", name="Start the import")).to_be_visible()
    expect(page.get_by_text("the file says €120.00, but its lines, taxes, discounts")).to_be_visible()
    expect(page.get_by_text("with a payment of €2,055.00")).to_be_visible()
    assert faults_of(page) == []
    assert Invoice.objects.count() == 0

    page.get_by_role("button", name="Start the import").press("Enter")
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    assert work().results["created"] == 5
    page.get_by_role("link", name="INV-000102").click()
    expect(page.get_by_role("heading", name="INV-000102")).to_be_visible()
    partly_paid = Invoice.objects.get(number="INV-000102")
    assert (partly_paid.total, partly_paid.balance) == (Decimal("1122.50"), Decimal("500"))
    assert Customer.objects.filter(display_name="Nobody Yet").exists()

    page.goto(f"/finance/{organization.pk}/imports/")
    upload(page, "invoices.csv")
    page.get_by_role("button", name="Check the file").press("Enter")
    expect(page.get_by_text("Checking every row")).to_be_visible()
    assert work().counts == {"rows": 15, "unchanged": 5, "refuse": 3}
    expect(page.get_by_text("There is nothing to import")).to_be_visible()
    assert faults_of(page) == []
