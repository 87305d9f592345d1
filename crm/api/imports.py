"""Imports on the API, from upload to undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Model, QuerySet

from crm.access import access
from crm.api.base import CrmResource
from crm.choices import Level
from crm.imports.fields import MODULES
from crm.models import ImportJob, ImportRow, Organization
from crm.selectors import imports as selectors
from crm.services import imports as services
from crm.services.import_fields import tables_of
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.resources import Need
from finsuite.kernel.imports.api import READ, READING, ROW_FIELDS, Imports


class ImportResource(Imports, CrmResource):
    """`/api/v1/crm/{organization}/imports`"""

    name = "imports"
    singular = "import"
    component = "CrmImport"
    model = ImportJob
    modules = MODULES
    ordering = "-id"
    can_search = False
    fields = of_model(
        ImportJob,
        read=READ,
        write=(*READING, *services.CHOOSABLE),
        unfiltered=("fault", "headers", "counts", "results", "undo_counts", "mapping", "formats", "constants"),
    )
    row_fields = {**ROW_FIELDS, "module": Field(kind=Kind.TEXT, source="module")}

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.access = access(self.user, organization_id)
        if not self._modules():
            for module in MODULES:
                self.access.require(module, Level.CREATE)
        return self.access.organization

    def rows(self) -> QuerySet[ImportJob]:
        return selectors.imports(self.access).filter(module__in=self._modules())

    def upload(self, module: str, file_name: str, chunks: Iterable[bytes]) -> Model:
        return services.create_import(
            actor=self.actor, organization=self.organization, module=module, file_name=file_name, chunks=chunks
        )

    def change_reading(self, record: Any, encoding: str, delimiter: str, version: str | None) -> Any:
        return services.change_reading(
            actor=self.actor, job=record, encoding=encoding, delimiter=delimiter, version=version
        )

    def choose(self, record: Any, values: dict[str, Any], version: str | None) -> Any:
        return services.choose(actor=self.actor, job=record, values=values, version=version)

    def delete(self, record: ImportJob, version: str) -> None:
        services.delete_import(actor=self.actor, job=record, version=version)

    def do(self, verb: str, record: Any) -> Model:
        return _VERBS[verb](actor=self.actor, job=record)

    def import_rows(self, record: Any) -> QuerySet[ImportRow]:
        return ImportRow.objects.filter(job=record)

    def reasons(self, record: Any) -> Callable[[dict[str, Any]], Sequence[str]]:
        tables = tables_of(record)

        def worded(row: dict[str, Any]) -> Sequence[str]:
            return selectors.reasons(tables[row["module"]], row["undo_problems"] if row["undo"] else row["problems"])

        return worded

    def _modules(self) -> list[str]:
        return [module for module in MODULES if self.access.may(module, Level.CREATE)]


_VERBS: dict[str, Callable[..., ImportJob]] = {
    "dry-run": services.start_check,
    "start": services.start_run,
    "undo": services.start_undo,
}
