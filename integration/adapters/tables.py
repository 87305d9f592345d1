"""A side of the sync whose records are tables of this database: read and written by set, a few statements a batch."""

from __future__ import annotations

# Table and column names come from model definitions, values are always parameters:
# ruff: noqa: S608
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import DataError, IntegrityError, connection, models, transaction

from integration.adapters.base import Applied, Change, ChangeKind
from integration.core.mapping import Refusal, refusal
from integration.core.records import Key, Record, Side
from integration.rows import dumps

Row = dict[str, Any]

STATES = "integration_recordstate"
_NOW = "clock_timestamp()"


@dataclass(frozen=True, kw_only=True)
class Table:
    """How a kind of record lies in its table.

    `label` is the SQL that names a record to people, `parent` the column of what it belongs to, `kind` the column that
    tells its kinds apart. `derive` gives the columns that its app derives from `derive_from`. `virtual` columns are
    read-only SQL.
    """

    name: str
    model: type[models.Model]
    label: str
    derive_from: tuple[str, ...]
    derive: Callable[[Row], Row]
    parent: str = ""
    kind: str = ""
    virtual: Mapping[str, str] = field(default_factory=dict)

    @property
    def sql_name(self) -> str:
        """The table's name in the database."""
        return self.model._meta.db_table

    def sql_type(self, column: str) -> str:
        """The column's type in the database."""
        return self._by_column()[column].db_type(connection) or "text"

    def sql_of(self, column: str) -> str:
        """What to select for a column of this table, under the alias t."""
        return self.virtual.get(column) or f"t.{column}"

    def defaults(self) -> Row:
        """What a new record holds where nobody says anything, by column; not its key, tenant and times."""
        given = {"id", "organization_id", "created_at", "updated_at"}
        return {
            name: found.get_db_prep_value(found.get_default(), connection)
            for name, found in self._by_column().items()
            if name not in given
        }

    def _by_column(self) -> dict[str, Any]:
        return {found.column: found for found in self.model._meta.concrete_fields if found.column}


