"""A record's history: who did what when, with each value before and after in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

import audit.selectors
from audit.models import Entry
from audit.stories import Custom, Story, stories
from crm.access import Access
from crm.models import Record
from crm.models.modules import module_of, references, referred
from crm.selectors.custom_fields import described
from crm.selectors.records import record_rows
from users.models import User

PAGE = 25

Columns = Mapping[str, type[models.Model]]


def history(access: Access, record: models.Model, *, before: int | None = None) -> tuple[list[Story], bool]:
    """What was done to the record, newest first, 25 at a time; and whether there is more."""
    rows = audit.selectors.of_record(
        tenant=access.organization.tenant, kind=record._meta.label_lower, record_id=int(record.pk)
    )
    entries = list((rows.filter(id__lt=before) if before else rows)[: PAGE + 1])
    shown = entries[:PAGE]
    return told(access, type(record), shown), len(entries) > PAGE


def told(access: Access, model: type[models.Model], entries: Sequence[Entry]) -> list[Story]:
    """Entries about records of one table, in words; the names that they mention as far as the person may see them."""
    columns = references(model) if issubclass(model, Record) else {}
    return stories(entries, _Names(access, columns, entries), lambda: _custom(access, model))


def _custom(access: Access, model: type[models.Model]) -> Custom:
    return described(access.organization, module_of(model)) if issubclass(model, Record) else {}


def seen_entries(access: Access, model: type[Record], entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries (with `before` and `after`) without the ids of records that the person may not see.

    One statement for each module of which they don't see everything.
    """
    for column in references(model):
        module = referred(model, column)
        if module is None or module not in access.owners:
            continue
        told = [row for entry in entries for row in _rows(entry["before"], entry["after"]) if row.get(column)]
        if told:
            seen = set(
                record_rows(access, module).filter(pk__in={side[column] for side in told}).values_list("pk", flat=True)
            )
            for side in told:
                side[column] = side[column] if side[column] in seen else None
    return entries


class _Names:
    """What the rows are called that the entries refer to by id; one statement a table."""

    def __init__(self, access: Access, columns: Columns, entries: Sequence[Entry]) -> None:
        self._columns = columns
        by_table: dict[type[models.Model], list[str]] = {}
        for column, model in columns.items():
            by_table.setdefault(model, []).append(column)
        self._known = {model: _named(model, access, _mentioned(entries, names)) for model, names in by_table.items()}

    def __call__(self, field: str, key: int) -> str:
        known = self._known.get(self._columns[field], {}) if field in self._columns else {}
        return known.get(key) or _("no. %(id)d, since deleted") % {"id": key}


def _mentioned(entries: Iterable[Entry], names: Sequence[str]) -> set[int]:
    values = (row.get(name) for entry in entries for row in _rows(entry.before, entry.after) for name in names)
    return {value for value in values if isinstance(value, int)}


def _rows(*sides: dict[str, Any]) -> list[dict[str, Any]]:
    """The sides of an entry, and the rows that they list: a deal's contacts with their roles."""
    lists = [value for side in sides for value in side.values() if isinstance(value, list)]
    return [*sides, *(item for items in lists for item in items if isinstance(item, dict))]


def _named(model: type[models.Model], access: Access, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    if model is User:
        return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
    rows = model._default_manager.filter(organization=access.organization, pk__in=ids)
    return {row.pk: _name(access, row) for row in rows}


def _name(access: Access, row: models.Model) -> str:
    if isinstance(row, Record) and not access.sees(module_of(row), row.owner_id):
        return _("Not visible to you")
    return str(row)
