"""The tests run on servers that were started for them, or on those the environment names."""

import os

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
