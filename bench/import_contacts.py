"""How fast a file of contacts is checked and imported, and taken back; against the same rows by plain INSERT … SELECT.

    python -m bench.import_contacts [--contacts 100000]

One process, as one worker does it. A tenth of the accounts exist beforehand, the others are created on demand.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from bench.cluster import cluster
from bench.report import Report

PER_ACCOUNT = 5

T = TypeVar("T")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--contacts", type=int, default=100_000)
    contacts = arguments.parse_args().contacts
    with cluster():
        measure(contacts, Report("import_contacts"))


def measure(contacts: int, report: Report) -> None:
    """Upload, dry run, run, the same file again, undo; then the floor, on the rows that the run made."""
    from crm.models import Contact, ImportJob
    from crm.services import import_check, import_run, import_undo, imports
    from crm.services.accounts import create_accounts
    from crm.services.organizations import create_organization
    from finsuite.kernel.actors import Actor
    from users.models import User

    user = User.objects.create_user("bench@example.com", "bench")
    actor = Actor.person(user)
    organization = create_organization(actor=actor, owner=user, values={"name": "Bench"})
    there = [{"name": f"Société {number}"} for number in range(0, contacts // PER_ACCOUNT, 10)]
    create_accounts(actor=actor, organization=organization, rows=there)

    def upload() -> ImportJob:
        return imports.create_import(
            actor=actor, organization=organization, module="contacts", file_name="bench.csv", chunks=file_of(contacts)
        )

    def check(job: ImportJob) -> None:
        imports.start_check(actor=actor, job=job)
        import_check.check(job.pk)
        job.refresh_from_db()

    def all_batches(job: ImportJob, batch: Callable[[int], bool]) -> None:
        while batch(job.pk):
            pass
        job.refresh_from_db()

    report.figure("contacts", contacts)
    job, seconds = timed(upload)
    report.figure("upload_seconds", seconds, "s")
    report.figure("file_megabytes", job.size / 1e6, "MB")
    imports.choose(actor=actor, job=job, values={"create_accounts": True})
    before = memory()
    _, seconds = timed(lambda: check(job))
    report.figure("dry_run_rows_per_second", contacts / seconds, "rows/s")
    report.figure("dry_run_memory_growth", memory() - before, "MB")
    assert job.counts["create"] == contacts, (job.counts, job.fault)

    imports.start_run(actor=actor, job=job)
    _, seconds = timed(lambda: all_batches(job, import_run.run_batch))
    report.figure("run_contacts_per_second", contacts / seconds, "contacts/s")
    report.figure("accounts_created_on_the_way", job.results["accounts"])
    assert job.results["created"] == contacts == Contact.objects.of(organization).count(), job.results
    run_seconds = seconds

    again = upload()
    _, seconds = timed(lambda: check(again))
    report.figure("dry_run_again_rows_per_second", contacts / seconds, "rows/s")
    assert again.counts == {"rows": contacts, "unchanged": contacts}, again.counts

    floor = insert_select()
    report.figure("floor_contacts_per_second", contacts / floor, "contacts/s")
    report.figure("run_to_floor", run_seconds / floor, "times the floor")

    imports.start_undo(actor=actor, job=job)
    _, seconds = timed(lambda: all_batches(job, import_undo.undo_batch))
    report.figure("undo_contacts_per_second", contacts / seconds, "contacts/s")
    assert Contact.objects.of(organization).count() == 0
    report.figure("peak_memory", memory(), "MB")
    report.finish()


def file_of(contacts: int) -> Iterator[bytes]:
    """A file as another CRM exports it: semicolons, French headers, accents."""
    yield "Prénom;Nom;Nom du compte;E-mail;Téléphone;Fonction;Rue;Ville;Code postal;Pays\r\n".encode()
    for number in range(contacts):
        line = (
            f"Zoé;Lefèvre {number};Société {number // PER_ACCOUNT};zoe.lefevre{number}@exemple.fr;"
            f"+33 4 72 {number % 100:02} 11 22;Responsable achats;{number} rue de la République;Lyon;69002;France\r\n"
        )
        yield line.encode()


def insert_select() -> float:
    """The same contacts once more by one statement into the same table, rolled back."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "
            "WHERE table_name = 'crm_contact' AND column_name <> 'id'"
        )
        columns = cursor.fetchone()[0]
        with transaction.atomic():
            started = time.perf_counter()
            cursor.execute(f"INSERT INTO crm_contact ({columns}) SELECT {columns} FROM crm_contact")
            seconds = time.perf_counter() - started
            transaction.set_rollback(True)
    return seconds


def timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - started


def memory() -> float:
    """The most this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
