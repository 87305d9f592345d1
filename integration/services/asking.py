"""When one run is about to change too much at once, the module stops and asks."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict
from integration.choices import IssueState, SettingState
from integration.core.actions import SyncPlan
from integration.models import SyncIssue, SyncSetting
from integration.services.work import Work


def ask(work: Work, plan: SyncPlan) -> None:
    """Note what was held back and pause the module until somebody answers."""
    if not plan.mass_changes:
        return
    asking = {change.pairing.value: {"count": change.count, "limit": change.limit} for change in plan.mass_changes}
    work.setting.state, work.setting.asking = SettingState.ASKING.value, asking
    SyncSetting.objects.filter(pk=work.setting.pk).update(
        state=SettingState.ASKING, asking=asking, updated_at=timezone.now()
    )
    SyncIssue.objects.get_or_create(
        connection=work.connection,
        code="mass_change",
        state=IssueState.WAITING,
        defaults={"params": asking, "run": work.run, "label": str(work.setting.get_module_display())},
    )


@transaction.atomic
def answer(*, actor: Actor, setting: SyncSetting, confirmed: bool) -> SyncSetting:
    """Let the held changes go, or keep the module paused so that they can be looked into."""
    require_setup(actor, setting.connection.crm_organization)
    setting = SyncSetting.objects.select_for_update(of=("self",)).select_related("connection").get(pk=setting.pk)
    if setting.state != SettingState.ASKING:
        raise Conflict(_("Nothing waits for an answer here any more."), code="not_asking")
    before = {"state": setting.state}
    setting.confirmed = sorted({*setting.confirmed, *setting.asking}) if confirmed else []
    setting.state = SettingState.ACTIVE if confirmed else SettingState.PAUSED
    setting.asking = {}
    setting.save(update_fields=["confirmed", "state", "asking", "updated_at"])
    now = timezone.now()
    SyncIssue.objects.filter(connection=setting.connection, code="mass_change", state=IssueState.WAITING).update(
        state=IssueState.RESOLVED, resolved_at=now, updated_at=now
    )
    audit.services.record(
        actor=actor,
        tenant=setting.connection.crm_organization.tenant,
        subject=setting,
        verb="answered",
        before=before,
        after={"state": setting.state, "confirmed": setting.confirmed},
    )
    return setting
