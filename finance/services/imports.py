"""Taking a file of other books in, saying how it is to be read, and starting its dry run, its run and its undo."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.choices import ImportModule
from finance.imports.fields import INVOICES, MODULES
from finance.imports.headers import map_headers, recognised
from finance.models import ImportJob, ImportRow, ImportState, Organization
from finance.rights import Right
from finance.services.import_books import RIGHTS, rights_of
from finance.services.import_fields import table_of
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotPermitted, Refused
from finsuite.kernel.imports import files, headers, mapping, reader, workbook
from finsuite.kernel.imports.encodings import ENCODINGS
from finsuite.kernel.imports.problems import FileBroken
from finsuite.kernel.imports.reader import DELIMITERS
from finsuite.kernel.imports.tables import UNDER_WAY
from finsuite.kernel.imports.words import file_fault
from finsuite.kernel.imports.work import send
from finsuite.kernel.records import refuse_unknown
from finsuite.kernel.versions import require_version

SWITCHES = ("creates_customers", "creates_taxes", "records_payments", "accepts_differences")
CHOOSABLE = frozenset({"mapping", "formats", "existing", *SWITCHES})


@transaction.atomic
def create_import(
    *, actor: Actor, organization: Organization, module: str = "", file_name: str, chunks: Iterable[bytes]
) -> ImportJob:
    """Take a file in: store it, tell how it is written, what it holds if nobody says, and what its columns mean."""
    if module and module not in MODULES:
        raise Refused(_("There is nothing like that to import."), fields={"module": [_("This choice is not known.")]})
    require_any(actor, organization, (module,) if module else MODULES)
    job = ImportJob.objects.create(
        organization=organization, module=module, file_name=files.plain_name(file_name), created_by_id=actor.user_id
    )
    try:
        files.take_in(job, chunks)
        _take_headers(job)
    except FileBroken as broken:
        if broken.line == 0 or not job.module:
            raise refused_file(broken) from None
        files.note_broken(job, broken)
    require_any(actor, organization, (job.module,))
    job.records_payments = _may(actor, organization, Right.PAYMENTS) and job.records_payments
    job.save()
    _record(actor, job, "uploaded")
    return job


@transaction.atomic
def change_reading(
    *, actor: Actor, job: ImportJob, encoding: str, delimiter: str, version: str | None = None
) -> ImportJob:
    """Read the file in another encoding or with another delimiter. The mapping starts afresh."""
    job = _held(actor, job, ImportState.DRAFT, ImportState.CHECKED, ImportState.BROKEN, version=version)
    faults: dict[str, list[str]] = {}
    if job.encoding == workbook.XLSX:
        raise Refused(_("A workbook says itself how it is to be read."), code="workbook")
    if encoding not in ENCODINGS:
        faults["encoding"] = [_("This encoding is not known.")]
    if delimiter not in DELIMITERS:
        faults["delimiter"] = [_("This delimiter is not known.")]
    if faults:
        raise Refused(_("The file cannot be read like that."), fields=faults)
    if (encoding, delimiter) == (job.encoding, job.delimiter) and job.state != ImportState.BROKEN:
        return job
    job.encoding, job.delimiter, job.formats, job.fault = encoding, delimiter, {}, {}
    _drop_rows(job)
    try:
        _take_headers(job)
    except FileBroken as broken:
        files.note_broken(job, broken)
    else:
        job.state = ImportState.DRAFT
    job.save()
    return job


@transaction.atomic
def choose(*, actor: Actor, job: ImportJob, values: Mapping[str, Any], version: str | None = None) -> ImportJob:
    """Say which column fills which field, what becomes of records that exist, and what may be made on the way."""
    job = _held(actor, job, ImportState.DRAFT, ImportState.CHECKED, version=version)
    refuse_unknown(values, CHOOSABLE)
    table = table_of(job.organization, job.module)
    faults = mapping.take_mapping(job, values) or _take_choices(job, values)
    faults = faults or mapping.mapping_faults(job, table) or mapping.take_formats(job, table)
    if faults:
        raise Refused(_("The file can't be imported like that yet."), fields=faults)
    _require_all(actor, job)
    job.state, job.fault = ImportState.DRAFT, {}
    _drop_rows(job)
    job.save()
    return job


@transaction.atomic
def start_check(*, actor: Actor, job: ImportJob) -> ImportJob:
    """Start the dry run: what each record would do, and nothing written."""
    job = _held(actor, job, ImportState.DRAFT, ImportState.CHECKED)
    table = table_of(job.organization, job.module)
    faults = mapping.mapping_faults(job, table) or mapping.take_formats(job, table)
    if faults:
        raise Refused(_("The file can't be imported like that yet."), fields=faults)
    _require_all(actor, job)
    _drop_rows(job)
    _begin(job, ImportState.CHECKING, actor, "finance.check_import")
    job.fault = {}
    job.save()
    return job


@transaction.atomic
def start_run(*, actor: Actor, job: ImportJob) -> ImportJob:
    """Do what the dry run has shown."""
    job = _held(actor, job, ImportState.CHECKED)
    _require_all(actor, job)
    if not job.counts.get("create") and not job.counts.get("update"):
        raise Refused(_("There is nothing to import: no row would create or update a record."), code="nothing_to_do")
    _begin(job, ImportState.RUNNING, actor, "finance.run_import")
    job.results = {}
    job.started_at, job.finished_at = timezone.now(), None
    job.save()
    _record(actor, job, "started")
    return job


@transaction.atomic
def start_undo(*, actor: Actor, job: ImportJob) -> ImportJob:
    """Take back what the import did, where nobody has changed it since and it hasn't left the house."""
    job = _held(actor, job, ImportState.DONE, ImportState.FAILED)
    if job.started_at is None:
        raise Refused(_("This import has written nothing yet."), code="nothing_to_do")
    _begin(job, ImportState.UNDOING, actor, "finance.undo_import")
    job.undo_counts, job.undone_at = {}, None
    job.save()
    _record(actor, job, "undo started")
    return job


