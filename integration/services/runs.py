"""Previews and runs: asked for by a person or by the clock, done in the background, in slices that each commit."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import access as crm_access
from crm.access import require_setup
from crm.choices import Level
from crm.choices import Module as CrmModule
from finance import access as finance_access
from finance.rights import Right
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Conflict, NotFound
from integration.choices import UNFINISHED, ConnectionState, Kind, RunState, RunTrigger
from integration.core.actions import MassChange
from integration.core.pairings import Pairing
from integration.core.records import Key
from integration.models import Connection, Run, SyncSetting
from integration.selectors.connections import setting_of
from integration.services import recording
from integration.services.changes import Cursor, content_audit, count_work, freshen_statistics, next_slice
from integration.services.claiming import NotActive
from integration.services.hints import publish_run
from integration.services.modules import is_going, may_go_on, require_active, require_going
from integration.services.sync import Outcome, preview_keys, sync_batch, sync_hints, sync_unfinished
from integration.services.undo import continue_undo, count_links
from integration.services.work import SIDES, Work, prepare

RUN_SLICE, SWEEP_SLICE = 500, 150
"""Records of one phase in a transaction, not counting those that belong to them. A run that somebody waits for takes
large slices; what goes on beside people's own work takes small ones, which hold their locks for a moment only."""

HINTS = 200
MANY = 1000
MOST_FAILURES = 3

log = structlog.get_logger(__name__)


@transaction.atomic
def preview(*, actor: Actor, setting: SyncSetting) -> Run:
    """Ask for a preview: what a sync would do now, with nothing written. It is planned in the background."""
    require_setup(actor, setting.connection.crm_organization)
    if setting.connection.state == ConnectionState.DISABLED:
        raise NotActive
    under_way = Run.objects.filter(connection=setting.connection, module=setting.module, trigger=RunTrigger.PREVIEW)
    for outdated in under_way.filter(state__in=UNFINISHED).exclude(generation=setting.generation):
        recording.finish(outdated, RunState.CANCELLED)
    return _queue(actor, setting, RunTrigger.PREVIEW)


@transaction.atomic
def start(*, actor: Actor, setting: SyncSetting, previewed: Run | None = None) -> Run:
    """Ask for a sync. What moved since the preview is judged anew; the rest goes as previewed."""
    require_setup(actor, setting.connection.crm_organization)
    require_going(setting)
    first = not Run.objects.filter(
        connection=setting.connection, module=setting.module, trigger=RunTrigger.FIRST, state=RunState.FINISHED
    ).exists()
    run = _queue(actor, setting, RunTrigger.FIRST if first else RunTrigger.MANUAL)
    if previewed is not None:
        Run.objects.filter(pk=previewed.pk).update(preview_of=run)
    return run


@transaction.atomic
def cancel(*, actor: Actor, run: Run) -> Run:
    """Stop a run after the slice it is at. What it did so far stays, and can be undone."""
    require_setup(actor, run.connection.crm_organization)
    run = lock(run)
    if run.state not in UNFINISHED:
        raise Conflict(_("This run is over already."), code="finished")
    _end(run, RunState.CANCELLED)
    return run


def sync_record(*, actor: Actor, setting: SyncSetting, kind: Kind | str, record_id: int) -> Run:
    """Sync one record now, and say what came of it."""
    _require_edit(actor, setting.connection, str(kind))
    require_going(setting)
    run = new_run(actor, setting, RunTrigger.RECORD)
    work = prepare(setting, run=run, actor=actor.by(Via.SYNC))
    outcome = sync_batch(work, [Key(SIDES[str(kind)], str(kind), record_id)])
    finish_now(run)
    if outcome.busy:
        raise Conflict(_("This record is being synced at this very moment. Try again in a second."), code="busy")
    run.refresh_from_db()
    return run


def new_run(actor: Actor, setting: SyncSetting, trigger: RunTrigger) -> Run:
    """A run that is done at once, in the caller's own time, and never seen unfinished: nobody else goes on with it.

    Raises Refused where the connection is not active.
    """
    require_active(setting.connection)
    return _new(actor, setting, trigger, RunState.FINISHED)


def finish_now(run: Run) -> None:
    """Such a run is over."""
    Run.objects.filter(pk=run.pk).update(finished_at=timezone.now())


def queue_undo(actor: Actor, run: Run) -> Run:
    """Have a run taken back in the background."""
    queued = _queue(actor, setting_of(run.connection, run.module), RunTrigger.UNDO)
    queued.undoes = run
    queued.save(update_fields=["undoes", "updated_at"])
    return queued


def continue_run(run_id: int, *, seconds: float) -> bool:
    """Go on with a run for about so long; True when it is over. A second worker on the same run leaves at once."""
    run = Run.objects.select_related("connection").filter(pk=run_id, state__in=UNFINISHED).first()
    if run is None:
        return True
    with _only_worker_on(run) as alone:
        if not alone:
            return True
        setting = setting_of(run.connection, run.module)
        work = prepare(setting, run=run, actor=_actor_of(run))
        try:
            return _continue(run, work, deadline=time.monotonic() + seconds)
        except NotActive:
            _stop(run)
            return True
        except Exception as error:
            _count_failure(run, error)
            raise


