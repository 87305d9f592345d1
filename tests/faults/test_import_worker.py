"""A worker killed in the middle of an import: what it has committed is whole, and the next one does the rest."""

from __future__ import annotations

import pytest
from django.conf import settings

from audit.models import Entry
from crm.models import Account, ImportJob, ImportRow
from crm.services import import_check, imports
from finsuite.kernel.actors import Actor
from tests import factories
from tests.faults.workers import Workers, kill, kill_child, until

ROWS = 4_000

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


def whole(job: ImportJob) -> int:
    """How many rows are done; each has its record and its history, and no record is without its row."""
    done = ImportRow.objects.filter(job=job, result="created")
    records = set(Account.objects.values_list("pk", flat=True))
    assert set(done.values_list("record_id", flat=True)) == records
    assert Entry.objects.filter(kind="crm.account", verb="created").count() == len(records)
    return len(records)


@pytest.mark.parametrize("victim", ["the process that does the work", "the whole worker"])
def test_a_killed_worker_leaves_whole_batches_and_the_rest_is_done_once(victim: str, workers: Workers) -> None:
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

    worker = workers.start()
    until(lambda: ImportJob.objects.get(pk=job.pk).line > 0)
    if victim == "the whole worker":
        kill(worker)
    else:
        kill_child(worker)
    job.refresh_from_db()
    if victim == "the whole worker":
        assert 0 < whole(job) < ROWS
        assert job.state == "running"
        # Beat finds it by its silence; here it is told at once.
        imports.send("crm.run_import", job.pk)
        workers.start()

    until(lambda: ImportJob.objects.get(pk=job.pk).state == "done")
    job.refresh_from_db()
    assert job.results == {"created": ROWS, "unchanged": 0, "skipped": 0, "refused": 0}
    assert whole(job) == ROWS
    assert Account.objects.values("name").distinct().count() == ROWS