@transaction.atomic
def delete_import(*, actor: Actor, job: ImportJob, version: str | None = None) -> None:
    """Forget the file and what became of its rows. The records stay, and can't be taken back any more."""
    job = _held(actor, job, *(state for state in ImportState if state not in UNDER_WAY), version=version)
    _record(actor, job, "deleted")
    job.delete()


def refused_file(broken: FileBroken) -> Refused:
    """A file that can't even be kept, as a refusal of the upload."""
    sentence = file_fault(files.fault_of(broken))
    return Refused(sentence, code=broken.code, fields={"file": [sentence]})


def require_any(actor: Actor, organization: Organization, modules: Iterable[str]) -> None:
    """Refuse unless the actor may import one of these at all."""
    refusal: NotPermitted | None = None
    for module in modules:
        try:
            for right in RIGHTS[module]:
                require(actor, organization, right)
        except NotPermitted as error:
            refusal = error
        else:
            return
    if refusal is not None:
        raise refusal


def _may(actor: Actor, organization: Organization, right: Right) -> bool:
    try:
        require(actor, organization, right)
    except NotPermitted:
        return False
    return True


def _require_all(actor: Actor, job: ImportJob) -> None:
    """The rights that the choices need, beyond that of importing."""
    for right in rights_of(job):
        require(actor, job.organization, right)


def _held(actor: Actor, job: ImportJob, *states: str, version: str | None = None) -> ImportJob:
    """The import, locked, if it is in one of these states and the actor may import at all."""
    require_any(actor, job.organization, (job.module,))
    held = ImportJob.objects.select_for_update(of=("self",)).select_related("organization").get(pk=job.pk)
    if held.state not in states:
        sentence = _("This can't be done now. The import is: %(state)s.") % {"state": held.get_state_display()}
        raise Conflict(sentence, code="state")
    require_version(held, version)
    return held


def _begin(job: ImportJob, state: ImportState, actor: Actor, task: str) -> None:
    job.state, job.progress, job.line = state, 0, 0
    job.attempt += 1
    job.acting_id = actor.user_id
    send(task, job.pk)


def _take_headers(job: ImportJob) -> None:
    """Read the header: what the file holds, and what its columns mean, as last time if such a file was there before."""
    job.headers = reader.checked_header(next(files.rows_of(job), None))
    if not job.module:
        job.module = recognised(job.headers)
    if not job.module:
        sentence = _("The header doesn't say whether these are contacts, items or invoices. Say which it is.")
        raise Refused(sentence, code="not_recognised", fields={"module": [sentence]})
    job.headers_digest = hashlib.sha256(headers.signature(job.headers).encode()).hexdigest()
    last = (
        ImportJob.objects.of(job.organization)
        .filter(module=job.module, headers_digest=job.headers_digest, checked_at__isnull=False)
        .exclude(pk=job.pk)
        .order_by("-id")
        .first()
    )
    if last is not None:
        job.mapping = headers.carried(last.headers, last.mapping, job.headers)
        for name in ("existing", *SWITCHES):
            setattr(job, name, getattr(last, name))
        return
    labels = table_of(job.organization, job.module).labels()
    found = map_headers(job.module, job.headers, labels)
    job.mapping = {str(column): name for column, name in sorted(found.items())}


def _take_choices(job: ImportJob, values: Mapping[str, Any]) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    for name, allowed in (("existing", ImportJob.Existing.values), *((name, (True, False)) for name in SWITCHES)):
        if name in values:
            if values[name] not in allowed:
                faults[name] = [_("This choice is not known.")]
            else:
                setattr(job, name, values[name])
    return faults


def _drop_rows(job: ImportJob) -> None:
    ImportRow.objects.filter(job=job).delete()
    job.counts, job.results, job.progress, job.checked_at = {}, {}, 0, None


def _record(actor: Actor, job: ImportJob, verb: str) -> None:
    audit.services.record(
        actor=actor,
        tenant=job.organization.tenant,
        subject=job,
        verb=verb,
        after={"module": job.module, "file_name": job.file_name, "counts": job.counts},
    )


def choices_of(job: ImportJob) -> tuple[str, ...]:
    """The switches that mean something for what the file holds."""
    if job.module == INVOICES:
        return SWITCHES
    return ("creates_taxes",) if job.module == ImportModule.ITEMS else ()
