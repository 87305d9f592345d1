"""The background work of imports: for how long at a time, what if it fails, and what if its message is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from django.utils import timezone

from finsuite.kernel.errors import NotFound, NotPermitted
from finsuite.kernel.imports.tables import ImportState

log = structlog.get_logger(__name__)

SECONDS_AT_A_TIME = 40  # well within the workers' time limit; what is left goes on in a task of its own
SILENT = timedelta(minutes=5)  # work that has told nothing for so long has nobody doing it


def send(task: str, job_id: int) -> None:
    """Have a worker look at the import once this is committed. Without a broker, beat finds it a little later."""

    def publish() -> None:
        current_app.send_task(task, args=[job_id], queue="sync.bulk")

    transaction.on_commit(publish, robust=True)


@dataclass(frozen=True)
class Work:
    """The imports of one room, and the task that goes on with each state of theirs."""

    jobs: Any
    tasks: Mapping[ImportState, str]

    def batches(self, job_id: int, batch: Callable[[int], bool], state: ImportState) -> None:
        """Do batches for a while, as long as there are more; a further task does the rest."""

        def some() -> None:
            until = time.monotonic() + SECONDS_AT_A_TIME
            while batch(job_id):
                if time.monotonic() > until:
                    send(self.tasks[state], job_id)
                    return

        self.guarded(job_id, some)

    def guarded(self, job_id: int, work: Callable[[], None]) -> None:
        """A right that was taken away meanwhile stops the import, and says so; a bug does, and is reported too."""
        try:
            work()
        except (NotPermitted, NotFound) as refusal:
            self._stop(job_id, "not_permitted", sentence=refusal.message)
        except Exception:
            self._stop(job_id, "crashed")
            raise

    def resume(self) -> int:
        """Look after imports whose work was lost: no message, or a worker that died with it. Answers how many."""
        waiting = self.jobs.objects.filter(state__in=list(self.tasks), updated_at__lt=timezone.now() - SILENT)
        found = list(waiting.order_by("updated_at").values_list("pk", "state")[:20])
        for job_id, state in found:
            send(self.tasks[ImportState(state)], job_id)
        return len(found)

    @transaction.atomic
    def _stop(self, job_id: int, code: str, **particulars: str) -> None:
        job = self.jobs.objects.select_for_update().filter(pk=job_id, state__in=list(self.tasks)).first()
        if job is None:
            return
        log.warning("import_stopped", job=job_id, state=job.state, code=code)
        job.fault = {"code": code, "line": 0, "particulars": particulars}
        job.state = ImportState.FAILED
        job.save()
