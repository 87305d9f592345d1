"""Pairs made and parted by hand, and what a person decides about a record without a counterpart."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Conflict, NotFound, Refused
from integration.choices import Kind, RunTrigger
from integration.core.actions import SyncPlan
from integration.core.batch import Choice, ChoiceKind, PairBatch
from integration.core.linked import plan_unlink
from integration.core.pairings import PAIRINGS, Pairing
from integration.core.policy import SyncSettings
from integration.core.records import Key, Side
from integration.models import Connection, Exclusion, Link, Run
from integration.services import runs
from integration.services.claiming import leave_hints
from integration.services.hints import hint_changes
from integration.services.sync import sync_batch, sync_keys
from integration.services.work import SIDES, prepare


def unlink(*, actor: Actor, link: Link) -> Link:
    """Take a pair apart. Both records stay as they are and apart, until a person links them again."""
    require_setup(actor, link.connection.crm_organization)
    setting = runs.setting_of(link.connection)
    key = Key(Side.CRM, link.crm_kind, link.crm_id)
    work = prepare(setting, run=runs.new_run(actor, setting, RunTrigger.RECORD), actor=actor.by(Via.SYNC))

    def planner(batch: PairBatch, _settings: SyncSettings) -> SyncPlan:
        for found in batch.links:
            if found.id == link.pk:
                ends = (batch.records[found.key(side)] for side in Side)
                return SyncPlan(actions=(plan_unlink(found, *ends),))
        raise Conflict(_("This pair is being synced, or is linked no more. Reload the page."), code="busy")

    with transaction.atomic():
        sync_keys(work, [key], planner)
        _tell(actor, link.connection, link, "unlinked")
    if work.run is not None:
        runs.finish_now(work.run)
    link.refresh_from_db()
    return link


def link_records(
    *,
    actor: Actor,
    connection: Connection,
    kind: Kind | str,
    record_id: int,
    other_id: int,
    keep: Side | str | None = None,
) -> Link:
    """Pair two records by hand, whatever their names say, and whether or not they were kept apart before.

    `keep` is the side whose values win where both have one; without it, each difference becomes a conflict to settle.
    """
    choice = Choice(kind=ChoiceKind.LINK, other=other_id, keep=None if keep is None else Side(keep))
    _decide(actor, connection, kind, record_id, choice)
    return _link_of(connection, kind, record_id)


def create_counterpart(*, actor: Actor, connection: Connection, kind: Kind | str, record_id: int) -> Link:
    """Make a new record on the other side for this one, although others look like it or it was unlinked."""
    _decide(actor, connection, kind, record_id, Choice(kind=ChoiceKind.CREATE))
    return _link_of(connection, kind, record_id)


def leave_alone(*, actor: Actor, connection: Connection, kind: Kind | str, record_id: int) -> Run:
    """Keep this record without a counterpart, until a person decides otherwise."""
    return _decide(actor, connection, kind, record_id, Choice(kind=ChoiceKind.SKIP))


@transaction.atomic
def exclude(*, actor: Actor, connection: Connection, pairing: Pairing | str, crm_id: int, finance_id: int) -> Exclusion:
    """Say that these two are not the same, although they look it. Each is judged again without the other."""
    require_setup(actor, connection.crm_organization)
    spec = PAIRINGS[Pairing(pairing)]
    excluded, made = Exclusion.objects.get_or_create(
        connection=connection,
        crm_kind=spec.crm_model,
        crm_id=crm_id,
        finance_kind=spec.finance_model,
        finance_id=finance_id,
        defaults={"reason": "person"},
    )
    if made:
        leave_hints(connection.pk, [spec.key(Side.CRM, crm_id), spec.key(Side.FINANCE, finance_id)])
        hint_changes({connection.crm_organization_id}, {connection.finance_organization_id})
        _tell(actor, connection, excluded, "excluded")
    return excluded


def _decide(actor: Actor, connection: Connection, kind: Kind | str, record_id: int, choice: Choice) -> Run:
    require_setup(actor, connection.crm_organization)
    setting = runs.setting_of(connection)
    key = Key(SIDES[str(kind)], str(kind), record_id)
    run = runs.new_run(actor, setting, RunTrigger.RECORD)
    work = prepare(setting, run=run, actor=actor.by(Via.SYNC))
    work.choices = {key: choice}
    work.chosen_others = _others(key, choice)
    outcome = sync_batch(work, [key])
    runs.finish_now(run)
    if outcome.busy:
        raise Conflict(_("This record is being synced at this very moment. Try again in a second."), code="busy")
    for written in outcome.done:
        if not written.is_done:
            raise Refused(_("The record can't be synced as it is. See the sync issues for the reason."), code="failed")
    return run


def _others(key: Key, choice: Choice) -> set[Key]:
    """The record that the person named, whichever kind of pair it would be."""
    if choice.other is None:
        return set()
    side = key.side.other
    return {
        spec.key(side, choice.other) for spec in PAIRINGS.values() if key.model in (spec.crm_model, spec.finance_model)
    }


def _link_of(connection: Connection, kind: Kind | str, record_id: int) -> Link:
    end = "crm" if SIDES[str(kind)] is Side.CRM else "finance"
    found = (
        Link.objects.open().filter(connection=connection, **{f"{end}_kind": str(kind), f"{end}_id": record_id}).first()
    )
    if found is None:
        raise NotFound(_("The records could not be linked: one of them is linked already, or belongs elsewhere."))
    return found


def _tell(actor: Actor, connection: Connection, subject: Link | Exclusion, verb: str) -> None:
    audit.services.record(
        actor=actor,
        tenant=connection.crm_organization.tenant,
        subject=subject,
        verb=verb,
        after={
            "crm": [subject.crm_kind, subject.crm_id],
            "finance": [subject.finance_kind, subject.finance_id],
        },
    )
