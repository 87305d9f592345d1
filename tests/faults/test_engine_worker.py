"""Workers killed in the middle of a sync, a broker that forgets everything, a record that nobody survives."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.db.models import Count

from crm.models import Account
from crm.services.accounts import create_accounts
from finance.models import Customer
from finsuite.local.processes import Process, stop
from finsuite.local.valkey import Valkey
from finsuite.settings.broker import broker_url
from integration.choices import IssueState, RunState
from integration.core.records import Key, Side
from integration.models import DeadLetter, Dirty, Journal, Link, Run, SyncIssue, UnfinishedBatch
from integration.services import hints, issues, runs
from integration.services.claiming import leave_hints
from tests.faults.workers import Workers, kill, kill_child, until
from tests.integration.worlds import World, counts, world

ACCOUNTS = 1_500

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def w() -> World:
    hints.breaker.reset()
    return world()


def accounts(w: World, *names: str) -> None:
    create_accounts(actor=w.actor, organization=w.crm, rows=[{"name": name} for name in names])


def is_over(run: Run) -> bool:
    run.refresh_from_db()
    return run.state == RunState.FINISHED


def whole() -> int:
    """How many accounts are linked; each once, with its own customer, and the making of it is in the journal."""
    links = Link.objects.values_list("crm_id", "finance_id")
    assert len({crm for crm, _finance in links}) == len({finance for _crm, finance in links}) == len(links)
    customers = dict(Customer.objects.values_list("pk", "display_name"))
    assert {finance for _crm, finance in links} == set(customers)
    names = dict(Account.objects.values_list("pk", "name"))
    assert all(names[crm] == customers[finance] for crm, finance in links)
    made = Journal.objects.filter(op="create", kind="customer").values("record_id").annotate(times=Count("id"))
    assert {row["record_id"]: row["times"] for row in made} == dict.fromkeys(customers, 1)
    return len(links)


@pytest.mark.parametrize("victim", ["the process that does the work", "the whole worker"])
def test_a_first_sync_whose_worker_is_killed_links_everything_once(victim: str, w: World, workers: Workers) -> None:
    accounts(w, *(f"Account {number}" for number in range(ACCOUNTS)))
    run = runs.start(actor=w.actor, setting=w.setting)
    worker = workers.start()
    until(lambda: Run.objects.get(pk=run.pk).done > 0 and UnfinishedBatch.objects.exists())
    if victim == "the whole worker":
        kill(worker)
        assert 0 < whole() < ACCOUNTS
        assert UnfinishedBatch.objects.count() == 1
        # Beat finds the run by its silence; here it is told at once.
        hints.publish_run(run.pk)
        workers.start()
    else:
        kill_child(worker)

    until(lambda: is_over(run))
    assert whole() == ACCOUNTS
    assert run.counts == {"account_customer": {"created": ACCOUNTS, "created_in_finance": ACCOUNTS}}
    assert (run.done, run.total) == (ACCOUNTS, ACCOUNTS)
    assert UnfinishedBatch.objects.count() == 0
    assert SyncIssue.objects.count() == 0
    before = counts()
    again = runs.start(actor=w.actor, setting=w.setting)
    until(lambda: is_over(again))
    assert counts() == before


@pytest.fixture
def own_valkey(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Valkey, list[Process]]]:
    """A broker of the test's own, which it may kill: the suite's has other users. What is published goes there."""
    folder = tmp_path_factory.mktemp("valkey")
    server = Valkey(folder / "data", folder / "valkey.log")
    running = [server.start()]
    server.wait(running[0])
    app = Celery("elsewhere", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = broker_url(server.url)
    monkeypatch.setattr(hints, "current_app", app)
    yield server, running
    app.close()
    stop([(server, running[-1])])
    hints.breaker.reset()


def test_what_a_broker_forgets_the_poll_and_the_sweep_find(
    w: World, workers: Workers, own_valkey: tuple[Valkey, list[Process]], tmp_path: Path
) -> None:
    server, running = own_valkey
    account = w.account("Dupont", phone="1")
    w.settle()

    def edit(phone: str) -> None:
        w.edit(account, phone=phone)

    def has_arrived(phone: str) -> bool:
        return w.other(account).billing_phone == phone

    def forget() -> None:
        with redis.Redis.from_url(server.url) as client:
            client.flushall()

    # Everything that waits is forgotten; the note in the database is not.
    edit("2")
    forget()
    beat = ("-B", "--schedule", str(tmp_path / "beat"))
    workers.start(*beat, queues="sync.fast,sync.bulk", REDIS_URL=server.url)
    until(lambda: has_arrived("2"))

    # The broker dies; people go on, and once it is back, so does the sync.
    running[-1].send_signal(signal.SIGKILL)
    running[-1].wait()
    edit("3")
    account.refresh_from_db()
    assert account.phone == "3"
    running.append(server.start())
    server.wait(running[-1])
    until(lambda: has_arrived("3"))

    # Message and note are lost both.
    workers.end()
    edit("4")
    forget()
    Dirty.objects.all().delete()
    hints.breaker.reset()
    workers.start(queues="sync.fast,sync.bulk", REDIS_URL=server.url)
    assert hints.publish("integration.tasks.sweep", [], "sync.bulk")
    until(lambda: has_arrived("4"))
    assert Customer.objects.count() == 1


def test_a_record_that_kills_every_worker_is_set_aside_until_it_is_mended(
    w: World, workers: Workers, tmp_path: Path
) -> None:
    accounts(w, *(f"Good {number}" for number in range(15)), "Poison", *(f"Fine {number}" for number in range(15)))
    poison = Account.objects.get(name="Poison")
    Dirty.objects.all().delete()
    run = runs.start(actor=w.actor, setting=w.setting)
    deaths = tmp_path / "deaths"
    told = {"POISON": "Poison", "POISON_DEATHS": str(deaths)}
    workers.start("--include", "tests.faults.poison", queues="sync.fast,sync.bulk", **told)

    until(lambda: is_over(run))
    # All of them, a tenth, and then alone until there is no doubt.
    assert deaths.read_text().split() == ["31", "4", "1", "1", "1"]
    assert whole() == 30
    issue = SyncIssue.objects.get()
    assert (issue.kind, issue.record_id, issue.label) == ("account", poison.pk, "Poison")
    assert (issue.code, issue.state) == ("crashed", IssueState.WAITING)
    assert "again and again" in issues.words(issue).cause
    assert UnfinishedBatch.objects.count() == 0

    # Nobody comes near it any more, whatever wakes the workers up.
    leave_hints(w.connection.pk, [Key(Side.CRM, "account", poison.pk)])
    hints.publish("integration.tasks.poll", [], "sync.fast")
    hints.publish("integration.tasks.sweep", [], "sync.bulk")
    until(lambda: not Dirty.objects.exists())
    assert len(deaths.read_text().split()) == 5

    w.edit(poison, name="Remedy")
    until(lambda: Link.objects.count() == 31)
    assert whole() == 31
    issue.refresh_from_db()
    assert issue.state == IssueState.RESOLVED
    assert DeadLetter.objects.count() == 0
    assert len(deaths.read_text().split()) == 5
