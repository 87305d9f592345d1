"""What people type is shown as they typed it, on every page of the frame, and never runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from finsuite.kernel.actors import Actor
from tests import factories
from tests.scenarios.accessibility import faults_of
from users.models import User
from users.services.tokens import create_token

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Each would set window.ran, were it taken for code in one place or another.
PAYLOADS = [
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg onload=window.ran=1>",
    "<svg><script>window.ran=1</script></svg>",
    "<body onload=window.ran=1>",
    "<iframe srcdoc='<script>parent.ran=1</script>'>",
    "<a href=javascript:window.ran=1>x</a>",
    "javascript:window.ran=1",
    '" onmouseover="window.ran=1',
    "' onfocus='window.ran=1' autofocus='",
    '"><script>window.ran=1</script>',
    "'><script>window.ran=1</script>",
    "</title><script>window.ran=1</script>",
    "</textarea><script>window.ran=1</script>",
    "</style><script>window.ran=1</script>",
    "</option></select><script>window.ran=1</script>",
    "--><script>window.ran=1</script>",
    "<!--<script>window.ran=1</script>",
    "]]><script>window.ran=1</script>",
    "{{ 7|add:'window.ran=1' }}{% now 'Y' %}",
    "${window.ran=1}",
    "`;window.ran=1;`",
    "';window.ran=1;//",
    '\\";window.ran=1;//',
    "&lt;script&gt;window.ran=1&lt;/script&gt;",
    "<scr<script>ipt>window.ran=1</script>",
    "＜script＞window.ran=1＜/script＞",
    "<div hx-get='/settings/' hx-trigger='load' hx-on::load='window.ran=1'>",
    "<b hx-vals='js:{a:window.ran=1}' hx-trigger='load' hx-get='/'>x</b>",
    "<details open ontoggle=window.ran=1>",
    "<math><mi xlink:href='javascript:window.ran=1'>x</mi></math>",
    "<base href='https://elsewhere.example/'>",
    "<meta http-equiv=refresh content='0;url=javascript:window.ran=1'>",
]


def test_names_of_people_organizations_tokens_and_records_are_never_code(
    page: Page, sign_in: Callable[[User], None]
) -> None:
    person = factories.user("marie@example.com", first_name=PAYLOADS[0], last_name=PAYLOADS[2])
    finance = factories.finance_organization(person, name=PAYLOADS[9], allows_duplicate_names=True)
    crm = factories.crm_organization(person, name=PAYLOADS[11])
    for payload in PAYLOADS:
        create_token(actor=Actor.person(person), user=person, name=payload)
        factories.customer(finance, payload)
        factories.account(crm, payload)
    sign_in(person)
    for path in [
        "/settings/",
        "/settings/tokens/",
        reverse("finance:customer_list", args=[finance.pk]),
        reverse("crm:account_list", args=[crm.pk]),
        "/nowhere/?q=" + PAYLOADS[0],
    ]:
        page.goto(path)
        assert (path, page.evaluate("() => window.ran")) == (path, None)
        assert (path, faults_of(page)) == (path, [])

    page.goto("/settings/")
    page.keyboard.press("Control+k")
    page.keyboard.type("script")
    expect(page.get_by_role("option", name="window.ran=1").first).to_be_visible()
    assert page.evaluate("() => window.ran") is None
