"""Which modules sync at the moment, and the switch of one. Its connection has a switch of its own: activation.py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, Refused
from integration.choices import ConnectionState, SettingState
from integration.models import Connection, SyncSetting
from integration.selectors.connections import settings
from integration.services.claiming import NotActive
from integration.services.hints import hint_sweep

log = structlog.get_logger(__name__)


@transaction.atomic
def resume_module(*, actor: Actor, setting: SyncSetting) -> SyncSetting:
    """Go on with a module that was kept paused; what changed meanwhile is synced now."""
    require_setup(actor, setting.connection.crm_organization)
    setting = SyncSetting.objects.select_for_update(of=("self",)).select_related("connection").get(pk=setting.pk)
    if setting.state != SettingState.PAUSED:
        raise Conflict(_("This module is in another state by now. Reload the page."), code="state")
    setting.state = SettingState.ACTIVE
    setting.save(update_fields=["state", "updated_at"])
    audit.services.record(
        actor=actor,
        tenant=setting.connection.crm_organization.tenant,
        subject=setting,
        verb="updated",
        before={"state": SettingState.PAUSED.value},
        after={"state": SettingState.ACTIVE.value},
    )
    hint_sweep()
    return setting


@contextmanager
def by_itself(setting: SyncSetting) -> Iterator[None]:
    """What fails for one connection is noted, and keeps no other from being synced. It is tried again all the same."""
    try:
        yield
    except (SoftTimeLimitExceeded, OperationalError):
        raise  # no connection's own fault: the time is up, or the database is gone
    except Exception:
        log.exception("sync.connection_failed", connection=setting.connection_id)


def is_going(setting: SyncSetting) -> bool:
    """Neither the connection nor the module is paused."""
    return setting.connection.state == ConnectionState.ACTIVE and setting.state == SettingState.ACTIVE


def going_settings() -> list[SyncSetting]:
    """Every module that syncs by itself."""
    return list(settings().filter(connection__state=ConnectionState.ACTIVE, state=SettingState.ACTIVE).order_by("pk"))


def require_active(connected: Connection) -> None:
    """Refuse what would read or write finance while the connection is switched off or paused."""
    if not Connection.objects.filter(pk=connected.pk, state=ConnectionState.ACTIVE).exists():
        raise NotActive


def require_going(setting: SyncSetting) -> None:
    require_active(setting.connection)
    if setting.state == SettingState.PAUSED:
        raise Refused(_("This module is paused. Resume it first."), code="paused")
    if setting.state == SettingState.ASKING:
        raise Refused(_("Answer first whether the changes that were held back may go."), code="asking")


def may_go_on(setting: SyncSetting) -> bool:
    """Whether nobody has paused it or switched it off since it was read."""
    return SyncSetting.objects.filter(
        pk=setting.pk, state=SettingState.ACTIVE, connection__state=ConnectionState.ACTIVE
    ).exists()
