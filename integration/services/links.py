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
from integration.core.pairings import PAIRINGS
from integration.core.policy import SyncSettings
from integration.core.records import Key, Side
from integration.models import Connection, Link, Run
from integration.selectors.connections import setting_of
from integration.services import runs
from integration.services.sync import sync_batch, sync_keys
from integration.services.work import SIDES, Work, prepare


def unlink(*, actor: Actor, link: Link) -> Link:
    """Take a pair apart. Both records stay as they are and apart, until a person links them again."""
    require_setup(actor, link.connection.crm_organization)
    setting = setting_of(link.connection)
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


def _decide(actor: Actor, connection: Connection, kind: Kind | str, record_id: int, choice: Choice) -> Run:
    require_setup(actor, connection.crm_organization)
    setting = setting_of(connection)
    key = Key(SIDES[str(kind)], str(kind), record_id)
    work = prepare(setting, actor=actor.by(Via.SYNC))
    work.choices = {key: choice}
    work.chosen_others = _others(key, choice)
    _require_there(work, {key})
    if work.chosen_others:
        _require_there(work, work.chosen_others)
    run = work.run = runs.new_run(actor, setting, RunTrigger.RECORD)
    outcome = sync_batch(work, [key])
    runs.finish_now(run)
    if outcome.busy:
        raise Conflict(_("This record is being synced at this very moment. Try again in a second."), code="busy")
    for written in outcome.done:
        if not written.is_done:
            raise Refused(_("The record can't be synced as it is. See the sync issues for the reason."), code="failed")
    return run


def _require_there(work: Work, keys: set[Key]) -> None:
    """One of these must be a record of the connection's own organizations."""
    found = {**work.crm.read(keys), **work.finance.read(keys)}
    if all(record.deleted for record in found.values()):
        raise NotFound(_("There is no such record."))


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


def _tell(actor: Actor, connection: Connection, subject: Link, verb: str) -> None:
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
