"""How the tests of imports bring a file in: uploaded, checked, run; and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.models import Max

from audit.models import Entry
from finance.models import (
    ContactPerson,
    Customer,
    ImportJob,
    ImportRow,
    Invoice,
    Item,
    Organization,
    Payment,
    Tax,
    Vendor,
)
from finance.services import import_check, import_run, imports
from finance.services.import_fields import table_of
from finance.services.import_words import row_problem
from finsuite.kernel.actors import Actor

SAMPLES = Path(__file__).parent / "samples"
RECORDS = (Customer, ContactPerson, Vendor, Item, Invoice, Payment, Tax)


def upload(actor: Actor, organization: Organization, data: bytes | str, module: str = "", **choices: Any) -> ImportJob:
    data = (SAMPLES / data).read_bytes() if isinstance(data, str) else data
    job = imports.create_import(
        actor=actor, organization=organization, module=module, file_name="export.csv", chunks=[data]
    )
    return imports.choose(actor=actor, job=job, values={"formats": job.formats, **choices})


def check(actor: Actor, job: ImportJob) -> ImportJob:
    imports.start_check(actor=actor, job=job)
    while import_check.check(job.pk):
        pass
    job.refresh_from_db()
    return job


def run(actor: Actor, job: ImportJob) -> ImportJob:
    imports.start_run(actor=actor, job=job)
    while import_run.run_batch(job.pk):
        pass
    job.refresh_from_db()
    return job


def brought(actor: Actor, organization: Organization, data: bytes | str, **choices: Any) -> ImportJob:
    return run(actor, check(actor, upload(actor, organization, data, **choices)))


def reasons(job: ImportJob) -> dict[str, list[str]]:
    table = table_of(job.organization, job.module)
    rows = ImportRow.objects.filter(job=job).exclude(problems=[]).order_by("line")
    return {f"{row.line} {row.label}": [row_problem(table, problem) for problem in row.problems] for row in rows}


def state_of_books(organization: Organization) -> dict[str, Any]:
    """How many rows there are of everything that an import could write, and when each was last written."""
    told = {
        model.__name__: (model.objects.of(organization).count(), model.objects.aggregate(at=Max("updated_at"))["at"])
        for model in RECORDS
    }
    of_imports = ("finance.importjob",)
    return {**told, "history": Entry.objects.exclude(kind__in=of_imports).count()}
