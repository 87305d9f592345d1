"""What every adapter promises, told once and asked of each.

A new adapter joins with a function that returns a `Bench`, listed in `BENCHES`: the adapter, a model of it, two of the
model's columns (its name, and one that may be blank), and what a person would do there without the adapter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from crm.models import Account
from crm.services import accounts
from finance.models import Customer
from finance.services import customers
from finsuite.kernel.actors import Actor
from integration.adapters.base import Adapter, Change, ChangeKind
from integration.adapters.crm import CrmAdapter
from integration.adapters.finance import FinanceAdapter
from integration.core.records import Key
from tests import factories
from tests.integration.core.world import ACCOUNT, CUSTOMER, crm_side, finance_side


@dataclass
class Bench:
    """One adapter on trial."""

    adapter: Adapter
    model: str
    name: str
    free: str
    edit: Callable[[Key, str, str], None]
    delete: Callable[[Key], None]

    def create(self, name: str, ref: int = 0) -> Key:
        [answer] = self.adapter.apply([self.creation(name, ref)])
        assert answer.record is not None
        return answer.record.key

    def creation(self, name: str, ref: int = 0) -> Change:
        return Change(ref=ref, kind=ChangeKind.CREATE, model=self.model, values={self.name: name, self.free: "1"})

    def change(self, kind: ChangeKind, key: Key, free: str | None = None) -> Change:
        rev = self.adapter.read([key])[key].rev
        values = {} if free is None else {self.free: free}
        return Change(ref=0, kind=kind, model=self.model, key=key, rev=rev, values=values)


def memory_crm() -> Bench:
    side = crm_side()
    return Bench(side, ACCOUNT, "name", "code", lambda key, name, new: side.edit(key, {name: new}), side.delete)


def memory_finance() -> Bench:
    side = finance_side()
    return Bench(side, CUSTOMER, "display_name", "ref", lambda key, name, new: side.edit(key, {name: new}), side.delete)


def table_crm() -> Bench:
    person = factories.user()
    organization = factories.crm_organization(person)
    adapter = CrmAdapter(organization.pk, {ACCOUNT: {"name", "phone"}}, home_currency=organization.home_currency)
    actor = Actor.person(person)

    def edit(key: Key, name: str, new: str) -> None:
        accounts.update_account(actor=actor, account=Account.objects.get(pk=key.pk), values={name: new})

    def delete(key: Key) -> None:
        accounts.delete_account(actor=actor, account=Account.objects.get(pk=key.pk))

    return Bench(adapter, ACCOUNT, "name", "phone", edit, delete)


def table_finance() -> Bench:
    person = factories.user()
    organization = factories.finance_organization(person)
    adapter = FinanceAdapter(organization, {CUSTOMER: {"display_name", "billing_phone"}})
    actor = Actor.person(person)

    def edit(key: Key, name: str, new: str) -> None:
        customers.update_customer(actor=actor, customer=Customer.objects.get(pk=key.pk), values={name: new})

    def delete(key: Key) -> None:
        customers.delete_customer(actor=actor, customer=Customer.objects.get(pk=key.pk))

    return Bench(adapter, CUSTOMER, "display_name", "billing_phone", edit, delete)


IN_MEMORY = [memory_crm, memory_finance]
IN_TABLES = [pytest.param(make, marks=pytest.mark.django_db) for make in (table_crm, table_finance)]
BENCHES = [*IN_MEMORY, *IN_TABLES]
FINANCE = [memory_finance, pytest.param(table_finance, marks=pytest.mark.django_db)]


@pytest.fixture(params=BENCHES)
def bench(request):
    return request.param()


def test_a_created_record_is_answered_as_it_is_read(bench):
    [answer] = bench.adapter.apply([bench.creation("Ada", ref=7)])
    assert (answer.ref, answer.refusal, answer.moved) == (7, None, False)
    record = answer.record
    assert (record.values[bench.name], record.values[bench.free], record.deleted) == ("Ada", "1", False)
    assert (record.key.side, record.key.model, record.label) == (bench.adapter.side, bench.model, "Ada")
    assert bench.adapter.read([record.key]) == {record.key: record}


def test_answers_come_in_the_order_of_the_changes(bench):
    answers = bench.adapter.apply([bench.creation("Ada", 3), bench.creation("Bo", 1)])
    assert [(answer.ref, answer.record.label) for answer in answers] == [(3, "Ada"), (1, "Bo")]


def test_a_write_changes_its_columns_and_raises_the_revision_by_one(bench):
    key = bench.create("Ada")
    before = bench.adapter.read([key])[key]
    [answer] = bench.adapter.apply([bench.change(ChangeKind.UPDATE, key, "2")])
    assert answer.record.rev == before.rev + 1
    assert answer.record.values == {**before.values, bench.free: "2"}


def test_writing_what_is_there_is_no_change(bench):
    key = bench.create("Ada")
    before = bench.adapter.read([key])[key]
    bench.adapter.apply([bench.change(ChangeKind.UPDATE, key, "1")])
    assert bench.adapter.read([key])[key] == before


def test_a_record_that_moved_on_is_left_alone(bench):
    key = bench.create("Ada")
    change = bench.change(ChangeKind.UPDATE, key, "2")
    bench.edit(key, bench.free, "mine")
    [answer] = bench.adapter.apply([change])
    assert (answer.moved, answer.record) == (True, None)
    assert bench.adapter.read([key])[key].values[bench.free] == "mine"


def test_a_person_s_edit_raises_the_revision(bench):
    key = bench.create("Ada")
    before = bench.adapter.read([key])[key].rev
    bench.edit(key, bench.free, "mine")
    assert bench.adapter.read([key])[key].rev == before + 1


def test_a_deleted_record_is_read_as_a_tombstone_with_a_higher_revision(bench):
    key, other = bench.create("Ada"), bench.create("Bo")
    revs = {one: bench.adapter.read([one])[one].rev for one in (key, other)}
    [answer] = bench.adapter.apply([bench.change(ChangeKind.DELETE, key)])
    bench.delete(other)
    assert answer.record.deleted
    for one in (key, other):
        tombstone = bench.adapter.read([one])[one]
        assert (tombstone.deleted, tombstone.rev) == (True, revs[one] + 1)


def test_a_deleted_record_takes_no_change(bench):
    key = bench.create("Ada")
    change = bench.change(ChangeKind.UPDATE, key, "2")
    bench.delete(key)
    [answer] = bench.adapter.apply([change])
    assert answer.moved


def test_what_never_was_is_not_read(bench):
    assert bench.adapter.read([Key(bench.adapter.side, bench.model, 10**9)]) == {}


def test_a_pk_is_never_used_again(bench):
    key = bench.create("Ada")
    bench.delete(key)
    assert bench.create("Bo").pk > key.pk


def test_live_records_are_found_by_match_key(bench):
    key, gone = bench.create("Ada"), bench.create("Bo")
    bench.delete(gone)
    [match_key] = bench.adapter.read([key])[key].match_keys
    assert set(bench.adapter.find(bench.model, [match_key, "", "bo", "nobody"])) == {key}


@pytest.mark.parametrize("make", IN_MEMORY)
def test_hints_in_memory_name_what_was_touched(make):
    bench = make()
    keys = [bench.create("Ada"), bench.create("Bo")]
    assert [*bench.adapter.changed(limit=1), *bench.adapter.changed(limit=10)] == keys
    assert list(bench.adapter.changed(limit=10)) == []


@pytest.mark.parametrize("make", FINANCE)
def test_one_refused_change_does_not_stop_the_others(make):
    bench = make()
    bench.create("Ada")
    answers = bench.adapter.apply([bench.creation("ADA", 1), bench.creation("Bo", 2)])
    assert (answers[0].refusal.code, answers[0].record) == ("name_taken", None)
    assert answers[1].record.label == "Bo"
