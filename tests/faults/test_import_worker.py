"""A worker killed in the middle of an import: what it has committed is whole, and the next one does the rest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from audit.models import Entry
from crm.models import Account, ImportJob, ImportRow
from crm.services import import_check, imports
from finsuite.celery import app
from finsuite.kernel.actors import Actor
from tests import factories

ROWS = 4_000
LIMIT = 60

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start a worker of the queue that imports run in, on the test's own database and broker."""
    started: list[subprocess.Popen[bytes]] = []
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()

    def start() -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "finsuite", "worker", "-Q", "sync.bulk", "-c", "1"],
            env={**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "finsuite.settings.test"},
            stdout=(tmp_path / f"worker-{len(started)}.log").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started.append(worker)
        return worker

    with app.connection_for_write() as broker:
        broker.default_channel.queue_purge("sync.bulk")
    yield start
    for worker in started:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def until(what: Callable[[], bool]) -> None:
    limit = time.monotonic() + LIMIT
    while not what():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def whole(job: ImportJob) -> int:
    """How many rows are done; each has its record and its history, and no record is without its row."""
    done = ImportRow.objects.filter(job=job, result="created")
    records = set(Account.objects.values_list("pk", flat=True))
    assert set(done.values_list("record_id", flat=True)) == records
    assert Entry.objects.filter(kind="crm.account", verb="created").count() == len(records)
    return len(records)


@pytest.mark.parametrize("victim", ["the process that does the work", "the whole worker"])
def test_a_killed_worker_leaves_whole_batches_and_the_rest_is_done_once(
    victim: str, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    assert settings.CELERY_TASK_ACKS_LATE
    person = factories.user("admin@example.com")
    organization = factories.crm_organization(person)
    actor = Actor.person(person)
    file = ["Name,Phone\n", *(f"Account {number},{number}\n" for number in range(ROWS))]
    job = imports.create_import(
        actor=actor,
        organization=organization,
        module="accounts",
        file_name="big.csv",
        chunks=(line.encode() for line in file),
    )
    imports.start_check(actor=actor, job=job)
    import_check.check(job.pk)
    imports.start_run(actor=actor, job=job)

    worker = start_worker()
    until(lambda: ImportJob.objects.get(pk=job.pk).line > 0)
    if victim == "the whole worker":
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    else:
        os.kill(children(worker.pid)[0], signal.SIGKILL)
    job.refresh_from_db()
    if victim == "the whole worker":
        assert 0 < whole(job) < ROWS
        assert job.state == "running"
        # Beat finds it by its silence; here it is told at once.
        imports.send("crm.run_import", job.pk)
        start_worker()

    until(lambda: ImportJob.objects.get(pk=job.pk).state == "done")
    job.refresh_from_db()
    assert job.results == {"created": ROWS, "unchanged": 0, "skipped": 0, "refused": 0}
    assert whole(job) == ROWS
    assert Account.objects.values("name").distinct().count() == ROWS
