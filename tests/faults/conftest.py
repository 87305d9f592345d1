"""Workers for the tests that kill them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from finsuite.celery import app
from tests.faults.workers import Workers


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    """On the suite's broker, with nothing left in its queues."""
    with app.connection_for_write() as broker:
        for queue in ("sync.bulk", "sync.fast"):
            broker.default_channel.queue_purge(queue)
    workers = Workers(tmp_path)
    yield workers
    workers.end()
