"""What the CRM's entities have in common on the API: who may enter, and with which right."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from crm.access import Access, access
from crm.choices import Level, Module
from crm.models import Organization
from crm.selectors.list_views import get_list_view, view_filter
from finsuite.kernel.api.resources import Need, Resource

LEVELS = {Need.VIEW: Level.VIEW, Need.CREATE: Level.CREATE, Need.EDIT: Level.EDIT, Need.DELETE: Level.DELETE}


class CrmResource(Resource):
    """An entity below a CRM organization."""

    tag = "CRM"
    organization: Organization
    access: Access


class RecordResource(CrmResource):
    """Records that a profile grants levels on."""

    module: ClassVar[Module]
    narrowed_by: ClassVar[dict[str, str]] = {"view": "The id of a list view: only the records that it selects."}

    def narrow(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        view = get_list_view(self.organization, text, user_id=self.user.pk, module=self.module)
        return rows.filter(view_filter(view, self.access))

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.access = access(self.user, organization_id)
        self.access.require(self.module, LEVELS[need])
        return self.access.organization

    def may_expand(self, name: str) -> bool:
        module = {"parent": Module.ACCOUNTS, "account": Module.ACCOUNTS, "reports_to": Module.CONTACTS}.get(name)
        return module is None or self.access.may(module, Level.VIEW)


class SetupResource(CrmResource):
    """What every member may read, and only those may change whose profile opens Setup."""

    can_search = False
    write_scope = "admin"

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.access = access(self.user, organization_id)
        if need is not Need.VIEW:
            self.access.require_setup()
        return self.access.organization
