"""The tests run on servers that were started for them, or on those the environment names."""

import os

import pytest
import redis
from django.conf import settings
from django.db import connection


def test_the_tests_use_the_database_of_this_run(db) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() == (connection.settings_dict["NAME"],)
    assert connection.settings_dict["NAME"].startswith("test_")
    assert (
        str(connection.settings_dict["HOST"] or connection.settings_dict["OPTIONS"]["host"])
        in os.environ["DATABASE_URL"]
    )


def test_the_tests_use_the_valkey_of_this_run() -> None:
    assert os.environ["REDIS_URL"] == settings.REDIS_URL
    assert redis.Redis.from_url(settings.REDIS_URL).ping() is True


@pytest.mark.xdist_group("servers")
def test_tests_of_one_group_stay_in_one_process(request: pytest.FixtureRequest) -> None:
    """pytest 9.2 forgets the groups of pytest-xdist 3.8, and says nothing (pytest-xdist, issue 1386)."""
    assert "PYTEST_XDIST_WORKER" not in os.environ or request.node.nodeid.endswith("@servers")
