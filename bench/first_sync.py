"""How fast accounts and contacts become customers and contact persons; against the same rows by plain INSERT … SELECT.

    python -m bench.first_sync [--accounts 10000] [--contacts-each 2]

Preview, first sync, a second sync that finds nothing to do, content audit; in one process, as one worker does it.
A record is one account or contact that becomes a linked pair: written, journaled, told in its history.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.cluster import cluster
from bench.report import Report

DUPLICATES = 100
"""Accounts that finance knows already by the same name: these are linked, not created."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--accounts", type=int, default=10_000)
    arguments.add_argument("--contacts-each", type=int, default=2)
    chosen = arguments.parse_args()
    with cluster():
        measure(chosen.accounts, chosen.contacts_each, Report("first_sync"))


def measure(accounts: int, contacts_each: int, report: Report) -> None:
    """Fill the CRM, preview, sync, sync again, audit; then the floor, on the rows that the sync made."""
    from django.db import connection

    from finance.models import ContactPerson, Customer
    from finsuite.kernel.actors import Actor
    from integration.choices import RunState
    from integration.models import Journal, Link
    from integration.selectors.connections import setting_of
    from integration.services import changes, runs
    from users.models import User

    actor = Actor.person(User.objects.create_user("bench@example.com", "bench"))
    setting = connected(actor)
    fill(actor, setting, accounts, contacts_each)
    records = accounts * (1 + contacts_each)
    report.figure("records", records)

    def finished(run: Any) -> float:
        started = time.perf_counter()
        while not runs.continue_run(run.pk, seconds=60):
            pass
        seconds = time.perf_counter() - started
        run.refresh_from_db()
        return seconds

    def busy() -> float:
        """Seconds of processor time that this process and its database session have used."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rsplit(")", 1)[1].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    preview = runs.preview(actor=actor, setting=setting)
    report.figure("preview_records_per_second", records / finished(preview), "records/s")
    run = runs.start(actor=actor, setting=setting_of(setting.connection))
    before = busy()
    seconds = finished(run)
    worked = busy() - before
    assert run.state == RunState.FINISHED, (run.state, run.message)
    assert run.counts == preview.counts, "the run did not do what the preview said"
    assert Link.objects.count() == records, Link.objects.count()
    report.figure("first_sync_seconds", seconds, "s")
    report.figure("first_sync_records_per_second", records / seconds, "records/s")
    report.figure("first_sync_processor_seconds", worked, "s")
    report.figure("first_sync_records_per_processor_second", records / worked, "records/s")

    journal = Journal.objects.count()
    again = runs.start(actor=actor, setting=setting_of(setting.connection))
    report.figure("pass_with_nothing_to_do_seconds", finished(again), "s")
    report.figure("rows_written_by_it", Journal.objects.count() - journal)
    started = time.perf_counter()
    found = sum(changes.audit_all().values())
    report.figure("content_audit_seconds", time.perf_counter() - started, "s")
    report.figure("content_audit_found", found)

    floor = insert_select("finance_customer", {"unique_key": "NULL", "number": "'X' || number"})
    floor += insert_select("finance_contactperson", {"is_primary": "false"})
    made = Customer.objects.count() + ContactPerson.objects.count()
    report.figure("floor_records_per_second", made / floor, "records/s")
    report.figure("first_sync_to_floor", seconds / floor, "times the floor")
    report.finish()


def connected(actor: Any) -> Any:
    """Two organizations, linked and switched on, that overwrite duplicates."""
    from crm.services.organizations import create_organization
    from finance.services import organizations
    from integration.selectors.connections import setting_of
    from integration.services import activation, connections
    from integration.services.settings import save_setting
    from users.models import User

    user = User.objects.get(pk=actor.user_id)
    crm = create_organization(actor=actor, owner=user, values={"name": "Bench"})
    finance = organizations.create_organization(actor=actor, owner=user, values={"name": "Bench books"})
    connection = connections.connect_own(actor=actor, organization=crm, finance_organization_id=finance.pk)
    connection = activation.activate(actor=actor, connection=connection)
    return save_setting(
        actor=actor,
        setting=setting_of(connection),
        values={"duplicate_policy": "overwrite", "mode": "accounts_and_contacts"},
    )


def fill(actor: Any, setting: Any, accounts: int, contacts_each: int) -> None:
    """The CRM's records, through its services, and a few customers of the same names."""
    from crm.services.accounts import create_accounts
    from crm.services.contacts import create_contacts
    from finance.services.customers import create_customer

    organization = setting.connection.crm_organization
    made = []
    for rows in _slices(account_values(number) for number in range(accounts)):
        made += create_accounts(actor=actor, organization=organization, rows=rows)
    values = (
        contact_values(number * contacts_each + place, account.pk)
        for number, account in enumerate(made)
        for place in range(contacts_each)
    )
    for rows in _slices(values):
        create_contacts(actor=actor, organization=organization, rows=rows)
    for number in range(0, accounts, max(1, accounts // DUPLICATES)):
        create_customer(
            actor=actor,
            organization=setting.connection.finance_organization,
            values={"display_name": f"Société {number}", "notes": "Known here before."},
        )


def account_values(number: int) -> dict[str, Any]:
    """An account as filled in as most are."""
    return {
        "name": f"Société {number}",
        "phone": f"+33 4 72 {number % 100:02} 11 22",
        "website": f"https://societe{number}.example",
        "tax_number": f"FR{number:011}",
        "billing_street": f"{number} rue de la République",
        "billing_city": "Lyon",
        "billing_code": "69002",
        "billing_country": "France",
        "shipping_city": "Villeurbanne",
        "description": "A good customer.",
    }


def contact_values(number: int, account_id: int) -> dict[str, Any]:
    """A contact as filled in as most are."""
    return {
        "first_name": "Zoé",
        "last_name": f"Lefèvre {number}",
        "account_id": account_id,
        "email": f"zoe.lefevre{number}@exemple.fr",
        "phone": f"+33 6 12 {number % 100:02} 33 44",
        "title": "Responsable achats",
    }


def _slices(rows: Iterator[dict[str, Any]], size: int = 2000) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def insert_select(table: str, instead: dict[str, str]) -> float:
    """The table's rows once more by one statement into the same table, rolled back."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'", [table]
        )
        columns = [name for (name,) in cursor.fetchall()]
        values = ", ".join(instead.get(name, name) for name in columns)
        with transaction.atomic():
            started = time.perf_counter()
            cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}")
            seconds = time.perf_counter() - started
            transaction.set_rollback(True)
    return seconds


if __name__ == "__main__":
    main()
