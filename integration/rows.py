"""Our own tables, written by set: one statement and one parameter, however many rows."""

from __future__ import annotations

# Table and column names come from model definitions, values are always parameters:
# ruff: noqa: S608
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
from django.db import connection, models

Row = Mapping[str, Any]


def insert(
    model: type[models.Model], rows: Sequence[Row], *, conflict: str = "", returning: str = ""
) -> list[tuple[Any, ...]]:
    """Add the rows, which all name the same columns. `conflict` is what to do about those that are there already."""
    if not rows:
        return []
    columns = list(rows[0])
    names = ", ".join(columns)
    statement = f"INSERT INTO {model._meta.db_table} ({names}) SELECT {names} FROM {_source(model, columns)}"
    return _run(statement + (f" ON CONFLICT {conflict}" if conflict else ""), rows, returning)


def update(model: type[models.Model], rows: Sequence[Row], *, returning: str = "") -> list[tuple[Any, ...]]:
    """Give the rows named by `id` the values of their other columns; all rows name the same columns."""
    if not rows:
        return []
    columns = [name for name in rows[0] if name != "id"]
    assignments = ", ".join(f"{name} = x.{name}" for name in columns)
    statement = (
        f"UPDATE {model._meta.db_table} t SET {assignments} FROM {_source(model, ['id', *columns])} WHERE t.id = x.id"
    )
    return _run(statement, rows, returning)


def dumps(value: Any) -> str:
    """JSON for a parameter of plain columns: decimals and days as text."""
    return orjson.dumps(value, default=str).decode()


def dumps_typed(value: Any) -> str:
    """JSON that keeps the type of every value, as integration.core.records.to_json does, only faster."""
    return orjson.dumps(value, default=_typed, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


def _typed(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return dict(value) if isinstance(value, Mapping) else str(value)


def _run(statement: str, rows: Sequence[Row], returning: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement + (f" RETURNING {returning}" if returning else ""), [dumps_typed(rows)])
        return cursor.fetchall() if returning else []


def _source(model: type[models.Model], columns: Sequence[str]) -> str:
    types = _types(model)
    typed = ", ".join(f"{name} {types[name]}" for name in columns)
    return f"json_to_recordset(%s::json) AS x({typed})"


@cache
def _types(model: type[models.Model]) -> dict[str, str]:
    return {found.column: _type_of(found) for found in model._meta.concrete_fields if found.column}


def _type_of(field: Any) -> str:
    kind = field.rel_db_type(connection) if field.primary_key else field.db_type(connection)
    return kind or "text"
