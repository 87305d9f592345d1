"""Change capture: the database itself notes every change of a synced record, whatever path wrote it.

Statement-level triggers raise the record's revision (RecordState) and, where an active connection is concerned, leave
a hint (Dirty). The engine's own writes leave no hint for the connection that they came by, which it names in the
transaction's setting `finsuite.connection`. Why own SQL: docs/adr/0005-capture-by-triggers.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction

from finsuite.kernel.errors import Misconfigured
from integration.choices import Kind

WATCHED = {
    Kind.ACCOUNT.value: ("crm_account", "crm_organization_id"),
    Kind.CONTACT.value: ("crm_contact", "crm_organization_id"),
    Kind.CUSTOMER.value: ("finance_customer", "finance_organization_id"),
    Kind.CONTACT_PERSON.value: ("finance_contactperson", "finance_organization_id"),
}
"""Kind of record → its table, and the connection's column that names the organization it belongs to."""

APPEND_ONLY = ("integration_journal",)

_ROW, _BEFORE, _INSERT, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 4, 8, 16, 32  # pg_trigger.tgtype

_NOTE = """
    INSERT INTO integration_recordstate (kind, record_id, organization_id, rev, deleted)
    SELECT '{kind}', id, organization_id, 1, gone FROM changed ORDER BY id
    ON CONFLICT (kind, record_id) DO UPDATE
    SET rev = integration_recordstate.rev + 1, deleted = EXCLUDED.deleted, organization_id = EXCLUDED.organization_id
    RETURNING record_id, organization_id
)
INSERT INTO integration_dirty (connection_id, kind, record_id)
SELECT c.id, '{kind}', noted.record_id
FROM noted JOIN integration_connection c ON c.{tenant} = noted.organization_id
WHERE c.state = 'active' AND c.id::text IS DISTINCT FROM current_setting('finsuite.connection', true);
"""

_CAPTURE = """
BEGIN
IF TG_OP = 'INSERT' THEN
    WITH changed AS (SELECT id, organization_id, false AS gone FROM new_rows), noted AS ({note}
ELSIF TG_OP = 'DELETE' THEN
    WITH changed AS (SELECT id, organization_id, true AS gone FROM old_rows), noted AS ({note}
ELSE
    WITH changed AS (
        SELECT coalesce(n.id, o.id) AS id, coalesce(n.organization_id, o.organization_id) AS organization_id,
               n.id IS NULL AS gone
        FROM old_rows o FULL JOIN new_rows n ON n.id = o.id
        WHERE o IS DISTINCT FROM n AND to_jsonb(o) - 'updated_at' IS DISTINCT FROM to_jsonb(n) - 'updated_at'
    ), noted AS ({note}
END IF;
RETURN NULL;
END
"""

_REFUSE_TRUNCATE = """
BEGIN
IF coalesce(current_setting('finsuite.allow_truncate', true), '') <> 'on' THEN
    RAISE EXCEPTION '% can''t be truncated: the sync would not see it. Delete its rows instead.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END IF;
RETURN NULL;
END
"""

_APPEND_ONLY = """
BEGIN
RAISE EXCEPTION '% only grows: its rows are never changed or deleted.', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
"""


@dataclass(frozen=True)
class Trigger:
    """One trigger as it must stand in the database."""

    table: str
    name: str
    function: str
    timing: str
    referencing: str
    type_bits: int
    old_table: str = ""
    new_table: str = ""

    @property
    def sql(self) -> str:
        """What makes it, whether it was there before or not."""
        return (
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}; "
            f"CREATE TRIGGER {self.name} {self.timing} ON {self.table} {self.referencing} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {self.function}()"
        )


def functions() -> dict[str, str]:
    """Every trigger function that must exist: name → body."""
    bodies = {"integration_refuse_truncate": _REFUSE_TRUNCATE, "integration_append_only": _APPEND_ONLY}
    for kind, (table, tenant) in WATCHED.items():
        bodies[f"integration_capture_{table}"] = _CAPTURE.format(note=_NOTE.format(kind=kind, tenant=tenant))
    return bodies


