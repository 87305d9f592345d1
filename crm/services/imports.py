"""Taking a file in, saying how it is to be read, and starting its dry run, its run and its undo."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from crm.access import require
from crm.choices import Level, Module
from crm.imports import encodings, headers, reader, workbook
from crm.imports.encodings import ENCODINGS
from crm.imports.fields import LISTED, MATCH_KEYS, MODULES
from crm.imports.formats import CHOICES, Question, read_formats
from crm.imports.judge import BY_NAME
from crm.imports.problems import FileBroken
from crm.imports.reader import DELIMITERS, MOST_BYTES, Reading, Row
from crm.models import ImportJob, ImportPart, ImportRow, ImportState, Organization
from crm.services.import_fields import table_of
from crm.services.import_words import file_fault
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, Refused
from finsuite.kernel.versions import require_version

PART = 256 * 1024
_SAMPLE = 64 * 1024
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
        file_name=_plain_name(file_name),
        match_by=MATCH_KEYS[module][0],
        created_by_id=actor.user_id,
    )
    detector = encodings.Detector()
    try:
        for number, part in enumerate(_parts_of(chunks)):
            if number == 0 and workbook.may_be_workbook(part):
                job.encoding = workbook.XLSX
            if job.encoding != workbook.XLSX:
                detector.feed(part)
            job.size += len(part)
            if job.size > MOST_BYTES:
                raise FileBroken("too_large", most=MOST_BYTES // 1024 // 1024)
            ImportPart.objects.create(job=job, number=number, data=part)
        if job.encoding != workbook.XLSX:
            job.encoding = detector.result().encoding
            _detect_delimiter(job)
        _take_headers(job)
    except FileBroken as broken:
        if broken.line == 0:
            raise refused_file(broken) from None
        _note_broken(job, broken)
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
        _note_broken(job, broken)
    else:
        job.state = ImportState.DRAFT
    job.save()
    return job


@transaction.atomic
def choose(*, actor: Actor, job: ImportJob, values: Mapping[str, Any], version: str | None = None) -> ImportJob:
    """Say which column fills which field, how records are recognised, and what becomes of those that exist."""
    job = _held(actor, job, ImportState.DRAFT, ImportState.CHECKED, version=version)
    unknown = sorted(set(values) - set(CHOOSABLE))
    if unknown:
        raise Refused(
            _("These fields can't be written: %(fields)s.") % {"fields": ", ".join(unknown)},
            code="unknown_field",
            fields={name: [_("This field can't be written.")] for name in unknown},
        )
    faults = _take_choices(job, values)
    if not faults:
        faults = _take_formats(job)
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
    job = _held(actor, job, *(state for state in ImportState if state not in _UNDER_WAY), version=version)
    _record(actor, job, "deleted")
    job.delete()


_UNDER_WAY = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)


def refused_file(broken: FileBroken) -> Refused:
    """A file that can't even be kept, as a refusal of the upload."""
    fault = {"code": broken.code, "line": broken.line, "particulars": broken.particulars}
    return Refused(file_fault(fault), code=broken.code, fields={"file": [file_fault(fault)]})


def chunks_of(job: ImportJob, *, most: int | None = None) -> Iterator[bytes]:
    """The file, part by part."""
    numbers = job.parts.order_by("number").values_list("number", flat=True)
    for number in list(numbers[:most] if most else numbers):
        yield bytes(ImportPart.objects.get(job=job, number=number).data)


def rows_of(job: ImportJob, chunks: Iterable[bytes] | None = None) -> Iterator[Row]:
    """The file's records, the header first."""
    if job.encoding == workbook.XLSX:
        return workbook.padded(workbook.rows(chunks if chunks is not None else chunks_of(job)))
    return reader.rows(chunks if chunks is not None else chunks_of(job), Reading(job.encoding, job.delimiter))


def mapping_of(job: ImportJob) -> dict[int, str]:
    """Column number → field."""
    return {int(column): name for column, name in job.mapping.items()}


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


def send(task: str, job_id: int) -> None:
    """Have a worker look at the import once this is committed. Without a broker, beat finds it a little later."""

    def publish() -> None:
        current_app.send_task(task, args=[job_id], queue="sync.bulk")

    transaction.on_commit(publish, robust=True)


