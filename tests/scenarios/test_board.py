"""A sales team's board: deals are won and lost by keyboard alone, dragged by mouse, and two people meet over one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.models import Deal, LostReason, Organization
from crm.services.deals import move_deal
from finsuite.kernel.actors import Actor
from tests import factories
from tests.scenarios.accessibility import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

D = Decimal


@pytest.fixture
def organization(sign_in: Any) -> Organization:
    person = factories.user("admin@example.com", first_name="Béatrice", last_name="Roy")
    made = factories.crm_organization(person)
    account = factories.account(made, "Ateliers Crépin")
    for name, stage, amount in (
        ("Fleet lease", "Qualification", "1000"),
        ("Licences", "Qualification", "400"),
        ("Support", "Negotiation/review", "700"),
    ):
        values = {"amount": D(amount), "account_id": account.pk, "closing_date": date(2030, 1, 15), "tags": ["hot"]}
        factories.deal(made, name, stage=stage, owner_id=person.pk, **values)
    sign_in(person)
    return made


def open_board(page: Page, organization: Organization) -> None:
    """The first page that a process answers takes longer than those that follow."""
    page.goto(f"/crm/{organization.pk}/deals/board", timeout=60_000)


def column(page: Page, name: str) -> Any:
    return page.get_by_role("region", name=name, exact=True)


def card(page: Page, name: str) -> Any:
    return page.get_by_role("link", name=name, exact=True)


def stage_of(name: str) -> str:
    return Deal.objects.get(name=name).stage.name


def test_a_deal_is_won_lost_and_brought_back_by_keyboard_alone(page: Page, organization: Organization) -> None:
    open_board(page, organization)
    card(page, "Fleet lease").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("status").get_by_text("“Fleet lease” moved to “Needs analysis”.")).to_be_visible()
    expect(card(page, "Fleet lease")).to_be_focused()
    expect(column(page, "Needs analysis").locator("[data-count]")).to_contain_text("1")
    expect(column(page, "Needs analysis").locator("[data-sums]")).to_contain_text("€200.00 weighted")
    expect(column(page, "Qualification").locator("[data-sums]")).to_contain_text("€400.00")
    assert stage_of("Fleet lease") == "Needs analysis"

    # The menu, for stages further away; won asks for the closing date.
    page.keyboard.press("m")
    expect(page.get_by_role("menu", name="Move to")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Move “Fleet lease” to “Closed won”?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(column(page, "Needs analysis").get_by_role("link", name="Fleet lease", exact=True)).to_be_focused()
    assert stage_of("Fleet lease") == "Needs analysis"
    page.keyboard.press("m")
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    dialog.get_by_label("Closing date").fill("2026-11-20")
    page.keyboard.press("Control+Enter")
    expect(column(page, "Closed won").get_by_role("link", name="Fleet lease", exact=True)).to_be_focused()
    expect(column(page, "Closed won").locator("[data-sums]")).to_contain_text("€1,000.00")
    assert Deal.objects.get(name="Fleet lease").closing_date == date(2026, 11, 20)

    # Lost asks for the reason.
    card(page, "Support").focus()
    page.keyboard.press("m")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Move “Support” to “Closed lost”?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_role("alert")).to_be_visible()
    reason = LostReason.objects.of(organization).filter(is_active=True).first()
    assert reason is not None
    dialog.get_by_label("Lost reason").select_option(reason.name)
    page.keyboard.press("Control+Enter")
    expect(column(page, "Closed lost").get_by_role("link", name="Support", exact=True)).to_be_focused()
    assert Deal.objects.get(name="Support").lost_reason_id == reason.pk
    page.get_by_role("button", name="Undo").last.focus()
    page.keyboard.press("Enter")
    expect(column(page, "Negotiation/review").get_by_role("link", name="Support", exact=True)).to_be_focused()
    assert (stage_of("Support"), Deal.objects.get(name="Support").lost_reason_id) == ("Negotiation/review", None)


def test_the_arrow_keys_go_from_card_to_card_and_tab_stops_at_one(page: Page, organization: Organization) -> None:
    open_board(page, organization)
    card(page, "Fleet lease").focus()
    for key, name in (("ArrowDown", "Licences"), ("ArrowRight", "Support"), ("ArrowLeft", "Fleet lease")):
        page.keyboard.press(key)
        expect(card(page, name)).to_be_focused()
    assert page.locator("[data-card] .deal-card__name[tabindex='0']").count() == 1
    page.evaluate("document.documentElement.dataset.shortcuts = 'off'")
    page.keyboard.press("m")
    expect(page.get_by_role("menu", name="Move to")).to_be_hidden()


def test_a_card_is_dragged_and_the_sums_follow(page: Page, organization: Organization) -> None:
    open_board(page, organization)
    card(page, "Licences").drag_to(column(page, "Needs analysis"))
    expect(page.get_by_role("status").get_by_text("“Licences” moved to “Needs analysis”.")).to_be_visible()
    expect(column(page, "Qualification").locator("[data-sums]")).to_contain_text("€1,000.00")
    expect(column(page, "Needs analysis").locator("[data-sums]")).to_contain_text("€400.00")
    assert stage_of("Licences") == "Needs analysis"


def test_who_comes_second_is_told_who_was_faster(page: Page, organization: Organization) -> None:
    open_board(page, organization)
    colleague = factories.crm_member(organization, "Standard", "colleague@example.com")
    elsewhere = factories.stage(organization, "Value proposition").pk
    move_deal(actor=Actor.person(colleague), deal=Deal.objects.get(name="Licences"), stage_id=elsewhere)
    card(page, "Licences").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_text("has moved “Licences” to “Value proposition”").wait_for()
    expect(column(page, "Value proposition").get_by_role("link", name="Licences", exact=True)).to_be_focused()
    assert stage_of("Licences") == "Value proposition"


def test_without_scripts_the_menu_is_a_form(
    browser: Browser, page: Page, organization: Organization, live_server: Any
) -> None:
    bare = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state(), locale="en-GB")
    plain = bare.new_page()
    plain.goto(f"{live_server.url}/crm/{organization.pk}/deals/board")
    plain.get_by_role("link", name="Move “Licences” to…").click()
    plain.get_by_label("Needs analysis").check()
    plain.get_by_role("button", name="Continue").click()
    plain.get_by_role("button", name="Move the deal").click()
    expect(plain.get_by_text("“Licences” is in “Needs analysis” now.")).to_be_visible()
    assert "/deals/board" in plain.url
    bare.close()


def test_a_phone_shows_one_stage_at_a_time(page: Page, organization: Organization) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_board(page, organization)
    expect(card(page, "Fleet lease")).to_be_visible()
    expect(card(page, "Support")).to_be_hidden()
    page.get_by_label("Stage", exact=True).select_option("Negotiation/review")
    expect(card(page, "Support")).to_be_visible()
    expect(card(page, "Fleet lease")).to_be_hidden()


def test_folded_columns_and_compact_cards_stay_so(page: Page, organization: Organization) -> None:
    open_board(page, organization)
    page.get_by_role("button", name="Fold the column Qualification").click()
    page.get_by_role("button", name="Compact").click()
    page.reload()
    expect(card(page, "Fleet lease")).to_be_hidden()
    expect(page.get_by_role("button", name="Fold the column Qualification")).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("button", name="Compact")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["board", "forecast"])
def test_the_pages_are_accessible(page: Page, organization: Organization, path: str, width: int, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/crm/{organization.pk}/deals/{path}")
    assert faults_of(page) == []
