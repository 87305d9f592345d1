"""French is longer than English: its pages still fit a telephone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from finsuite.kernel.actors import Actor
from integration.services import activation, connections
from tests import factories
from users.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

INTEGRATION = ("connection", "checks", "apps", "settings", "review", "decisions", "deactivate")


def test_no_french_page_is_wider_than_a_telephone(page: Page, sign_in: Callable[[User], None]) -> None:
    person = factories.user("marie@example.com", first_name="Marie", last_name="Curie", language="fr")
    actor = Actor.person(person)
    crm, finance = factories.crm_organization(person), factories.finance_organization(person)
    account = factories.account(crm, "Société Générale de Câblage")
    contact = factories.contact(crm, "Lefèvre", account_id=account.pk)
    customer = factories.customer(finance, "Müller & Söhne GmbH")
    made = connections.connect_own(actor=actor, organization=crm, finance_organization_id=finance.pk)
    activation.activate(actor=actor, connection=made)

    own = {"organization": crm.pk}
    addresses = [
        "/settings/",
        reverse("crm:account_list", kwargs=own),
        reverse("crm:account_detail", kwargs={**own, "account_id": account.pk}),
        reverse("crm:account_edit", kwargs={**own, "account_id": account.pk}),
        reverse("crm:contact_detail", kwargs={**own, "contact_id": contact.pk}),
        reverse("crm:import_new", kwargs=own),
        reverse("crm:setup", kwargs=own),
        reverse("finance:customer_list", kwargs={"organization": finance.pk}),
        reverse("finance:customer_detail", kwargs={"organization": finance.pk, "customer": customer.pk}),
        *(reverse(f"integration:{name}", kwargs={**own, "connection": made.pk}) for name in INTEGRATION),
    ]
    sign_in(person)
    page.set_viewport_size({"width": 390, "height": 844})
    wide = {}
    for address in addresses:
        page.goto(address)
        width = page.evaluate("() => document.documentElement.scrollWidth")
        if width > 390:
            wide[address] = width
    assert wide == {}
    assert page.locator("html").get_attribute("lang") == "fr"


def test_a_phone_shows_which_list_view_is_open(page: Page, sign_in: Callable[[User], None]) -> None:
    person = factories.user("marie@example.com", language="fr")
    crm = factories.crm_organization(person)
    sign_in(person)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(reverse("crm:account_list", kwargs={"organization": crm.pk}))
    view = page.get_by_role("button", name="Tous les comptes").bounding_box()
    importing = page.get_by_role("link", name=re.compile("^Importer$")).first.bounding_box()
    assert view is not None
    assert importing is not None
    assert view["x"] + view["width"] <= importing["x"]
    assert view["width"] > 80
