"""The background work of imports: which of its kinds an import wants."""

from __future__ import annotations

from crm.models import ImportJob, ImportState
from crm.services.import_check import check
from crm.services.import_run import run_batch
from crm.services.import_undo import undo_batch
from finsuite.kernel.imports.work import Work

WORK = Work(
    ImportJob,
    {
        ImportState.CHECKING: "crm.check_import",
        ImportState.RUNNING: "crm.run_import",
        ImportState.UNDOING: "crm.undo_import",
    },
)


def work_on_check(job_id: int) -> None:
    """Do the dry run."""
    WORK.guarded(job_id, lambda: check(job_id))


def work_on_run(job_id: int) -> None:
    """Run on for a while; a further task does the rest."""
    WORK.batches(job_id, run_batch, ImportState.RUNNING)


def work_on_undo(job_id: int) -> None:
    """Undo on for a while; a further task does the rest."""
    WORK.batches(job_id, undo_batch, ImportState.UNDOING)


def resume_imports() -> int:
    """Look after imports whose work was lost. Answers how many."""
    return WORK.resume()
