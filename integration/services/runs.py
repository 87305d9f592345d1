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

import audit.services
from crm import access as crm_access
from crm.access import require_setup
from crm.choices import Level
from crm.choices import Module as CrmModule
from finance import access as finance_access
from finance.rights import Right
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Conflict, NotFound, Refused
from integration.choices import ConnectionState, Kind, Module, RunState, RunTrigger, SettingState
from integration.core.actions import MassChange
from integration.core.pairings import Pairing
from integration.core.records import Key
from integration.models import Connection, Run, SyncSetting
from integration.services import recording
from integration.services.changes import Cursor, content_audit, count_work, freshen_statistics, next_slice
from integration.services.hints import hint_sweep, publish_run
from integration.services.sync import preview_keys, sync_batch, sync_hints
from integration.services.undo import continue_undo, count_links
from integration.services.work import SIDES, Work, prepare

RUN_SLICE, SWEEP_SLICE = 500, 150
"""Records of one phase in a transaction, not counting those that belong to them. A run that somebody waits for takes
large slices; what goes on beside people's own work takes small ones, which hold their locks for a moment only."""

HINTS = 200
MANY = 1000
_RELATED = ("connection__crm_organization", "connection__finance_organization", "account_view", "contact_view")
UNFINISHED = (RunState.QUEUED, RunState.RUNNING)

log = structlog.get_logger(__name__)


@transaction.atomic
def preview(*, actor: Actor, setting: SyncSetting) -> Run:
    """Ask for a preview: what a sync would do now, with nothing written. It is planned in the background."""
    require_setup(actor, setting.connection.crm_organization)
    return _queue(actor, setting, RunTrigger.PREVIEW)


@transaction.atomic
def start(*, actor: Actor, setting: SyncSetting, previewed: Run | None = None) -> Run:
    """Ask for a sync. What moved since the preview is judged anew; the rest goes as previewed."""
    require_setup(actor, setting.connection.crm_organization)
    if setting.connection.state != ConnectionState.ACTIVE:
        raise Refused(_("Activate the connection first."), code="not_active")
    if setting.state == SettingState.PAUSED:
        raise Refused(_("This module is paused. Resume it first."), code="paused")
    if setting.state == SettingState.ASKING:
        raise Refused(_("Answer first whether the changes that were held back may go."), code="asking")
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
    run = _lock(run)
    if run.state not in UNFINISHED:
        raise Conflict(_("This run is over already."), code="finished")
    recording.finish(run, RunState.CANCELLED)
    return run


@transaction.atomic
def pause_module(*, actor: Actor, setting: SyncSetting) -> SyncSetting:
    """Leave this module alone until it is resumed; what changes meanwhile is synced then."""
    return _switch(actor, setting, SettingState.ACTIVE, SettingState.PAUSED)


@transaction.atomic
def resume_module(*, actor: Actor, setting: SyncSetting) -> SyncSetting:
    """Go on with this module."""
    setting = _switch(actor, setting, SettingState.PAUSED, SettingState.ACTIVE)
    hint_sweep()
    return setting


def sync_record(*, actor: Actor, setting: SyncSetting, kind: Kind | str, record_id: int) -> Run:
    """Sync one record now, and say what came of it."""
    _require_edit(actor, setting.connection, str(kind))
    if setting.connection.state != ConnectionState.ACTIVE:
        raise Refused(_("Activate the connection first."), code="not_active")
    run = new_run(actor, setting, RunTrigger.RECORD)
    work = prepare(setting, run=run, actor=actor.by(Via.SYNC))
    outcome = sync_batch(work, [Key(SIDES[str(kind)], str(kind), record_id)])
    finish_now(run)
    if outcome.busy:
        raise Conflict(_("This record is being synced at this very moment. Try again in a second."), code="busy")
    run.refresh_from_db()
    return run


def new_run(actor: Actor, setting: SyncSetting, trigger: RunTrigger) -> Run:
    """A run that is done at once, in the caller's own time."""
    return _new(actor, setting, trigger, RunState.RUNNING)


def finish_now(run: Run) -> None:
    """Such a run is over."""
    recording.finish(run, RunState.FINISHED)


def queue_undo(actor: Actor, run: Run) -> Run:
    """Have a run taken back in the background."""
    queued = _queue(actor, setting_of(run.connection, run.module), RunTrigger.UNDO)
    queued.undoes = run
    queued.save(update_fields=["undoes", "updated_at"])
    return queued


def setting_of(connected: Connection, module: str = Module.CONTACTS) -> SyncSetting:
    """A connection's module, with all that a sync of it looks at."""
    return SyncSetting.objects.select_related(*_RELATED).get(connection=connected, module=module)


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
        if run.state == RunState.QUEUED:
            _begin(run, work)
        if run.trigger == RunTrigger.PREVIEW:
            try:
                _plan(run, work)
            except Exception as error:
                recording.finish(run, RunState.FAILED, repr(error)[:500])  # else it would be begun again every minute
                raise
            return True
        if run.trigger == RunTrigger.UNDO:
            return continue_undo(run, work, deadline=time.monotonic() + seconds)
        return _go_on(run, work, deadline=time.monotonic() + seconds)


