"""An accountant looks at reports: chooses days, follows a figure to what lies behind it; on a telephone, too."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from finance.choices import DocumentKind as Kind
from finance.models import Organization
from finance.selectors.reports.catalogue import REPORTS
from finance.services.document_moves import move_document
from tests import factories
from tests.scenarios.accessibility import faults_of
from users.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS: list[tuple[Literal["light", "dark"], int]] = [("dark", 390), ("light", 1280)]


@pytest.fixture
def boss(db: None) -> User:
    return factories.user("boss@example.com", first_name="Béatrice", last_name="Roy")


@pytest.fixture
def organization(boss: User) -> Organization:
    """Two invoices, an expense, and a number that is missing."""
    made = factories.finance_organization(owner=boss)
    names = ("Société Générale de Câblage et de Télécommunications", "Acme")
    for number, (name, month) in enumerate(zip(names, (2, 4), strict=True), 1):
        values = {"customer_id": factories.customer(made, name).pk, "date": date(2026, month, 3)}
        values |= {"due_date": date(2026, month, 28), "number": f"INV-0000{number * 2}"}
        lines = [{"name": "Work", "rate": Decimal(1000 * number), "tax_ids": [factories.tax(made, f"VAT {name}").pk]}]
        invoice = factories.document(made, Kind.INVOICE, lines=lines, **values)
        move_document(actor=factories.SYSTEM, document=invoice, verb="mark_sent")
    factories.expense(made, boss)
    return made


def test_reports_are_asked_followed_and_read(
    page: Page, organization: Organization, boss: User, sign_in: Callable[[User], None]
) -> None:
    sign_in(boss)
    root = f"/finance/{organization.pk}/reports/"
    days = "?since=2026-01-01&to=2026-12-31"
    asked = [f"{name}/{days if one.has_period else '?as_of=2026-11-22'}" for name, one in REPORTS.items()]
    paths = [
        "",
        *asked,
        f"sales-by-month/{days}&compare=year",
        "tax-summary/?since=x",
        "sales-by-item/?since=2001-01-01&to=2001-01-02",
    ]
    found: dict[str, list[str]] = {}
    for path in paths:
        page.goto(root + path)
        for scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 844})
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            wrong = faults_of(page) + ([f"{overflow}px too wide"] if overflow > 0 else [])
            found[path] = [*found.get(path, []), *(f"{width}: {fault}" for fault in wrong)]
    assert found == {path: [] for path in paths}

    page.goto(f"{root}sales-by-customer/{days}")
    page.get_by_label("Period").select_option("this_month")
    expect(page.get_by_text("Nothing to report")).to_be_visible()
    expect(page.get_by_label("From", exact=True)).to_be_hidden()
    page.get_by_label("Period").select_option("custom")
    page.get_by_label("From", exact=True).fill("2026-04-01")
    expect(page.get_by_role("row", name=re.compile("Acme"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Société"))).to_have_count(0)
    page.get_by_role("link", name="Clear").click()
    page.goto(f"{root}receivables-ageing/?as_of=2026-11-22")
    page.get_by_role("row", name=re.compile("Acme")).get_by_role("link", name="€2,400.00").first.click()
    page.get_by_role("link", name="INV-00004").click()
    expect(page.get_by_role("heading", name="INV-00004").first).to_be_visible()
