"""A crash at every single SQL statement of every kind of plan leaves either everything or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction

from crm.models import Account
from integration.models import Conflict, Run
from integration.services import runs, undo
from integration.services.sync import sync_keys
from tests.integration.worlds import World, digest, world

pytestmark = pytest.mark.django_db


class Crash(BaseException):
    """What a killed worker looks like from inside: nothing catches it."""


@dataclass
class Killer:
    """Lets so many statements through, then kills."""

    left: int
    seen: int = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.seen += 1
        if self.left == 0:
            self.left = 10**9  # the rollback that follows is the database's own
            raise Crash
        self.left -= 1
        return execute(sql, params, many, context)


def _create() -> tuple[World, Callable[[], object]]:
    w = world()
    account = w.account("Dupont")
    w.contact("Bé", account_id=account.pk)
    return w, lambda: _sync(w)


def _create_in_crm() -> tuple[World, Callable[[], object]]:
    w = world()
    w.person(w.customer("Müller"), "Schmidt")
    return w, lambda: _sync(w)


def _link() -> tuple[World, Callable[[], object]]:
    w = world(duplicate_policy="overwrite")
    w.customer("Twin", billing_phone="old")
    w.account("Twin", phone="new", billing_city="Lyon")
    return w, lambda: _sync(w)


def _clone_duplicate() -> tuple[World, Callable[[], object]]:
    w = world(duplicate_policy="clone")
    w.customer("Twin")
    w.account("Twin")
    return w, lambda: _sync(w)


def _skip() -> tuple[World, Callable[[], object]]:
    w = world()
    w.customer("Twin")
    w.account("Twin")
    return w, lambda: _sync(w)


def _edited(**choices: Any) -> tuple[World, Account]:
    w = world()
    account = w.account("Dupont", phone="1")
    w.settle()
    if choices:
        w.choose(**choices)
        w.settle()
    return w, account


def _update() -> tuple[World, Callable[[], object]]:
    w, account = _edited()
    w.edit(account, phone="2")
    w.edit(w.other(account), billing_city="Lyon")
    return w, lambda: _sync(w)


def _conflict(**choices: Any) -> tuple[World, Callable[[], object]]:
    w, account = _edited(**choices)
    w.edit(account, phone="crm", billing_city="Nice")
    w.edit(w.other(account), billing_phone="finance")
    return w, lambda: _sync(w)


def _clone_conflict() -> tuple[World, Callable[[], object]]:
    return _conflict(conflict_policy="clone")


def _resolve() -> tuple[World, Callable[[], object]]:
    w, _sync_it = _conflict()
    w.settle()
    Conflict.objects.update(resolution={"billing_phone": "crm"})
    link = Conflict.objects.get().link
    return w, lambda: _sync(w, [("account", link.crm_id)])


def _deletion(**choices: Any) -> tuple[World, Callable[[], object]]:
    w, account = _edited(**choices)
    w.delete(account)
    return w, lambda: _sync(w)


def _deactivate() -> tuple[World, Callable[[], object]]:
    return _deletion(on_crm_deleted="deactivate")


def _delete() -> tuple[World, Callable[[], object]]:
    return _deletion(on_crm_deleted="delete")


def _refuse() -> tuple[World, Callable[[], object]]:
    w = world()
    w.customer("N" * 150)
    return w, lambda: _sync(w)


def _hold() -> tuple[World, Callable[[], object]]:
    w = world(on_crm_deleted="deactivate", guard_count=0, guard_share=0)
    account = w.account("Dupont")
    w.settle()
    w.delete(account)
    return w, lambda: _sync(w)


def _undo() -> tuple[World, Callable[[], object]]:
    w = world(duplicate_policy="overwrite")
    w.customer("Twin", billing_phone="old")
    w.account("Twin", phone="new")
    account = w.account("Fresh")
    w.contact("Bé", account_id=account.pk)
    run = undo.undo(actor=w.actor, run=w.run())
    Run.objects.filter(pk=run.pk).update(state="running")
    run = Run.objects.select_related("undoes").get(pk=run.pk)

    def act() -> None:
        work = runs.prepare(w.setting, run=run, actor=w.actor)
        assert run.undoes is not None
        for pairing in undo.ORDER:
            links = undo._next_links(run.undoes, pairing, None)
            if links:
                undo._undo_slice(run, work, run.undoes, links)

    return w, act


def _sync(w: World, keys: list[tuple[str, int]] | None = None) -> object:
    from integration.core.records import Key
    from integration.services.changes import Cursor, next_slice
    from integration.services.work import SIDES, prepare

    work = prepare(w.setting, run=runs.changes_run(w.setting))
    chosen = {Key(SIDES[kind], kind, pk) for kind, pk in keys or []}
    cursor = Cursor()
    while not chosen or not cursor.is_at_end:
        slice_ = next_slice(work, cursor, size=100)
        if not slice_.keys:
            break
        chosen.update(slice_.keys)
        cursor = slice_.cursor
    return sync_keys(work, chosen)


PLANS = [
    _create,
    _create_in_crm,
    _link,
    _clone_duplicate,
    _skip,
    _update,
    _conflict,
    _clone_conflict,
    _resolve,
    _deletion,
    _deactivate,
    _delete,
    _refuse,
    _hold,
    _undo,
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.__name__.strip("_"))
def test_a_crash_at_any_statement_leaves_all_or_nothing(plan: Callable[[], tuple[World, Callable[[], object]]]) -> None:
    _world, act = plan()
    runs_without = ("integration_run",)  # the hour's run is made before the work begins
    before = digest(without=runs_without)
    total = _statements_of(act)
    assert digest(without=runs_without) == before, "counting the statements was to change nothing"
    for number in range(total):
        killer = Killer(left=number)
        with pytest.raises(Crash), transaction.atomic(), connection.execute_wrapper(killer):
            act()
        assert digest(without=runs_without) == before, f"something was left behind by a crash at statement {number}"
    with transaction.atomic():
        act()
    assert digest(without=runs_without) != before


def _statements_of(act: Callable[[], object]) -> int:
    killer = Killer(left=10**9)
    with transaction.atomic(), connection.execute_wrapper(killer):
        act()
        transaction.set_rollback(True)
    assert killer.seen > 10
    return killer.seen
