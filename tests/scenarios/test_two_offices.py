"""The whole of it, as a person meets it: `manage.py up`, the demo, two browsers, a file, a key, a sync, a conflict.

Nothing is called from within: a real PostgreSQL, a real Valkey, a real worker and a real Chromium.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.local.site import Site

PASSWORD = "finsuite-demo"
ADMIN, ACCOUNTANT = "admin@demo.finsuite.test", "accountant@demo.finsuite.test"
PATIENCE = 30_000

CSV = """Account Name;Phone;Billing City;Billing Country
Verrerie Châtelaine;+33 4 72 00 00 01;Lyon;France
Ateliers Brûlé;+33 4 72 00 00 02;Mâcon;France
;+33 4 72 00 00 03;Nîmes;France
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("two-offices")
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(parent.stat().st_mode | 0o011)
    site = Site(folder / "data", options=())
    yield site.up()
    site.process.terminate()
    site.process.wait(timeout=40)


@pytest.fixture
def open_as(browser: Browser, site: Site) -> Iterator[Callable[[str], Page]]:
    contexts = []

    def act(email: str) -> Page:
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{site.port}", viewport={"width": 1280, "height": 900}, locale="en-GB"
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("navigation", name="Modules")).to_be_visible()
        return page

    yield act
    for context in contexts:
        context.close()


@pytest.mark.browser
@pytest.mark.faults
def test_from_two_sets_of_books_to_one(open_as: Callable[[str], Page], tmp_path: Path) -> None:
    admin, accountant = open_as(ADMIN), open_as(ACCOUNTANT)
    crm = re.search(r"/crm/(\d+)/", admin.url)[1]
    _imports_a_file(admin, crm, tmp_path / "accounts.csv")
    key = _generates_a_key(accountant)
    suite = _links_by_key(admin, crm, key)
    _previews_and_starts(admin)
    customer = _finds_the_customer(accountant, "Verrerie Châtelaine")
    account = _finds_the_account(admin, crm, "Verrerie Châtelaine")
    _an_edit_shows_on_the_other_side(admin, account, accountant, customer)
    _a_conflict_waits_and_is_settled(admin, account, accountant, customer, suite)


def _imports_a_file(admin: Page, crm: str, file: Path) -> None:
    file.write_text(CSV, encoding="cp1252")
    admin.goto(f"/crm/{crm}/imports/")
    admin.get_by_role("link", name="Import a file").first.click()
    admin.get_by_label("CSV file").set_input_files(file)
    admin.get_by_role("button", name="Upload").click()
    admin.get_by_role("button", name="Check the file").click()
    expect(admin.get_by_role("button", name="Start the import")).to_be_visible()
    admin.get_by_role("button", name="Start the import").click()
    expect(admin.get_by_role("button", name="Undo the import").first).to_be_visible()
    expect(admin.get_by_text("Ateliers Brûlé").first).to_be_visible()


def _generates_a_key(accountant: Page) -> str:
    finance = re.search(r"/finance/(\d+)/", _finance(accountant))[1]
    accountant.goto(f"/finance/{finance}/settings/integrations/")
    accountant.get_by_role("button", name=re.compile("Generate")).first.click()
    secret = accountant.locator(".secret code", has_text="zsc_").first
    expect(secret).to_be_visible()
    return secret.inner_text()


def _finance(page: Page) -> str:
    page.get_by_role("link", name="Customers").click()
    page.wait_for_url("**/finance/**")
    return page.url


def _links_by_key(admin: Page, crm: str, key: str) -> str:
    admin.goto(f"/crm/{crm}/setup")
    admin.get_by_role("main").get_by_role("link", name=re.compile("Finance Suite")).click()
    admin.get_by_role("link", name="Link a finance organization").click()
    admin.get_by_role("link", name="Somebody else’s").click()
    admin.get_by_label(re.compile("E-mail")).fill(ACCOUNTANT)
    admin.get_by_label("ZSC key").fill("zsc_not-the-one")
    admin.get_by_role("button", name="Check the key").click()
    expect(admin.get_by_role("alert")).to_be_visible()
    admin.get_by_label("ZSC key").fill(key)
    admin.get_by_role("button", name="Check the key").click()
    admin.get_by_role("radio").first.check()
    admin.get_by_role("button", name="Continue").click()
    admin.get_by_role("link", name="Continue").click()
    admin.get_by_role("button", name="Continue").click()
    expect(admin.get_by_role("heading", name="Sync settings")).to_be_visible()
    return admin.url.removesuffix("settings/")


def _previews_and_starts(admin: Page) -> None:
    admin.get_by_role("button", name="Save and preview").click()
    start = admin.get_by_role("button", name="Start the sync")
    _until(start.is_visible, admin)
    expect(admin.get_by_text("New customers")).to_be_visible()
    expect(admin.get_by_text("Needs your decision").first).to_be_visible()
    start.click()
    expect(admin.get_by_text("Finished").first).to_be_visible()
    expect(admin.get_by_role("button", name="Undo this run")).to_be_visible()


def _until(holds: Callable[[], bool], page: Page) -> None:
    limit = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < limit, page.inner_text("main")
        page.wait_for_timeout(200)


def _finds_the_customer(accountant: Page, name: str) -> str:
    _finance(accountant)
    accountant.get_by_placeholder("Find a customer").fill(name)
    accountant.keyboard.press("Enter")
    accountant.get_by_role("link", name=name, exact=True).click()
    expect(accountant.get_by_role("heading", name=name)).to_be_visible()
    expect(accountant.get_by_text("In sync")).to_be_visible()
    return accountant.url


def _finds_the_account(admin: Page, crm: str, name: str) -> str:
    admin.goto(f"/crm/{crm}/accounts/?q={name}")
    admin.get_by_role("link", name=name, exact=True).click()
    expect(admin.get_by_text("In sync")).to_be_visible()
    return admin.url


def _saves(page: Page, url: str, label: str, value: str) -> None:
    page.goto(url)
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label(label, exact=True).first.fill(value)
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    expect(page.get_by_text(value.removeprefix("https://")).first).to_be_visible()


def _shows(page: Page, url: str, value: str) -> None:
    """The page says it within seconds; how fast exactly is measured by bench/edit_latency.py."""

    def says() -> bool:
        page.goto(url)
        return value in page.inner_text("main")

    _until(says, page)


def _an_edit_shows_on_the_other_side(admin: Page, account: str, accountant: Page, customer: str) -> None:
    _saves(admin, account, "Phone", "+33 4 72 11 11 11")
    _shows(accountant, customer, "+33 4 72 11 11 11")
    _saves(accountant, customer, "Website", "https://chatelaine.example")
    _shows(admin, account, "chatelaine.example")


def _a_conflict_waits_and_is_settled(admin: Page, account: str, accountant: Page, customer: str, suite: str) -> None:
    admin.goto(suite)
    admin.get_by_role("button", name="Pause").click()
    expect(admin.get_by_role("button", name="Go on")).to_be_visible()
    _saves(admin, account, "Website", "https://crm.example")
    _saves(accountant, customer, "Website", "https://finance.example")
    admin.goto(suite)
    admin.get_by_role("button", name="Go on").click()
    _shows(admin, f"{suite}conflicts/", "https://finance.example")
    expect(admin.get_by_text("https://crm.example")).to_be_visible()
    admin.get_by_role("button", name="Keep all of finance").click()
    expect(admin.get_by_role("heading", name="No conflicts")).to_be_visible()
    _shows(admin, account, "finance.example")
    _shows(accountant, customer, "finance.example")
