"""Notes, calls, tasks and meetings on the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from crm.access import access
from crm.api.base import CrmResource
from crm.models import Activity, Organization
from crm.selectors.activities import activities, companies, matching
from crm.services import activities as services
from finsuite.kernel.api import resource_views as views
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.listing import Page, Query
from finsuite.kernel.api.resources import Need, Resource, etag
from finsuite.kernel.api.schema import Operation, ref

PERSON = ("id", "email", "first_name", "last_name")
_MADE = of_model(
    Activity,
    read=("id", "created_at", "updated_at", "created_by", "completed_at", "completed_by"),
    write=(
        *("kind", "status", "module", "record_id", "subject", "body", "owner", "priority", "due_on", "due_at"),
        *("starts_at", "minutes", "location", "call_direction", "call_outcome", "is_pinned", "reminder_at"),
    ),
    required=("kind",),
    orderable=("due_on", "due_at", "starts_at", "kind", "status"),
    expand={"owner": PERSON, "created_by": PERSON, "completed_by": PERSON},
)
FIELDS = {
    **_MADE,
    "record_id": replace(_MADE["record_id"], kind=Kind.ID, nullable=True),
    "records": Field(
        kind=Kind.JSON,
        source="id",
        write_as="records",
        writable=True,
        help='Further records that it is about: [{"module": "deals", "id": 5}].',
    ),
    "members": Field(
        kind=Kind.JSON, source="id", write_as="members", writable=True, help="Members who take part, by user id."
    ),
    "contacts": Field(
        kind=Kind.JSON, source="id", write_as="contacts", writable=True, help="Contacts who take part, by id."
    ),
}


class ActivityResource(CrmResource):
    """`/api/v1/crm/{organization}/activities`: of one record with `?module=accounts&record_id=7`."""

    name = "activities"
    singular = "activity"
    component = "CrmActivity"
    model = Activity
    fields = FIELDS

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.access = access(self.user, organization_id)
        return self.access.organization

    def rows(self) -> QuerySet[Activity]:
        return activities(self.access)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return matching(rows, text)

    def page(self, query: Query, narrowed: Mapping[str, str]) -> tuple[Page, int | None]:
        page, total = super().page(query, narrowed)
        return Page(self._with_company(page.rows), page.next, page.previous), total

    def _read(self, rows: QuerySet[Any], record_id: int, expand: frozenset[str]) -> dict[str, Any]:
        return self._with_company([super()._read(rows, record_id, expand)])[0]

    def read_many(self, record_ids: list[int]) -> dict[int, dict[str, Any]]:
        return {row["id"]: row for row in self._with_company([*super().read_many(record_ids).values()])}

    def create(self, values: dict[str, Any]) -> Activity:
        return services.create_activity(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Activity, values: dict[str, Any], version: str) -> Activity:
        return services.update_activity(actor=self.actor, activity=record, values=values, version=version)

    def delete(self, record: Activity, version: str) -> None:
        services.delete_activity(actor=self.actor, activity=record, version=version)

    def _with_company(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each row with what it is about and who takes part, as far as the caller may see."""
        light = [Activity(pk=row["id"], module=row["module"], record_id=row["record_id"]) for row in rows]
        found = companies(self.access, light)
        for row in rows:
            company = found[row["id"]]
            seen = [{"module": named.module, "id": named.id} for named in company.records]
            main = {"module": row["module"], "id": row["record_id"]}
            if row["record_id"] is not None and main not in seen:
                row["module"], row["record_id"] = "", None
            row["records"] = [record for record in seen if record != main]
            row["members"] = [named.id for named in company.members]
            row["contacts"] = [named.id for named in company.contacts]
        return rows

    @classmethod
    def urls(cls) -> list[URLPattern]:
        at = f"{cls.name}/<id:record>"
        moves = [path(f"{at}/{verb}", MoveView.doing(cls, verb), name=f"{cls.singular}-{verb}") for verb in VERBS]
        return [*super().urls(), *moves]


VERBS: dict[str, tuple[str, Callable[..., Activity]]] = {
    "complete": ("Note that it is done", services.complete_activity),
    "reopen": ("It is to be done after all", services.reopen_activity),
}


class MoveView(views.ResourceView):
    """`activities/7/complete`, and back."""

    verb: ClassVar[str]

    @classmethod
    def doing(cls, resource: type[Resource], verb: str) -> Callable[..., Any]:
        """The view of one verb."""
        return type(f"Activity{verb.title()}View", (cls,), {"verb": verb}).of(resource)  # type: ignore[attr-defined, no-any-return]

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        return {
            "post": Operation(
                id=f"CrmActivity_{cls.verb}",
                summary=VERBS[cls.verb][0],
                tag=resource.tag,
                answer=ref(resource.component),
                refusals=("409",),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.EDIT)
        record = self.resource.record(self.kwargs["record"])
        moved = VERBS[self.verb][1](actor=self.actor, activity=record)
        row = self.resource.read(moved.pk)
        return Response(row, headers={"ETag": etag(row)})