def sync_changes(setting: SyncSetting, *, seconds: float) -> int:
    """Sync what the hints name until there are none left, or the time is up. Answers how many records were written."""
    if not is_going(setting):
        return 0
    deadline = time.monotonic() + seconds
    work = prepare(setting)
    work.in_background = True
    writes = 0
    while time.monotonic() < deadline and may_go_on(work.setting):
        work.heavy = {}
        try:
            outcome = sync_hints(work, at_most=HINTS, run=lambda: changes_run(setting))
        except NotActive:
            break
        if outcome is None or (not outcome.done and outcome.busy):
            break
        writes += outcome.writes
        if outcome.held:
            return writes
    return writes + sum(outcome.writes for outcome in _left_over(work, deadline))


def sweep(setting: SyncSetting, *, seconds: float) -> int:
    """Find by state alone what no hint told of, and sync it. Answers how many records were looked at."""
    if not is_going(setting):
        return 0
    deadline, looked_at = time.monotonic() + seconds, 0
    work, cursor = prepare(setting), Cursor()
    work.in_background = True
    for left in _left_over(work, deadline):
        looked_at += left.looked_at
        if left.held:
            return looked_at
    while time.monotonic() < deadline and may_go_on(work.setting):
        slice_ = next_slice(work, cursor, size=SWEEP_SLICE)
        if not slice_.keys:
            break
        work.run = work.run or changes_run(setting)
        try:
            outcome = sync_batch(work, slice_.keys)
        except NotActive:
            break
        looked_at, cursor = looked_at + len(slice_.keys), slice_.cursor
        if outcome.held:
            break
    return looked_at


def full_sweep(setting: SyncSetting) -> Run | None:
    """The regular full sweep: compare contents, too, then sync whatever differs, as a run of its own in the history."""
    if not is_going(setting):
        return None
    content_audit(setting)
    SyncSetting.objects.filter(pk=setting.pk).update(swept_at=timezone.now())
    if not count_work(prepare(setting)):
        return None
    try:
        with transaction.atomic():
            return _queue(Actor.system(), setting, RunTrigger.SWEEP)
    except Conflict:
        return None  # a run is under way: it finds the same


def changes_run(setting: SyncSetting) -> Run:
    """The run that takes in the changes of this hour, so that the history doesn't fill with single edits.

    One that is undone, or about to be, takes in no more: what is undone is what the person saw.
    """
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    run = Run.objects.filter(
        connection=setting.connection,
        module=setting.module,
        trigger=RunTrigger.CHANGES,
        state=RunState.FINISHED,
        started_at=hour,
        undone_by=None,
    ).first()
    return run or Run.objects.create(
        connection=setting.connection,
        module=setting.module,
        trigger=RunTrigger.CHANGES,
        state=RunState.FINISHED,
        generation=setting.generation,
        started_at=hour,
        finished_at=now,
    )


def _left_over(work: Work, deadline: float) -> Iterator[Outcome]:
    """What dead workers have left, until the time is up."""
    batches = sync_unfinished(work, run=lambda: changes_run(work.setting))
    while time.monotonic() < deadline and may_go_on(work.setting):
        try:
            outcome = next(batches, None)
        except NotActive:
            return
        if outcome is None:
            return
        yield outcome
        if outcome.held:
            return


def _continue(run: Run, work: Work, *, deadline: float) -> bool:
    if run.state == RunState.QUEUED:
        _begin(run, work)
    if run.trigger == RunTrigger.PREVIEW:
        _plan(run, work)
        return True
    if run.trigger == RunTrigger.UNDO:
        return continue_undo(run, work, deadline=deadline)
    return _go_on(run, work, deadline=deadline)


def _count_failure(run: Run, error: Exception) -> None:
    """A run that fails again and again is given up, and says why. Until then it is tried anew after a minute.

    A preview that fails would fail again: nothing has changed by it.
    """
    failures = int(run.cursor.get("failures", 0)) + 1
    run.cursor = {**run.cursor, "failures": failures}
    Run.objects.filter(pk=run.pk).update(cursor=run.cursor)
    if failures >= MOST_FAILURES or run.trigger == RunTrigger.PREVIEW:
        _end(run, RunState.FAILED, _("It was given up after several tries: %(reason)s") % {"reason": repr(error)[:300]})


def _go_on(run: Run, work: Work, *, deadline: float) -> bool:
    work.in_background = True
    cursor = Cursor(**{name: run.cursor.get(name, 0) for name in ("phase", "after")})
    work.heavy = {Pairing(name): count for name, count in run.cursor.get("heavy", {}).items()}
    for left in _left_over(work, deadline):
        recording.advance(run, done=left.looked_at, cursor=run.cursor)
        if left.held:
            recording.finish(run, RunState.ASKING)
            return True
    while time.monotonic() < deadline:
        if Run.objects.filter(pk=run.pk, state=RunState.CANCELLED).exists() or not may_go_on(work.setting):
            _stop(run)
            return True
        slice_ = next_slice(work, cursor, size=RUN_SLICE)
        if not slice_.keys:
            _end(run, RunState.FINISHED)
            return True
        with _undisturbed():
            outcome = sync_batch(work, slice_.keys)
        cursor = slice_.cursor
        heavy = {pairing.value: count for pairing, count in work.heavy.items()}
        recording.advance(run, done=len(slice_.keys), cursor={**cursor.as_json(), "heavy": heavy})
        if outcome.held:
            recording.finish(run, RunState.ASKING)
            return True
    return False


