"""Many records at once, by keyboard: ticked, edited after a preview, undone from the toast; deleted, and restored."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import Account
from tests import factories
from tests.scenarios.accessibility import faults_of
from users.models import User


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_records_are_edited_and_deleted_in_bulk_and_had_again(page: Page, sign_in: Callable[[User], None]) -> None:
    admin = factories.user("admin@example.com")
    organization = factories.crm_organization(admin)
    for name in ("Aster", "Birch", "Cedar", "Dogwood"):
        factories.account(organization, name, phone="1")
    place = f"/crm/{organization.pk}/accounts/"
    sign_in(admin)
    _ticks_the_first_three_by_keyboard(page, place)
    _edits_after_a_preview(page)
    assert list(Account.objects.order_by("name").values_list("industry", flat=True)) == ["Wood", "Wood", "Wood", ""]
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("3 records are as before.")).to_be_visible()
    assert set(Account.objects.values_list("industry", flat=True)) == {""}
    before = set(Account.objects.values_list("pk", "name", "phone"))
    _ticks_the_first_three_by_keyboard(page, place)
    page.get_by_role("button", name="Delete…").press("Enter")
    expect(page.get_by_text("will be deleted")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Delete 3 records").press("Enter")
    expect(page.get_by_text("3 records deleted.")).to_be_visible()
    assert Account.objects.count() == 1
    page.goto(f"/crm/{organization.pk}/deleted/accounts")
    assert faults_of(page) == []
    page.get_by_role("button", name="Restore Birch").press("Enter")
    expect(page.get_by_role("heading", name="Birch")).to_be_visible()
    page.goto(f"/crm/{organization.pk}/bulk-changes/")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("3 records are as before.")).to_be_visible()
    assert set(Account.objects.values_list("pk", "name", "phone")) == before


def _ticks_the_first_three_by_keyboard(page: Page, place: str) -> None:
    page.goto(place)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("[data-bulk-bar] output")).to_have_text("3 selected")


def _edits_after_a_preview(page: Page) -> None:
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Edit 3 records")).to_be_visible()
    page.get_by_label("Field").select_option("industry")
    page.get_by_label("Industry").fill("Wood")
    assert faults_of(page) == []
    page.get_by_role("button", name="Preview").press("Enter")
    expect(page.get_by_text("will change")).to_be_visible()
    assert set(Account.objects.values_list("industry", flat=True)) == {""}
    page.get_by_role("button", name="Change 3 records").press("Enter")
    expect(page.get_by_text("3 records changed.")).to_be_visible()
