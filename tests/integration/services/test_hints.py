"""A hint is worth having, and never worth waiting for."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from celery import Celery

from integration.models import Dirty
from integration.services import hints
from integration.tasks import poll
from tests.integration.worlds import world


@pytest.fixture
def fresh_breaker() -> Iterator[None]:
    hints.breaker.reset()
    yield
    hints.breaker.reset()


@pytest.fixture
def silent_broker(monkeypatch: pytest.MonkeyPatch, fresh_breaker: None) -> Iterator[None]:
    """A broker that takes the connection and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        yield from _broker_at(monkeypatch, f"redis://127.0.0.1:{listening.getsockname()[1]}/0")


@pytest.fixture
def absent_broker(monkeypatch: pytest.MonkeyPatch, fresh_breaker: None) -> Iterator[None]:
    """A broker that is not there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"redis://127.0.0.1:{probe.getsockname()[1]}/0"
    yield from _broker_at(monkeypatch, address)


def _broker_at(monkeypatch: pytest.MonkeyPatch, address: str) -> Iterator[None]:
    """Our own settings, all but the address."""
    app = Celery("elsewhere", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = address
    monkeypatch.setattr(hints, "current_app", app)
    yield
    app.close()


@pytest.mark.parametrize("broker", ["silent_broker", "absent_broker"])
def test_a_broker_that_does_not_answer_costs_at_most_a_moment_and_only_once(
    broker: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(broker)
    started = time.monotonic()
    assert not hints.publish("integration.tasks.poll", [], "sync.fast")
    assert time.monotonic() - started < 3
    started = time.monotonic()
    assert not hints.publish("integration.tasks.poll", [], "sync.fast")
    assert time.monotonic() - started < 0.05


@pytest.mark.django_db(transaction=True)
def test_an_edit_succeeds_while_the_broker_is_gone_and_the_poll_finds_it(absent_broker: None) -> None:
    w = world()
    account = w.account("Dupont", phone="1")
    w.settle()
    w.edit(account, phone="2")
    account.refresh_from_db()
    assert account.phone == "2"
    assert Dirty.objects.count() == 1
    poll()
    assert w.other(account).billing_phone == "2"
    assert Dirty.objects.count() == 0