class TableAdapter:
    """What the CRM side and the finance side of this database have in common. It never commits: its caller does."""

    side: Side
    tables: Mapping[str, Table]

    def __init__(
        self, organization_id: int, columns: Mapping[str, Collection[str]], hints: Collection[Key] = ()
    ) -> None:
        self.organization_id = organization_id
        self._columns = {name: tuple(sorted(columns.get(name, ()))) for name in self.tables}
        self._hints = tuple(hints)

    # Reading

    def changed(self, *, limit: int) -> Sequence[Key]:
        """The hints that the engine took from the database's own change capture."""
        return self._hints[:limit]

    def read(self, keys: Collection[Key]) -> Mapping[Key, Record]:
        """The records as they are now, in one query for each kind; deleted ones as tombstones."""
        found: dict[Key, Record] = {}
        for table, ids in self._by_table(keys):
            source = (
                f"FROM unnest(%s::bigint[]) k(id) CROSS JOIN LATERAL (SELECT * FROM {STATES} f"
                f" WHERE f.kind = '{table.name}' AND f.record_id = k.id OFFSET 0) s"
                f" LEFT JOIN LATERAL (SELECT * FROM {table.sql_name} f WHERE f.id = k.id OFFSET 0) t"
                " ON t.organization_id = s.organization_id WHERE s.organization_id = %s"
            )
            self._collect(found, table, self._select(table, source), [list(ids), self.organization_id])
        return found

    def find(self, model: str, match_keys: Collection[str]) -> Mapping[Key, Record]:
        """The live records of a kind whose names compare equal to one of these."""
        return self.find_among(model, match_keys)

    def find_among(
        self,
        model: str,
        match_keys: Collection[str],
        *,
        parents: Collection[int] | None = None,
        known: Collection[int] = (),
    ) -> Mapping[Key, Record]:
        """The same, only those that belong to one of these parents, and without those that the caller has read."""
        table = self.tables[model]
        found: dict[Key, Record] = {}
        wanted = [key for key in match_keys if key]
        if not wanted or (parents is not None and not parents):
            return found
        names = sorted(set(wanted))
        params: list[Any]
        if parents is not None and table.parent:
            live = (
                f"(SELECT * FROM {table.sql_name} f"
                f" WHERE f.{table.parent} = ANY(%s) AND f.name_key = ANY(%s) OFFSET 0) t"
            )
            params = [list(parents), names]
        else:
            live = (
                f"unnest(%s::text[]) k(name) CROSS JOIN LATERAL (SELECT * FROM {table.sql_name} f"
                " WHERE f.organization_id = %s AND f.name_key = k.name OFFSET 0) t"
            )
            params = [names, self.organization_id]
        source = (
            f"FROM {live} CROSS JOIN LATERAL (SELECT * FROM {STATES} f"
            f" WHERE f.kind = '{table.name}' AND f.record_id = t.id OFFSET 0) s"
            " WHERE t.organization_id = %s AND NOT t.id = ANY(%s)"
        )
        params += [self.organization_id, list(known)]
        sql = self._select(table, source)
        self._collect(found, table, sql, params)
        return found

    def in_scope(self, _model: str, ids: Collection[int]) -> set[int] | None:
        """Those of these records that the chosen selection holds; None when everything is chosen."""
        return None

    def with_documents(self, _model: str, ids: Collection[int]) -> set[int]:
        """Those of these records that documents were made for."""
        return set()

    def snapshot(self, keys: Collection[Key]) -> dict[Key, Row]:
        """Every column of these records, for the journal of a deletion."""
        found: dict[Key, Row] = {}
        for table, ids in self._by_table(keys):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT id, to_jsonb(t)::text FROM {table.sql_name} t WHERE organization_id = %s AND id = ANY(%s)",
                    [self.organization_id, list(ids)],
                )
                for pk, row in cursor.fetchall():
                    found[Key(self.side, table.name, pk)] = orjson.loads(row)
        return found

    # Writing

    def apply(self, changes: Sequence[Change]) -> Sequence[Applied]:
        """Do the changes, set by set. A change that the database refuses is refused alone."""
        answers: dict[int, Applied] = {}
        for group in _runs_of_a_kind(changes):
            answers.update(self._apply_group(group))
        return [answers[change.ref] for change in changes]

    def _apply_group(self, group: Sequence[Change]) -> dict[int, Applied]:
        try:
            with transaction.atomic():
                return self._write_group(group)
        except (IntegrityError, DataError) as error:
            if len(group) == 1:
                return {group[0].ref: Applied(ref=group[0].ref, refusal=self._refusal_of(group[0], error))}
        answers: dict[int, Applied] = {}
        for change in group:
            answers.update(self._apply_group([change]))
        return answers

    def _write_group(self, group: Sequence[Change]) -> dict[int, Applied]:
        table = self.tables[group[0].model]
        if group[0].kind is ChangeKind.CREATE:
            return self._create(table, group)
        held = self._hold(table, group)
        going = [change for change in group if _pk(change) in held]
        if group[0].kind is ChangeKind.DELETE:
            self._delete(table, [_pk(change) for change in going])
        elif group[0].kind is ChangeKind.DEACTIVATE:
            self._deactivate(table, going, held)
        else:
            self._update(table, going, held)
        stored = self.read([change.key for change in going if change.key])
        answers = {change.ref: Applied(ref=change.ref, moved=True) for change in group}
        answers.update(
            {change.ref: Applied(ref=change.ref, record=stored[change.key]) for change in going if change.key}
        )
        return answers

    def _create(self, table: Table, group: Sequence[Change]) -> dict[int, Applied]:
        ids = self._new_ids(table, len(group))
        rows = []
        for pk, change in zip(ids, group, strict=True):
            row = {**dict(change.values), "id": pk}
            if table.parent:
                row[table.parent] = change.parent
            rows.append(row)
        self.complete(table, rows, group)
        self._insert(table, rows)
        keys = [Key(self.side, table.name, pk) for pk in ids]
        stored = self.read(keys)
        return {
            change.ref: Applied(ref=change.ref, record=stored[key]) for key, change in zip(keys, group, strict=True)
        }

    def complete(self, table: Table, rows: list[Row], _group: Sequence[Change]) -> None:
        """Give new rows what their app gives a new record beyond the values: keys, numbers, defaults."""
        defaults = table.defaults()
        for row in rows:
            row.update(table.derive({**defaults, **row}))

    def _insert(self, table: Table, rows: list[Row]) -> None:
        defaults = table.defaults()
        varying = sorted({name for row in rows for name in row})
        fixed = {name: value for name, value in defaults.items() if name not in varying}
        body = [{name: row.get(name, defaults.get(name)) for name in varying} for row in rows]
        columns = [*varying, *fixed, "organization_id", "created_at", "updated_at"]
        selected = [*(f"x.{name}" for name in varying), *("%s" for _ in fixed), "%s", _NOW, _NOW]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table.sql_name} ({', '.join(columns)})"
                f" SELECT {', '.join(selected)} FROM {_rows_sql(table, varying)}",
                [*fixed.values(), self.organization_id, dumps(body)],
            )

    def _update(self, table: Table, group: Sequence[Change], held: Mapping[int, Row]) -> None:
        sets: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for change in group:
            row: Row = dict(change.values)
            if change.parent is not None and table.parent:
                row[table.parent] = change.parent
            if not row:
                continue
            row.update(self.derived(table, row, held[_pk(change)]))
            sets[tuple(sorted(row))].append({**row, "id": _pk(change)})
        for columns, rows in sets.items():
            assignments = ", ".join(f"{name} = x.{name}" for name in columns)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {table.sql_name} t SET {assignments}, updated_at = {_NOW}"
                    f" FROM {_rows_sql(table, ['id', *columns])} WHERE t.id = x.id AND t.organization_id = %s",
                    [dumps(rows), self.organization_id],
                )

    def derived(self, table: Table, row: Row, current: Row) -> Row:
        """The derived columns that change with these columns."""
        if not set(row).intersection(table.derive_from):
            return {}
        return table.derive({**current, **row})

    def _deactivate(self, table: Table, group: Sequence[Change], held: Mapping[int, Row]) -> None:
        """Make records inactive, where their kind knows such a thing."""

    def _delete(self, table: Table, ids: list[int]) -> None:
        table.model._default_manager.filter(organization_id=self.organization_id, pk__in=ids).delete()

    def _hold(self, table: Table, group: Sequence[Change]) -> dict[int, Row]:
        """The rows that are still at the revision the change was decided on, locked. Nobody is waited for."""
        ids = sorted(_pk(change) for change in group)
        columns = ["id", *table.derive_from]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(columns)} FROM {table.sql_name} WHERE organization_id = %s AND id = ANY(%s)"
                " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
                [self.organization_id, ids],
            )
            rows = {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in cursor.fetchall()}
            # A new statement, hence a new snapshot: the revision can't move any more, its row is locked.
            cursor.execute(
                f"SELECT record_id, rev FROM {STATES} WHERE kind = %s AND record_id = ANY(%s)", [table.name, list(rows)]
            )
            revs = dict(cursor.fetchall())
        wanted = {_pk(change): change.rev for change in group}
        return {pk: row for pk, row in rows.items() if wanted[pk] in (-1, revs.get(pk))}

    def _new_ids(self, table: Table, count: int) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table.sql_name, count]
            )
            return sorted(pk for (pk,) in cursor.fetchall())

    def _refusal_of(self, change: Change, error: Exception) -> Refusal:
        diagnosis: Any = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) == "finance_customer_name_unique":
            return refusal("name_taken", self.side, "display_name")
        column = getattr(diagnosis, "column_name", None) or ""
        if column and getattr(diagnosis, "sqlstate", "") == "23502":
            return refusal("required", self.side, column)
        message = getattr(diagnosis, "message_primary", None) or str(error)
        return Refusal(code="database", remedy="correct", side=self.side, field=str(message)[:200])

    # How a record is read

    def _select(self, table: Table, source: str) -> str:
        columns = [
            "s.record_id",
            "s.rev",
            "t.id IS NULL",
            f"t.{table.parent}" if table.parent else "NULL",
            f"t.{table.kind}" if table.kind else "''",
            table.label,
            "t.name_key",
            *(table.sql_of(name) for name in self._columns[table.name]),
        ]
        return f"SELECT {', '.join(columns)} {source}"

    def _collect(self, found: dict[Key, Record], table: Table, sql: str, params: list[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows = cursor.fetchall()
        live = [row[0] for row in rows if not row[2]]
        scope = self.in_scope(table.name, live)
        documents = self.with_documents(table.name, live)
        names, name, side = self._columns[table.name], table.name, self.side
        for pk, rev, gone, parent, kind, label, match_key, *values in rows:
            key = Key(side, name, pk)
            if gone:
                found[key] = Record(key=key, rev=rev, deleted=True)
                continue
            found[key] = Record(
                key=key,
                rev=rev,
                values=dict(zip(names, values, strict=True)),
                parent=parent,
                kind=kind,
                in_scope=scope is None or pk in scope,
                has_documents=pk in documents,
                label=label,
                match_keys=(match_key,),
            )

    def _by_table(self, keys: Collection[Key]) -> Iterator[tuple[Table, set[int]]]:
        ids: dict[str, set[int]] = defaultdict(set)
        for key in keys:
            if key.side is self.side:
                ids[key.model].add(key.pk)
        for name, table in self.tables.items():
            if ids[name]:
                yield table, ids[name]


def _rows_sql(table: Table, columns: Sequence[str]) -> str:
    typed = ", ".join(f"{name} {table.sql_type(name)}" for name in columns)
    return f"json_to_recordset(%s::json) AS x({typed})"


def _runs_of_a_kind(changes: Sequence[Change]) -> Iterator[list[Change]]:
    group: list[Change] = []
    for change in changes:
        if group and (change.kind, change.model) != (group[0].kind, group[0].model):
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _pk(change: Change) -> int:
    if change.key is None:
        raise ValueError("only a creation has no key")
    return change.key.pk
