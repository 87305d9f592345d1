"""The background work of imports: which of its kinds an import wants, for how long at a time, and what if it fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from crm.models import ImportJob, ImportState
from crm.services.import_check import check
from crm.services.import_run import run_batch
from crm.services.import_undo import undo_batch
from crm.services.imports import send
from finsuite.kernel.errors import NotFound, NotPermitted

log = structlog.get_logger(__name__)

SECONDS_AT_A_TIME = 40  # well within the workers' time limit; what is left goes on in a task of its own
SILENT = timedelta(minutes=5)  # work that has told nothing for so long has nobody doing it

TASKS = {
    ImportState.CHECKING: "crm.check_import",
    ImportState.RUNNING: "crm.run_import",
    ImportState.UNDOING: "crm.undo_import",
}


def work_on_check(job_id: int) -> None:
    """Do the dry run."""
    _guarded(job_id, lambda: check(job_id))


def work_on_run(job_id: int) -> None:
    """Run on for a while; a further task does the rest."""
    _guarded(job_id, lambda: _batches(job_id, run_batch, TASKS[ImportState.RUNNING]))


def work_on_undo(job_id: int) -> None:
    """Undo on for a while; a further task does the rest."""
    _guarded(job_id, lambda: _batches(job_id, undo_batch, TASKS[ImportState.UNDOING]))


def resume_imports() -> int:
    """Look after imports whose work was lost: no message, or a worker that died with it. Answers how many."""
    waiting = ImportJob.objects.filter(state__in=list(TASKS), updated_at__lt=timezone.now() - SILENT)
    found = list(waiting.order_by("updated_at").values_list("pk", "state")[:20])
    for job_id, state in found:
        send(TASKS[ImportState(state)], job_id)
    return len(found)


def _batches(job_id: int, batch: Callable[[int], bool], task: str) -> None:
    until = time.monotonic() + SECONDS_AT_A_TIME
    while batch(job_id):
        if time.monotonic() > until:
            send(task, job_id)
            return


def _guarded(job_id: int, work: Callable[[], None]) -> None:
    """A right that was taken away meanwhile stops the import, and says so; a bug does, and is reported too."""
    try:
        work()
    except (NotPermitted, NotFound) as refusal:
        _stop(job_id, "not_permitted", sentence=refusal.message)
    except Exception:
        _stop(job_id, "crashed")
        raise


@transaction.atomic
def _stop(job_id: int, code: str, **particulars: str) -> None:
    job = ImportJob.objects.select_for_update().filter(pk=job_id, state__in=list(TASKS)).first()
    if job is None:
        return
    log.warning("import_stopped", job=job_id, state=job.state, code=code)
    job.fault = {"code": code, "line": 0, "particulars": particulars}
    job.state = ImportState.FAILED
    job.save()