def triggers() -> Iterator[Trigger]:
    """Every trigger that must exist."""
    for table, _tenant in WATCHED.values():
        capture = f"integration_capture_{table}"
        new, old = "NEW TABLE AS new_rows", "OLD TABLE AS old_rows"
        yield Trigger(
            table, "integration_insert", capture, "AFTER INSERT", f"REFERENCING {new}", _INSERT, new_table="new_rows"
        )
        yield Trigger(
            table, "integration_delete", capture, "AFTER DELETE", f"REFERENCING {old}", _DELETE, old_table="old_rows"
        )
        yield Trigger(
            table,
            "integration_update",
            capture,
            "AFTER UPDATE",
            f"REFERENCING {old} {new}",
            _UPDATE,
            "old_rows",
            "new_rows",
        )
        yield _truncate_guard(table)
    for table in APPEND_ONLY:
        yield Trigger(
            table,
            "integration_append_only",
            "integration_append_only",
            "BEFORE UPDATE OR DELETE",
            "",
            _BEFORE | _UPDATE | _DELETE,
        )
        yield _truncate_guard(table)


def _truncate_guard(table: str) -> Trigger:
    return Trigger(
        table, "integration_truncate", "integration_refuse_truncate", "BEFORE TRUNCATE", "", _BEFORE | _TRUNCATE
    )


def faults() -> list[str]:
    """What is missing or different in the database, one line each; [] when every change is captured."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('integration_journal') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return []  # nothing is migrated yet: migrating installs the triggers
        cursor.execute(
            "SELECT p.proname, p.prosrc FROM pg_proc p WHERE p.pronamespace = current_schema::regnamespace"
            " AND p.proname = ANY(%s)",
            [list(functions())],
        )
        bodies = dict(cursor.fetchall())
        cursor.execute(
            "SELECT r.relname, t.tgname, p.proname, t.tgtype, coalesce(t.tgoldtable, ''), coalesce(t.tgnewtable, ''),"
            " t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL"
            " FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND r.relnamespace = current_schema::regnamespace"
        )
        standing = {(row[0], row[1]): row[2:] for row in cursor.fetchall()}
    found = [f"function {name}" for name, body in functions().items() if bodies.get(name) != body]
    for trigger in triggers():
        wanted = (trigger.function, trigger.type_bits, trigger.old_table, trigger.new_table, True)
        if standing.get((trigger.table, trigger.name)) != wanted:
            found.append(f"trigger {trigger.name} on {trigger.table}")
    return found


def require_complete() -> None:
    """Refuse to start while changes could go unseen. A database that can't be asked yet is no reason to."""
    try:
        found = faults()
    except OperationalError:
        return
    if found:
        raise Misconfigured(
            f"The change capture is incomplete ({'; '.join(found)}), so the sync would miss changes."
            " Run `manage.py sync_doctor`, then start again."
        )


@transaction.atomic
def install() -> list[str]:
    """Put right what is missing or different, and note the records that were written meanwhile. Says what it mended."""
    mended = faults()
    if mended:
        with connection.cursor() as cursor:
            for table in sorted({trigger.table for trigger in triggers()}):
                cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            for name, body in functions().items():
                cursor.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS %s", [body])
            for trigger in triggers():
                cursor.execute(trigger.sql)
        for kind, count in catch_up().items():
            if count:
                mended.append(f"{count} × {kind}")
    return mended


@transaction.atomic
def catch_up() -> dict[str, int]:
    """Give a revision to the records that have none, and mark as deleted those that are gone. Says how many of each."""
    noted: dict[str, int] = {}
    with connection.cursor() as cursor:
        for kind, (table, _tenant) in WATCHED.items():
            cursor.execute(
                "INSERT INTO integration_recordstate (kind, record_id, organization_id, rev, deleted)"  # noqa: S608
                f" SELECT %s, id, organization_id, 1, false FROM {table} t WHERE NOT EXISTS ("
                "SELECT 1 FROM integration_recordstate s WHERE s.kind = %s AND s.record_id = t.id)"
                " ON CONFLICT DO NOTHING",
                [kind, kind],
            )
            noted[kind] = cursor.rowcount
            cursor.execute(
                "UPDATE integration_recordstate s SET deleted = true, rev = rev + 1 WHERE s.kind = %s"  # noqa: S608
                f" AND NOT s.deleted AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.id = s.record_id)",
                [kind],
            )
            noted[kind] += cursor.rowcount
            cursor.execute(
                "UPDATE integration_recordstate s SET deleted = false, rev = rev + 1 WHERE s.kind = %s"  # noqa: S608
                f" AND s.deleted AND EXISTS (SELECT 1 FROM {table} t WHERE t.id = s.record_id)",
                [kind],
            )
            noted[kind] += cursor.rowcount
    return noted
