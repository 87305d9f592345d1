"""The style guide in a real browser: every component can be used by keyboard, in both themes, on both widths."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.scenarios.accessibility import faults_of

LOOKS: list[tuple[Literal["light", "dark"], int]] = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_style_guide_is_accessible_in_both_themes_and_widths(page: Page) -> None:
    page.goto("/styleguide/")
    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 844})
        assert (theme, width, faults_of(page)) == (theme, width, [])


def test_a_menu_is_used_by_arrow_keys_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/styleguide/")
    button = page.get_by_role("button", name="Convert")
    button.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="To a sales order")).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")  # the browser tells of it a moment later
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="To an invoice")).to_be_focused()
    page.keyboard.press("d")
    expect(page.get_by_role("menuitem", name="Decline")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="To a sales order")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu", name="Convert")).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_a_menu_opens_beside_its_button_and_inside_the_window(page: Page) -> None:
    page.goto("/styleguide/")
    page.get_by_role("button", name="More", exact=True).click()
    button = page.get_by_role("button", name="More", exact=True).bounding_box()
    menu = page.get_by_role("menu", name="More").bounding_box()
    assert button is not None
    assert menu is not None
    assert round(menu["y"] - button["y"] - button["height"]) == 4
    assert menu["x"] + menu["width"] <= 1280


def test_a_dialog_keeps_the_focus_and_gives_it_back(page: Page) -> None:
    page.goto("/styleguide/")
    opener = page.get_by_role("button", name="Open a dialog")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Delete 3 accounts?")
    expect(dialog).to_be_visible()
    for _press in range(6):
        page.keyboard.press("Tab")
        # The browser itself lets the focus pass by its own bar; never to the page behind.
        assert page.evaluate("() => !document.activeElement.closest('.main')")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_click_beside_a_drawer_closes_it(page: Page) -> None:
    page.goto("/styleguide/")
    page.get_by_role("button", name="Open a drawer").click()
    drawer = page.get_by_role("dialog", name="Edit the account")
    box = drawer.bounding_box()
    assert box is not None
    assert (round(box["x"] + box["width"]), box["height"]) == (1280, 900)
    page.mouse.click(200, 400)
    expect(drawer).to_be_hidden()


def test_tabs_are_links_in_the_order_of_the_page(page: Page) -> None:
    page.goto("/styleguide/")
    tabs = page.get_by_role("navigation", name="Views of an account").get_by_role("link")
    expect(tabs).to_have_text(["Activity", "Deals 3", "Contacts 12", "Finance", "Files 0"])
    tabs.first.focus()
    page.keyboard.press("Tab")
    expect(tabs.nth(1)).to_be_focused()
    expect(tabs.first).to_have_attribute("aria-current", "page")


def test_a_toast_from_htmx_is_told_and_can_be_dismissed(page: Page) -> None:
    page.goto("/styleguide/")
    page.get_by_role("button", name="Show a failure").click()
    toast = page.get_by_role("status").filter(has_text="The account is saved.")
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("The account is saved.")).to_have_count(0)


def test_ticked_rows_are_counted_and_let_go(page: Page) -> None:
    page.goto("/styleguide/")
    bar = page.get_by_role("region", name="Selected rows")
    expect(bar).to_be_hidden()
    page.get_by_label("Select Müller & Söhne GmbH").check()
    expect(bar).to_contain_text("1 selected")
    page.get_by_label("Select all rows").check()
    expect(bar).to_contain_text("5 selected")
    bar.get_by_role("button", name="Clear the selection").click()
    expect(bar).to_be_hidden()


def test_j_and_x_go_through_a_list_and_tick(page: Page) -> None:
    page.goto("/styleguide/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Northwind Traders Ltd")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_label("Select Northwind Traders Ltd")).to_be_checked()


def test_the_left_bar_folds_and_stays_folded(page: Page) -> None:
    page.goto("/styleguide/")
    page.keyboard.press("[")
    expect(page.get_by_role("complementary", name="Main")).to_have_css("width", "52px")
    page.reload()
    expect(page.get_by_role("complementary", name="Main")).to_have_css("width", "52px")
    assert faults_of(page) == []


def test_on_a_phone_the_left_bar_is_a_drawer(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/styleguide/")
    bar = page.get_by_role("complementary", name="Main")
    expect(bar).to_be_hidden()
    opener = page.get_by_role("button", name="Open the menu")
    opener.click()
    expect(bar).to_be_visible()
    assert page.evaluate("() => document.querySelector('.main').inert")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_page_can_be_read_without_scripts(browser: Browser, live_server: object) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto("/styleguide/")
    expect(page.get_by_role("heading", name="Style guide")).to_be_visible()
    expect(page.get_by_role("table", name="Invoices")).to_be_visible()
    context.close()
