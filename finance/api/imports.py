"""Imports from other books on the API, from upload to undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Model, QuerySet

from finance import access
from finance.api.base import FinanceResource
from finance.choices import ImportedKind
from finance.imports.fields import MODULES
from finance.models import ImportJob, ImportRow, Organization
from finance.selectors import imports as selectors
from finance.services import imports as services
from finance.services.import_fields import table_of
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.resources import Need
from finsuite.kernel.imports.api import READ, READING, ROW_FIELDS, Imports


class ImportResource(Imports, FinanceResource):
    """`/api/v1/finance/{organization}/imports`"""

    name = "imports"
    singular = "import"
    component = "FinanceImport"
    model = ImportJob
    modules = MODULES
    needs_module = False
    ordering = "-id"
    can_search = False
    fields = of_model(
        ImportJob,
        read=READ,
        write=(*READING, *sorted(services.CHOOSABLE)),
        unfiltered=("fault", "headers", "counts", "results", "undo_counts", "mapping", "formats"),
    )
    row_fields = {
        **ROW_FIELDS,
        "kind": Field(kind=Kind.CHOICE, source="kind", filterable=True, choices=tuple(ImportedKind.values)),
        "lines": Field(kind=Kind.JSON, source="lines"),
        "made": Field(kind=Kind.JSON, source="made"),
    }

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.member = access.membership(self.user, organization_id)
        selectors.require_some(self.member)
        return self.member.organization

    def rows(self) -> QuerySet[ImportJob]:
        return selectors.imports(self.member)

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
        table = table_of(self.organization, record.module)

        def worded(row: dict[str, Any]) -> Sequence[str]:
            return selectors.reasons(table.of(row["kind"]), row["undo_problems"] if row["undo"] else row["problems"])

        return worded


_VERBS: dict[str, Callable[..., ImportJob]] = {
    "dry-run": services.start_check,
    "start": services.start_run,
    "undo": services.start_undo,
}
