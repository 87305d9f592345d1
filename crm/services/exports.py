"""Taking records out as a file: at once when they are few, by a worker when they are many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import audit.services
from crm.access import Access, of_actor
from crm.choices import Level, Module
from crm.models import ExportJob, ExportPart, ExportState, Organization
from crm.selectors.exports import ExportColumn, export_columns, export_rows, export_selection, export_title
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import DomainError, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.records import refuse_unknown
from finsuite.kernel.spreadsheets import MOST_XLSX_ROWS, csv_chunks, xlsx_chunks

log = structlog.get_logger(__name__)

AT_ONCE = 2_000  # records that are written while the person waits
MOST_ROWS = 1_000_000
KEPT_FOR = timedelta(days=7)
MOST_ATTEMPTS = 3
SILENT = timedelta(minutes=15)  # an export that has not been finished for so long has nobody writing it
PART = 256 * 1024
MOST_TICKED = 1_000
WRITABLE = ("ids", "view", "criteria", "search", "tag", "columns", "format")


@transaction.atomic
def create_export(*, actor: Actor, organization: Organization, module: str, values: Mapping[str, Any]) -> ExportJob:
    """Write the records that `values` select to a file, which only the actor can fetch, for a week.

    `ids`, `view` (a list view's id), `criteria`, `search` and `tag` narrow them down; `columns` are names, all if
    left out; `format` is csv or xlsx. Up to 2,000 records are written at once, more by a worker. The history tells who
    took what out.
    """
    refuse_unknown(values, WRITABLE)
    if module not in Module.values:
        raise _refused("module", _("There is no such module."))
    access = of_actor(actor, organization)
    access.require(module, Level.VIEW)
    asked = _asked(access, module, values)
    written_as = values.get("format") or ExportJob.Format.CSV
    if written_as not in ExportJob.Format.values:
        raise _refused("format", _("An export is a csv or an xlsx file."))
    count = export_selection(access, module, asked).count()
    _check_size(count, written_as)
    job = ExportJob.objects.create(
        organization=organization,
        module=module,
        title=export_title(access, module, asked)[:100],
        asked=asked,
        format=written_as,
        language=translation.get_language() or "en",
        time_zone=timezone.get_current_timezone_name(),
        rows=count,
        created_by_id=actor.user_id,
    )
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=job,
        verb="exported",
        after={"module": module, "view": job.title, "rows": count, "format": written_as, **asked},
    )
    if count <= AT_ONCE:
        _write(job, access)
    else:
        transaction.on_commit(lambda: _send(job.pk), robust=True)
    return job


def work_on_export(job_id: int) -> None:
    """Write an export's file, under the rights that its person has now. One that is written already is left alone."""
    ExportJob.objects.filter(pk=job_id).update(attempts=F("attempts") + 1)  # kept, even if this worker dies of it
    try:
        with transaction.atomic():
            job = _claimed(job_id)
            if job is not None and job.created_by is not None:
                _write(job, of_actor(Actor.person(job.created_by), job.organization))
    except DomainError as refusal:  # a right or a list view that has gone meanwhile
        _fail(job_id, refusal.message)
    except Exception:
        _fail(job_id, _("Something went wrong while the file was written. It has been reported."))
        raise


def resume_exports() -> int:
    """Look after exports whose message or worker was lost, and give up what has been lost three times."""
    waiting = ExportJob.objects.filter(state=ExportState.WRITING, updated_at__lt=timezone.now() - SILENT)
    found = list(waiting.order_by("updated_at").values_list("pk", "attempts")[:20])
    for job_id, attempts in found:
        if attempts >= MOST_ATTEMPTS:
            _fail(job_id, _("The file could not be written. Try fewer records or fewer columns."))
            continue
        ExportJob.objects.filter(pk=job_id).update(updated_at=timezone.now())
        _send(job_id)
    return len(found)


@transaction.atomic
def clear_exports() -> int:
    """Clear away the files that have been kept for a week; that they were made is remembered. Answers how many."""
    old = ExportJob.objects.filter(state=ExportState.READY, updated_at__lt=timezone.now() - KEPT_FOR)
    found = list(old.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:200])
    ExportPart.objects.filter(job__in=found).delete()
    for job in found:
        _finish(job, ExportState.CLEARED)
    return len(found)


