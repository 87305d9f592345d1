"""Settling a conflict by hand: keep the CRM's values, keep finance's, or choose field by field."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Conflict as Clash
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.versions import version_of
from integration.choices import ConflictState, RunTrigger
from integration.core.records import Key, Side
from integration.models import Conflict
from integration.selectors.connections import setting_of
from integration.services import runs
from integration.services.modules import require_active
from integration.services.sync import sync_batch
from integration.services.work import prepare


def keep(*, actor: Actor, conflict: Conflict, side: Side | str, version: str | None = None) -> Conflict:
    """Settle every field in favour of one side."""
    chosen = {entry["name"]: Side(side) for entry in conflict.fields}
    return resolve(actor=actor, conflict=conflict, choices=chosen, version=version)


def resolve(
    *, actor: Actor, conflict: Conflict, choices: Mapping[str, Side | str], version: str | None = None
) -> Conflict:
    """Settle the conflict field by field (name of the field pair → side to keep), and sync the pair at once.

    Every field in conflict has to be decided. If a record changed since the page was shown, the conflict stays open
    with its new values.
    """
    setting = setting_of(conflict.connection)
    _decide(actor, conflict, {name: Side(side) for name, side in choices.items()}, version)
    run = runs.new_run(actor, setting, RunTrigger.RESOLVE)
    work = prepare(setting, run=run, actor=actor.by(Via.SYNC))
    link = conflict.link
    outcome = sync_batch(work, [Key(Side.CRM, link.crm_kind, link.crm_id)])
    runs.finish_now(run)
    conflict.refresh_from_db()
    if outcome.busy:
        raise Clash(_("These records are being synced at this very moment. Try again in a second."), code="busy")
    if conflict.state == ConflictState.OPEN and not conflict.resolution:
        raise _stale()
    return conflict


@transaction.atomic
def _decide(actor: Actor, conflict: Conflict, choices: Mapping[str, Side], version: str | None) -> None:
    require_setup(actor, conflict.connection.crm_organization)
    require_active(conflict.connection)
    locked = Conflict.objects.select_for_update(of=("self",)).filter(pk=conflict.pk).first()
    if locked is None:
        raise NotFound(_("There is no such conflict."))
    if locked.state != ConflictState.OPEN:
        raise Clash(_("This conflict is settled already."), code="settled")
    if version is not None and version_of(locked) != version:
        raise _stale()
    names = {entry["name"] for entry in locked.fields}
    faults = {name: [_("This field is not in conflict.")] for name in choices if name not in names}
    faults.update({name: [_("Choose which value to keep.")] for name in names if name not in choices})
    if faults:
        raise Refused(_("Every field in conflict needs a decision."), fields=faults)
    locked.resolution = {name: side.value for name, side in choices.items()}
    locked.resolved_by_id = actor.user_id
    locked.save(update_fields=["resolution", "resolved_by", "updated_at"])
    audit.services.record(
        actor=actor,
        tenant=conflict.connection.crm_organization.tenant,
        subject=locked,
        verb="resolved",
        before={entry["name"]: {"crm": entry["crm"], "finance": entry["finance"]} for entry in locked.fields},
        after=locked.resolution,
    )


def _stale() -> Clash:
    return Clash(_("One of the records has changed meanwhile. Look at the new values and decide again."), code="stale")
