"""Which records the sync must look at, by their state alone; and what slipped past the capture."""

from __future__ import annotations

# Column names are our own, values are always parameters:
# ruff: noqa: S608
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models.fields import DateField, DecimalField

from integration.core.mapping import FieldPair
from integration.core.pairings import ACCOUNT, CONTACT, CONTACT_PERSON, CUSTOMER, PAIRINGS, Pairing
from integration.core.records import Key, Side
from integration.models import Connection, SyncSetting
from integration.services.claiming import looking_up
from integration.services.work import MODELS, SIDES, Work, prepare

PHASES = (ACCOUNT, CONTACT, CUSTOMER, CONTACT_PERSON)
"""The order of a run: from the CRM first, then back; parents before children."""

_FAMILIES = {
    ACCOUNT: (CONTACT, "crm_contact", "account_id"),
    CUSTOMER: (CONTACT_PERSON, "finance_contactperson", "customer_id"),
}

# OFFSET 0 keeps each look-up by its whole key, whatever the planner believes about the size of a growing table.
_WORK_SET = """
    FROM integration_recordstate s
    LEFT JOIN LATERAL (
        SELECT * FROM integration_link k WHERE k.{end}_kind = s.kind AND k.{end}_id = s.record_id
        AND k.connection_id = %(connection)s AND k.state IN ('active', 'conflict', 'paused') OFFSET 0
    ) l ON true
    LEFT JOIN LATERAL (
        SELECT * FROM integration_unmatched k WHERE k.connection_id = %(connection)s AND k.kind = s.kind
        AND k.record_id = s.record_id OFFSET 0
    ) u ON true
    LEFT JOIN LATERAL (
        SELECT * FROM integration_deadletter k WHERE k.connection_id = %(connection)s
        AND k.kind = coalesce(l.crm_kind, s.kind) AND k.record_id = coalesce(l.crm_id, s.record_id) OFFSET 0
    ) d ON true
    WHERE s.kind = %(kind)s AND s.organization_id = %(organization)s
    AND (
        l.id IS NOT NULL AND (l.seen_{end} <> s.rev OR l.generation <> %(generation)s)
        OR l.id IS NULL AND NOT s.deleted AND (
            u.id IS NULL
            OR u.reason NOT IN ('orphan', 'unlinked', 'detached') AND (
                u.rev <> s.rev OR u.generation <> %(generation)s
                OR EXISTS (
                    SELECT 1 FROM unnest(u.candidates, u.candidate_revs) x(id, rev)
                    LEFT JOIN integration_recordstate o ON o.kind = u.candidate_kind AND o.record_id = x.id
                    WHERE o.rev IS DISTINCT FROM x.rev
                )
                OR u.reason = 'parent' AND {parent_is_linked}
            )
        )
        OR l.id IS NULL AND s.deleted AND u.id IS NOT NULL
    )
    AND (
        d.id IS NULL OR d.generation <> %(generation)s OR NOT d.quarantined AND d.next_at <= now()
        OR d.rev IS DISTINCT FROM (SELECT rev FROM integration_recordstate o
            WHERE o.kind = d.kind AND o.record_id = d.record_id)
        OR l.id IS NOT NULL AND d.other_rev <> -1 AND d.other_rev IS DISTINCT FROM (SELECT rev
            FROM integration_recordstate o WHERE o.kind = l.finance_kind AND o.record_id = l.finance_id)
    )
"""

_PARENT_IS_LINKED = """EXISTS (
    SELECT 1 FROM {table} c JOIN integration_link p ON p.connection_id = %(connection)s AND p.{end}_kind = '{parent}'
        AND p.{end}_id = c.{column} AND p.state IN ('active', 'conflict')
    WHERE c.id = s.record_id)"""


@dataclass(frozen=True)
class Cursor:
    """How far a run has come: the phase, and the last record of it."""

    phase: int = 0
    after: int = 0

    @property
    def is_at_end(self) -> bool:
        """Every phase is done."""
        return self.phase >= len(PHASES)

    def as_json(self) -> dict[str, int]:
        """For the run's row."""
        return {"phase": self.phase, "after": self.after}


@dataclass(frozen=True)
class Slice:
    """The next records of a run, and where it goes on."""

    keys: list[Key] = field(default_factory=list)
    cursor: Cursor = field(default_factory=Cursor)


def next_slice(work: Work, cursor: Cursor, *, size: int) -> Slice:
    """The next records to look at, with those that belong to them. An empty slice, its cursor at the end: all done."""
    while not cursor.is_at_end:
        kind = PHASES[cursor.phase]
        ids = _work_ids(work, kind, after=cursor.after, limit=size)
        if ids:
            keys = [Key(SIDES[kind], kind, pk) for pk in ids] + _family(work, kind, ids)
            return Slice(keys, Cursor(cursor.phase, ids[-1]))
        cursor = Cursor(cursor.phase + 1, 0)
    return Slice([], cursor)


