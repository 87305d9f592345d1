"""Two engines, or an engine and a person, at the same records at the same time: on two connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from crm.models import Account
from finance.models import ContactPerson, Customer
from integration.models import Dirty, Link
from integration.services import runs
from integration.services.changes import Cursor, next_slice
from integration.services.sync import sync_batch, sync_keys
from integration.services.work import prepare
from tests.integration.worlds import World, world

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[BaseException]:
    """Do these at once, each on a connection of its own; answers what went wrong."""
    faults: list[BaseException] = []
    gate = threading.Barrier(len(acts))

    def on_its_own(act: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            act()
        except BaseException as fault:  # noqa: BLE001 - told by the test itself
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=on_its_own, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return faults


def _all_keys(w: World) -> list[Any]:
    work, keys, cursor = prepare(w.setting), [], Cursor()
    while (slice_ := next_slice(work, cursor, size=1000)).keys:
        keys += slice_.keys
        cursor = slice_.cursor
    return keys


def test_two_engines_at_the_same_records_make_no_duplicates() -> None:
    w = world()
    for n in range(40):
        account = w.account(f"A{n}")
        w.contact(f"C{n}", account_id=account.pk)
    w.customer("Only finance")
    keys = _all_keys(w)

    def engine() -> None:
        work = prepare(w.setting, run=runs.changes_run(w.setting))
        for start in range(0, len(keys), 7):
            sync_batch(work, keys[start : start + 7])

    assert together(engine, engine, engine) == []
    w.settle()
    assert (Account.objects.count(), Customer.objects.count(), ContactPerson.objects.count()) == (41, 41, 40)
    assert Link.objects.open().count() == 81
    assert w.settle() == 0


def test_both_sides_of_a_twin_pair_are_linked_once_whoever_comes_first() -> None:
    w = world(duplicate_policy="overwrite")
    accounts = [w.account(f"Twin {n}") for n in range(25)]
    customers = [w.customer(f"Twin {n}") for n in range(25)]
    keys = _all_keys(w)

    def engine(mine: list[Any]) -> Callable[[], None]:
        def act() -> None:
            work = prepare(w.setting, run=runs.changes_run(w.setting))
            for key in mine:
                sync_batch(work, [key])

        return act

    left = [key for key in keys if key.model == "account"]
    right = [key for key in keys if key.model == "customer"]
    assert together(engine(left), engine(right)) == []
    w.settle()
    assert Link.objects.open().count() == 25
    assert (Account.objects.count(), Customer.objects.count()) == (25, 25)
    assert {w.other(account).pk for account in accounts} == {customer.pk for customer in customers}


def test_an_edit_while_the_engine_writes_is_never_lost() -> None:
    w = world()
    account = w.account("Dupont", phone="0", billing_city="0")
    w.settle()
    customer = w.other(account)

    def person_at_finance() -> None:
        for n in range(1, 31):
            w.edit(Customer.objects.get(pk=customer.pk), billing_city=str(n))

    def person_at_crm() -> None:
        for n in range(1, 31):
            w.edit(Account.objects.get(pk=account.pk), phone=str(n))

    def engine() -> None:
        for _ in range(30):
            runs.sync_changes(w.setting, seconds=1)
            time.sleep(0.005)

    assert together(person_at_finance, person_at_crm, engine, engine) == []
    w.settle()
    account.refresh_from_db()
    customer.refresh_from_db()
    assert (account.phone, customer.billing_phone) == ("30", "30")
    assert (account.billing_city, customer.billing_city) == ("30", "30")


def test_the_engine_waits_for_nobody_who_holds_a_record() -> None:
    w = world()
    account = w.account("Dupont", phone="1")
    w.settle()
    customer = w.other(account)
    w.edit(account, phone="2")
    holding, done = threading.Event(), threading.Event()

    def person() -> None:
        with transaction.atomic():
            Customer.objects.select_for_update().get(pk=customer.pk)
            holding.set()
            done.wait(20)

    def engine() -> None:
        assert holding.wait(10)
        started = time.monotonic()
        runs.sync_changes(w.setting, seconds=1)
        assert time.monotonic() - started < 5
        done.set()

    assert together(person, engine) == []
    customer.refresh_from_db()
    assert customer.billing_phone == "1"
    assert Dirty.objects.count() > 0
    w.settle()
    customer.refresh_from_db()
    assert customer.billing_phone == "2"


def test_a_person_never_waits_for_hints_that_the_engine_is_taking() -> None:
    w = world()
    account = w.account("Dupont", phone="1")
    w.settle()
    w.edit(account, phone="2")
    taken, done = threading.Event(), threading.Event()

    def engine() -> None:
        from integration.services.claiming import take_hints

        with transaction.atomic():
            assert len(take_hints(w.connection.pk, at_most=10)) == 1
            taken.set()
            done.wait(20)

    def person() -> None:
        assert taken.wait(10)
        started = time.monotonic()
        w.edit(account, phone="3")
        assert time.monotonic() - started < 5
        done.set()

    assert together(engine, person) == []
    w.settle()
    assert w.other(account).billing_phone == "3"


def test_an_engine_that_rolls_back_leaves_its_hints_and_nothing_else() -> None:
    w = world()
    account = w.account("Dupont")
    work = prepare(w.setting, run=runs.changes_run(w.setting))
    key = _all_keys(w)[0]
    with transaction.atomic():
        sync_keys(work, [key])
        transaction.set_rollback(True)
    assert Customer.objects.count() == 0
    assert Dirty.objects.count() == 1
    w.settle()
    assert w.other(account).display_name == "Dupont"
