"""An entity's addresses from one declaration: list, create, bulk, read, change, delete, history.

A room writes a subclass of Resource (about 40 lines, see crm/api/accounts.py): the table of fields, and one line each
for entering the tenant, selecting the rows and calling the services. Reading goes by plain dicts, in one statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.urls import URLPattern, path, register_converter
from django.utils.translation import gettext as _

from finsuite.kernel.actors import Actor
from finsuite.kernel.api.fields import BIGGEST_ID, Field
from finsuite.kernel.api.formats import dumps
from finsuite.kernel.api.listing import Page, Query, read_page
from finsuite.kernel.api.plugs import history
from finsuite.kernel.custom_fields.api import list_fields
from finsuite.kernel.custom_fields.kinds import value_of
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.errors import DomainError, NotFound
from finsuite.kernel.money import trimmed


class Need(StrEnum):
    """What the caller is about to do, for the room's access function."""

    VIEW = "view"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"


class IdConverter:
    """A record's number in an address; anything else there is no address."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > BIGGEST_ID:
            raise ValueError
        return number

    def to_url(self, value: Any) -> str:
        return str(value)


register_converter(IdConverter, "id")


class Resource:
    """One entity. An instance serves one request; `organization` is what `enter` answered."""

    name: ClassVar[str]  # plural, as in the address: "accounts"
    singular: ClassVar[str]  # "account"
    component: ClassVar[str]  # the schema's name: "CrmAccount"
    tag: ClassVar[str]  # the chapter in the docs: "CRM"
    model: ClassVar[type[Model]]
    fields: ClassVar[dict[str, Field]]
    ordering: ClassVar[str] = "-updated_at"
    can_search: ClassVar[bool] = True
    can_write: ClassVar[bool] = True
    write_scope: ClassVar[str] = "write"  # "admin" for what belongs to a setup
    narrowed_by: ClassVar[dict[str, str]] = {}  # the list's own parameters, beside its fields, and what they mean

    delete_options: ClassVar[dict[str, str]] = {}  # ids that a DELETE may name (`?move_to=7`), and what they mean

    def __init__(self, user: Any, actor: Actor) -> None:
        self.user = user
        self.actor = actor
        self.organization: Any = None

    # --- what the room says -----------------------------------------------------------------------------------------

    def enter(self, organization_id: int, need: Need) -> Any:
        """The organization, for a caller who may do this in it; raises NotFound or NotPermitted otherwise."""
        raise NotImplementedError

    def rows(self) -> QuerySet[Any]:
        """All rows that the caller may see: a selector's queryset, `.of(self.organization)`."""
        raise NotImplementedError

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """The rows that match the text."""
        raise NotImplementedError

    def narrow(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        """The rows that one of `narrowed_by` leaves."""
        raise NotImplementedError

    def written(self) -> QuerySet[Any]:
        """Where to read what the caller has just written: also what they have given away, and see no more."""
        return self.rows()

    def tombstones(self) -> QuerySet[Any]:
        """The history's entries of those deleted records that the caller might have seen."""
        return history().tombstones(tenant=self.organization.tenant, kind=self.kind)

    def told_entries(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A record's history (`before`, `after`, …) as far as the caller may see what it refers to."""
        return entries

    def may_expand(self, name: str) -> bool:
        """Whether the caller may see the records that this field points to."""
        return True

    def create(self, values: dict[str, Any]) -> Model:
        """Call the service that creates one."""
        raise NotImplementedError

    def create_many(self, rows: list[dict[str, Any]]) -> list[Model | DomainError]:
        """Create each acceptable row, and say why not for the others; override where a service does it in a batch."""
        return [self._attempt(row) for row in rows]

    def update(self, record: Any, values: dict[str, Any], version: str) -> Model:
        """Call the service that changes one."""
        raise NotImplementedError

    def delete(self, record: Any, version: str) -> None:
        """Call the service that deletes one."""
        raise NotImplementedError

    def delete_with(self, record: Any, version: str, options: Mapping[str, int]) -> None:
        """The same, with those of `delete_options` that the caller has named."""
        self.delete(record, version)

    def attach(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Put into each row what the field holds that is read apart, in one statement for all of them."""
        raise NotImplementedError

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row as it is answered; override to compute from what was read."""
        return row

    def unsaved(self, row: dict[str, Any]) -> dict[str, Any]:
        """What a rehearsal answers of a record that would be made: as it would be, but for its number here."""
        return {**row, "id": None}

    def read_custom_fields(self) -> FieldSet:
        """The custom fields of these records; override where they have some, and put `CUSTOM` into `fields`."""
        return FieldSet()

    # --- what follows -----------------------------------------------------------------------------------------------

    @cached_property
    def custom_fields(self) -> FieldSet:
        """The custom fields of these records, read once a request."""
        return self.read_custom_fields()

    @property
    def table(self) -> dict[str, Field]:
        """What lists can be filtered and ordered by: the fields of all such records, and this organization's own."""
        return {**self.fields, **list_fields(self.custom_fields)}

    @classmethod
    def required(cls) -> tuple[str, ...]:
        """The fields without which nothing can be created."""
        return tuple(name for name, field in cls.fields.items() if field.required)

    @property
    def kind(self) -> str:
        """The record's kind in the history."""
        return self.model._meta.label_lower

    def record(self, record_id: int) -> Any:
        """One record as an object, for the services, or NotFound."""
        record = self.rows().filter(pk=record_id).first()
        if record is None:
            raise NotFound(_("There is no such thing here."))
        record.organization = self.organization
        return record

    def page(self, query: Query, narrowed: Mapping[str, str]) -> tuple[Page, int | None]:
        """One page of the list, and how many rows it has in all if that was asked for."""
        rows = self.rows().filter(query.filters)
        for name, text in narrowed.items():
            rows = self.narrow(rows, name, text)
        if query.search:
            rows = self.search(rows, query.search)
        rows = self.custom_fields.ordered(rows, [order.name for order in query.orders])
        page = read_page(rows, query, self._columns(query.expand))
        total = rows.count() if query.wants_count else None
        told = [self._told(row, query.expand) for row in page.rows]
        self._attach(query.expand, told)
        return Page(told, page.next, page.previous), total

    def read(self, record_id: int, expand: frozenset[str] = frozenset()) -> dict[str, Any]:
        """One record, or NotFound."""
        return self._read(self.rows(), record_id, expand)

    def read_written(self, record_id: int) -> dict[str, Any]:
        """A record that the caller has just written."""
        return self._read(self.written(), record_id, frozenset())

    def _read(self, rows: QuerySet[Any], record_id: int, expand: frozenset[str]) -> dict[str, Any]:
        row = rows.filter(pk=record_id).values(*self._columns(expand)).first()
        if row is None:
            raise NotFound(_("There is no such thing here."))
        told = self._told(row, expand)
        self._attach(self._apart, [told])
        return told

    def read_many(self, record_ids: list[int]) -> dict[int, dict[str, Any]]:
        """These records, which the caller has just written, by id; in one statement."""
        rows = self.written().filter(pk__in=record_ids).values(*self._columns(frozenset()))
        told = [self._told(row, frozenset()) for row in rows]
        self._attach(self._apart, told)
        return {row["id"]: row for row in told}

    def _attempt(self, row: dict[str, Any]) -> Model | DomainError:
        try:
            with transaction.atomic():
                return self.create(row)
        except DomainError as error:
            return error

    @cached_property
    def _money(self) -> dict[str, str]:
        """The amounts, each with the column of its currency."""
        return {name: field.money for name, field in self.fields.items() if field.money}

    def _columns(self, expand: frozenset[str]) -> list[str]:
        columns = [field.source for field in self.fields.values() if not field.apart]
        for name in expand - self._apart:
            field = self.fields[name]
            columns += [f"{field.source}__{column}" for column in field.expand]
        return [*dict.fromkeys(columns)]

    @cached_property
    def _apart(self) -> frozenset[str]:
        """The fields that are read apart."""
        return frozenset(name for name, field in self.fields.items() if field.apart)

    def _attach(self, names: frozenset[str], rows: list[dict[str, Any]]) -> None:
        for name in sorted(names & self._apart):
            self.attach(name, rows)

    def _told(self, row: dict[str, Any], expand: frozenset[str]) -> dict[str, Any]:
        told = {name: row[field.source] for name, field in self.fields.items() if not field.apart}
        for name, currency in self._money.items():
            if told[name] is not None:
                told[name] = trimmed(told[name], row[currency])
        for name in expand - self._apart:
            if told[name] is not None:
                field = self.fields[name]
                told[name] = {column: row[f"{field.source}__{column}"] for column in field.expand}
        if "custom_fields" in told:
            held = told["custom_fields"]
            told["custom_fields"] = {field.key: value_of(field, held) for field in self.custom_fields}
        return self.shape(told)

    @classmethod
    def urls(cls) -> list[URLPattern]:
        """The entity's addresses, below the tenant's: `path("<id:organization>/", include(AccountResource.urls()))`."""
        from finsuite.kernel.api import resource_views as views

        patterns = [
            path(cls.name, views.CollectionView.of(cls), name=cls.name),
            path(f"{cls.name}/<id:record>", views.RecordView.of(cls), name=cls.singular),
            path(f"{cls.name}/<id:record>/history", views.HistoryView.of(cls), name=f"{cls.singular}-history"),
        ]
        if cls.can_write:
            patterns.insert(1, path(f"{cls.name}/bulk", views.BulkView.of(cls), name=f"{cls.name}-bulk"))
        return patterns


def etag(row: dict[str, Any]) -> str:
    """The record's version as an ETag: its `updated_at`, in quotes."""
    return dumps(row["updated_at"]).decode()