def count_work(work: Work) -> int:
    """How many records there are to look at."""
    total = 0
    for kind in PHASES:
        with looking_up(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*)" + _work_sql(kind), _params(work, kind))
            total += cursor.fetchone()[0]
    return total


def freshen_statistics() -> None:
    """Before much work: tell the planner how large the tables have become, which it may not have noticed yet."""
    tables = [model._meta.db_table for model in MODELS.values()]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}, integration_recordstate, integration_link, integration_unmatched")


def _work_ids(work: Work, kind: str, *, after: int, limit: int) -> list[int]:
    with looking_up(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.record_id {_work_sql(kind)} AND s.record_id > %(after)s ORDER BY s.record_id LIMIT %(limit)s",
            {**_params(work, kind), "after": after, "limit": limit},
        )
        return [pk for (pk,) in cursor.fetchall()]


def _work_sql(kind: str) -> str:
    end = SIDES[kind].value
    parent_is_linked = "false"
    for parent, (child, table, column) in _FAMILIES.items():
        if child == kind:
            parent_is_linked = _PARENT_IS_LINKED.format(table=table, end=end, parent=parent, column=column)
    return _WORK_SET.format(end=end, parent_is_linked=parent_is_linked)


def _params(work: Work, kind: str) -> dict[str, Any]:
    return {
        "connection": work.connection.pk,
        "kind": kind,
        "organization": work.organization_id(SIDES[kind]),
        "generation": work.setting.generation,
    }


def _family(work: Work, kind: str, ids: list[int]) -> list[Key]:
    """What belongs to these records and is to be looked at as well, so that it is judged together with them."""
    if kind not in _FAMILIES:
        return []
    child, table, column = _FAMILIES[kind]
    with looking_up(), connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE {column} = ANY(%s)", [ids])
        children = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(
            f"SELECT s.record_id {_work_sql(child)} AND s.record_id = ANY(%(children)s) ORDER BY s.record_id",
            {**_params(work, child), "children": children},
        )
        return [Key(SIDES[child], child, pk) for (pk,) in cursor.fetchall()]


def content_audit(setting: SyncSetting) -> int:
    """Compare both records of every settled link with its bases, in the database.

    What differs although no revision moved had bypassed the capture: its revision is raised here, so that it is judged
    again like any other change. Answers how many there were.
    """
    work = prepare(setting)
    return sum(_audit_side(work, pairing, side) for pairing in Pairing for side in Side)


def audit_all() -> dict[int, int]:
    """The content audit of every active connection."""
    settings = SyncSetting.objects.filter(connection__in=Connection.objects.filter(state="active"))
    found: dict[int, int] = {}
    for setting in settings.select_related("connection__crm_organization", "connection__finance_organization"):
        found[setting.connection_id] = found.get(setting.connection_id, 0) + content_audit(setting)
    return found


@transaction.atomic
def _audit_side(work: Work, pairing: Pairing, side: Side) -> int:
    spec = PAIRINGS[pairing]
    kind = spec.crm_model if side is Side.CRM else spec.finance_model
    flowing = [pair for pair in work.settings.mappings[pairing].merged if pair.reaches(side.other)]
    if not flowing:
        return 0
    table = work.adapter(side).tables[kind]
    now = ", ".join(_as_text(table.sql_of(pair.column(side)), kind, pair.column(side)) for pair in flowing)
    base = ", ".join(_base_as_text(pair, side, kind) for pair in flowing)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE integration_recordstate s SET rev = s.rev + 1 FROM integration_link l"
            f" JOIN {table.sql_name} t ON t.id = l.{side.value}_id"
            f" WHERE l.connection_id = %s AND l.pairing = %s AND l.state = 'active'"
            f" AND s.kind = %s AND s.record_id = t.id AND s.rev = l.seen_{side.value}"
            f" AND hashtextextended(concat_ws(chr(31), {now}), 0) <> hashtextextended(concat_ws(chr(31), {base}), 0)",
            [work.connection.pk, pairing.value, kind],
        )
        return int(cursor.rowcount)


def _as_text(expression: str, kind: str, column: str) -> str:
    if isinstance(_field(kind, column), DecimalField):
        return f"coalesce(trim_scale({expression})::text, '')"
    return f"coalesce({expression}::text, '')"


def _base_as_text(pair: FieldPair, side: Side, kind: str) -> str:
    name = f"l.base_{side.value}"
    found = _field(kind, pair.column(side))
    if isinstance(found, DecimalField):
        return f"coalesce(trim_scale(({name}->'{pair.name}'->>'decimal')::numeric)::text, '')"
    if isinstance(found, DateField):
        return f"coalesce({name}->'{pair.name}'->>'date', '')"
    return f"coalesce({name}->>'{pair.name}', '')"


def _field(kind: str, column: str) -> Any:
    fields: Mapping[str, Any] = {one.column: one for one in MODELS[kind]._meta.concrete_fields if one.column}
    return fields.get(column)