def sync_changes(setting: SyncSetting, *, seconds: float) -> int:
    """Sync what the hints name until there are none left, or the time is up. Answers how many records were written."""
    if not is_going(setting):
        return 0
    deadline = time.monotonic() + seconds
    work = prepare(setting)
    work.in_background = True
    writes = 0
    while time.monotonic() < deadline:
        work.heavy = {}
        outcome = sync_hints(work, at_most=HINTS, run=lambda: changes_run(setting))
        if outcome is None or (not outcome.done and outcome.busy):
            break
        writes += outcome.writes
        if outcome.held:
            break
    return writes


def sweep(setting: SyncSetting, *, seconds: float) -> int:
    """Find by state alone what no hint told of, and sync it. Answers how many records were looked at."""
    if not is_going(setting):
        return 0
    deadline, looked_at = time.monotonic() + seconds, 0
    work, cursor = prepare(setting), Cursor()
    work.in_background = True
    while time.monotonic() < deadline:
        slice_ = next_slice(work, cursor, size=SWEEP_SLICE)
        if not slice_.keys:
            break
        work.run = work.run or changes_run(setting)
        outcome = sync_batch(work, slice_.keys)
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
    with transaction.atomic():
        return _queue(Actor.system(), setting, RunTrigger.SWEEP)


def is_going(setting: SyncSetting) -> bool:
    """Neither the connection nor the module is paused."""
    return setting.connection.state == ConnectionState.ACTIVE and setting.state == SettingState.ACTIVE


def going_settings() -> list[SyncSetting]:
    """Every module that syncs by itself."""
    return list(
        SyncSetting.objects.filter(connection__state=ConnectionState.ACTIVE, state=SettingState.ACTIVE)
        .select_related(
            "connection__crm_organization", "connection__finance_organization", "account_view", "contact_view"
        )
        .order_by("pk")
    )


def changes_run(setting: SyncSetting) -> Run:
    """The run that takes in the changes of this hour, so that the history doesn't fill with single edits."""
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    run = Run.objects.filter(
        connection=setting.connection, module=setting.module, trigger=RunTrigger.CHANGES, started_at=hour
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


def _go_on(run: Run, work: Work, *, deadline: float) -> bool:
    work.in_background = True
    cursor = Cursor(**{name: run.cursor.get(name, 0) for name in ("phase", "after")})
    work.heavy = {Pairing(name): count for name, count in run.cursor.get("heavy", {}).items()}
    while time.monotonic() < deadline:
        if Run.objects.filter(pk=run.pk, state=RunState.CANCELLED).exists() or not _may_go_on(work):
            _stop(run)
            return True
        slice_ = next_slice(work, cursor, size=RUN_SLICE)
        if not slice_.keys:
            _end(run, work)
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
    run.save(update_fields=["state", "started_at", "total", "updated_at"])


def _end(run: Run, work: Work) -> None:
    """All done. What was allowed to go over the bound was allowed once."""
    if work.setting.confirmed:
        SyncSetting.objects.filter(pk=work.setting.pk).update(confirmed=[])
    recording.finish(run, RunState.FINISHED)


def _stop(run: Run) -> None:
    state = Run.objects.values_list("state", flat=True).get(pk=run.pk)
    if state != RunState.CANCELLED:
        recording.finish(run, RunState.CANCELLED, _("The connection or the module was paused meanwhile."))


def _may_go_on(work: Work) -> bool:
    return SyncSetting.objects.filter(
        pk=work.setting.pk, state=SettingState.ACTIVE, connection__state=ConnectionState.ACTIVE
    ).exists()


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
        started_at=timezone.now() if state is RunState.RUNNING else None,
    )


def _switch(actor: Actor, setting: SyncSetting, source: SettingState, target: SettingState) -> SyncSetting:
    require_setup(actor, setting.connection.crm_organization)
    setting = SyncSetting.objects.select_for_update(of=("self",)).select_related("connection").get(pk=setting.pk)
    if setting.state != source:
        raise Conflict(_("This module is in another state by now. Reload the page."), code="state")
    setting.state = target
    setting.save(update_fields=["state", "updated_at"])
    audit.services.record(
        actor=actor,
        tenant=setting.connection.crm_organization.tenant,
        subject=setting,
        verb="updated",
        before={"state": source.value},
        after={"state": target.value},
    )
    return setting


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


def _lock(run: Run) -> Run:
    found = Run.objects.select_for_update(of=("self",)).select_related("connection").filter(pk=run.pk).first()
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
