"""What is switched off stays untouched, and what was started comes to an end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm.choices import Edition
from crm.models import Account, Organization
from finance.models import Customer
from finsuite.kernel.errors import Conflict, NotFound, Refused
from integration import tasks
from integration.choices import UNFINISHED, ConnectionState, RunState, RunTrigger, SettingState
from integration.core.records import Key, Side
from integration.models import Conflict as SyncConflict
from integration.models import Connection, Link, Run, SyncIssue, SyncSetting
from integration.services import activation, asking, conflicts, issues, links, modules, recording, runs, undo
from integration.services.claiming import NotActive
from integration.services.sync import sync_batch
from integration.services.work import prepare
from tests.integration.worlds import World, digest, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def troubled(w: World) -> World:
    """A world with a run, a pair in conflict, a duplicate left alone, and a record that can't be synced."""
    account = w.account("Acme", phone="1")
    w.run()
    customer = w.other(account)
    w.edit(account, phone="2")
    w.edit(customer, billing_phone="3")
    w.account("Twin")
    w.customer("Twin")
    w.settle()
    broken = w.account("Broken")
    SyncIssue.objects.create(connection=w.connection, kind="account", record_id=broken.pk, code="database")
    return w


def _off(w: World) -> None:
    activation.deactivate(actor=w.actor, connection=w.connection, typed_name=w.finance.name)


