"""Taking a run back, wherever nobody has touched what it did."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import require_setup
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, Refused
from integration.choices import UNFINISHED, ActionState, RunState, RunTrigger
from integration.core.actions import SyncPlan
from integration.core.batch import PairBatch
from integration.core.pairings import Pairing
from integration.core.policy import SyncSettings
from integration.core.records import Key, Side, from_json, to_json
from integration.core.undo import ChangedSince, JournalEntry, JournalOp, plan_undo
from integration.models import Action, Journal, Run
from integration.rows import insert
from integration.selectors.record_names import Names, names_of
from integration.services import recording
from integration.services.modules import require_active
from integration.services.sync import sync_keys
from integration.services.work import SIDES, Work

SLICE = 200
REST = 0.1
"""Seconds until records that somebody was at are asked for again."""

ORDER = (Pairing.CONTACT_PERSON, Pairing.CONTACT_CUSTOMER, Pairing.ACCOUNT_CUSTOMER)
"""Children first: with a customer, its contact persons would go, too."""


class Busy(Exception):
    """Somebody is at some of these records: the slice is taken back as a whole, and done later."""


UNDOABLE = (RunState.FINISHED, RunState.CANCELLED, RunState.ASKING)


@transaction.atomic
def undo(*, actor: Actor, run: Run) -> Run:
    """Ask for a run to be taken back. What people changed since stays as they made it, and is listed."""
    from integration.services import runs

    require_setup(actor, run.connection.crm_organization)
    run = runs.lock(run)
    if run.trigger in (RunTrigger.PREVIEW, RunTrigger.UNDO):
        raise Refused(_("There is nothing to undo in this run."), code="not_undoable")
    require_active(run.connection)
    if run.state not in UNDOABLE:
        raise Conflict(_("This run is not over yet, or was undone already."), code="not_undoable")
    return runs.queue_undo(actor, run)


def continue_undo(run: Run, work: Work, *, deadline: float) -> bool:
    """Go on with an undo until the time is up; True when it is over."""
    assert run.undoes is not None
    place, below = int(run.cursor.get("place", 0)), run.cursor.get("below")
    while place < len(ORDER):
        if time.monotonic() >= deadline:
            return False
        links = _next_links(run.undoes, ORDER[place], below)
        if not links:
            place, below = place + 1, None
            continue
        if not Run.objects.filter(pk=run.pk, state__in=UNFINISHED).exists():
            return True
        try:
            with transaction.atomic():
                _undo_slice(run, work, run.undoes, links)
                below = links[-1]
                recording.advance(run, done=len(links), cursor={"place": place, "below": below})
        except Busy:
            time.sleep(REST)
    if recording.finish(run, RunState.FINISHED):
        Run.objects.filter(pk=run.undoes.pk).update(state=RunState.UNDONE)
    return True


def count_links(run: Run) -> int:
    """How many pairs a run wrote to."""
    return Journal.objects.filter(run=run).values("link_id").distinct().count()


def _next_links(run: Run, pairing: Pairing, below: int | None) -> list[int]:
    rows = Journal.objects.filter(run=run, pairing=pairing.value, link_id__isnull=False)
    if below is not None:
        rows = rows.filter(link_id__lt=below)
    found = rows.order_by("-link_id").values_list("link_id", flat=True).distinct()[:SLICE]
    return [link_id for link_id in found if link_id is not None]


def _undo_slice(run: Run, work: Work, undone: Run, links: Sequence[int]) -> None:
    entries = [_entry(row) for row in Journal.objects.filter(run=undone, link_id__in=links).order_by("id")]
    keys = {entry.key for entry in entries if entry.key is not None}
    keys |= {key for row in Journal.objects.filter(run=undone, link_id__in=links) for key in [_key(row)]}
    since: list[ChangedSince] = []

    def planner(batch: PairBatch, settings: SyncSettings) -> SyncPlan:
        found = {link.id: link for link in batch.links}
        planned = plan_undo(entries, batch.records, found, settings)
        since.extend(planned.changed_since)
        return planned.plan

    outcome = sync_keys(work, keys, planner)
    if outcome.busy:
        raise Busy
    names = names_of((one.key.model, one.key.pk) for one in since)
    insert(Action, [_since_row(run, entries, one, names) for one in since])


def _entry(row: Journal) -> JournalEntry:
    op = JournalOp(row.op)
    plain = op in (JournalOp.CREATE, JournalOp.UPDATE)
    return JournalEntry(
        id=row.pk,
        op=op,
        pairing=Pairing(row.pairing),
        link=row.link_id,
        key=None if op is JournalOp.LINK else _key(row),
        before=from_json(row.before) if plain else {},
        after=from_json(row.after) if plain else {},
    )


def _key(row: Journal) -> Key:
    return Key(SIDES[row.kind], row.kind, row.record_id)


def _since_row(run: Run, entries: Sequence[JournalEntry], one: ChangedSince, names: Names) -> dict[str, object]:
    pairing = next(entry.pairing for entry in entries if entry.key == one.key)
    is_crm = one.key.side is Side.CRM
    values = to_json({"written": one.written, "now": one.now})
    side = one.key.side.value
    return {
        "run_id": run.pk,
        "pairing": pairing.value,
        "op": "changed_since",
        "kind": one.key.model,
        "crm_id": one.key.pk if is_crm else None,
        "finance_id": None if is_crm else one.key.pk,
        "label": names.get((one.key.model, one.key.pk), ("", ""))[0][:250],
        "reason": "changed_since" if one.column else "gone_since",
        "before": {side: {one.column: values["written"]}} if one.column else {},
        "after": {side: {one.column: values["now"]}} if one.column else {},
        "crm_rev": -1,
        "finance_rev": -1,
        "state": ActionState.FAILED.value,
    }
