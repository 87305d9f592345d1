"""Files on records, on the API: list, upload, download, delete."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from crm.access import access, as_id
from crm.api.base import CrmResource
from crm.choices import Module
from crm.models import Attachment, Organization
from crm.selectors.activities import get_activity
from crm.selectors.attachments import attachments, get_attachment
from crm.services import attachments as services
from finsuite.kernel.api import resource_views as views
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import of_model
from finsuite.kernel.api.formats import JSONParser
from finsuite.kernel.api.listing import refuse_unknown
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resources import Need, Resource, etag
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.serving import download

PARTS = {"file", "module", "record_id", "activity", "size"}
PERSON = ("id", "email", "first_name", "last_name")


class AttachmentResource(CrmResource):
    """`/api/v1/crm/{organization}/attachments`; of one record with `?module=accounts&record_id=7`."""

    name = "attachments"
    singular = "attachment"
    component = "CrmAttachment"
    model = Attachment
    can_search = False
    fields = of_model(
        Attachment,
        read=(
            *("id", "created_at", "updated_at", "module", "record_id", "activity", "name", "size", "media_type"),
            *("sha256", "uploaded_by"),
        ),
        orderable=("name", "size"),
        expand={"uploaded_by": PERSON},
    )

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.access = access(self.user, organization_id)
        return self.access.organization

    def rows(self) -> QuerySet[Attachment]:
        return attachments(self.access)

    def delete(self, record: Attachment, version: str) -> None:
        services.delete_attachment(actor=self.actor, attachment=record, version=version)

    @classmethod
    def urls(cls) -> list[URLPattern]:
        at = f"{cls.name}/<id:record>"
        return [
            path(cls.name, UploadView.of(cls), name=cls.name),
            path(at, FileView.of(cls), name=cls.singular),
            path(f"{at}/history", views.HistoryView.of(cls), name=f"{cls.singular}-history"),
            path(f"{at}/content", ContentView.of(cls), name=f"{cls.singular}-content"),
        ]


class UploadView(views.CollectionView):
    """`attachments`: list, and upload one."""

    parser_classes = (JSONParser, MultiPartParser)  # type: ignore[assignment]

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        name = resource.component
        return {
            "get": super().describe(resource)["get"],
            "post": Operation(
                id=f"{name}_create",
                summary="Hang a file on a record, or on an activity",
                tag=resource.tag,
                status=201,
                answer=ref(name),
                media_type="multipart/form-data",
                body={
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "module": {"type": "string", "enum": list(Module.values)},
                        "record_id": {"type": "integer"},
                        "activity": {"type": "integer", "description": "In place of module and record_id."},
                        "size": {"type": "integer", "description": "Bytes; a file that arrives cut off is refused."},
                    },
                },
                components={name: schema.of_table(resource.fields)},
            ),
        }

    def check_parameters(self, request: Request) -> None:
        if request.method == "POST":
            refuse_unknown(request._request.GET, ())

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.CREATE)
        sent: Any = request.data if request.content_type.startswith("multipart/form-data") else {}
        file = sent.get("file")
        if file is None or not hasattr(file, "chunks"):
            raise invalid([fault("/file", "required", _("Send the file as multipart/form-data in the part “file”."))])
        unknown = sorted(set(sent) - PARTS)
        if unknown:
            raise invalid([fault(f"/{name}", "unknown", _("There is no such field.")) for name in unknown])
        made = self._attach(sent, file, _number(sent, "size"))
        row = self.resource.read(made.pk)
        return Response(row, status=201, headers={"ETag": etag(row), "Location": f"{request.path}/{made.pk}"})

    def _attach(self, sent: Any, file: Any, size: int | None) -> Attachment:
        resource: Any = self.resource
        if "activity" in sent:
            if "module" in sent or "record_id" in sent:
                raise invalid([fault("/activity", "both", _("Name an activity, or a record, and not both."))])
            activity = get_activity(resource.access, as_id(str(sent["activity"])))
            return services.attach_to_activity(actor=self.actor, activity=activity, file=file, size=size)
        module = sent.get("module", "")
        if module not in Module.values:
            raise invalid([fault("/module", "choice", _("This must be one of the modules."))])
        return services.attach_to_record(
            actor=self.actor,
            organization=resource.organization,
            module=str(module),
            record_id=as_id(str(sent.get("record_id", ""))),
            file=file,
            size=size,
        )


class FileView(views.RecordView):
    """`attachments/7`: what is known of a file; delete it."""

    http_method_names = ["get", "head", "delete"]

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        known = super().describe(resource)
        return {name: operation for name, operation in known.items() if name != "patch"}


class ContentView(views.ResourceView):
    """`attachments/7/content`: the file itself."""

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        return {
            "get": Operation(
                id=f"{resource.component}_content",
                summary="Download a file, as bytes to be saved",
                tag=resource.tag,
                answer={"type": "string", "format": "binary"},
            )
        }

    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        self.enter(Need.VIEW)
        resource: Any = self.resource
        return download(get_attachment(resource.access, self.kwargs["record"]))


def _number(sent: Any, name: str) -> int | None:
    text = str(sent.get(name, ""))
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise invalid([fault(f"/{name}", "integer", _("This must be a whole number."))])
    return int(text)
