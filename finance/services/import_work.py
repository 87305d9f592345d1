"""The background work of imports: which of its kinds an import wants."""

from __future__ import annotations

from finance.models import ImportJob, ImportState
from finance.services.import_check import check
from finance.services.import_run import run_batch
from finance.services.import_undo import undo_batch
from finsuite.kernel.imports.work import Work

WORK = Work(
    ImportJob,
    {
        ImportState.CHECKING: "finance.check_import",
        ImportState.RUNNING: "finance.run_import",
        ImportState.UNDOING: "finance.undo_import",
    },
)


def work_on_check(job_id: int) -> None:
    """Go on with the dry run for a while; a further task does the rest."""
    WORK.batches(job_id, check, ImportState.CHECKING)


def work_on_run(job_id: int) -> None:
    """Run on for a while; a further task does the rest."""
    WORK.batches(job_id, run_batch, ImportState.RUNNING)


def work_on_undo(job_id: int) -> None:
    """Undo on for a while; a further task does the rest."""
    WORK.batches(job_id, undo_batch, ImportState.UNDOING)


def resume_imports() -> int:
    """Look after imports whose work was lost. Answers how many."""
    return WORK.resume()
