"""Records of any module on the API: read by the one selector, written by the module's kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet

from crm.api.base import RecordResource
from crm.choices import Module
from crm.models import RECORDS
from crm.selectors.records import record_rows
from crm.selectors.search import matches
from crm.services import records as services
from crm.services.kinds import KINDS
from finsuite.kernel.api.fields import Field, of_model
from finsuite.kernel.errors import DomainError

PERSON = ("id", "email", "first_name", "last_name")


class ModuleResource(RecordResource):
    """One module. A subclass names it, and its fields."""

    def rows(self) -> QuerySet[Any]:
        return record_rows(self.access, self.module)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(matches(text))

    def create(self, values: dict[str, Any]) -> Any:
        kind = KINDS[self.module]
        return services.create_one(kind, actor=self.actor, organization=self.organization, values=values)

    def create_many(self, rows: list[dict[str, Any]]) -> list[Any | DomainError]:
        kind = KINDS[self.module]
        return [*services.create(kind, actor=self.actor, organization=self.organization, rows=rows)]

    def update(self, record: Any, values: dict[str, Any], version: str) -> Any:
        kind = KINDS[self.module]
        return services.update_one(kind, actor=self.actor, record=record, values=values, version=version)

    def delete(self, record: Any, version: str) -> None:
        services.delete_one(KINDS[self.module], actor=self.actor, record=record, version=version)


def fields_of(
    module: Module,
    *,
    name: str,
    orderable: Collection[str] = (),
    expand: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, Field]:
    """A module's fields: all that its kind lets be written. `name` is required, and sorted as lists sort it."""
    model = RECORDS[module]
    return of_model(
        model,
        write=[model._meta.get_field(column).name for column in KINDS[module].writable],
        required=(name,),
        orderable=(name, *orderable),
        order_by={name: "sort_key"},
        expand={"owner": PERSON, **(expand or {})},
    )
