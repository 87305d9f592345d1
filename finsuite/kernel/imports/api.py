"""Imports on the API, as every room offers them: upload, map, dry run, start, rows, undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, cast

from django.db import transaction
from django.db.models import Model, QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from finsuite.kernel.api import resource_views as views
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind
from finsuite.kernel.api.formats import JSONParser
from finsuite.kernel.api.listing import read_page, read_query, refuse_unknown
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resources import Need, Resource, etag
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.imports.tables import ImportOutcome, ImportResult, ImportUndo
from finsuite.kernel.imports.words import file_fault

PIECE = 64 * 1024
READ = (
    *("id", "created_at", "updated_at", "module", "file_name", "size", "state", "fault", "progress"),
    *("headers", "counts", "results", "undo_counts", "created_by"),
    *("checked_at", "started_at", "finished_at", "undone_at"),
)
READING = ("encoding", "delimiter")
ROW_FIELDS = {
    "id": Field(kind=Kind.ID, source="id", orderable=True),
    "line": Field(kind=Kind.INTEGER, source="line", orderable=True, filterable=True, minimum=0, maximum=2**31 - 1),
    "label": Field(kind=Kind.TEXT, source="label"),
    "outcome": Field(kind=Kind.CHOICE, source="outcome", filterable=True, choices=tuple(ImportOutcome.values)),
    "result": Field(kind=Kind.CHOICE, source="result", filterable=True, choices=("", *ImportResult.values)),
    "undo": Field(kind=Kind.CHOICE, source="undo", filterable=True, choices=("", *ImportUndo.values)),
    "record_id": Field(kind=Kind.ID, source="record_id", nullable=True),
    "changes": Field(kind=Kind.JSON, source="changes"),
    "problems": Field(kind=Kind.JSON, source="problems"),
}
VERBS = {
    "dry-run": "Find out what each row would do, and write nothing",
    "start": "Do what the dry run has shown",
    "undo": "Take the import back, where nobody has changed it since",
}


class Imports(Resource):
    """What the resource of a room's imports has in common with those of the others."""

    modules: ClassVar[tuple[str, ...]]
    needs_module: ClassVar[bool] = True  # false where the file itself may tell what it holds
    row_fields: ClassVar[dict[str, Field]]
    row_ordering: ClassVar[str] = "line,id"

    def upload(self, module: str, file_name: str, chunks: Iterable[bytes]) -> Model:
        """Call the service that takes a file in."""
        raise NotImplementedError

    def change_reading(self, record: Any, encoding: str, delimiter: str, version: str | None) -> Any:
        """Call the service that reads the file in another way."""
        raise NotImplementedError

    def choose(self, record: Any, values: dict[str, Any], version: str | None) -> Any:
        """Call the service that takes the mapping and the choices."""
        raise NotImplementedError

    def do(self, verb: str, record: Any) -> Model:
        """Call the service behind a verb."""
        raise NotImplementedError

    def import_rows(self, record: Any) -> QuerySet[Any]:
        """The rows of one import."""
        raise NotImplementedError

    def reasons(self, record: Any) -> Callable[[dict[str, Any]], Sequence[str]]:
        """What words the problems of its rows."""
        raise NotImplementedError

    def update(self, record: Any, values: dict[str, Any], version: str) -> Model:
        reading = {name: values.pop(name) for name in READING if name in values}
        seen: str | None = version
        with transaction.atomic():
            if reading:
                both = {"encoding": record.encoding, "delimiter": record.delimiter, **reading}
                record = self.change_reading(record, version=seen, **both)
                seen = None
            if values or not reading:
                record = self.choose(record, values, seen)
        return record  # type: ignore[no-any-return]

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        told = row["fault"]
        return {**row, "fault": {**told, "message": file_fault(told)} if told else None}

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
    resource: Imports

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        name, imports = resource.component, cast("Any", resource)
        module = {"type": "string", "enum": list(imports.modules)}
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
                    "required": ["module", "file"] if imports.needs_module else ["file"],
                    "properties": {"module": module, "file": {"type": "string", "format": "binary"}},
                },
                parameters=(
                    schema.parameter("module", module, "For a text/csv body."),
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
        job = self.resource.upload(module, file_name, chunks)
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

    resource: Imports

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        name, imports = resource.component, cast("Any", resource)
        return {
            "get": Operation(
                id=f"{name}_rows",
                summary="The rows of an import",
                tag=resource.tag,
                answer=ref(f"{name}RowList"),
                parameters=schema.list_parameters(imports.row_fields, can_search=False),
                components={
                    f"{name}Row": schema.of_table({**imports.row_fields, "reasons": Field(kind=Kind.TEXTS)}),
                    f"{name}RowList": schema.page_of(f"{name}Row"),
                },
            )
        }

    def check_parameters(self, request: Request) -> None:
        """The table of fields does."""

    def get(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.VIEW)
        job = self.resource.record(self.kwargs["record"])
        fields = self.resource.row_fields
        query = read_query(request._request.GET, fields, ordering=self.resource.row_ordering, can_search=())
        rows = self.resource.import_rows(job).filter(query.filters)
        page = read_page(rows, query, [*(field.source for field in fields.values()), "undo_problems"])
        worded = self.resource.reasons(job)
        told = [
            {**{name: row[field.source] for name, field in fields.items()}, "reasons": worded(row)} for row in page.rows
        ]
        total = rows.count() if query.wants_count else None
        return Response(views.listed(request, told, page.next, page.previous, total))


class VerbView(views.ResourceView):
    """`imports/7/start` and its like: the work goes on in the background."""

    verb: ClassVar[str]
    resource: Imports

    @classmethod
    def doing(cls, resource: type[Resource], verb: str) -> Callable[..., Any]:
        """The view of one verb."""
        return type(f"Import{verb.title().replace('-', '')}View", (cls,), {"verb": verb}).of(resource)  # type: ignore[attr-defined, no-any-return]

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        return {
            "post": Operation(
                id=f"{resource.component}_{cls.verb.replace('-', '_')}",
                summary=VERBS[cls.verb],
                tag=resource.tag,
                status=202,
                answer=ref(resource.component),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.CREATE)
        job = self.resource.record(self.kwargs["record"])
        started = self.resource.do(self.verb, job)
        row = self.resource.read(started.pk)
        return Response(row, status=202, headers={"ETag": etag(row)})