def _take_headers(job: ImportJob) -> None:
    """Read the header, and propose a mapping: the last one for these headers, else what is recognised."""
    row = next(rows_of(job), None)
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
    found = headers.map_headers(job.module, job.headers, table_of(job.organization, job.module).labels())
    job.mapping = {str(column): name for column, name in sorted(found.items())}
    usable = [key for key in MATCH_KEYS[job.module] if key in found.values()]
    job.match_by = usable[0] if usable else next(key for key in MATCH_KEYS[job.module] if key in BY_NAME)


def _detect_delimiter(job: ImportJob) -> None:
    head = b"".join(chunks_of(job, most=1))[:_SAMPLE]
    if job.encoding.startswith("utf-16"):
        head = head[: len(head) // 2 * 2]
    sample = reader.decoded_sample(head, job.encoding)
    job.delimiter = reader.detect_delimiter(sample, complete=job.size <= _SAMPLE)


def _take_choices(job: ImportJob, values: Mapping[str, Any]) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if "mapping" in values:
        try:
            job.mapping = {str(int(column)): str(name) for column, name in values["mapping"].items() if name}
        except (AttributeError, TypeError, ValueError):
            return {"mapping": [_("Give a field for each column number.")]}
    if "formats" in values:
        given = values["formats"]
        if not isinstance(given, Mapping):
            return {"formats": [_("Give a format for each field.")]}
        job.formats = {str(name): str(shape) for name, shape in given.items() if shape}
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
    faults: dict[str, list[str]] = {}
    used: set[str] = set()
    for column, name in mapping_of(job).items():
        if not 0 <= column < len(job.headers):
            faults[f"mapping.{column}"] = [_("The file has no such column.")]
        elif name not in fields:
            faults[f"mapping.{column}"] = [_("There is no such field.")]
        elif name in used:
            faults[f"mapping.{column}"] = [_("Another column already fills this field.")]
        used.add(name)
    for name, spec in fields.items():
        if spec.required and name not in used:
            sentence = _("A column has to fill “%(field)s”.") % {"field": fields.label(name)}
            faults.setdefault("mapping", []).append(sentence)
    if job.match_by in fields and not fields[job.match_by].required and job.match_by not in used:
        sentence = _("Records are to be recognised by “%(field)s”, but no column fills it.")
        faults["match_by"] = [sentence % {"field": fields.label(job.match_by)}]
    return faults


def _take_formats(job: ImportJob) -> dict[str, list[str]]:
    """Tell how dates and amounts are written; what the cells leave open has to be said by the person."""
    fields = table_of(job.organization, job.module)
    mapping = mapping_of(job)
    for name, shape in job.formats.items():
        if name not in mapping.values() or shape not in CHOICES.get(fields[name].doubtful, ()):
            return {f"formats.{name}": [_("This choice is not known.")]}
    try:
        found, questions = formats_of(job)
    except FileBroken as broken:
        fault = {"code": broken.code, "line": broken.line, "particulars": broken.particulars}
        return {"file": [file_fault(fault)]}
    open_questions = [question for question in questions if question.field not in job.formats]
    if open_questions:
        return {
            f"formats.{question.field}": [
                _("“%(sample)s” in column “%(column)s” can be read in two ways. Say which one is meant.")
                % {"sample": question.sample, "column": job.headers[question.column]}
            ]
            for question in open_questions
        }
    job.formats = {**found, **job.formats}
    return {}


def formats_of(job: ImportJob) -> tuple[dict[str, str], list[Question]]:
    """How the mapped date and amount columns are written, and what they leave open."""
    found = rows_of(job)
    next(found, None)
    return read_formats(table_of(job.organization, job.module), mapping_of(job), found, len(job.headers))


def _drop_rows(job: ImportJob) -> None:
    ImportRow.objects.filter(job=job).delete()
    job.counts, job.results, job.progress, job.checked_at = {}, {}, 0, None


def _note_broken(job: ImportJob, broken: FileBroken) -> None:
    job.state = ImportState.BROKEN
    job.fault = {"code": broken.code, "line": broken.line, "particulars": broken.particulars}


def _parts_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of one size."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PART:
            yield bytes(held[:PART])
            del held[:PART]
    if held:
        yield bytes(held)


def _plain_name(name: str) -> str:
    """The file's own name, without a path and without characters that no name should hold."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in last if letter.isprintable()).strip()
    return kept[-255:] or "import.csv"


def _record(actor: Actor, job: ImportJob, verb: str) -> None:
    audit.services.record(
        actor=actor,
        tenant=job.organization.tenant,
        subject=job,
        verb=verb,
        after={"module": job.module, "file_name": job.file_name, "counts": job.counts},
    )
