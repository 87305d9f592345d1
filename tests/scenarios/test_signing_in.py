"""A person signs in, makes finsuite look and speak as they like, and signs out; all of it by keyboard if they wish."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect

from tests import factories
from tests.scenarios.accessibility import faults_of
from users.models import User

LOOKS: list[tuple[Literal["light", "dark"], int]] = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person() -> User:
    return factories.user("marie@example.com", first_name="Marie", last_name="Curie")


@pytest.fixture
def at_work(person: User, sign_in: Callable[[User], None]) -> User:
    """The person, signed in, with an organization of their own."""
    factories.finance_organization(person)
    sign_in(person)
    return person


def test_signing_in_and_out_by_keyboard(page: Page, person: User) -> None:
    page.goto("/settings/")
    expect(page).to_have_url("/sign-in/?next=/settings/")
    assert faults_of(page) == []
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("marie@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("let me in")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/settings/")
    page.get_by_role("button", name="Marie Curie").press("ArrowDown")
    page.keyboard.press("End")
    expect(page.get_by_role("menuitem", name="Sign out")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/sign-in/")


def test_a_wrong_password_is_told_where_a_screen_reader_hears_it(page: Page, person: User) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill("marie@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("This e-mail and password don't belong together.")
    expect(alert).to_be_focused()
    expect(page.get_by_label("E-mail")).to_have_value("marie@example.com")
    expect(page.get_by_label("Password")).to_have_value("")
    assert faults_of(page) == []


def test_a_password_can_be_pasted(page: Page, context: BrowserContext, person: User) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/sign-in/")
    page.evaluate("() => navigator.clipboard.writeText('let me in')")
    page.get_by_label("E-mail").fill("marie@example.com")
    page.get_by_label("Password").focus()
    page.keyboard.press("Control+v")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You belong to no organization yet")).to_be_visible()


def test_one_press_signs_in_as_one_of_the_demos_people(page: Page, settings: object) -> None:
    settings.DEMO_BANNER = True  # type: ignore[attr-defined]
    demo = User.objects.create_user("admin@demo.finsuite.test", settings.DEMO_PASSWORD, is_demo=True)  # type: ignore[attr-defined]
    page.goto("/sign-in/")
    expect(page.get_by_text("the passwords of this installation are public")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name=demo.email).click()
    expect(page.get_by_role("heading", name="You belong to no organization yet")).to_be_visible()


def test_the_persons_pages_are_accessible_in_both_themes_and_widths(page: Page, at_work: User) -> None:
    for path in ("/settings/", "/settings/password/", "/settings/tokens/", "/nowhere/"):
        page.goto(path)
        for theme, width in LOOKS:
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": 844})
            assert (path, theme, width, faults_of(page)) == (path, theme, width, [])


def test_theme_and_language_hold_at_once(page: Page, at_work: User) -> None:
    page.goto("/settings/")
    light = page.evaluate("() => getComputedStyle(document.querySelector('.main')).backgroundColor")
    page.get_by_label("Dark").check(force=True)
    page.get_by_label("Language").select_option("fr")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("() => getComputedStyle(document.querySelector('.main')).backgroundColor")
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(22, 23, 26)")


def test_ctrl_k_finds_pages_and_slash_only_where_single_keys_are_on(page: Page, at_work: User) -> None:
    page.goto("/settings/")
    palette = page.get_by_role("dialog", name="Search and go to")
    page.keyboard.press("/")
    expect(palette).to_be_visible()
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()

    page.get_by_label("Single-key shortcuts").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()
    page.locator("#content").focus()
    page.keyboard.press("/")
    expect(palette).to_be_hidden()

    page.keyboard.press("Control+k")
    expect(palette).to_be_visible()
    page.keyboard.type("custom")
    expect(palette.get_by_role("option")).to_have_count(3)  # the answer to the whole word
    expect(palette.get_by_role("option", name="New customer")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(palette.get_by_role("option", name="Sales by customer")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(palette.get_by_role("option", name="Customers")).to_have_attribute("aria-selected", "true")
    assert faults_of(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Customers")).to_have_attribute("aria-current", "page")


def test_edits_that_would_be_lost_are_asked_about(page: Page, at_work: User) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/settings/")
    page.get_by_label("First name").fill("Maria")
    page.goto("/settings/password/")
    assert asked == ["beforeunload"]


def test_a_new_token_is_copied_and_later_revoked(page: Page, context: BrowserContext, at_work: User) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/settings/tokens/")
    page.get_by_label("Name").fill("laptop")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("fsk_")
    assert faults_of(page) == []
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("button", name="Revoke the token").click()
    expect(page.get_by_role("row", name="laptop")).to_contain_text("Revoked")


def test_the_admin_site_still_works_under_its_own_policy(page: Page, sign_in: Callable[[User], None]) -> None:
    sign_in(User.objects.create_superuser("root@example.com", "let me in"))
    page.goto("/admin/")
    expect(page.get_by_role("link", name="Access attempts").first).to_be_visible()
    assert settings.CONTENT_SECURITY_POLICY_FOR["/admin/"]["style-src"] == "'self' 'unsafe-inline'"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_demos_banner_covers_nothing(page: Page, at_work: User, settings: object, width: int) -> None:
    settings.DEMO_BANNER = True  # type: ignore[attr-defined]
    factories.user("admin@demo.finsuite.test", is_demo=True)
    page.set_viewport_size({"width": width, "height": 500})
    page.goto("/settings/tokens/")
    page.mouse.wheel(0, 5000)
    page.wait_for_function("() => scrollY > 0")
    if width == 390:
        page.get_by_role("button", name="Open the menu").click()
    # Playwright presses only what nothing lies over and what is in the window.
    page.get_by_role("button", name="Marie Curie").click()
    expect(page.get_by_role("menuitem", name="Settings")).to_be_visible()
    assert faults_of(page) == []
