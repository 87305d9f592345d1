"""Teams and sharing rules on the API."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Value
from django.utils.translation import gettext as _

from crm.api.base import SetupResource
from crm.models import SharingRule, Team
from crm.selectors.sharing import sharing_rules
from crm.services import sharing as services
from crm.services import teams
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.errors import Refused


class SharingRuleResource(SetupResource):
    """`/api/v1/crm/{organization}/sharing-rules`: one a module, there from the start; `sharing` is what changes."""

    name = "sharing-rules"
    singular = "sharing-rule"
    component = "CrmSharingRule"
    model = SharingRule
    ordering = "id"
    fields = of_model(SharingRule, read=("id", "module", "created_at", "updated_at"), write=("sharing",))

    def rows(self) -> QuerySet[SharingRule]:
        return sharing_rules(self.organization)

    def create(self, values: dict[str, Any]) -> SharingRule:
        raise Refused(_("Every module has its rule already. Change that one."), code="change_instead")

    def update(self, record: SharingRule, values: dict[str, Any], version: str) -> SharingRule:
        services.change_sharing(
            actor=self.actor,
            organization=self.organization,
            sharing={record.module: values.get("sharing", record.sharing)},
            versions={record.module: version},
        )
        return record

    def delete(self, record: SharingRule, version: str) -> None:
        raise Refused(_("A rule is never deleted. Set sharing to everybody."), code="change_instead")


class TeamResource(SetupResource):
    """`/api/v1/crm/{organization}/teams`; `members` are the ids of members."""

    name = "teams"
    singular = "team"
    component = "CrmTeam"
    model = Team
    ordering = "id"
    fields = {
        **of_model(Team, write=("name",), required=("name",), orderable=("name",)),
        "members": Field(
            kind=Kind.JSON, source="member_ids", write_as="member_ids", writable=True, help="ids of members"
        ),
    }

    def rows(self) -> QuerySet[Team]:
        held = ArrayAgg(
            "places__membership_id",
            filter=Q(places__isnull=False),
            order_by="places__membership_id",
            default=Value([]),
        )
        return Team.objects.of(self.organization).annotate(member_ids=held)

    def create(self, values: dict[str, Any]) -> Team:
        return teams.create_team(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Team, values: dict[str, Any], version: str) -> Team:
        return teams.update_team(actor=self.actor, team=record, values=values, version=version)

    def delete(self, record: Team, version: str) -> None:
        teams.delete_team(actor=self.actor, team=record, version=version)
