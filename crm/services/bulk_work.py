"""The background work of bulk changes: for how long at a time, and what if a worker or a message is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import BulkChange, BulkState
from crm.services.bulk import do_batch, send
from crm.services.bulk_undo import undo_batch
from finsuite.kernel.errors import NotFound, NotPermitted

log = structlog.get_logger(__name__)

SECONDS_AT_A_TIME = 40  # well within the workers' time limit; what is left goes on in a task of its own
SILENT = timedelta(minutes=5)  # work that has told nothing for so long has nobody doing it
TASKS = {BulkState.RUNNING: "crm.run_bulk_change", BulkState.UNDOING: "crm.undo_bulk_change"}


def work_on_bulk(change_id: int) -> None:
    """Do a bulk change for a while; a further task does the rest."""
    _guarded(change_id, do_batch, TASKS[BulkState.RUNNING])


def work_on_undo(change_id: int) -> None:
    """Undo one for a while; a further task does the rest."""
    _guarded(change_id, undo_batch, TASKS[BulkState.UNDOING])


def resume_bulk_changes() -> int:
    """Look after bulk changes whose work was lost: no message, or a worker that died with it. Answers how many."""
    waiting = BulkChange.objects.filter(state__in=list(TASKS), updated_at__lt=timezone.now() - SILENT)
    found = list(waiting.order_by("updated_at").values_list("pk", "state")[:20])
    for change_id, state in found:
        send(TASKS[BulkState(state)], change_id)
    return len(found)


def purge_bulk_changes(*, before: datetime) -> int:
    """Forget bulk changes that were made before this moment. Answers how many."""
    old = list(BulkChange.objects.filter(created_at__lt=before).order_by("pk").values_list("pk", flat=True)[:1_000])
    BulkChange.objects.filter(pk__in=old).delete()
    return len(old)


def _guarded(change_id: int, batch: Callable[[int], bool], task: str) -> None:
    """A right that was taken away meanwhile stops the change, and says so; a bug does, and is reported too."""
    until = time.monotonic() + SECONDS_AT_A_TIME
    try:
        while batch(change_id):
            if time.monotonic() > until:
                send(task, change_id)
                return
    except (NotPermitted, NotFound) as refusal:
        _stop(change_id, refusal.message)
    except Exception:
        _stop(change_id, _("Something went wrong. It has been reported."))
        raise


@transaction.atomic
def _stop(change_id: int, fault: str) -> None:
    change = BulkChange.objects.select_for_update().filter(pk=change_id, state__in=list(TASKS)).first()
    if change is None:
        return
    log.warning("bulk_change_stopped", change=change_id, state=change.state, fault=fault)
    change.state, change.fault, change.finished_at = BulkState.FAILED, fault, timezone.now()
    change.save()
