"""Exports on the API: ask for a file, see how far it is, fetch it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework.request import Request

from crm.access import access
from crm.api.base import CrmResource
from crm.choices import Level, Module
from crm.models import ExportJob, ExportState, Organization
from crm.selectors.exports import exports
from crm.services import exports as services
from finsuite.kernel.api import resource_views as views
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.resources import Need, Resource
from finsuite.kernel.api.schema import Operation
from finsuite.kernel.errors import NotFound, Refused

TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class ExportResource(CrmResource):
    """`/api/v1/crm/{organization}/exports`: one's own. Many records are written by a worker: ask until it is ready."""

    name = "exports"
    singular = "export"
    component = "CrmExport"
    model = ExportJob
    ordering = "-id"
    can_search = False
    fields = {
        **of_model(
            ExportJob,
            read=("id", "created_at", "updated_at", "state", "fault", "rows", "size", "title", "finished_at"),
            write=("module", "format"),
            required=("module",),
        ),
        "view": Field(
            kind=Kind.JSON, source="asked__view", write_as="view", writable=True, help="the id of a list view"
        ),
        "criteria": Field(
            kind=Kind.JSON, source="asked__criteria", write_as="criteria", writable=True, help="as a list view's"
        ),
        "search": Field(kind=Kind.JSON, source="asked__search", write_as="search", writable=True, help="text to find"),
        "tag": Field(kind=Kind.JSON, source="asked__tag", write_as="tag", writable=True, help="a tag they have"),
        "columns": Field(
            kind=Kind.JSON,
            source="asked__columns",
            write_as="columns",
            writable=True,
            help="names of fields; all if left out",
        ),
    }

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.access = access(self.user, organization_id)
        if not self._modules():
            self.access.require(Module.ACCOUNTS, Level.VIEW)
        return self.access.organization

    def rows(self) -> QuerySet[ExportJob]:
        return exports(self.access).filter(module__in=self._modules())

    def create(self, values: dict[str, Any]) -> ExportJob:
        module = values.pop("module")
        return services.create_export(actor=self.actor, organization=self.organization, module=module, values=values)

    def update(self, record: ExportJob, values: dict[str, Any], version: str) -> ExportJob:
        raise Refused(_("An export is not changed. Ask for another one."), code="fixed")

    def delete(self, record: ExportJob, version: str) -> None:
        services.delete_export(actor=self.actor, job=record)

    def _modules(self) -> list[str]:
        return [module for module in Module if self.access.may(module, Level.VIEW)]

    @classmethod
    def urls(cls) -> list[URLPattern]:
        at = f"{cls.name}/<id:record>"
        return [
            path(cls.name, views.CollectionView.of(cls), name=cls.name),
            path(at, views.RecordView.of(cls), name=cls.singular),
            path(f"{at}/history", views.HistoryView.of(cls), name=f"{cls.singular}-history"),
            path(f"{at}/file", FileView.of(cls), name=f"{cls.singular}-file"),
        ]


class FileView(views.ResourceView):
    """`exports/7/file`: the file itself."""

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        return {
            "get": Operation(
                id="CrmExport_file",
                summary="The file, as CSV or as an Excel workbook",
                tag=resource.tag,
                answer={"type": "string"},
                answer_type=TYPES["csv"],
            )
        }

    def get(self, request: Request, **kwargs: Any) -> StreamingHttpResponse:
        self.enter(Need.VIEW)
        job = self.resource.record(self.kwargs["record"])
        if job.state != ExportState.READY:
            raise NotFound(_("This file is not there: it is being written, or has been cleared away."))
        response = StreamingHttpResponse(services.file_parts(job), content_type=TYPES[job.format])
        response["Content-Disposition"] = f'attachment; filename="{job.file_name}"'
        response["Content-Length"] = str(job.size)
        return response
