"""Undoing gives back what nobody has touched since, and lists the rest."""

from __future__ import annotations

from dataclasses import replace

from integration.core.actions import Kind, Reason
from integration.core.links import UnmatchedReason
from integration.core.pairings import Pairing
from integration.core.policy import OnDelete, Policy
from integration.core.records import Key, Side
from integration.core.undo import JournalEntry, JournalOp, plan_undo
from tests.integration.core.world import ACCOUNT, BUSINESS, CONTACT, CONTACT_PERSON, CUSTOMER, engine


def undo(sync, start=0):
    """What undoing everything from that journal row on would do."""
    return plan_undo(sync.journal[start:], sync.records(), sync.links, sync.settings)


def linked(**settings):
    sync = engine(**settings)
    left = sync.crm.create(ACCOUNT, {"name": "Ada", "code": "a", "price": 1})
    sync.settle()
    [link] = sync.open_links()
    return sync, left, link.key(Side.FINANCE)


def test_an_undone_update_is_as_before_and_is_not_done_again():
    sync, left, right = linked()
    start = len(sync.journal)
    before = sync.finance.records[right].values
    sync.crm.edit(left, {"code": "b"})
    sync.settle()
    sync.crm.edit(left, {"code": "c"})
    sync.settle()
    plan = undo(sync, start)
    assert plan.changed_since == ()
    sync.apply(plan.plan)
    assert sync.finance.records[right].values == before
    assert sync.crm.records[left].values["code"] == "c"
    writes = sync.writes
    sync.settle()
    assert sync.writes == writes
    assert undo(sync, start).plan.actions == ()


def test_what_a_person_changed_since_is_kept_and_listed():
    sync, left, right = linked()
    start = len(sync.journal)
    sync.crm.edit(left, {"code": "b", "memo": "red"})
    sync.settle()
    sync.finance.edit(right, {"ref": "mine"})
    found = undo(sync, start)
    [action] = found.plan.actions
    assert (action.kind, action.reason, action.to_finance) == (Kind.UPDATE, Reason.UNDONE, {"tag": ""})
    [kept] = found.changed_since
    assert (kept.key, kept.column, kept.before, kept.written, kept.now) == (right, "ref", "a", "b", "mine")


def test_the_crms_values_come_back_too():
    sync, left, right = linked()
    start = len(sync.journal)
    sync.finance.edit(right, {"ref": "b"})
    sync.settle()
    sync.apply(undo(sync, start).plan)
    assert sync.crm.records[left].values["code"] == "a"
    writes = sync.writes
    sync.settle()
    assert sync.writes == writes


def test_a_created_record_goes_and_stays_gone():
    sync, left, right = linked()
    [action] = undo(sync).plan.actions
    assert (action.kind, action.side, action.was_finance["display_name"]) == (Kind.DELETE, Side.FINANCE, "Ada")
    sync.apply(undo(sync).plan)
    sync.settle()
    assert (sync.finance.live(), sync.unmatched[left].reason) == ([], UnmatchedReason.UNLINKED)
    assert [one.key for one in undo(sync).changed_since] == [right]


def test_a_created_record_with_documents_becomes_inactive():
    sync, _left, right = linked()
    sync.finance.mark(right, has_documents=True)
    sync.apply(undo(sync).plan)
    assert right in sync.finance.inactive
    assert not sync.finance.records[right].deleted


def test_a_created_person_with_documents_is_only_unlinked():
    sync, left, _right = linked()
    start = len(sync.journal)
    sync.crm.create(CONTACT, {"last_name": "Abel"}, parent=left.pk)
    sync.settle()
    person = next(one.key for one in sync.finance.live() if one.key.model == CONTACT_PERSON)
    sync.finance.mark(person, has_documents=True)
    [action] = undo(sync, start).plan.actions
    assert action.kind is Kind.UNLINK


def test_a_created_record_that_a_person_worked_on_is_kept():
    sync, _left, right = linked()
    sync.finance.edit(right, {"ref": "mine"})
    found = undo(sync)
    assert found.plan.actions == ()
    assert [one.column for one in found.changed_since] == ["ref"]


def test_a_first_contact_is_taken_apart_and_both_are_as_before():
    sync = engine(first_contact=Policy.OVERWRITE)
    left = sync.crm.create(ACCOUNT, {"name": "Ada", "code": "a"})
    right = sync.finance.create(CUSTOMER, {"display_name": "ADA", "ref": "b", "tag": "RED"}, kind=BUSINESS)
    before = (sync.crm.records[left].values, sync.finance.records[right].values)
    sync.settle()
    sync.apply(undo(sync).plan)
    sync.settle()
    assert (sync.crm.records[left].values, sync.finance.records[right].values) == before
    assert sync.open_links() == []
    assert len(sync.crm.live()) == len(sync.finance.live()) == 1


def test_a_deletion_is_listed_not_undone():
    sync, left, right = linked(on_crm_deleted=OnDelete.DELETE)
    start = len(sync.journal)
    sync.crm.delete(left)
    sync.settle()
    found = undo(sync, start)
    assert found.plan.actions == ()
    assert [(one.key, one.column) for one in found.changed_since] == [(right, "")]


def test_a_record_without_a_known_link_is_written_back_all_the_same():
    sync, left, right = linked()
    key = Key(Side.FINANCE, CUSTOMER, right.pk)
    rows = [
        JournalEntry(
            id=1, op=JournalOp.UPDATE, pairing=Pairing.ACCOUNT_CUSTOMER, key=key, before={"ref": ""}, after={"ref": "a"}
        ),
        JournalEntry(id=2, op=JournalOp.LINK, pairing=Pairing.ACCOUNT_CUSTOMER),
        JournalEntry(id=3, op=JournalOp.LINK, pairing=Pairing.ACCOUNT_CUSTOMER, link=99),
        JournalEntry(id=4, op=JournalOp.UPDATE, pairing=Pairing.ACCOUNT_CUSTOMER),
    ]
    [action] = plan_undo(rows, sync.records(), {}, sync.settings).plan.actions
    assert (action.link, action.to_finance, action.base_finance) == (None, {"ref": ""}, None)
    made = [replace(rows[0], op=JournalOp.CREATE)]
    [action] = plan_undo(made, sync.records(), {}, sync.settings).plan.actions
    assert (action.kind, action.exclusion, action.crm_pk) == (Kind.DELETE, None, None)
    assert left in sync.crm.records
