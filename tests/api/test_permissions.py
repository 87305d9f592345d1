"""Every row of the permission table, asked by everybody. How to add rows: tests/api/permissions.py."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from tests.api.permissions import EVERYBODY, Row, World, all_rows

UNKNOWN = 999_999_999


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for the whole table; each request's effects are undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.mark.parametrize("row", all_rows(), ids=str)
def test_everybody_gets_the_answer_in_the_table(row: Row, world: World) -> None:
    got = {}
    for who in EVERYBODY:
        cache.clear()
        with transaction.atomic():
            got[who] = world.ask(row, who).status_code
            transaction.set_rollback(True)
    assert got == dict(row.expected)


@pytest.mark.parametrize("row", [row for row in all_rows() if "{" in row.url], ids=str)
def test_a_foreign_id_and_an_unknown_one_get_the_same_answer(row: Row, world: World) -> None:
    for name in re.findall(r"{(\w+)}", row.url):
        answers = []
        for value in (world.foreign[name], UNKNOWN):
            cache.clear()
            with transaction.atomic():
                answer = world.ask(row, "admin", {**world.names, name: value})
                transaction.set_rollback(True)
            answers.append((answer.status_code, _without_chance(answer.content.decode(), answer.wsgi_request.path)))
        assert answers[0] == answers[1], name
        assert answers[0][0] == 404, name


def test_no_row_is_written_twice() -> None:
    told = Counter((row.method, row.url, str(row.body), str(row.headers)) for row in all_rows())
    assert [key for key, times in told.items() if times > 1] == []


def _without_chance(body: str, address: str) -> str:
    """The body without what differs by nature: the address asked for, the request's number, tokens, drawings."""
    body = re.sub(
        r'(csrfmiddlewaretoken" value=|csrf[-_]?token["\' :=]+)"?[A-Za-z0-9]+', r"\1", body, flags=re.IGNORECASE
    )
    body = re.sub(r'nonce="[^"]*"|<svg.*?</svg>', "", body, flags=re.DOTALL)
    body = re.sub(r"[0-9a-f]{32}", "", body)
    return body.replace(address, "ADDRESS")
