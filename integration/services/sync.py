"""The sync: which keys, judged how, and what became of it. Everything that moves a record between the sides is here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, transaction

from integration.adapters.tables import Row
from integration.core.actions import SyncPlan
from integration.core.batch import PairBatch
from integration.core.guards import is_heavy
from integration.core.pairings import PAIRINGS
from integration.core.plan import plan_pairs
from integration.core.policy import SyncSettings
from integration.core.records import Key, Side
from integration.models import Run
from integration.services import bookkeeping, recording, unfinished
from integration.services.applying import Torn, Written, write_records
from integration.services.asking import ask
from integration.services.claiming import Claim, NotActive, claim, leave_hints, let_go, take_hints
from integration.services.loading import Loaded, load, open_links
from integration.services.work import Work

log = structlog.get_logger(__name__)

BUSY = frozenset({"55P03", "40P01", "40001", "23505"})
"""Somebody else was faster: lock not available, deadlock, serialization, unique. Looked at again soon, not counted."""


@dataclass
class Outcome:
    """What a batch came to."""

    done: list[Written] = field(default_factory=list)
    busy: set[Key] = field(default_factory=set)
    held: int = 0
    looked_at: int = 0

    @property
    def writes(self) -> int:
        """How many records were written."""
        return sum(len(written.stored) for written in self.done)

    def add(self, other: Outcome) -> None:
        """Take in what another batch came to."""
        self.done += other.done
        self.busy |= other.busy
        self.held += other.held
        self.looked_at += other.looked_at


Planner = Callable[[PairBatch, SyncSettings], SyncPlan]


def sync_keys(work: Work, keys: Collection[Key], planner: Planner = plan_pairs) -> Outcome:
    """Sync these records, all or nothing; the caller holds the transaction."""
    claimed = claim(work, keys)
    loaded = load(work, claimed)
    plan = planner(loaded.batch, work.settings)
    done = apply(work, loaded, plan)
    let_go()
    return Outcome(done=done, busy=claimed.busy | _moved(done), held=len(plan.held))


def preview_keys(work: Work, keys: Collection[Key]) -> tuple[SyncPlan, list[Row]]:
    """The same, with the last step left out: what would be done, and how it is shown."""
    claimed = Claim(keys=set(keys), link_ids=[link.id for link in open_links(work, keys)])
    loaded = load(work, claimed)
    plan = plan_pairs(loaded.batch, work.settings)
    return plan, recording.record(work, plan)


def apply(work: Work, loaded: Loaded, plan: SyncPlan) -> list[Written]:
    """Carry a plan out and remember it, in one transaction."""
    done = write_records(work, plan.actions)
    work.held_links = {action.link for action in plan.held if action.link is not None}
    bookkeeping.save_links(work, loaded, done)
    bookkeeping.save_marks(work, loaded, done)
    bookkeeping.save_conflicts(work, loaded, done)
    bookkeeping.save_failures(work, loaded, done)
    recording.write_history(work, done)
    bookkeeping.wake_up_dependants(work, done)
    recording.save_outcome(work, plan, done)
    ask(work, plan)
    return done


def sync_batch(work: Work, keys: Collection[Key]) -> Outcome:
    """Sync a batch in one transaction; if that fails, its records one by one, so that one failure delays no other."""
    with transaction.atomic():
        batch, busy = _begin(work, keys)
    return _finish(work, batch, busy)


def sync_hints(work: Work, *, at_most: int, run: Callable[[], Run]) -> Outcome | None:
    """Sync what the hints name; None when there are none. Once taken, the note on the batch stands for them."""
    with transaction.atomic():
        keys = take_hints(work.connection.pk, at_most=at_most)
        if not keys:
            return None
        work.run = run()
        batch, busy = _begin(work, keys)
    return _finish(work, batch, busy)


def sync_unfinished(work: Work, *, run: Callable[[], Run]) -> Iterator[Outcome]:
    """Sync what dead workers have left, in ever smaller batches; a record that kills alone is set aside."""
    while (batch := unfinished.take(work)) is not None:
        work.run = work.run or run()
        if batch.tries < unfinished.LONE_TRIES:
            yield _finish(work, batch, set())
        else:
            yield _set_aside(work, batch)


def _begin(work: Work, keys: Collection[Key]) -> tuple[unfinished.Batch | None, set[Key]]:
    free, busy = unfinished.part(work, keys)
    leave_hints(work.connection.pk, busy)
    return unfinished.note(work, free) if free else None, busy


def _finish(work: Work, batch: unfinished.Batch | None, busy: set[Key]) -> Outcome:
    outcome = Outcome(busy=busy)
    if batch is not None:
        try:
            outcome.add(_together(work, batch))
        except NotActive:
            unfinished.forget(batch)
            raise
        finally:
            unfinished.let_go(batch)
    return outcome


def _together(work: Work, batch: unfinished.Batch) -> Outcome:
    try:
        with transaction.atomic():
            unfinished.forget(batch)
            outcome = sync_keys(work, batch.keys)
            leave_hints(work.connection.pk, outcome.busy)
    except (DatabaseError, Torn, ArithmeticError, LookupError, TypeError, ValueError) as error:
        log.info("sync.batch_split", connection=work.connection.pk, size=len(batch.keys), error=repr(error)[:300])
        unfinished.forget(batch)
        return _one_by_one(work, batch.keys)
    _remember(work, outcome)
    return replace(outcome, looked_at=len(batch.keys))


def _one_by_one(work: Work, keys: Collection[Key]) -> Outcome:
    total = Outcome(looked_at=len(keys))
    for key in sorted(keys):
        with transaction.atomic():
            batch = unfinished.note(work, [key])
        try:
            total.add(_alone(work, key, batch))
            unfinished.forget(batch)
        except NotActive:
            unfinished.forget(batch)
            raise
        finally:
            unfinished.let_go(batch)
    return total


def _alone(work: Work, key: Key, batch: unfinished.Batch) -> Outcome:
    """One record in a transaction of its own; what fails is counted in another one, and tried again later."""
    try:
        with transaction.atomic():
            unfinished.forget(batch)
            outcome = sync_keys(work, [key])
            leave_hints(work.connection.pk, outcome.busy)
    except (SoftTimeLimitExceeded, NotActive):
        raise
    except Torn as torn:
        code = "torn" if torn.refusal is None else torn.refusal.code
        return _failed(work, key, code, str(torn))
    except DatabaseError as error:
        state = getattr(error.__cause__, "pgcode", None)
        if state is None:
            raise  # the connection itself is gone: no record's fault
        if state in BUSY:
            with transaction.atomic():
                leave_hints(work.connection.pk, [key])
            return Outcome(busy={key})
        return _failed(work, key, "database", str(error))
    except Exception as error:
        log.exception("sync.record_failed", connection=work.connection.pk, key=key)
        return _failed(work, key, "unexpected", repr(error))
    _remember(work, outcome)
    return outcome


def _set_aside(work: Work, batch: unfinished.Batch) -> Outcome:
    """A record that no worker survives: an issue for a person, with its name unless even reading that had killed."""
    [key] = batch.keys
    log.error("sync.record_kills_workers", connection=work.connection.pk, key=key, tries=batch.tries)
    try:
        with transaction.atomic():
            unfinished.forget(batch)
            if batch.tries == unfinished.LONE_TRIES:
                return _failed(work, key, "crashed", "", times=batch.tries)
            key, revs, other = unfinished.revisions(work, key)
            bookkeeping.fail(work, key, revs, other, code="crashed", times=batch.tries)
            return Outcome()
    finally:
        unfinished.let_go(batch)


def _failed(work: Work, key: Key, code: str, message: str, times: int = 1) -> Outcome:
    with transaction.atomic():
        ends = sorted({key, *(link.key(side) for link in open_links(work, [key]) for side in Side)})
        records = {**work.crm.read(ends), **work.finance.read(ends)}
        revs = {one: record.rev for one, record in records.items()}
        label = records[key].label if key in records else ""
        other = ends[1] if len(ends) > 1 else None
        bookkeeping.fail(work, ends[0], revs, other, code=code, label=label, message=message, times=times)
        if work.run is not None:
            pairing = next(
                pairing for pairing, spec in PAIRINGS.items() if key.model in (spec.crm_model, spec.finance_model)
            )
            recording.count(work.run, {pairing.value: {"failed": 1}})
    return Outcome()


def _remember(work: Work, outcome: Outcome) -> None:
    """What earlier batches of a run did counts for its bound on mass changes."""
    for written in outcome.done:
        if written.is_done and is_heavy(written.action):
            pairing = written.action.pairing
            work.heavy[pairing] = work.heavy.get(pairing, 0) + 1


def _moved(done: Sequence[Written]) -> set[Key]:
    """Records that changed while they were being judged: they are judged again."""
    return {key for written in done if written.moved for side in Side if (key := written.action.key(side)) is not None}
