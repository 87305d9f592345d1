"""What an administrator chooses for the sync of a connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import require_setup
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.records import assign
from finsuite.kernel.versions import require_version
from integration.choices import Extent
from integration.models import SyncSetting
from integration.selectors.connections import eligible_views
from integration.services.connections import tell

WRITABLE = frozenset(
    {
        *("mode", "include_unattached", "account_view_id", "contact_view_id", "extent", "granularity"),
        *("duplicate_policy", "conflict_policy", "on_crm_deleted", "on_finance_deleted"),
        *("guard_count", "guard_share", "sweep_minutes"),
    }
)

# These only say when and how carefully; no decision on a record depends on them.
_NOT_DECISIVE = frozenset({"guard_count", "guard_share", "sweep_minutes"})


@transaction.atomic
def save_setting(
    *, actor: Actor, setting: SyncSetting, values: Mapping[str, Any], version: str | None = None
) -> SyncSetting:
    """Change how a module is synced. It applies from the next run on; nothing synced before is taken back."""
    require_setup(actor, setting.connection.crm_organization)
    setting = _locked(setting)
    require_version(setting, version)
    change = assign(setting, values, allowed=WRITABLE)
    if not change:
        return setting
    _check(actor, setting, change.after)
    fields = list(change.fields)
    if not _NOT_DECISIVE.issuperset(change.after):
        setting.generation += 1
        fields.append("generation")
    setting.save(update_fields=fields)
    tell(actor, setting.connection, "sync setting changed", change.before, change.after)
    return setting


def _locked(setting: SyncSetting) -> SyncSetting:
    found = (
        SyncSetting.objects.select_for_update(of=("self",))
        .select_related("connection__crm_organization", "connection__finance_organization")
        .filter(pk=setting.pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such sync setting."))
    return found


def _check(actor: Actor, setting: SyncSetting, chosen: Mapping[str, Any]) -> None:
    faults: dict[str, list[str]] = {}
    for name, module in (("account_view_id", "accounts"), ("contact_view_id", "contacts")):
        view_id = chosen.get(name)
        if view_id is not None and not eligible_views(setting, module, actor.user_id).filter(pk=view_id).exists():
            faults[name] = [_("There is no such list view that everybody has, or that is your own.")]
    if setting.extent == Extent.BOTH and not setting.connection.is_two_way:
        faults["extent"] = [_("A further connection only carries CRM records to finance.")]
    if faults:
        raise Refused(_("Some settings can't be saved as they are."), fields=faults)
