"""Waking the workers up. A hint that can't be given costs nothing but time: the poll and the sweep find the change."""

from __future__ import annotations

import time
from dataclasses import dataclass

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

REST = 30.0
"""Seconds without a try after the broker could not be reached, so that requests don't pay for it one by one."""


@dataclass
class Breaker:
    """Open while the broker is known to be gone."""

    open_until: float = 0.0

    def allows(self) -> bool:
        """Worth a try."""
        return time.monotonic() >= self.open_until

    def trip(self) -> None:
        """It failed; leave it alone for a while."""
        self.open_until = time.monotonic() + REST

    def reset(self) -> None:
        """It works."""
        self.open_until = 0.0


breaker = Breaker()


def hint_changes(crm_organization_ids: set[int], finance_organization_ids: set[int]) -> None:
    """After this transaction commits, have these organizations' changes synced."""
    crm, finance = sorted(crm_organization_ids), sorted(finance_organization_ids)
    transaction.on_commit(lambda: publish("integration.tasks.sync_changes", [crm, finance], "sync.fast"), robust=True)


def hint_sweep() -> None:
    """After this transaction commits, have what no hint tells of found and synced, as after a pause."""
    transaction.on_commit(lambda: publish("integration.tasks.sweep", [], "sync.bulk"), robust=True)


def publish_run(run_id: int) -> None:
    """Have a run started."""
    publish("integration.tasks.continue_run", [run_id], "sync.bulk")


def publish(task: str, args: list[object], queue: str) -> bool:
    """Send a message, once and briefly. Its failure is logged and never reaches the caller."""
    if not breaker.allows():
        return False
    try:
        current_app.send_task(task, args=args, queue=queue, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        breaker.trip()
        log.warning("hints.broker_unreachable", task=task, error=repr(error), rest=REST)
        return False
    return True
