"""Named slots, filled by rooms that the page doesn't know."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from finsuite.kernel import panels


@pytest.fixture(autouse=True)
def _slots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "_slots", type(panels._slots)(list))


def _page(slot: str, subject: object) -> str:
    template = Template('{% panel "' + slot + '" subject %}')
    return template.render(Context({"request": RequestFactory().get("/"), "subject": subject}))


def test_a_slot_that_nobody_fills_is_empty() -> None:
    assert _page("crm.account.tabs", object()) == ""


def test_those_who_fill_a_slot_come_in_their_order_and_get_request_and_subject() -> None:
    panels.fill("account", order=20)(lambda request, subject: f"<b>{request.path}{subject}</b>")
    panels.fill("account", order=10)(lambda _request, _subject: "<i>first</i>")
    assert _page("account", "acme") == "<i>first</i><b>/acme</b>"


def test_a_slot_is_filled_once_by_the_same_function() -> None:
    def once(_request: object, _subject: object) -> str:
        return "once"

    panels.fill("account")(once)
    panels.fill("account")(once)
    assert _page("account", None) == "once"
