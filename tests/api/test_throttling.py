"""So many requests a minute, told on every answer."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core.cache import cache

from finsuite.kernel.api import throttling
from tests.api.conftest import Program
from users.models import User

pytestmark = pytest.mark.django_db
DEAD_VALKEY = "unix:///nowhere/valkey.sock"


@pytest.fixture(autouse=True)
def _limits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API = {**settings.API, "LIMITS": {"caller": 3, "anonymous": 2}}
    # A quarter of a minute in, so that no test straddles two windows.
    monkeypatch.setattr(throttling.time, "time", lambda: 1_800_000_015.0)


def test_every_answer_tells_the_limit_and_one_too_many_is_a_429(call: Program) -> None:
    answers = [call("GET", "/me") for _time in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer.headers["RateLimit-Limit"] for answer in answers} == {"3"}
    assert (answers[3].headers["Retry-After"], answers[3].headers["RateLimit-Reset"]) == ("45", "45")
    assert answers[3].headers["Content-Type"] == "application/problem+json"


def test_each_key_has_its_own_count_and_the_next_minute_starts_anew(
    call: Program, program: Any, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _time in range(4):
        call("GET", "/me")
    assert program(owner)("GET", "/me").status_code == 200
    assert call("GET", "/me").status_code == 429
    monkeypatch.setattr(throttling.time, "time", lambda: 1_800_000_060.0)
    assert call("GET", "/me").status_code == 200


def test_without_a_key_the_address_of_the_connection_counts_whatever_a_header_says() -> None:
    statuses = [
        Program()("GET", "/schema", x_forwarded_for=f"10.0.0.{n}", x_real_ip=f"10.0.0.{n}", forwarded=f"for=10.0.0.{n}")
        for n in range(3)
    ]
    assert [answer.status_code for answer in statuses] == [200, 200, 429]


def test_wrong_keys_count_against_the_address() -> None:
    assert [Program("fsk_wrong")("GET", "/me").status_code for _time in range(3)] == [401, 401, 429]


def test_where_the_cache_is_down_nobody_is_refused_and_nobody_waits(
    call: Program, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": DEAD_VALKEY},
    }
    monkeypatch.setattr(throttling, "_down_until", 0.0)
    began = time.perf_counter()
    answers = [call("GET", "/me") for _time in range(10)]
    assert {answer.status_code for answer in answers} == {200}
    assert time.perf_counter() - began < 2
    assert answers[9].headers["RateLimit-Remaining"] == "2"
    monkeypatch.setattr(throttling, "_down_until", 0.0)


def test_the_count_lives_in_the_cache_of_the_settings(call: Program) -> None:
    call("GET", "/me")
    assert cache.get(f"api:rate:key:{User.objects.get().api_tokens.get().pk}:30000000") == 1
