"""Whatever is sent to a page, in its address or in its forms, the answer is one that was meant: never a 500."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.api.permissions import World, all_rows
from tests.api.permissions import _filled as filled

ODD = ("a\x00b", "9" * 25, "9" * 5000, "-1", "٣²", "\udc80\u202e<b>'%s{0}", '{"a": [1]}', "x" * 70_000)

# What the pages read from their addresses.
PARAMETERS = (
    *("page", "size", "after", "before", "q", "op", "kind", "sort", "order", "view", "columns", "account", "owner"),
    *("next", "way", "module", "state", "step", "tab", "field", "format", "parent", "customer", "line", "list_view"),
    *("party", "vendor", "item", "status", "since", "to", "as_of", "period", "compare", "currency", "copy", "mode"),
    *("salesperson", "spender", "category", "use", "unused", "was", "recent", "related", "index", "group", "card"),
    *("active", "show", "entry", "stage", "pipeline", "plan", "by", "tag", "value", "at", "column", "cursor", "paper"),
)


class Forms(HTMLParser):
    """The forms of a page: where each goes, and the names of what it sends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[tuple[str, str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            target = urljoin(self.page, given.get("action") or self.page)
            self.found.append((given.get("method", "get").lower(), target, {}))
        elif tag in {"input", "select", "textarea", "button"} and self.found and given.get("name"):
            self.found[-1][2].setdefault(given["name"], given.get("value", ""))


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def client(world: World) -> Client:
    """The administrator's, who is let through to everything."""
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions["admin"]
    return client


def _pages(world: World) -> Iterator[str]:
    for row in all_rows():
        if row.is_page and row.method == "GET":
            yield filled(row.url, world.names).partition("?")[0]


def _odd(names: Iterable[str], place: int) -> Iterator[tuple[str, dict[str, str]]]:
    """All names filled in, with two odd values by turns; which begins depends on the place of the page."""
    for first, second in zip(ODD[::2], ODD[1::2], strict=True):
        turns = itertools.cycle((second, first) if place % 2 else (first, second))
        yield f"{first[:20]} and {second[:20]}", dict(zip(names, turns, strict=False))


def _encoded(values: dict[str, Any]) -> str:
    return urlencode(values, errors="surrogateescape")


def _ask(client: Client, method: str, address: str, values: dict[str, Any]) -> int:
    if method == "get":
        response = client.get(f"{address}?{_encoded(values)}")
    else:
        response = client.post(address, _encoded(values), content_type="application/x-www-form-urlencoded")
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code


def test_no_query_string_breaks_a_page(client: Client, world: World) -> None:
    broken = [
        (address, told, status)
        for place, address in enumerate(sorted(set(_pages(world))))
        for told, values in _odd(PARAMETERS, place)
        if (status := _ask(client, "get", address, values)) >= 500
    ]
    assert broken == []


def test_nothing_sent_by_a_form_breaks_its_page(client: Client, world: World) -> None:
    broken = [
        (method, target, told, status)
        for place, (method, target, fields) in enumerate(_forms(client, world))
        for told, values in _odd(fields, place)
        if (status := _ask(client, method, target, values)) >= 500
    ]
    assert broken == []


def _forms(client: Client, world: World) -> list[tuple[str, str, dict[str, str]]]:
    found: dict[tuple[str, str], tuple[str, str, dict[str, str]]] = {}
    for address in sorted(set(_pages(world))):
        response = client.get(address)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and not response.streaming and response.status_code == 200:
            forms = Forms(address)
            forms.feed(response.content.decode())
            for method, target, fields in forms.found:
                if target != reverse("users:sign_out"):
                    found.setdefault((method, target), (method, target, fields))
    return list(found.values())
