"""List views on the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm.access import access
from crm.api.base import CrmResource
from crm.models import ListView, Organization
from crm.selectors.list_views import list_views
from crm.services import list_views as services
from finsuite.kernel.api.fields import of_model
from finsuite.kernel.api.resources import Need


class ListViewResource(CrmResource):
    """`/api/v1/crm/{organization}/list-views`: everybody's, and the caller's own.

    With the caller's id as `owner` a view is theirs alone; only those who may change the setup make views for all.
    """

    name = "list-views"
    singular = "list-view"
    component = "CrmListView"
    model = ListView
    can_search = False
    ordering = "id"
    fields = of_model(
        ListView,
        read=("id", "is_system", "created_at", "updated_at"),
        write=("module", "name", "scope", "criteria", "owner"),
        required=("module", "name"),
        orderable=("name", "module"),
    )

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
