"""Every row of the permission table, asked by everybody. How to add rows: tests/api/permissions.py."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from tests.api.permissions import EVERYBODY, Row, World, all_rows

# Also so that the test database is made when only these tests run.
pytestmark = pytest.mark.django_db

UNKNOWN = 999_999_999
ROWS = all_rows()
PARTS = 4  # of the table, so that several cores share it
in_parts = pytest.mark.parametrize("rows", [ROWS[part::PARTS] for part in range(PARTS)], ids=range(PARTS))


@in_parts
def test_everybody_gets_the_answer_in_the_table(rows: list[Row], subtests: pytest.Subtests) -> None:
    world = World()
    for row in rows:
        got = {who: _asked(world, row, who).status_code for who in EVERYBODY}
        with subtests.test(str(row)):
            assert got == dict(row.expected)


@in_parts
def test_a_foreign_id_and_an_unknown_one_get_the_same_answer(rows: list[Row], subtests: pytest.Subtests) -> None:
    world = World()
    for row in rows:
        for name in re.findall(r"{(\w+)}", row.url):
            told = []
            for value in (world.foreign[name], UNKNOWN):
                answer = _asked(world, row, "admin", {**world.names, name: value})
                body = _without_chance(answer.content.decode(), answer.wsgi_request.path)
                told.append((answer.status_code, body))
            with subtests.test(f"{row} {name}"):
                assert told[0] == told[1]
                assert told[0][0] == 404


def _asked(world: World, row: Row, who: str, names: dict[str, Any] | None = None) -> Any:
    """The answer; what it did is undone."""
    cache.clear()
    with transaction.atomic():
        answer = world.ask(row, who, names)
        transaction.set_rollback(True)
    return answer


def test_no_row_is_written_twice() -> None:
    told = Counter((row.method, row.url, str(row.body), str(row.headers)) for row in ROWS)
    assert [key for key, times in told.items() if times > 1] == []


def _without_chance(body: str, address: str) -> str:
    """The body without what differs by nature: the address asked for, the request's number, tokens, drawings."""
    body = re.sub(
        r'(csrfmiddlewaretoken" value=|csrf[-_]?token["\' :=]+)"?[A-Za-z0-9]+', r"\1", body, flags=re.IGNORECASE
    )
    body = re.sub(r'nonce="[^"]*"|<svg.*?</svg>', "", body, flags=re.DOTALL)
    body = re.sub(r"[0-9a-f]{32}", "", body)
    return body.replace(address, "ADDRESS")