ACTS: dict[str, Callable[[World], Any]] = {
    "link": lambda w: links.link_records(
        actor=w.actor,
        connection=w.connection,
        kind="account",
        record_id=Account.objects.get(name="Twin").pk,
        other_id=Customer.objects.get(display_name="Twin").pk,
    ),
    "create": lambda w: links.create_counterpart(
        actor=w.actor, connection=w.connection, kind="account", record_id=Account.objects.get(name="Twin").pk
    ),
    "leave": lambda w: links.leave_alone(
        actor=w.actor, connection=w.connection, kind="account", record_id=Account.objects.get(name="Twin").pk
    ),
    "unlink": lambda w: links.unlink(actor=w.actor, link=Link.objects.open().earliest("id")),
    "resolve": lambda w: conflicts.keep(actor=w.actor, conflict=SyncConflict.objects.get(), side="crm"),
    "retry": lambda w: issues.retry(actor=w.actor, issue=SyncIssue.objects.earliest("id")),
    "retry all": lambda w: issues.retry_all(actor=w.actor, connection=w.connection),
    "undo": lambda w: undo.undo(actor=w.actor, run=Run.objects.get(trigger=RunTrigger.FIRST)),
    "start": lambda w: runs.start(actor=w.actor, setting=w.setting),
    "preview": lambda w: runs.preview(actor=w.actor, setting=w.setting),
    "one record": lambda w: runs.sync_record(
        actor=w.actor, setting=w.setting, kind="account", record_id=Account.objects.get(name="Twin").pk
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_nothing_is_done_by_a_deactivated_connection(troubled: World, act: Callable[[World], Any]) -> None:
    _off(troubled)
    before = digest(without=("audit_entry",))
    with pytest.raises(Refused) as refused:
        act(troubled)
    assert refused.value.code == "not_active"
    assert digest(without=("audit_entry",)) == before


def test_a_batch_that_was_about_to_begin_writes_nothing_after_the_switch(w: World) -> None:
    account = w.account("Acme")
    work = prepare(w.setting)
    _off(w)
    with pytest.raises(NotActive):
        sync_batch(work, [Key(Side.CRM, "account", account.pk)])
    assert Customer.objects.count() == 0


def test_the_background_leaves_hints_where_they_are_while_the_connection_is_paused(w: World) -> None:
    w.account("Acme")
    setting = w.setting
    activation.pause(actor=w.actor, connection=w.connection)
    assert runs.sync_changes(setting, seconds=5) == 0
    assert runs.sweep(setting, seconds=5) == 0
    assert Customer.objects.count() == 0
    activation.resume(actor=w.actor, connection=w.connection)
    assert runs.sync_changes(w.setting, seconds=5) == 1


def test_a_run_that_finds_its_connection_switched_off_is_over(w: World) -> None:
    w.account("Acme")
    run = runs.start(actor=w.actor, setting=w.setting)
    _off(w)
    assert runs.continue_run(run.pk, seconds=5)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert Customer.objects.count() == 0


def test_what_a_person_cancelled_is_not_finished_afterwards(w: World) -> None:
    run = runs.start(actor=w.actor, setting=w.setting)
    runs.cancel(actor=w.actor, run=run)
    assert not recording.finish(run, RunState.FINISHED)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_a_leave_to_change_much_ends_with_the_run_that_it_was_given_to(w: World) -> None:
    SyncSetting.objects.filter(connection=w.connection).update(state="asking", asking={"account_customer": {}})
    asking.answer(actor=w.actor, setting=w.setting, confirmed=True)
    run = runs.start(actor=w.actor, setting=w.setting)
    assert w.setting.confirmed == ["account_customer"]
    runs.cancel(actor=w.actor, run=run)
    assert w.setting.confirmed == []


def test_a_pair_that_cannot_be_parted_leaves_no_unfinished_run(w: World) -> None:
    account = w.account("Acme")
    w.run()
    link = w.link(account)
    assert link is not None
    links.unlink(actor=w.actor, link=link)
    with pytest.raises(Conflict):
        links.unlink(actor=w.actor, link=link)
    assert not Run.objects.filter(state__in=UNFINISHED).exists()


def test_a_run_of_changes_that_is_being_undone_takes_in_no_more(w: World) -> None:
    w.account("Acme")
    w.settle()
    first = Run.objects.get(trigger=RunTrigger.CHANGES)
    undoing = undo.undo(actor=w.actor, run=first)
    w.account("Later")
    w.settle()
    assert runs.continue_run(undoing.pk, seconds=60)
    assert set(Customer.objects.values_list("display_name", flat=True)) == {"Later"}


def test_a_run_that_fails_again_and_again_is_given_up_and_says_why(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(runs, "next_slice", broken)
    run = runs.start(actor=w.actor, setting=w.setting)
    for _time in range(runs.MOST_FAILURES):
        with pytest.raises(RuntimeError):
            runs.continue_run(run.pk, seconds=5)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "no such luck" in run.message
    assert runs.continue_run(run.pk, seconds=5)


def test_a_connection_that_fails_keeps_no_other_from_being_synced(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    other = world(name="two")
    other.account("Acme")
    really = runs.sweep

    def sweep(setting: SyncSetting, *, seconds: float) -> int:
        if setting.connection_id == w.connection.pk:
            raise RuntimeError("this one is broken")
        return really(setting, seconds=seconds)

    monkeypatch.setattr(runs, "sweep", sweep)
    tasks.sweep()
    assert Customer.objects.of(other.finance).count() == 1


def test_a_module_that_was_kept_paused_goes_on(w: World) -> None:
    SyncSetting.objects.filter(connection=w.connection).update(state="asking", asking={"account_customer": {}})
    asking.answer(actor=w.actor, setting=w.setting, confirmed=False)
    w.account("Acme")
    assert runs.sync_changes(w.setting, seconds=5) == 0
    modules.resume_module(actor=w.actor, setting=w.setting)
    assert w.setting.state == SettingState.ACTIVE
    assert runs.sync_changes(w.setting, seconds=5) == 1


def test_a_record_of_another_organization_is_never_linked_nor_read(w: World) -> None:
    other = world(name="two")
    account, foreign = w.account("Acme"), other.customer("Acme")
    strange = other.account("Acme")
    with pytest.raises(NotFound):
        links.link_records(
            actor=w.actor, connection=w.connection, kind="account", record_id=account.pk, other_id=foreign.pk
        )
    with pytest.raises(NotFound):
        links.create_counterpart(actor=w.actor, connection=w.connection, kind="account", record_id=strange.pk)
    assert Link.objects.count() == 0
    assert Customer.objects.of(w.finance).count() == 0
    assert Run.objects.count() == 0
    assert SyncIssue.objects.count() == 0
    assert Connection.objects.filter(state=ConnectionState.ACTIVE).count() == 2


def test_professional_works_in_several_currencies_while_it_is_linked(w: World) -> None:
    Organization.objects.filter(pk=w.crm.pk).update(edition=Edition.PROFESSIONAL, is_multi_currency=False)
    _off(w)
    w.crm.refresh_from_db()
    assert not w.crm.is_multi_currency
    w.connection.refresh_from_db()
    activation.activate(actor=w.actor, connection=w.connection)
    w.crm.refresh_from_db()
    assert w.crm.is_multi_currency
    activation.pause(actor=w.actor, connection=w.connection)
    w.crm.refresh_from_db()
    assert w.crm.is_multi_currency
    _off(w)
    w.crm.refresh_from_db()
    assert not w.crm.is_multi_currency
