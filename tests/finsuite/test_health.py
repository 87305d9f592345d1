"""What a load balancer is told."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_healthy_site_says_so(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "broker": True})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_silent_broker_is_named(client: Client, settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"database": True, "broker": False})


@pytest.mark.django_db
def test_a_silent_database_is_named(client: Client, monkeypatch) -> None:
    from django.db import DatabaseError, connection

    def fails(*_args: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", fails)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"database": False, "broker": True})


def test_nobody_may_post_to_it(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
