"""Every page that links lead to from the start page is accessible: on a screen by day, on a telephone by night."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page

from tests import factories
from tests.scenarios.accessibility import faults_of
from users.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS: list[tuple[Literal["light", "dark"], int]] = [("light", 1280), ("dark", 390)]
MOST_PAGES = 150
LINKS = "a[href^='/']:not([download], [target='_blank'], [href*='.csv'])"


def _kind(address: str) -> str:
    """Pages of two records are one kind of page."""
    return re.sub(r"\d+", "N", address.partition("?")[0].partition("#")[0])


def test_every_page_that_links_lead_to_is_accessible(page: Page, sign_in: Callable[[User], None]) -> None:
    person = factories.user("marie@example.com", first_name="Marie", last_name="Curie")
    crm, finance = factories.crm_organization(person), factories.finance_organization(person)
    account = factories.account(crm, "Société Générale de Câblage")
    factories.contact(crm, "Martin", account_id=account.pk)
    factories.customer(finance, "Müller & Söhne GmbH")
    sign_in(person)

    seen: set[str] = set()
    wrong: dict[str, list[str]] = {}
    ahead = ["/", "/settings/"]
    while ahead and len(seen) < MOST_PAGES:
        address = ahead.pop(0)
        if _kind(address) in seen or address.startswith(("/admin/", "/api/")):
            continue
        seen.add(_kind(address))
        response = page.goto(address)
        assert response is not None
        assert (address, response.status) == (address, 200)
        for theme, width in LOOKS:
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": 844})
            if found := faults_of(page):
                wrong[f"{address} {theme} {width}"] = found
        ahead += page.eval_on_selector_all(LINKS, "all => all.map((a) => a.getAttribute('href'))")
    assert wrong == {}
    assert len(seen) > 30
