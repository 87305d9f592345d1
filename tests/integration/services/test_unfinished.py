"""A worker that dies leaves a note of what it was at: narrowed down until the record that killed it stands alone."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import pytest

from finance.models import Customer
from integration.adapters.crm import CrmAdapter
from integration.choices import IssueState
from integration.core.actions import SyncPlan
from integration.core.batch import PairBatch
from integration.core.plan import plan_pairs
from integration.core.policy import SyncSettings
from integration.core.records import Key, Record, Side
from integration.models import DeadLetter, Dirty, SyncIssue, UnfinishedBatch
from integration.services import issues, runs, sync, unfinished
from integration.services.work import prepare
from tests.integration.worlds import World, world

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What a killed worker looks like from inside: nothing catches it."""


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records went down with each worker that met the one called "Poison"."""
    sizes: list[int] = []

    def plan(batch: PairBatch, settings: SyncSettings) -> SyncPlan:
        if any(batch.records[key].label == "Poison" for key in batch.subjects):
            sizes.append(len(batch.subjects))
            raise Killed
        return plan_pairs(batch, settings)

    monkeypatch.setattr(sync, "sync_keys", partial(sync.sync_keys, planner=plan))
    return sizes


def sweep_until_it_survives(w: World) -> None:
    for _attempt in range(10):
        try:
            runs.sweep(w.setting, seconds=60)
        except Killed:
            continue
        return
    raise AssertionError("it kills for ever")


def test_a_record_that_kills_is_narrowed_down_and_set_aside_and_the_others_are_synced(
    w: World, deaths: list[int]
) -> None:
    for number in range(24):
        w.account(f"Good {number}")
    poison = w.account("Poison")
    sweep_until_it_survives(w)
    assert deaths == [25, 1, 1, 1]
    assert Customer.objects.count() == 24
    issue = SyncIssue.objects.get()
    assert (issue.kind, issue.record_id, issue.code) == ("account", poison.pk, "crashed")
    assert (issue.state, issue.attempts) == (IssueState.WAITING, 3)
    assert UnfinishedBatch.objects.count() == 0
    w.settle()
    assert len(deaths) == 4
    assert Dirty.objects.count() == 0
    w.edit(poison, name="Remedy")
    w.settle()
    issue.refresh_from_db()
    assert issue.state == IssueState.RESOLVED
    assert DeadLetter.objects.count() == 0
    assert Customer.objects.count() == 25


def test_a_batch_of_hints_that_kills_is_not_lost(w: World, deaths: list[int]) -> None:
    w.account("Good")
    w.account("Poison")
    with pytest.raises(Killed):
        runs.sync_changes(w.setting, seconds=60)
    assert Dirty.objects.count() == 0
    batch = UnfinishedBatch.objects.get()
    assert (len(batch.record_ids), batch.tries) == (2, 1)
    assert unfinished.connections_left() == set()
    UnfinishedBatch.objects.update(at="2000-01-01T00:00Z")
    assert unfinished.connections_left() == {w.connection.pk}
    for _attempt in range(4):
        try:
            runs.sync_changes(w.setting, seconds=60)
        except Killed:
            continue
    assert deaths == [2, 1, 1, 1]
    assert Customer.objects.get().display_name == "Good"
    assert SyncIssue.objects.get().code == "crashed"


def test_nothing_is_left_noted_after_a_sync_that_went_well_or_failed(w: World) -> None:
    w.account("Good")
    w.customer("N" * 150)
    w.run()
    w.settle()
    assert UnfinishedBatch.objects.count() == 0


def test_a_batch_is_left_to_the_worker_that_is_at_it(w: World) -> None:
    account = w.account("Dupont")
    work = prepare(w.setting, run=runs.changes_run(w.setting))
    keys = {Key(Side.CRM, "account", account.pk)}
    batch = unfinished.note(work, keys)
    assert unfinished.part(work, keys) == (set(), keys)
    assert sync.sync_batch(work, keys).busy == keys
    assert Customer.objects.count() == 0
    unfinished.let_go(batch)
    unfinished.forget(batch)
    w.settle()
    assert Customer.objects.count() == 1


def test_retrying_a_record_that_kills_never_happens_in_the_process_that_serves_people(
    w: World, deaths: list[int]
) -> None:
    poison = w.account("Poison")
    sweep_until_it_survives(w)
    assert deaths == [1, 1, 1]
    w.settle()
    issue = issues.retry(actor=w.actor, issue=SyncIssue.objects.get())
    assert issue.state == IssueState.RETRYING
    assert [(hint.kind, hint.record_id) for hint in Dirty.objects.all()] == [("account", poison.pk)]
    assert len(deaths) == 3
    with pytest.raises(Killed):
        runs.sync_changes(w.setting, seconds=60)
    assert len(deaths) == 4


@pytest.mark.parametrize("linked", [False, True])
def test_a_record_that_even_kills_whoever_reads_it_is_set_aside_without_its_name(
    w: World, linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = w.account("Good" if linked else "Poison")
    if linked:
        w.settle()
        poison = w.edit(poison, name="Poison")

    def read(self: CrmAdapter, keys: Collection[Key]) -> dict[Key, Record]:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(CrmAdapter, "read", read)
        sweep_until_it_survives(w)
        issue = SyncIssue.objects.get()
        assert (issue.kind, issue.record_id, issue.code, issue.label) == ("account", poison.pk, "crashed", "")
        w.settle()
    w.edit(poison, name="Remedy")
    w.settle()
    issue.refresh_from_db()
    assert issue.state == IssueState.RESOLVED
    assert w.other(poison).display_name == "Remedy"
