"""What the addresses below `/api/v1/crm/{organization}/connections` share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

import crm.access
from crm.models import Organization
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, of_model
from finsuite.kernel.api.listing import read_page, read_query
from finsuite.kernel.api.resource_views import listed
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from integration.models import Connection, Run, SyncSetting
from integration.selectors.connections import connection_of, setting_of, shown_connection_of
from integration.selectors.runs import run_of

TAG = "Integration"

CONNECTION = of_model(
    Connection,
    read=(
        *("id", "created_at", "updated_at", "crm_organization", "finance_organization", "apps", "is_two_way"),
        *("state", "activated_at", "created_by"),
    ),
)
RUN = of_model(
    Run,
    read=(
        *("id", "created_at", "updated_at", "trigger", "state", "started_by", "undoes", "total", "done", "counts"),
        *("started_at", "finished_at", "message"),
    ),
    unfiltered=("counts",),
)
SETTING = of_model(
    SyncSetting,
    read=("id", "updated_at", "state", "generation", "asking", "swept_at"),
    write=(
        *("mode", "include_unattached", "account_view", "contact_view", "extent", "granularity"),
        *("duplicate_policy", "conflict_policy", "on_crm_deleted", "on_finance_deleted"),
        *("guard_count", "guard_share", "sweep_minutes"),
    ),
)
COMPONENTS: Mapping[str, schema.Schema] = {
    "Connection": schema.of_table(CONNECTION),
    "SyncRun": schema.of_table(RUN),
    "SyncSetting": schema.of_table(SETTING),
}


def operation(name: str, summary: str, answer: str, **more: Any) -> Operation:
    """One operation that answers a connection, a run or a sync setting."""
    return Operation(
        id=name, summary=summary, tag=TAG, answer=ref(answer), components={answer: COMPONENTS[answer]}, **more
    )


def told(record: Model, table: Mapping[str, Field]) -> dict[str, Any]:
    """The record as it is answered: references by their id."""
    values = {name: getattr(record, record._meta.get_field(name).attname) for name in table}  # type: ignore[union-attr]
    return dict(values)


class SetupView(ApiView):
    """An address that takes a profile which opens Setup, and for writing a token of scope "admin"."""

    needs = dict.fromkeys(("POST", "PATCH", "DELETE"), "admin")

    def organization(self) -> Organization:
        """The CRM organization of the address, or NotFound, or NotPermitted."""
        access = crm.access.access(self.request.user, self.kwargs["organization"])
        access.require_setup()
        return access.organization

    def connection(self) -> Connection:
        """The connection of the address, or NotFound."""
        return connection_of(self.organization(), self.kwargs["connection"])

    def shown_connection(self) -> Connection:
        """The same for finance data, which isn't there while the connection is deactivated."""
        return shown_connection_of(self.organization(), self.kwargs["connection"])

    def setting(self) -> SyncSetting:
        """What was chosen for the connection of the address."""
        return setting_of(self.connection())

    def run(self) -> Run:
        """The run of the address, or NotFound."""
        return run_of(self.shown_connection(), self.kwargs["run"])


class ListView(SetupView):
    """A list below a connection, described by its table of fields."""

    table: ClassVar[Mapping[str, Field]]
    ordering: ClassVar[str] = "-id"

    def rows(self) -> QuerySet[Any]:
        """All rows that the list has."""
        raise NotImplementedError

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row as it is answered."""
        return row

    def check_parameters(self, request: Request) -> None:
        """The table of fields does, where the list is read."""
        if request.method not in ("GET", "HEAD"):
            super().check_parameters(request)

    def get(self, request: Request, **kwargs: Any) -> Response:
        rows = self.rows()
        table = dict(self.table)
        query = read_query(request._request.GET, table, ordering=self.ordering, can_search=())
        found = rows.filter(query.filters)
        page = read_page(found, query, [field.source for field in table.values()])
        shown = [self.shape({name: row[field.source] for name, field in table.items()}) for row in page.rows]
        total = found.count() if query.wants_count else None
        return Response(listed(request, shown, page.next, page.previous, total))


def listing(name: str, summary: str, component: str, table: Mapping[str, Field]) -> dict[str, Operation]:
    """The description of such a list."""
    known = dict(table)
    return {
        "get": Operation(
            id=name,
            summary=summary,
            tag=TAG,
            answer=ref(f"{component}List"),
            parameters=schema.list_parameters(known, can_search=False),
            components={component: schema.of_table(known), f"{component}List": schema.page_of(component)},
        )
    }
