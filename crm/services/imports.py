"""Taking a file in, saying how it is to be read, and starting its dry run, its run and its undo."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from crm.access import require
from crm.choices import Level, Module
from crm.imports.fields import MATCH_KEYS, MODULES
from crm.imports.headers import map_headers
from crm.imports.judge import BY_NAME
from crm.models import ImportJob, ImportRow, ImportState, Organization
from crm.services.import_fields import table_of
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, Refused
from finsuite.kernel.imports import files, headers, mapping, reader, workbook
from finsuite.kernel.imports.encodings import ENCODINGS
from finsuite.kernel.imports.fields import LISTED
from finsuite.kernel.imports.formats import Question
from finsuite.kernel.imports.problems import FileBroken
from finsuite.kernel.imports.reader import DELIMITERS
from finsuite.kernel.imports.tables import UNDER_WAY
from finsuite.kernel.imports.words import file_fault
from finsuite.kernel.imports.work import send
from finsuite.kernel.records import refuse_unknown
from finsuite.kernel.versions import require_version

CHOOSABLE = ("mapping", "formats", "constants", "match_by", "existing", "blanks", "create_accounts")


@transaction.atomic
def create_import(
    *, actor: Actor, organization: Organization, module: str, file_name: str, chunks: Iterable[bytes]
) -> ImportJob:
    """Take a file in: store it, tell how it is written, and propose what its columns mean."""
    _require_module(actor, organization, module)
    job = ImportJob.objects.create(
        organization=organization,
        module=module,
        file_name=files.plain_name(file_name),
        match_by=MATCH_KEYS[module][0],
        created_by_id=actor.user_id,
    )
    try:
        files.take_in(job, chunks)
        _take_headers(job)
    except FileBroken as broken:
        if broken.line == 0:
            raise refused_file(broken) from None
        files.note_broken(job, broken)
    else:
        job.state = ImportState.DRAFT
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
    """Say which column fills which field, how records are recognised, and what becomes of those that exist."""
    job = _held(actor, job, ImportState.DRAFT, ImportState.CHECKED, version=version)
    refuse_unknown(values, CHOOSABLE)
    faults = _take_choices(job, values)
    if not faults:
        faults = mapping.take_formats(job, table_of(job.organization, job.module))
    if faults:
        raise Refused(_("The file can't be imported like that yet."), fields=faults)
    _require_choices(actor, job)
    job.state, job.fault = ImportState.DRAFT, {}
    _drop_rows(job)
    job.save()
    return job


@transaction.atomic
def start_check(*, actor: Actor, job: ImportJob) -> ImportJob:
    """Start the dry run: what each row would do, and nothing written."""
    job = _held(actor, job, ImportState.DRAFT, ImportState.CHECKED)
    faults = _mapping_faults(job)
    if faults:
        raise Refused(_("The file can't be imported like that yet."), fields=faults)
    _require_choices(actor, job)
    _begin(job, ImportState.CHECKING, actor, "crm.check_import")
    job.counts, job.fault, job.checked_at = {}, {}, None
    job.save()
    return job


@transaction.atomic
def start_run(*, actor: Actor, job: ImportJob) -> ImportJob:
    """Do what the dry run has shown."""
    job = _held(actor, job, ImportState.CHECKED)
    _require_choices(actor, job)
    if not job.counts.get("create") and not job.counts.get("update"):
        raise Refused(_("There is nothing to import: no row would create or update a record."), code="nothing_to_do")
    _begin(job, ImportState.RUNNING, actor, "crm.run_import")
    job.results = {}
    job.started_at, job.finished_at = timezone.now(), None
    job.save()
    _record(actor, job, "started")
    return job


@transaction.atomic
def start_undo(*, actor: Actor, job: ImportJob) -> ImportJob:
    """Take back what the import did, where nobody has changed it since."""
    job = _held(actor, job, ImportState.DONE, ImportState.FAILED)
    if job.started_at is None:
        raise Refused(_("This import has written nothing yet."), code="nothing_to_do")
    if job.results.get("created") or job.results.get("accounts"):
        require(actor, job.organization, job.module, Level.DELETE)
    if job.results.get("accounts"):
        require(actor, job.organization, Module.ACCOUNTS, Level.DELETE)
    if job.results.get("updated"):
        require(actor, job.organization, job.module, Level.EDIT)
    _begin(job, ImportState.UNDOING, actor, "crm.undo_import")
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


def _require_module(actor: Actor, organization: Organization, module: str) -> None:
    if module not in MODULES:
        raise Refused(_("There is no such module to import into."), fields={"module": [_("There is no such module.")]})
    require(actor, organization, module, Level.CREATE)


def _require_choices(actor: Actor, job: ImportJob) -> None:
    """The rights that the choices need, beyond that of importing."""
    if job.existing == ImportJob.Existing.UPDATE:
        require(actor, job.organization, job.module, Level.EDIT)
    if job.create_accounts:
        require(actor, job.organization, Module.ACCOUNTS, Level.CREATE)


def _held(actor: Actor, job: ImportJob, *states: str, version: str | None = None) -> ImportJob:
    """The import, locked, if it is in one of these states and the actor may import at all."""
    require(actor, job.organization, job.module, Level.CREATE)
    held = ImportJob.objects.select_for_update(of=("self",)).select_related("organization").get(pk=job.pk)
    if held.state not in states:
        sentence = _("This can't be done now. The import is: %(state)s.") % {"state": held.get_state_display()}
        raise Conflict(sentence, code="state")
    require_version(held, version)
    return held


def _begin(job: ImportJob, state: ImportState, actor: Actor, task: str) -> None:
    job.state, job.progress, job.wave, job.line = state, 0, 0, 0
    job.attempt += 1
    job.acting_id = actor.user_id
    send(task, job.pk)


def _take_headers(job: ImportJob) -> None:
    """Read the header, and propose a mapping: the last one for these headers, else what is recognised."""
    row = next(files.rows_of(job), None)
    job.headers = reader.checked_header(row)
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
        for name in ("match_by", "existing", "blanks", "create_accounts", "constants"):
            setattr(job, name, getattr(last, name))
        return
    found = map_headers(job.module, job.headers, table_of(job.organization, job.module).labels())
    job.mapping = {str(column): name for column, name in sorted(found.items())}
    usable = [key for key in MATCH_KEYS[job.module] if key in found.values()]
    job.match_by = usable[0] if usable else next(key for key in MATCH_KEYS[job.module] if key in BY_NAME)


def _take_choices(job: ImportJob, values: Mapping[str, Any]) -> dict[str, list[str]]:
    faults = mapping.take_mapping(job, values)
    if faults:
        return faults
    if "constants" in values:
        given = values["constants"]
        fields = table_of(job.organization, job.module)
        if not isinstance(given, Mapping) or any(name not in fields or fields[name].kind != LISTED for name in given):
            return {"constants": [_("Give a name for each of pipeline, stage and lost reason.")]}
        job.constants = {str(name): str(text)[:100] for name, text in given.items() if text}
    for name, allowed in (
        ("match_by", MATCH_KEYS[job.module]),
        ("existing", ImportJob.Existing.values),
        ("blanks", ImportJob.Blanks.values),
        ("create_accounts", (True, False)),
    ):
        if name in values:
            if values[name] not in allowed:
                faults[name] = [_("This choice is not known.")]
            else:
                setattr(job, name, values[name])
    return faults or _mapping_faults(job)


def _mapping_faults(job: ImportJob) -> dict[str, list[str]]:
    """Each field from one column at most, the required ones from one, and the key among them."""
    fields = table_of(job.organization, job.module)
    faults = mapping.mapping_faults(job, fields)
    used = set(job.mapping.values())
    if job.match_by in fields and not fields[job.match_by].required and job.match_by not in used:
        sentence = _("Records are to be recognised by “%(field)s”, but no column fills it.")
        faults["match_by"] = [sentence % {"field": fields.label(job.match_by)}]
    return faults


def formats_of(job: ImportJob) -> tuple[dict[str, str], list[Question]]:
    """How the mapped date and amount columns are written, and what they leave open."""
    return mapping.formats_of(job, table_of(job.organization, job.module))


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
