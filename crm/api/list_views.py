"""List views on the API: making and changing them, and what each person does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from crm.access import access
from crm.api.base import CrmResource
from crm.models import ListView, Organization
from crm.selectors.list_views import list_views
from crm.services import list_views as services
from finsuite.kernel.api import resource_views as views
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.resources import Need, Resource, etag
from finsuite.kernel.api.schema import Operation, ref


class ListViewResource(CrmResource):
    """`/api/v1/crm/{organization}/list-views`: everybody's, the caller's own, and those shared with them.

    With the caller's id as `owner` a view is theirs alone, unless `visibility` says "shared"; only those who may change
    the setup make views for all. `pin` is its place in the caller's left bar.
    """

    name = "list-views"
    singular = "list-view"
    component = "CrmListView"
    model = ListView
    can_search = False
    ordering = "id"
    fields = {
        **of_model(
            ListView,
            read=("id", "is_system", "created_at", "updated_at"),
            write=("module", "name", "scope", "criteria", "owner", "columns", "sort", "layout", "visibility"),
            required=("module", "name"),
            orderable=("name", "module"),
        ),
        **{
            name: Field(kind=Kind.JSON, source=name, write_as=name, writable=True, help=told)
            for name, told in (
                ("shared_people", "Ids of the members' users it is shared with."),
                ("shared_teams", "Ids of the teams it is shared with."),
                ("shared_profiles", "Ids of the profiles it is shared with."),
            )
        },
        "pin": Field(kind=Kind.INTEGER, source="pin", nullable=True, help="Its place in your left bar, if pinned."),
        "is_default": Field(kind=Kind.BOOLEAN, source="is_default", help="Whether the module opens with it for you."),
    }

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.access = access(self.user, organization_id)
        return self.access.organization

    def rows(self) -> QuerySet[ListView]:
        return list_views(self.organization, user_id=self.user.pk)

    def create(self, values: dict[str, Any]) -> ListView:
        return services.create_list_view(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: ListView, values: dict[str, Any], version: str) -> ListView:
        return services.update_list_view(actor=self.actor, list_view=record, values=values, version=version)

    def delete(self, record: ListView, version: str) -> None:
        services.delete_list_view(actor=self.actor, list_view=record, version=version)

    @classmethod
    def urls(cls) -> list[URLPattern]:
        at = f"{cls.name}/<id:record>"
        verbs = [path(f"{at}/{verb}", VerbView.doing(cls, verb), name=f"{cls.singular}-{verb}") for verb in VERBS]
        return [*super().urls(), path(f"{at}/clone", CloneView.of(cls), name=f"{cls.singular}-clone"), *verbs]


VERBS: dict[str, tuple[str, Callable[..., None]]] = {
    "pin": ("Keep the view in your left bar", services.pin_list_view),
    "unpin": ("Take the view out of your left bar", services.unpin_list_view),
    "make-default": ("Open the module with this view from now on", services.set_default_view),
    "clear-default": ("Open the module with all its records again", services.clear_default_view),
}


class VerbView(views.ResourceView):
    """`list-views/7/pin` and its like: a person's own matter, which everybody may decide who sees the view."""

    verb: ClassVar[str]

    @classmethod
    def doing(cls, resource: type[Resource], verb: str) -> Callable[..., Any]:
        """The view of one verb."""
        return type(f"{verb.title().replace('-', '')}View", (cls,), {"verb": verb}).of(resource)  # type: ignore[attr-defined, no-any-return]

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        return {
            "post": Operation(
                id=f"{resource.component}_{cls.verb.replace('-', '_')}",
                summary=VERBS[cls.verb][0],
                tag=resource.tag,
                answer=ref(resource.component),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.VIEW)
        found = self.resource.record(self.kwargs["record"])
        VERBS[self.verb][1](actor=self.actor, list_view=found)
        row = self.resource.read(found.pk)
        return Response(row, headers={"ETag": etag(row)})


class CloneView(views.ResourceView):
    """`list-views/7/clone`: a copy for oneself."""

    table: ClassVar[dict[str, Field]] = {
        "name": Field(kind=Kind.TEXT, writable=True, max_length=100, help="Of the copy; left out, one is found.")
    }

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        return {
            "post": Operation(
                id=f"{resource.component}_clone",
                summary="Copy a list view for oneself",
                tag=resource.tag,
                status=201,
                body=schema.of_input(cls.table),
                answer=ref(resource.component),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.CREATE)
        found = self.resource.record(self.kwargs["record"])
        values = self.body(self.table)
        made = services.clone_list_view(actor=self.actor, list_view=found, name=values.get("name", ""))
        row = self.resource.read(made.pk)
        return Response(row, status=201, headers={"ETag": etag(row)})
