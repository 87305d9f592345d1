"""Many records at once: changed, given away, deleted, and all of it taken back where nobody has touched it since."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from audit.models import Entry
from crm.choices import Level, Module
from crm.models import (
    Account,
    BulkChange,
    BulkChangeRow,
    Contact,
    Deal,
    DealLine,
    DeletedRecord,
    LostReason,
    ModuleRight,
    Stage,
)
from crm.models.deals import DealContact, StageChange
from crm.services import bulk, bulk_work, records
from crm.services.bulk_undo import undo_bulk
from crm.services.deals import set_contact_roles, set_lines
from crm.services.kinds import KINDS
from crm.services.recycling import restore_record
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories

pytestmark = pytest.mark.django_db

TAKEN = "Grade must be unique, and another record already has this value."


@pytest.fixture
def start(actor, organization):
    def act(*ids: int, module: str = "accounts", kind: str = "edit", values: Any = None, **more: Any) -> BulkChange:
        selection = more.pop("selection", None) or {"ids": list(ids)}
        return bulk.start_bulk(
            actor=more.pop("actor", actor),
            organization=organization,
            module=module,
            kind=kind,
            selection=selection,
            values=values,
        )

    return act


def state() -> dict[str, Any]:
    """What the tables of the CRM say, but for the dates of writing."""
    return {
        table.__name__: [
            {name: value for name, value in row.items() if name != "updated_at"}
            for row in table.objects.order_by("pk").values()
        ]
        for table in (*(kind.model for kind in KINDS.values()), DealContact, DealLine, StageChange)
    }


# What changes, and what is told


def test_every_record_is_told_apart(organization, start):
    grade = factories.crm_field(organization, "Grade", is_unique=True)
    first, second = factories.account(organization, "A"), factories.account(organization, "B", industry="Steel")
    change = start(first.pk, second.pk, 999_999, values={"industry": "Steel"})
    assert (change.state, change.results) == ("done", {"changed": 1, "unchanged": 1, "refused": 1})
    rows = list(change.rows.order_by("number").values_list("record_id", "label", "result", "reason", "before", "after"))
    assert rows == [
        (first.pk, "A", "changed", "", {"industry": ""}, {"industry": "Steel"}),
        (second.pk, "B", "unchanged", "", {}, {}),
        (999_999, "", "refused", "There is no such record.", {}, {}),
    ]
    told = Entry.objects.filter(kind="crm.account", record_id=first.pk, verb="updated").get()
    assert (told.before, told.after) == ({"industry": ""}, {"industry": "Steel"})

    change = start(first.pk, second.pk, values={grade.name: "one"})
    assert change.results == {"changed": 1, "refused": 1}
    assert (
        change.rows.get(result="refused").reason == "Grade must be unique, and another record already has this value."
    )


CASES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("text", {}, {"phone": "1"}, {"phone": "1"}),
    ("number from a form", {}, {"annual_revenue": Decimal("12.50")}, {"annual_revenue": Decimal("12.50")}),
    ("emptied", {"phone": "1"}, {"phone": ""}, {"phone": ""}),
    ("tags replaced", {"tags": ["a", "b"]}, {"tags": ["c"]}, {"tags": ["c"]}),
    ("tags added", {"tags": ["a"]}, {"add_tags": ["b", "a"]}, {"tags": ["a", "b"]}),
    ("tags removed", {"tags": ["a", "b"]}, {"remove_tags": ["a"]}, {"tags": ["b"]}),
    ("both", {"tags": ["a", "b"]}, {"add_tags": ["c"], "remove_tags": ["a"]}, {"tags": ["b", "c"]}),
]


@pytest.mark.parametrize(("before", "values", "after"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_values_are_set_and_go_back(organization, actor, start, before, values, after):
    account = factories.account(organization, **before)
    was = state()
    change = start(account.pk, values=values)
    account.refresh_from_db()
    assert {name: getattr(account, name) for name in after} == after
    undone = undo_bulk(actor=actor, change=change)
    assert (undone.state, undone.undo_results) == ("undone", {"restored": 1})
    assert state() == was


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("a column there is not", {"values": {"nonsense": 1}}, "These fields can't be written: nonsense."),
    ("nothing to change", {"values": {}}, "Choose what is to be changed."),
    ("nobody named", {"kind": "owner", "values": {}}, "Choose what is to be changed."),
    ("values of a deletion", {"kind": "delete", "values": {"name": "x"}}, "These fields can't be written: name."),
    ("tags that are none", {"values": {"add_tags": "x"}}, "Tags are a list of texts."),
    ("tags twice", {"values": {"tags": [], "add_tags": ["x"]}}, "Either replace the tags, or add and remove some."),
    ("ids that are none", {"values": {"name": "x"}, "selection": {"ids": ["1"]}}, "This must be a list of ids."),
    ("no ids", {"values": {"name": "x"}, "selection": {"ids": []}}, "No record is selected."),
]


@pytest.mark.parametrize(("asked", "said"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_what_makes_no_sense_is_refused_and_nothing_noted(organization, start, asked, said):
    account = factories.account(organization)
    with pytest.raises(Refused, match=said):
        start(account.pk, **asked)
    assert not BulkChange.objects.exists()


def test_what_a_list_shows_is_selected(organization, start):
    kept = [factories.account(organization, f"Steel {at}", industry="Steel") for at in range(3)]
    other = factories.account(organization, "Wood", industry="Wood")
    criteria = [{"field": "industry", "comparator": "is", "value": "Steel"}]
    change = start(selection={"criteria": criteria, "search": "steel"}, values={"rating": "Hot"})
    assert change.results == {"changed": 3}
    assert set(change.rows.values_list("record_id", flat=True)) == {account.pk for account in kept}
    other.refresh_from_db()
    assert other.rating == ""


def test_a_plan_tells_what_would_happen_and_does_nothing(organization, actor):
    first, second = factories.account(organization, "A"), factories.account(organization, "B", industry="Steel")
    factories.contact(organization, account_id=first.pk)
    asked = {"actor": actor, "organization": organization, "module": "accounts"}
    was = state()
    ids = {"ids": [first.pk, second.pk, 999_999]}
    plan = bulk.plan_bulk(**asked, kind="edit", selection=ids, values={"industry": "Steel"})
    assert (plan.total, plan.changed, plan.unchanged, plan.refused) == (3, 1, 1, 1)
    assert plan.samples == [(999_999, "", "There is no such record.")]
    plan = bulk.plan_bulk(**asked, kind="delete", selection=ids)
    assert (plan.changed, plan.refused, plan.let_go["contacts.account_id"]) == (2, 1, 1)
    assert state() == was
    assert not BulkChange.objects.exists()


def test_deals_are_lost_with_a_reason_and_open_again(organization, actor, start):
    deals = [factories.deal(organization, f"Deal {at}", amount=Decimal(100 + at)) for at in range(3)]
    lost = Stage.objects.of(organization).get(pipeline__is_default=True, category="lost")
    was = {deal.pk: (deal.stage_id, deal.probability, deal.expected_home) for deal in Deal.objects.all()}
    change = start(*was, module="deals", values={"stage_id": lost.pk})
    assert change.results == {"refused": 3}
    reason = LostReason.objects.of(organization).first()
    change = start(*was, module="deals", values={"stage_id": lost.pk, "lost_reason_id": reason.pk})
    assert change.results == {"changed": 3}
    assert StageChange.objects.filter(deal__in=deals, to_stage=lost).count() == 3
    assert undo_bulk(actor=actor, change=change).undo_results == {"restored": 3}
    assert {deal.pk: (deal.stage_id, deal.probability, deal.expected_home) for deal in Deal.objects.all()} == was


# Undoing


def test_what_changed_since_is_kept_and_told(organization, actor, start):
    first, second = factories.account(organization, "A", phone="1"), factories.account(organization, "B", phone="1")
    change = start(first.pk, second.pk, values={"phone": "2", "industry": "Steel"})
    records.update(KINDS[Module.ACCOUNTS], actor=actor, organization=organization, changes=[(first.pk, {"phone": "3"})])
    undone = undo_bulk(actor=actor, change=change)
    assert undone.undo_results == {"restored": 1, "kept": 1}
    assert list(Account.objects.order_by("pk").values_list("phone", "industry")) == [("3", ""), ("1", "")]
    assert change.rows.get(record_id=first.pk).kept == ["phone"]
    with pytest.raises(Refused, match="undone already"):
        undo_bulk(actor=actor, change=change)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_edited_in_between_the_undo_restores_exactly_what_still_stood(organization, actor, start, seed):
    chance = random.Random(seed)
    columns = {"phone": ["", "1", "2"], "industry": ["", "Steel", "Wood"], "employees": [None, 1, 2]}
    columns["tags"] = [[], ["a"], ["a", "b"]]
    made = [
        factories.account(organization, f"A{at}", **{name: chance.choice(held) for name, held in columns.items()})
        for at in range(8)
    ]
    kind = KINDS[Module.ACCOUNTS]
    before = {row["id"]: row for row in Account.objects.values("id", *columns)}
    change = start(
        *(account.pk for account in made),
        values={name: chance.choice(held) for name, held in columns.items() if chance.random() < 0.7} or {"phone": "1"},
    )
    changed = {row["id"]: row for row in Account.objects.values("id", *columns)}
    for account in chance.sample(made, 5):
        name = chance.choice(list(columns))
        edits = [(account.pk, {name: chance.choice(columns[name])})]
        records.update(kind, actor=actor, organization=organization, changes=edits)
    between = {row["id"]: row for row in Account.objects.values("id", *columns)}
    if change.changed:
        undo_bulk(actor=actor, change=change)
    for row in Account.objects.values("id", *columns):
        pk = row["id"]
        for name in columns:
            stood = between[pk][name] == changed[pk][name]
            assert row[name] == (before if stood else between)[pk][name]


def test_deleted_records_come_back_whole(organization, actor, start):
    parent = factories.account(organization, "Parent")
    child = factories.account(organization, "Child", parent_id=parent.pk, tags=["x"], annual_revenue=Decimal("12.5"))
    grandchild = factories.account(organization, "Grandchild", parent_id=child.pk)
    person = factories.contact(organization, account_id=child.pk)
    deal = factories.deal(organization, account_id=child.pk)
    was = state()
    change = start(parent.pk, child.pk, kind="delete")
    assert change.results == {"changed": 2}
    person.refresh_from_db()
    grandchild.refresh_from_db()
    assert (person.account_id, grandchild.parent_id) == (None, None)
    undone = undo_bulk(actor=actor, change=change)
    assert undone.undo_results == {"restored": 2}
    assert state() == was
    deal.refresh_from_db()
    assert deal.account_id == child.pk
    told = Entry.objects.filter(kind="crm.account", verb="restored").values_list("record_id", flat=True)
    assert set(told) == {parent.pk, child.pk}


def test_a_deal_comes_back_with_lines_people_and_its_track(organization, actor, start):
    product, person = factories.product(organization), factories.contact(organization)
    deal = factories.deal(organization)
    set_lines(actor=actor, deal=deal, lines=[{"product_id": product.pk, "quantity": 2, "price": Decimal(5)}])
    set_contact_roles(actor=actor, deal=deal, roles=[{"contact_id": person.pk, "role": "Buyer"}])
    was = state()
    assert all(was[name] for name in ("StageChange", "DealLine", "DealContact"))
    for module, record in (("deals", deal), ("products", product), ("contacts", person)):
        change = start(record.pk, module=module, kind="delete")
        assert state() != was
        undo_bulk(actor=actor, change=change)
        assert state() == was


def test_what_found_another_place_meanwhile_stays_there(organization, actor, start):
    old, new = factories.account(organization, "Old"), factories.account(organization, "New")
    moved, waiting = factories.contact(organization, "M", account_id=old.pk), factories.contact(organization, "W")
    waiting = records.update_one(
        KINDS[Module.CONTACTS], actor=actor, record=waiting, values={"account_id": old.pk}, version=None
    )
    change = start(old.pk, kind="delete")
    moved.refresh_from_db()
    records.update_one(KINDS[Module.CONTACTS], actor=actor, record=moved, values={"account_id": new.pk}, version=None)
    undo_bulk(actor=actor, change=change)
    assert dict(Contact.objects.values_list("pk", "account_id")) == {moved.pk: new.pk, waiting.pk: old.pk}


def test_no_loop_is_closed_by_coming_back(organization, actor, start):
    top = factories.account(organization, "Top")
    middle = factories.account(organization, "Middle", parent_id=top.pk)
    low = factories.account(organization, "Low", parent_id=middle.pk)
    change = start(middle.pk, kind="delete")
    records.update_one(KINDS[Module.ACCOUNTS], actor=actor, record=top, values={"parent_id": low.pk}, version=None)
    undo_bulk(actor=actor, change=change)
    parents = dict(Account.objects.values_list("pk", "parent_id"))
    assert parents == {top.pk: low.pk, middle.pk: top.pk, low.pk: None}


def test_a_unique_value_that_another_one_took_keeps_a_record_in_the_bin(organization, actor, start):
    grade = factories.crm_field(organization, "Grade", is_unique=True)
    first = factories.account(organization, "A", **{grade.name: "one"})
    change = start(first.pk, kind="delete")
    factories.account(organization, "B", **{grade.name: "one"})
    undone = undo_bulk(actor=actor, change=change)
    assert undone.undo_results == {"failed": 1}
    assert change.rows.get().undo_reason == TAKEN
    assert not Account.objects.filter(pk=first.pk).exists()
    assert DeletedRecord.objects.get().restored_at is None


def test_contacts_whose_id_is_that_of_a_deleted_account_are_let_go_with_a_history(organization, actor, start):
    """Ids of two modules have nothing to do with one another."""
    account = factories.account(organization)
    person = factories.contact(organization)
    Contact.objects.filter(id=person.pk).update(id=account.pk, account=account)
    start(account.pk, kind="delete")
    assert Contact.objects.get().account_id is None
    told = Entry.objects.filter(kind="crm.contact", record_id=account.pk, verb="updated").get()
    assert told.before == {"account_id": account.pk}


# Rights


def test_each_kind_asks_for_its_level(organization, start):
    seller = factories.crm_member(organization, "Standard", "seller@example.com")
    account = factories.account(organization)
    levels = ModuleRight.objects.filter(profile__memberships__user=seller, module="accounts")
    acting = Actor.person(seller)
    for level, kind, refused in (
        (Level.NONE, "edit", NotFound),
        (Level.VIEW, "edit", NotPermitted),
        (Level.VIEW, "owner", NotPermitted),
        (Level.EDIT, "delete", NotPermitted),
    ):
        levels.update(level=level)
        with pytest.raises(refused):
            start(account.pk, kind=kind, values={"owner_id": None} if kind != "delete" else None, actor=acting)
    assert not BulkChange.objects.exists()


def test_whoever_deleted_a_record_may_restore_it_and_whoever_may_delete_may(organization, actor):
    seller = factories.crm_member(organization, "Standard", "seller@example.com")
    other = factories.crm_member(organization, "Standard", "other@example.com")
    levels = ModuleRight.objects.filter(profile__memberships__user=seller, module="accounts")
    account = factories.account(organization)
    levels.update(level=Level.DELETE)
    kind = KINDS[Module.ACCOUNTS]
    records.delete_one(kind, actor=Actor.person(seller), record=account, version=version_of(account))
    levels.update(level=Level.VIEW)
    binned = DeletedRecord.objects.select_related("organization").get()
    with pytest.raises(NotPermitted):
        restore_record(actor=Actor.person(other), deleted=binned)
    assert restore_record(actor=Actor.person(seller), deleted=binned) == account
    with pytest.raises(NotFound):
        restore_record(actor=actor, deleted=binned)


# The worker


@pytest.fixture
def sent(monkeypatch):
    tasks: list[tuple[str, int]] = []
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr("crm.services.bulk_undo.AT_ONCE", 2)
    monkeypatch.setattr(bulk, "BATCH", 2)
    monkeypatch.setattr("crm.services.bulk_undo.BATCH", 2)
    for where in ("bulk", "bulk_undo", "bulk_work"):
        monkeypatch.setattr(f"crm.services.{where}.send", lambda task, pk: tasks.append((task, pk)))
    return tasks


def test_many_are_left_to_a_worker_that_may_die_between_batches(
    organization, actor, start, sent, django_capture_on_commit_callbacks
):
    made = [factories.account(organization, f"A{at}") for at in range(5)]
    was = state()
    with django_capture_on_commit_callbacks(execute=True):
        change = start(*(account.pk for account in made), values={"industry": "Steel"})
    assert sent == [("crm.run_bulk_change", change.pk)]
    assert (change.state, change.results) == ("running", {})
    assert bulk.do_batch(change.pk)  # and the worker dies
    assert Account.objects.filter(industry="Steel").count() == 2
    BulkChange.objects.update(updated_at="2020-01-01T00:00Z")
    assert bulk_work.resume_bulk_changes() == 1
    bulk_work.work_on_bulk(change.pk)
    bulk_work.work_on_bulk(change.pk)  # a message that comes twice
    change.refresh_from_db()
    assert (change.state, change.results) == ("done", {"changed": 5})
    assert Entry.objects.filter(kind="crm.account", verb="updated").count() == 5
    with django_capture_on_commit_callbacks(execute=True):
        undo_bulk(actor=actor, change=change)
    bulk_work.work_on_undo(change.pk)
    change.refresh_from_db()
    assert (change.state, change.undo_results) == ("undone", {"restored": 5})
    assert state() == was


def test_a_right_taken_away_meanwhile_stops_the_rest_and_what_is_done_can_be_undone(
    organization, actor, start, sent, django_capture_on_commit_callbacks
):
    seller = factories.crm_member(organization, "Standard", "seller@example.com")
    made = [factories.account(organization, f"A{at}") for at in range(3)]
    with django_capture_on_commit_callbacks(execute=True):
        change = start(*(a.pk for a in made), values={"industry": "Steel"}, actor=Actor.person(seller))
    bulk.do_batch(change.pk)
    ModuleRight.objects.filter(profile__memberships__user=seller, module="accounts").update(level=Level.VIEW)
    bulk_work.work_on_bulk(change.pk)
    change.refresh_from_db()
    assert (change.state, change.results) == ("failed", {"changed": 2})
    assert change.fault == "Your profile may not change these records."
    undo_bulk(actor=actor, change=change)
    assert not Account.objects.filter(industry="Steel").exists()


@pytest.mark.parametrize(
    ("kind", "values", "statements"),
    [("edit", {"industry": "Steel"}, (19, 19)), ("owner", {"owner_id": None}, (19, 19)), ("delete", None, (29, 38))],
)
def test_a_thousand_records_take_as_many_statements_as_ten(
    organization, actor, start, django_assert_num_queries, monkeypatch, kind, values, statements
):
    monkeypatch.setattr(bulk, "AT_ONCE", 1_000)
    # Django deletes a hundred rows at a time: nine statements more for a thousand.
    for many, expected in zip((10, 999), statements, strict=True):
        rows = [{"name": f"A{at}"} for at in range(many)]
        made = records.create(KINDS[Module.ACCOUNTS], actor=actor, organization=organization, rows=rows)
        with django_assert_num_queries(expected):
            start(*(account.pk for account in made), kind=kind, values=values)
    assert BulkChangeRow.objects.count() == 1_009
