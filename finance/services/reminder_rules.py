"""Setting up when customers are reminded without anybody thinking of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finance.access import require
from finance.choices import EmailKind
from finance.models import Organization, ReminderRule
from finance.models.reminders import LATEST, SOONEST
from finance.rights import Right
from finance.selectors.days import today
from finance.services.correspondence import require_template
from finance.services.references import kept, lock, refusing_clash, tell_setting
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change, assign
from finsuite.kernel.versions import require_version

WRITABLE = frozenset({"days", "recipient", "template", "is_active"})
MOST = 10


@transaction.atomic
def create_rule(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> ReminderRule:
    """Add a rule. Until it is switched on, nobody is reminded by it."""
    require(actor, organization, Right.MANAGE_EMAILS)
    rule = ReminderRule(organization=organization)
    if values.get("days") is None:
        sentence = _("Say how many days before or after the due day.")
        raise Refused(sentence, code="required", fields={"days": [sentence]})
    change = assign(rule, values, allowed=WRITABLE)
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)
    if ReminderRule.objects.of(organization).count() >= MOST:
        raise Refused(_("There are %(most)d rules already.") % {"most": MOST}, code="too_many")
    _settle(rule, change)
    with _refusing_second():
        rule.save(force_insert=True)
    tell_setting(actor, rule, "created", subject="reminder_rules", after={"days": rule.days, **change.after})
    return rule


@transaction.atomic
def update_rule(
    *, actor: Actor, rule: ReminderRule, values: Mapping[str, Any], version: str | None = None
) -> ReminderRule:
    """Change a rule, switch it on or off. It speaks of days from the one on which it was switched on."""
    require(actor, rule.organization, Right.MANAGE_EMAILS)
    rule = lock(rule, _("There is no such rule."))
    require_version(rule, version)
    change = assign(rule, values, allowed=WRITABLE)
    if not change:
        return rule
    _settle(rule, change)
    rule.fault = ""
    with _refusing_second():
        rule.save(update_fields=[*change.fields, "active_from", "fault"])
    tell_setting(actor, rule, "updated", subject="reminder_rules", before=change.before, after=change.after)
    return rule


@transaction.atomic
def delete_rule(*, actor: Actor, rule: ReminderRule, version: str | None = None) -> None:
    """Delete a rule. What it has sent stays."""
    require(actor, rule.organization, Right.MANAGE_EMAILS)
    rule = lock(rule, _("There is no such rule."))
    require_version(rule, version)
    tell_setting(actor, rule, "deleted", subject="reminder_rules", before=kept(rule, WRITABLE))
    rule.delete()


def _settle(rule: ReminderRule, change: Change) -> None:
    """Check the rule; one that is switched on, or whose day is another one, begins today."""
    if not SOONEST <= rule.days <= LATEST:
        sentence = _("A reminder goes out from %(before)d days before to %(after)d days after the due day.")
        raise Refused(
            _("Some fields can't be saved as they are."),
            fields={"days": [sentence % {"before": -SOONEST, "after": LATEST}]},
        )
    if "template" in change:
        require_template(rule.organization, EmailKind.REMINDER, rule.template)
    if not rule.is_active:
        rule.active_from = None
    elif "is_active" in change or "days" in change or rule.active_from is None:
        rule.active_from = today(rule.organization)


def _refusing_second() -> Any:
    return refusing_clash("finance_reminder_rule_day_once", "days", _("There is a rule for this day already."))