@transaction.atomic
def delete_export(*, actor: Actor, job: ExportJob) -> None:
    """Throw an export's file away before its time."""
    locked = ExportJob.objects.select_for_update(of=("self",)).filter(pk=job.pk, created_by_id=actor.user_id).first()
    if locked is not None:
        locked.delete()


def file_parts(job: ExportJob) -> Iterator[bytes]:
    """The file's bytes, piece by piece."""
    for data in ExportPart.objects.filter(job=job).order_by("number").values_list("data", flat=True).iterator(4):
        yield bytes(data)


def _write(job: ExportJob, access: Access) -> None:
    """Write the file's parts. It says what the person may see at this moment, in their language and time zone."""
    access.require(job.module, Level.VIEW)
    with translation.override(job.language), timezone.override(job.time_zone):
        selection = export_selection(access, job.module, job.asked)
        rows = export_rows(selection, _chosen(access, job.module, job.asked.get("columns")))
        chunks = csv_chunks(rows) if job.format == ExportJob.Format.CSV else xlsx_chunks(rows, job.title)
        for number, data in enumerate(_parts_of(chunks)):
            ExportPart.objects.create(job=job, number=number, data=data)
            job.size += len(data)
    _finish(job, ExportState.READY)


def _claimed(job_id: int) -> ExportJob | None:
    """The export, kept from other workers; None if it is written, or being written by one."""
    rows = ExportJob.objects.select_for_update(of=("self",), skip_locked=True)
    return rows.select_related("organization", "created_by").filter(pk=job_id, state=ExportState.WRITING).first()


@transaction.atomic
def _fail(job_id: int, fault: str) -> None:
    job = _claimed(job_id)
    if job is not None:
        _finish(job, ExportState.FAILED, fault=fault)


def _finish(job: ExportJob, state: ExportState, *, fault: str = "") -> None:
    job.state, job.fault = state, fault
    job.finished_at = job.finished_at or timezone.now()
    job.save(update_fields=["state", "fault", "size", "finished_at", "updated_at"])
    log.info("export_finished", job=job.pk, state=str(state), rows=job.rows, size=job.size)


def _asked(access: Access, module: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the person asked for, checked: a view that they have, criteria that make sense, columns that exist."""
    asked: dict[str, Any] = {}
    if (given := values.get("view")) not in (None, ""):
        view_id = read_id(str(given))
        if view_id is None:
            raise _refused("view", _("There is no such list view."))
        asked["view"] = view_id
    if ids := values.get("ids"):
        if not isinstance(ids, list) or len(ids) > MOST_TICKED or not all(type(key) is int for key in ids):
            raise _refused("ids", _("This must be a list of ids."))
        asked["ids"] = ids
    if criteria := values.get("criteria"):
        asked["criteria"] = criteria
    if search := values.get("search"):
        asked["search"] = str(search)[:200]
    if tag := values.get("tag"):
        asked["tag"] = str(tag)[:50]
    if columns := values.get("columns"):
        asked["columns"] = [column.name for column in _chosen(access, module, columns)]
    return asked


def _chosen(access: Access, module: str, names: Any) -> list[ExportColumn]:
    """The columns of these names, in their order; all, if none is named."""
    columns = {column.name: column for column in export_columns(access, module)}
    if not names:
        return list(columns.values())
    if not isinstance(names, (list, tuple)):
        raise _refused("columns", _("Columns are a list of field names."))
    unknown = [str(name) for name in names if name not in columns]
    if unknown:
        raise _refused("columns", _("There is no column “%(name)s” to export.") % {"name": unknown[0]})
    return [columns[name] for name in dict.fromkeys(names)]


def _check_size(count: int, written_as: str) -> None:
    if written_as == ExportJob.Format.XLSX and count >= MOST_XLSX_ROWS:
        raise _refused("format", _("An Excel sheet has no room for so many rows. Export them as CSV."))
    if count > MOST_ROWS:
        raise Refused(_("At most a million records can be exported at once. Narrow them down."), code="too_many")


def _parts_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PART:
            yield bytes(held[:PART])
            del held[:PART]
    if held:
        yield bytes(held)


def _send(job_id: int) -> None:
    current_app.send_task("crm.write_export", args=[job_id], queue="sync.bulk")


def _refused(field: str, sentence: str) -> Refused:
    return Refused(sentence, fields={field: [sentence]})
