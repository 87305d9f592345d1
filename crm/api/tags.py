"""Tags on the API: which are used, and renaming or deleting one everywhere."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from crm.access import access
from crm.selectors.tags import used_tags
from crm.services import tags as services
from finsuite.kernel.api.fields import Field, Kind
from finsuite.kernel.api.schema import Operation
from finsuite.kernel.api.views import ApiView

_TEXT = {"type": "string"}
_NAMES = {"tag": Field(kind=Kind.TEXT, write_as="tag", writable=True, max_length=50)}
_NEW = {**_NAMES, "name": Field(kind=Kind.TEXT, write_as="name", writable=True, max_length=50)}
_COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}, "description": "Records, by module."}


def _body(*names: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(names),
        "additionalProperties": False,
        "properties": dict.fromkeys(names, _TEXT),
    }


class TagsView(ApiView):
    """`tags`: those of the records that the caller may see."""

    operations: ClassVar[dict[str, Operation]] = {
        "get": Operation(
            id="CrmTag_list",
            summary="The tags in use, by name, with how many records of each module carry them",
            tag="CRM",
            answer={
                "type": "object",
                "required": ["results"],
                "properties": {
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["tag", "records"],
                            "properties": {"tag": _TEXT, "records": _COUNTS},
                        },
                    }
                },
            },
        )
    }

    def get(self, request: Request, organization: int) -> Response:
        found = used_tags(access(request.user, organization))
        return Response({"results": [{"tag": tag.name, "records": dict(tag.by_module)} for tag in found]})


class TagRenameView(ApiView):
    """`tags/rename`: another name for a tag, everywhere."""

    needs: ClassVar[dict[str, str]] = {"POST": "admin"}
    operations: ClassVar[dict[str, Operation]] = {
        "post": Operation(
            id="CrmTag_rename",
            summary="Rename a tag on every record; under another tag's name, the two become one",
            tag="CRM",
            body=_body("tag", "name"),
            answer=_COUNTS,
        )
    }

    def post(self, request: Request, organization: int) -> Response:
        place = access(request.user, organization).organization
        values = self.body(_NEW, required=("tag", "name"))
        return Response(services.rename_tag(actor=self.actor, organization=place, **values))


class TagDeleteView(ApiView):
    """`tags/delete`: take a tag from every record."""

    needs: ClassVar[dict[str, str]] = {"POST": "admin"}
    operations: ClassVar[dict[str, Operation]] = {
        "post": Operation(
            id="CrmTag_delete",
            summary="Take a tag from every record",
            tag="CRM",
            body=_body("tag"),
            answer=_COUNTS,
        )
    }

    def post(self, request: Request, organization: int) -> Response:
        place = access(request.user, organization).organization
        values = self.body(_NAMES, required=("tag",))
        return Response(services.delete_tag(actor=self.actor, organization=place, **values))


urls: list[URLPattern] = [
    path("tags", TagsView.as_view(), name="tags"),
    path("tags/rename", TagRenameView.as_view(), name="tag-rename"),
    path("tags/delete", TagDeleteView.as_view(), name="tag-delete"),
]
