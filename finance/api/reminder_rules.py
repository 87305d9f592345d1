"""On the API: when customers are reminded without anybody thinking of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from finance.api.base import FinanceResource, names
from finance.models import ReminderRule
from finance.rights import Right
from finance.selectors import reminders as selectors
from finance.services import reminder_rules as services
from finsuite.kernel.api.fields import of_model
from finsuite.kernel.api.resources import Need


class ReminderRuleResource(FinanceResource):
    """`/api/v1/finance/{organization}/reminder-rules`; `days` is counted from the due day, below zero before it."""

    name = "reminder-rules"
    singular = "reminder-rule"
    component = "FinanceReminderRule"
    model = ReminderRule
    ordering = "days"
    can_search = False
    rights = dict.fromkeys((Need.CREATE, Need.EDIT, Need.DELETE), Right.MANAGE_EMAILS)
    fields = of_model(
        ReminderRule,
        read=("id", "active_from", "fault", "created_at", "updated_at"),
        write=names(services.WRITABLE),
        required=("days",),
        orderable=("days",),
    )

    def rows(self) -> QuerySet[ReminderRule]:
        return selectors.rules(self.organization)

    def create(self, values: dict[str, Any]) -> ReminderRule:
        return services.create_rule(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: ReminderRule, values: dict[str, Any], version: str) -> ReminderRule:
        return services.update_rule(actor=self.actor, rule=record, values=values, version=version)

    def delete(self, record: ReminderRule, version: str) -> None:
        services.delete_rule(actor=self.actor, rule=record, version=version)
