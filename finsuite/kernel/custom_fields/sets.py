"""The custom fields of one kind of record in one organization, read once for all that a call does with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

import orjson
from django.db import IntegrityError, connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from finsuite.kernel.custom_fields.kinds import PREFIX, SORTABLE, FieldDefinition
from finsuite.kernel.custom_fields.queries import sort_column, sorted_by
from finsuite.kernel.custom_fields.sorting import Sorting
from finsuite.kernel.custom_fields.tables import ValueRow
from finsuite.kernel.custom_fields.values import clean, fault, required_fault
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change, refuse_unknown

_CLASH = re.compile(r"\(field_id, (?:key|number)\)=\((\d+), ")

# A record to be, or that is (its id), with the custom values that it is to hold.
Asked = tuple[int | None, Mapping[str, Any]]


class FieldSet:
    """The fields that are not deleted, in their order. `retired` ones keep their values, but nobody writes them.

    `is_strict` is how a person's writes are judged: required fields must be filled. Machines write what they have.
    """

    def __init__(
        self, fields: Iterable[FieldDefinition] = (), *, values: type[ValueRow] | None = None, is_strict: bool = True
    ) -> None:
        self.all = sorted(fields, key=lambda field: (field.position, field.pk or 0))
        self.values = values
        self.is_strict = is_strict

    def __bool__(self) -> bool:
        return bool(self.all)

    def __iter__(self) -> Iterator[FieldDefinition]:
        return iter(self.active)

    @cached_property
    def active(self) -> list[FieldDefinition]:
        """Those that forms, lists and programs know of."""
        return [field for field in self.all if field.is_active]

    @cached_property
    def by_name(self) -> dict[str, FieldDefinition]:
        """The active ones by `cf_…` name."""
        return {field.name: field for field in self.active}

    def split(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The record's own values, and those of custom fields; a custom field that there is not is refused by name."""
        own = {name: value for name, value in values.items() if not name.startswith(PREFIX)}
        custom = {name: value for name, value in values.items() if name.startswith(PREFIX)}
        if custom:
            writable = self.by_name if self.is_strict else {field.name: field for field in self.all}
            refuse_unknown(custom, writable)
        return own, custom

    def start(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What a new record is given: the defaults, where it says nothing itself."""
        defaults = {
            field.name: field.default for field in self.active if field.default is not None and field.name not in given
        }
        return {**defaults, **given}

    def apply(self, record: Any, given: Mapping[str, Any], *, currency: str) -> Change:
        """Set the given values on the record, unsaved, and answer what changed; every fault is told at once."""
        is_new = record._state.adding
        given = self.start(given) if is_new else given
        held: dict[str, Any] = dict(record.custom)
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        faults: dict[str, list[str]] = {}
        for field in self.all:
            if field.name not in given and not (is_new and field.is_active and field.is_required):
                continue
            current = record.custom.get(field.key)
            try:
                value = clean(field, given.get(field.name), held=current, currency=currency)
                if value is None and (is_new or current is not None) and self._asks_for(field):
                    raise required_fault(field)
            except Refused as refused:
                faults |= refused.fields
                continue
            if value != current:
                before[field.name], after[field.name] = current, value
                held[field.key] = value
        if faults:
            raise Refused(next(iter(faults.values()))[0], fields=faults)
        if after:
            record.custom = {key: value for key, value in held.items() if value is not None}
        return Change(before, after)

    def _asks_for(self, field: FieldDefinition) -> bool:
        return self.is_strict and field.is_active and field.is_required

    def ordered(self, rows: QuerySet[Any], names: Iterable[str]) -> QuerySet[Any]:
        """The rows, with a column for each of these custom fields that they are to be sorted by."""
        fields = [self.by_name[name] for name in names if name in self.by_name]
        if self.values is None or not fields:
            return rows
        found: QuerySet[Any] = rows.annotate(**{sort_column(f): sorted_by(self.values, f) for f in fields})
        return found

    def sorting(self, sort: str) -> Sorting | None:
        """The order that a list's address asks for: `cf_site`, or `-cf_site`; None where it names no such field."""
        field = self.by_name.get(sort.removeprefix("-"))
        if self.values is None or field is None or field.kind not in SORTABLE:
            return None
        return Sorting(values=self.values, field=field, is_falling=sort.startswith("-"))

    # Unique values ------------------------------------------------------------------------------------------------

    @cached_property
    def unique(self) -> list[FieldDefinition]:
        """The fields in which no two records may hold the same."""
        return [field for field in self.all if field.is_unique]

    def taken(self, asked: Sequence[Asked]) -> dict[int, Refused]:
        """By place in `asked`, why a record may not have its values: another one has them, or is about to."""
        rows = [
            {"place": place, "field_id": field.pk, "record_id": pk, "kind": field.kind, "value": held[field.key]}
            for place, (pk, held) in enumerate(asked)
            for field in self.unique
            if held.get(field.key) is not None
        ]
        if not rows:
            return {}
        fields = {field.pk: field for field in self.unique}
        refused: dict[int, dict[str, list[str]]] = {}
        for place, field_id in self._clashing(rows):
            refused.setdefault(place, {}).update(_taken(fields[field_id]).fields)
        return {
            place: Refused(next(iter(faults.values()))[0], code="taken", fields=faults)
            for place, faults in refused.items()
        }

    def _clashing(self, rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
        assert self.values is not None
        table = self.values._meta.db_table
        sql = f"""
            WITH formed AS (
                SELECT a.place, a.field_id, a.record_id, f.key, f.number,
                       row_number() OVER (PARTITION BY a.field_id, f.key, f.number ORDER BY a.place) AS turn
                FROM jsonb_to_recordset(%s)
                     AS a(place int, field_id bigint, record_id bigint, kind text, value jsonb)
                CROSS JOIN LATERAL {self.values._meta.app_label}_custom_form(a.kind, a.value) f
            )
            SELECT place, field_id FROM formed m WHERE turn > 1 OR EXISTS (
                SELECT 1 FROM {table} v WHERE v.is_unique AND v.field_id = m.field_id AND v.key = m.key
                AND v.record_id IS DISTINCT FROM m.record_id
            ) OR EXISTS (
                SELECT 1 FROM {table} v WHERE v.is_unique AND v.field_id = m.field_id AND v.number = m.number
                AND v.record_id IS DISTINCT FROM m.record_id
            )
        """  # noqa: S608 – the names are ours
        with connection.cursor() as cursor:
            cursor.execute(sql, [orjson.dumps(rows).decode()])
            return list(cursor.fetchall())

    @contextmanager
    def saving(self, record: Any) -> Iterator[None]:
        """Save one record within this: a unique value that another one has is refused, however late it shows."""
        if self.unique:
            for refused in self.taken([(record.pk, record.custom)]).values():
                raise refused
        with self.naming_clashes():
            yield

    @contextmanager
    def naming_clashes(self) -> Iterator[None]:
        """Word the database's refusal of a value that somebody else has just taken."""
        try:
            yield
        except IntegrityError as error:
            diagnosis: Any = getattr(error.__cause__, "diag", None)
            found = _CLASH.search(getattr(diagnosis, "message_detail", None) or "")
            field = next((field for field in self.unique if found and field.pk == int(found[1])), None)
            if field is None:
                raise
            raise _taken(field) from error


def _taken(field: FieldDefinition) -> Refused:
    return fault(field, _("%(field)s must be unique, and another record already has this value."), "taken")


E = TypeVar("E")


def refuse_taken(fields: FieldSet, entries: list[E | Refused], record_of: Callable[[E], Any]) -> list[E | Refused]:
    """The entries, each whose record (None for one that isn't written) wants a value that is taken as its refusal."""
    if not fields.unique:
        return entries
    wanting = {
        place: record
        for place, entry in enumerate(entries)
        if not isinstance(entry, Refused) and (record := record_of(entry)) is not None
    }
    places = list(wanting)
    taken = fields.taken([(record.pk, record.custom) for record in wanting.values()])
    refused = {places[index]: refusal for index, refusal in taken.items()}
    return [refused.get(place, entry) for place, entry in enumerate(entries)]
