"""Three accounts that are one: found with reasons, merged by keyboard alone, followed by finance, and taken apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.choices import Module
from crm.models import Account, Contact
from crm.models.activities import Activity
from crm.services.duplicates import find_duplicates
from tests.integration.worlds import World, world
from tests.scenarios.accessibility import faults_of
from users.models import User


@pytest.fixture
def w(transactional_db: None) -> World:
    return world()


@pytest.fixture
def accounts(w: World) -> list[Account]:
    """One of them is linked with a customer; contacts and a call hang on the others."""
    loser = w.account("Verrerie Noël SA", website="verrerie-noel.fr", phone="+33 4 72 00 00 01")
    w.settle()
    survivor = w.account("Verrerie Noël")
    third = w.account("SARL Verrerie Noel", industry="Glass")
    w.contact("Martin", account_id=loser.pk)
    Activity.objects.create(
        organization=w.crm, kind="task", status="open", module="accounts", record_id=third.pk, subject="Call"
    )
    return [survivor, loser, third]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_three_accounts_become_one_by_keyboard_and_three_again(
    page: Page, sign_in: Callable[[User], None], w: World, accounts: list[Account]
) -> None:
    survivor, loser, third = accounts
    customer = w.other(loser)
    find_duplicates(w.crm, Module.ACCOUNTS)
    sign_in(w.admin)
    _finds_them_by_their_reasons(page, w)
    _merges_them_by_keyboard(page, survivor)
    _everything_is_with_the_survivor(w, survivor, third)
    w.settle()
    assert w.other(survivor) == customer
    page.goto(f"/crm/{w.crm.pk}/accounts/{loser.pk}")
    expect(page.get_by_role("heading", name="Verrerie Noël", exact=True)).to_be_visible()
    _takes_it_back(page)
    w.settle()
    assert Account.objects.count() == 3
    assert w.other(loser) == customer
    assert Contact.objects.get().account_id == loser.pk
    assert Activity.objects.get().record_id == third.pk


def _finds_them_by_their_reasons(page: Page, w: World) -> None:
    page.goto(f"/crm/{w.crm.pk}/duplicates/accounts")
    said = "Same name without its legal form: “Verrerie Noël SA” and “Verrerie Noël”"
    expect(page.get_by_text(said).or_(page.get_by_text("“Verrerie Noël” and “Verrerie Noël SA”")).first).to_be_visible()
    assert faults_of(page) == []


def _merges_them_by_keyboard(page: Page, survivor: Account) -> None:
    page.get_by_role("button", name="Compare and merge").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Merge 3 records into one")).to_be_visible()
    assert faults_of(page) == []
    first = page.locator(f"#survivor-{survivor.pk}")
    if not first.is_checked():
        first.focus()
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name=f"Merge into “{survivor}”")).to_be_visible()
    expect(page.get_by_role("row", name="Contacts 1")).to_be_visible()
    taken = page.locator("input[name=choice_name]")
    taken.first.focus()
    _choose_by_arrows(page, survivor)
    page.get_by_role("button", name=f"Merge into “{survivor}”").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo the merge")).to_be_visible()
    assert faults_of(page) == []


def _choose_by_arrows(page: Page, survivor: Account) -> None:
    wanted: Any = page.locator(f"input[name=choice_name][value='{survivor.pk}']")
    for _press in range(3):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_checked()


def _everything_is_with_the_survivor(w: World, survivor: Account, third: Account) -> None:
    assert list(Account.objects.of(w.crm)) == [survivor]
    survivor.refresh_from_db()
    assert (survivor.name, survivor.website, survivor.industry) == ("Verrerie Noël", "verrerie-noel.fr", "Glass")
    assert Contact.objects.get().account_id == survivor.pk
    assert Activity.objects.get().record_id == survivor.pk


def _takes_it_back(page: Page) -> None:
    undo = page.get_by_role("button", name="Undo the merge")
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The merge is undone.")).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_record_is_merged_with_one_that_is_named_and_what_was_dismissed_is_taken_back(
    page: Page, sign_in: Callable[[User], None], w: World
) -> None:
    survivor, loser = w.account("Verrerie Noël"), w.account("Cristallerie Petit")
    w.account("Verrerie Noël SA")
    sign_in(w.admin)
    page.goto(f"/crm/{w.crm.pk}/accounts/{survivor.pk}")
    page.get_by_role("button", name="Not a duplicate").click()
    said = page.get_by_text("1 pair is said not to be the same")
    expect(said).to_be_visible()
    said.click()
    assert faults_of(page) == []
    page.get_by_role("button", name="may be the same after all").click()
    expect(page.get_by_text("Possible duplicates (1)")).to_be_visible()

    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Merge with…").click()
    dialog = page.get_by_role("dialog")
    named = dialog.get_by_role("combobox", name="The other record")
    expect(named).to_be_focused()
    page.keyboard.type("verrerie")
    expect(dialog.get_by_role("option")).to_have_count(1)  # not the record itself
    named.fill("crist")
    expect(dialog.get_by_role("option")).to_have_text(["Cristallerie Petit"])
    assert faults_of(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(named).to_have_value("Cristallerie Petit")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Merge 2 records into one")).to_be_visible()
    page.get_by_role("button", name=f"Merge into “{survivor}”").click()
    expect(page.get_by_role("button", name="Undo the merge")).to_be_visible()
    assert set(Account.objects.values_list("name", flat=True)) == {"Verrerie Noël", "Verrerie Noël SA"}
    assert not Account.objects.filter(pk=loser.pk).exists()
