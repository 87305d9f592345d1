"""Which organization a page is about, and which one a person comes back to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from finsuite.kernel import switcher
from tests.kernel.conftest import AILLEURS, FRERES, VENTES

pytestmark = pytest.mark.usefixtures("asked")
Make = Callable[..., HttpRequest]


def test_the_organization_in_the_address_is_the_current_one(request_to: Make) -> None:
    places = switcher.places(request_to("/crm/2/accounts/", "crm", organization=2))
    assert (places.current, places.chosen("crm"), places.chosen("finance")) == (AILLEURS, AILLEURS, FRERES)


def test_without_an_address_the_last_used_one_is_current(request_to: Make) -> None:
    places = switcher.places(request_to(cookie="finance:1|crm:2"))
    assert (places.current, places.chosen("crm")) == (FRERES, AILLEURS)


def test_without_either_the_first_one_is_current(request_to: Make) -> None:
    assert switcher.places(request_to()).current == VENTES


@pytest.mark.parametrize("cookie", ["crm:999", "crm:x|finance", "portal:1", "☃", "crm:" + "9" * 40, "|" * 50])
def test_a_cookie_chooses_only_among_the_persons_own(request_to: Make, cookie: str) -> None:
    assert switcher.places(request_to(cookie=cookie)).current == VENTES


def test_a_foreign_organization_in_the_address_is_not_shown_as_current(request_to: Make) -> None:
    assert switcher.places(request_to("/crm/999/", "crm", organization=999)).current == VENTES


def test_nobody_belongs_nowhere_and_no_room_is_asked(request_to: Make, asked: list[Any]) -> None:
    places = switcher.places(request_to(signed_in=False))
    assert (places.all, places.current, places.groups(), asked) == ([], None, [], [])


def test_the_rooms_are_asked_once_a_request(request_to: Make, asked: list[Any]) -> None:
    request = request_to()
    switcher.places(request)
    switcher.places(request)
    assert len(asked) == 1


def test_the_switcher_lists_by_kind_and_leaves_out_the_empty_ones(request_to: Make) -> None:
    groups = switcher.places(request_to()).groups()
    assert [(str(label), tenants) for label, tenants in groups] == [("CRM", [VENTES, AILLEURS]), ("Finance", [FRERES])]


def test_pages_of_another_namespace_can_count_to_a_kind(request_to: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switcher, "_kind_of_namespace", dict(switcher._kind_of_namespace))
    switcher.pages_of("crm", "marketplace")
    assert switcher.address_of(request_to("/marketplace/2/", "marketplace", organization=2)) == ("crm", 2)


def test_a_page_that_was_shown_is_remembered_and_one_that_was_refused_is_not(request_to: Make) -> None:
    request = request_to("/crm/2/", "crm", organization=2, cookie="finance:1|crm:1")
    shown, refused = HttpResponse(), HttpResponse(status=404)
    switcher.remember(request, shown)
    switcher.remember(request, refused)
    assert shown.cookies["organizations"].value == "crm:2|finance:1"
    assert shown.cookies["organizations"]["httponly"] is True
    assert not refused.cookies


def test_the_same_place_again_sets_no_cookie(request_to: Make) -> None:
    response = HttpResponse()
    switcher.remember(request_to("/crm/2/", "crm", organization=2, cookie="crm:2|finance:1"), response)
    assert not response.cookies