def _plan(run: Run, work: Work) -> None:
    """The whole preview as one plan, so that it knows everything that the runs' slices will find."""
    cursor, keys = Cursor(), set()
    while True:
        slice_ = next_slice(work, cursor, size=5000)
        if not slice_.keys:
            break
        keys.update(slice_.keys)
        cursor = slice_.cursor
    with transaction.atomic():
        plan, rows = preview_keys(work, keys)
        recording.save(rows)
        run.counts = recording.plan_counts(plan)
        held = {change.pairing.value: _held_row(change) for change in plan.mass_changes}
        Run.objects.filter(pk=run.pk).update(counts=run.counts, done=len(keys), cursor={"held": held} if held else {})
        recording.finish(run, RunState.PLANNED)


def _held_row(change: MassChange) -> dict[str, int]:
    return {"count": change.count, "limit": change.limit}


def _begin(run: Run, work: Work) -> None:
    total = count_links(run.undoes) if run.undoes is not None else count_work(work)
    if total > MANY:
        freshen_statistics()
    run.state, run.started_at, run.total = RunState.RUNNING.value, timezone.now(), total
    queued = Run.objects.filter(pk=run.pk, state=RunState.QUEUED)
    queued.update(state=run.state, started_at=run.started_at, total=total, updated_at=run.started_at)


def _end(run: Run, state: RunState, message: str = "") -> None:
    """It is over, one way or another. What was allowed to go over the bound was allowed once."""
    if recording.finish(run, state, message):
        setting = SyncSetting.objects.filter(connection=run.connection_id, module=run.module)
        setting.exclude(confirmed=[]).update(confirmed=[])


def _stop(run: Run) -> None:
    _end(run, RunState.CANCELLED, _("The connection or the module was paused meanwhile."))


def _queue(actor: Actor, setting: SyncSetting, trigger: RunTrigger) -> Run:
    running = Run.objects.filter(connection=setting.connection, module=setting.module, state__in=UNFINISHED)
    # One after the other: two people who press the button at once get one run, and one of them this sentence.
    Connection.objects.select_for_update(of=("self",), no_key=True).get(pk=setting.connection_id)
    same = (
        running.filter(trigger=RunTrigger.PREVIEW)
        if trigger is RunTrigger.PREVIEW
        else running.exclude(trigger=RunTrigger.PREVIEW)
    )
    if same.exists():
        raise Conflict(_("A run is under way already. Wait until it is over, or cancel it."), code="running")
    run = _new(actor, setting, trigger, RunState.QUEUED)
    transaction.on_commit(lambda: publish_run(run.pk), robust=True)
    return run


def _new(actor: Actor, setting: SyncSetting, trigger: RunTrigger, state: RunState) -> Run:
    return Run.objects.create(
        connection=setting.connection,
        module=setting.module,
        trigger=trigger,
        state=state,
        started_by_id=actor.user_id,
        generation=setting.generation,
        started_at=timezone.now() if state is RunState.FINISHED else None,
    )


def _require_edit(actor: Actor, connected: Connection, kind: str) -> None:
    """Whoever may change the record may have it synced."""
    if kind in (Kind.ACCOUNT, Kind.CONTACT):
        module = CrmModule.ACCOUNTS if kind == Kind.ACCOUNT else CrmModule.CONTACTS
        crm_access.require(actor, connected.crm_organization, module, Level.EDIT)
    else:
        finance_access.require(actor, connected.finance_organization, Right.EDIT_CUSTOMERS)


def _actor_of(run: Run) -> Actor | None:
    """Who pressed the button caused the run; what the clock started has the authors of the changes."""
    return Actor.person(run.started_by, Via.SYNC) if run.started_by is not None else None


def lock(run: Run) -> Run:
    """The run as it is now, locked for a write."""
    found = (
        Run.objects.select_for_update(of=("self",))
        .select_related("connection__crm_organization")
        .filter(pk=run.pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such run."))
    return found


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No search for reference cycles within a slice: it makes a hundred thousand objects, none of them in a cycle, and
    the search for some would take a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _only_worker_on(run: Run) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(7301, %s)", [run.pk % 2**31])
        alone: bool = cursor.fetchone()[0]
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(7301, %s)", [run.pk % 2**31])


def stranded() -> list[int]:
    """Runs that nobody has moved on for a minute: their message was lost, or their worker."""
    quiet = timezone.now() - timedelta(minutes=1)
    return list(
        Run.objects.filter(state__in=UNFINISHED, updated_at__lt=quiet).order_by("pk").values_list("pk", flat=True)
    )
