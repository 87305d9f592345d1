"""Imports on the API: upload, map, dry run, start, rows, undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from crm.access import access
from crm.api.base import CrmResource
from crm.choices import Level
from crm.imports.fields import MODULES
from crm.models import ImportJob, ImportOutcome, ImportResult, ImportRow, ImportUndo, Organization
from crm.selectors import imports as selectors
from crm.services import imports as services
from crm.services.import_fields import tables_of
from finsuite.kernel.api import resource_views as views
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.formats import JSONParser
from finsuite.kernel.api.listing import read_page, read_query, refuse_unknown
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resources import Need, Resource, etag
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.imports.words import file_fault

PIECE = 64 * 1024

ROW_FIELDS = {
    "id": Field(kind=Kind.ID, source="id", orderable=True),
    "line": Field(kind=Kind.INTEGER, source="line", orderable=True, filterable=True, minimum=0, maximum=2**31 - 1),
    "module": Field(kind=Kind.TEXT, source="module"),
    "label": Field(kind=Kind.TEXT, source="label"),
    "outcome": Field(kind=Kind.CHOICE, source="outcome", filterable=True, choices=tuple(ImportOutcome.values)),
    "result": Field(kind=Kind.CHOICE, source="result", filterable=True, choices=("", *ImportResult.values)),
    "undo": Field(kind=Kind.CHOICE, source="undo", filterable=True, choices=("", *ImportUndo.values)),
    "record_id": Field(kind=Kind.ID, source="record_id", nullable=True),
    "changes": Field(kind=Kind.JSON, source="changes"),
    "problems": Field(kind=Kind.JSON, source="problems"),
}


class ImportResource(CrmResource):
    """`/api/v1/crm/{organization}/imports`"""

    name = "imports"
    singular = "import"
    component = "CrmImport"
    model = ImportJob
    ordering = "-id"
    can_search = False
    fields = of_model(
        ImportJob,
        read=(
            *("id", "created_at", "updated_at", "module", "file_name", "size", "state", "fault", "progress"),
            *("headers", "counts", "results", "undo_counts", "created_by"),
            *("checked_at", "started_at", "finished_at", "undone_at"),
        ),
        write=(
            *("encoding", "delimiter", "mapping", "formats", "constants", "match_by"),
            *("existing", "blanks", "create_accounts"),
        ),
        unfiltered=("fault", "headers", "counts", "results", "undo_counts", "mapping", "formats", "constants"),
    )

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.access = access(self.user, organization_id)
        if not self._modules():
            for module in MODULES:
                self.access.require(module, Level.CREATE)
        return self.access.organization

    def rows(self) -> QuerySet[ImportJob]:
        return selectors.imports(self.access).filter(module__in=self._modules())

    def update(self, record: ImportJob, values: dict[str, Any], version: str) -> Model:
        reading = {name: values.pop(name) for name in ("encoding", "delimiter") if name in values}
        seen: str | None = version
        with transaction.atomic():
            if reading:
                both = {"encoding": record.encoding, "delimiter": record.delimiter, **reading}
                record = services.change_reading(actor=self.actor, job=record, version=seen, **both)
                seen = None
            if values or not reading:
                record = services.choose(actor=self.actor, job=record, values=values, version=seen)
        return record

    def delete(self, record: ImportJob, version: str) -> None:
        services.delete_import(actor=self.actor, job=record, version=version)

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        told = row["fault"]
        return {**row, "fault": {**told, "message": file_fault(told)} if told else None}

    def _modules(self) -> list[str]:
        return [module for module in MODULES if self.access.may(module, Level.CREATE)]

    @classmethod
    def urls(cls) -> list[URLPattern]:
        at = f"{cls.name}/<id:record>"
        return [
            path(cls.name, UploadView.of(cls), name=cls.name),
            path(at, views.RecordView.of(cls), name=cls.singular),
            path(f"{at}/history", views.HistoryView.of(cls), name=f"{cls.singular}-history"),
            path(f"{at}/rows", RowsView.of(cls), name=f"{cls.singular}-rows"),
            *(path(f"{at}/{verb}", VerbView.doing(cls, verb), name=f"{cls.singular}-{verb}") for verb in VERBS),
        ]


class CsvParser(BaseParser):
    """A file as the whole body. It is read piece by piece by the view, not here."""

    media_type = "text/csv"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        return {}


class UploadView(views.CollectionView):
    """`imports`: list, and upload a file."""

    parser_classes = (JSONParser, MultiPartParser, CsvParser)  # type: ignore[assignment]

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        name = resource.component
        return {
            "get": super().describe(resource)["get"],
            "post": Operation(
                id=f"{name}_create",
                summary="Upload a CSV file or an Excel workbook; or send CSV as text/csv, with module and file_name "
                "as query parameters",
                tag=resource.tag,
                status=201,
                answer=ref(name),
                media_type="multipart/form-data",
                body={
                    "type": "object",
                    "required": ["module", "file"],
                    "properties": {
                        "module": {"type": "string", "enum": list(MODULES)},
                        "file": {"type": "string", "format": "binary"},
                    },
                },
                parameters=(
                    schema.parameter("module", {"type": "string", "enum": list(MODULES)}, "For a text/csv body."),
                    schema.parameter("file_name", {"type": "string", "maxLength": 255}, "For a text/csv body."),
                ),
                components={name: schema.of_table(resource.fields)},
            ),
        }

    def check_parameters(self, request: Request) -> None:
        if request.method == "POST":
            refuse_unknown(request._request.GET, ("module", "file_name"))

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.CREATE)
        module, file_name, chunks = self._file(request)
        job = services.create_import(
            actor=self.actor,
            organization=self.resource.organization,
            module=module,
            file_name=file_name,
            chunks=chunks,
        )
        row = self.resource.read(job.pk)
        return Response(row, status=201, headers={"ETag": etag(row), "Location": f"{request.path}/{job.pk}"})

    def _file(self, request: Request) -> tuple[str, str, Iterator[bytes]]:
        kind = request.content_type.split(";")[0].strip().lower()
        if kind == "text/csv":
            raw = request._request
            asked = raw.GET
            return asked.get("module", ""), asked.get("file_name", ""), iter(lambda: raw.read(PIECE), b"")
        sent: Any = request.data if kind == "multipart/form-data" else {}
        file = sent.get("file")
        if file is None or not hasattr(file, "chunks"):
            message = _("Send the file as multipart/form-data in the part “file”, or as text/csv.")
            raise invalid([fault("/file", "required", message)])
        unknown = sorted(set(sent) - {"file", "module"})
        if unknown:
            raise invalid([fault(f"/{name}", "unknown", _("There is no such field.")) for name in unknown])
        return str(sent.get("module", "")), file.name or "", iter(file.chunks())


class RowsView(views.ResourceView):
    """`imports/7/rows`: what each row would do, did, and what the undo made of it."""

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        return {
            "get": Operation(
                id="CrmImport_rows",
                summary="The rows of an import",
                tag=resource.tag,
                answer=ref("CrmImportRowList"),
                parameters=schema.list_parameters(ROW_FIELDS, can_search=False),
                components={
                    "CrmImportRow": schema.of_table({**ROW_FIELDS, "reasons": Field(kind=Kind.TEXTS)}),
                    "CrmImportRowList": schema.page_of("CrmImportRow"),
                },
            )
        }

    def check_parameters(self, request: Request) -> None:
        """The table of fields does."""

    def get(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.VIEW)
        job = self.resource.record(self.kwargs["record"])
        query = read_query(request._request.GET, ROW_FIELDS, ordering="line,id", can_search=())
        rows = ImportRow.objects.filter(query.filters, job=job)
        page = read_page(rows, query, [*(field.source for field in ROW_FIELDS.values()), "undo_problems"])
        tables = tables_of(job)
        told = [
            {
                **{name: row[field.source] for name, field in ROW_FIELDS.items()},
                "reasons": selectors.reasons(
                    tables[row["module"]], row["undo_problems"] if row["undo"] else row["problems"]
                ),
            }
            for row in page.rows
        ]
        total = rows.count() if query.wants_count else None
        return Response(views.listed(request, told, page.next, page.previous, total))


VERBS: dict[str, tuple[str, Callable[..., ImportJob]]] = {
    "dry-run": ("Find out what each row would do, and write nothing", services.start_check),
    "start": ("Do what the dry run has shown", services.start_run),
    "undo": ("Take the import back, where nobody has changed it since", services.start_undo),
}


class VerbView(views.ResourceView):
    """`imports/7/start` and its like: the work goes on in the background."""

    verb: ClassVar[str]

    @classmethod
    def doing(cls, resource: type[Resource], verb: str) -> Callable[..., Any]:
        """The view of one verb."""
        return type(f"Import{verb.title().replace('-', '')}View", (cls,), {"verb": verb}).of(resource)  # type: ignore[attr-defined, no-any-return]

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        return {
            "post": Operation(
                id=f"CrmImport_{cls.verb.replace('-', '_')}",
                summary=VERBS[cls.verb][0],
                tag=resource.tag,
                status=202,
                answer=ref(resource.component),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.CREATE)
        job = self.resource.record(self.kwargs["record"])
        started = VERBS[self.verb][1](actor=self.actor, job=job)
        row = self.resource.read(started.pk)
        return Response(row, status=202, headers={"ETag": etag(row)})
