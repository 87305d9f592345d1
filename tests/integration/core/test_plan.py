"""The tables of first contact, of conflicts and of the end of pairs, row by row, from record to record."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from integration.adapters.memory_engine import MemoryEngine
from integration.core.actions import Kind, ParentRef, Reason
from integration.core.batch import Choice, ChoiceKind, PairBatch
from integration.core.guards import clone_key
from integration.core.links import Exclusion, Link, LinkState, UnmatchedReason
from integration.core.pairings import Mode, Pairing
from integration.core.plan import plan_pairs
from integration.core.policy import Extent, Granularity, OnDelete, Policy
from integration.core.records import Key, Record, Side
from tests.integration.core.world import ACCOUNT, BUSINESS, CONTACT, CONTACT_PERSON, CUSTOMER, SETTINGS, engine

ACCOUNT_CUSTOMER = Pairing.ACCOUNT_CUSTOMER


def told(plan):
    """A plan as pairs of kind and reason."""
    return [(action.kind.value, action.reason.value) for action in plan.actions]


def twins(**settings) -> tuple[MemoryEngine, Key, Key]:
    """An account and a customer of one name that never met."""
    sync = engine(**settings)
    left = sync.crm.create(ACCOUNT, {"name": "Ada", "code": "a", "memo": ""})
    right = sync.finance.create(CUSTOMER, {"display_name": "ADA", "ref": "b", "tag": "RED"}, kind=BUSINESS)
    return sync, left, right


def pair(**settings) -> tuple[MemoryEngine, Key, Key, Link]:
    """A linked account and customer."""
    sync = engine(**settings)
    left = sync.crm.create(ACCOUNT, {"name": "Ada", "code": "a"})
    sync.settle()
    [link] = sync.open_links()
    return sync, left, link.key(Side.FINANCE), link


def quarrel(**settings) -> tuple[MemoryEngine, Key, Key, Link]:
    """A pair on which both sides changed one field, and finance one more."""
    sync, left, right, link = pair(**settings)
    sync.crm.edit(left, {"code": "x"})
    sync.finance.edit(right, {"ref": "y", "rate": Decimal(2)})
    return sync, left, right, link


def family(**settings) -> tuple[MemoryEngine, Key, Key]:
    """A linked account with a linked contact."""
    sync = engine(**settings)
    left = sync.crm.create(ACCOUNT, {"name": "Ada"})
    contact = sync.crm.create(CONTACT, {"last_name": "Lovelace", "phone": "1"}, parent=left.pk)
    sync.settle()
    return sync, left, contact


def value(sync, key, column):
    return sync.adapter(key.side).records[key].values[column]


def only_link(sync, pairing=ACCOUNT_CUSTOMER):
    [link] = [one for one in sync.open_links() if one.pairing is pairing]
    return link


# first contact


def test_overwrite_links_and_writes_what_is_not_blank():
    sync, left, right = twins(first_contact=Policy.OVERWRITE)
    [action] = sync.run().actions
    assert (action.kind, action.reason, action.state) == (Kind.LINK, Reason.MATCHED, LinkState.ACTIVE)
    assert (action.to_crm, action.to_finance) == ({"memo": "red"}, {"display_name": "Ada", "ref": "a"})
    assert action.was_finance == {"display_name": "ADA", "ref": "b"}
    assert [found.winner for found in action.conflicts] == [Side.CRM, Side.CRM]
    assert len(sync.finance.live()) == len(sync.crm.live()) == 1
    assert sync.run().actions == ()
    assert (value(sync, left, "memo"), value(sync, right, "ref")) == ("red", "a")


def test_one_way_overwrite_fills_no_blank_of_the_crm():
    sync, _left, _right = twins(first_contact=Policy.OVERWRITE, extent=Extent.ONE_WAY)
    [action] = sync.run().actions
    assert (action.to_crm, action.to_finance) == ({}, {"display_name": "Ada", "ref": "a"})


def test_clone_makes_each_its_own_counterpart():
    sync, left, right = twins(first_contact=Policy.CLONE)
    cloned, created = sync.run().actions
    assert (cloned.kind, cloned.reason, cloned.side) == (Kind.CLONE, Reason.DUPLICATE_CLONED, Side.FINANCE)
    assert cloned.to_finance == {"kind": BUSINESS, "display_name": "Ada (2)", "ref": "a"}
    assert cloned.exclusion == Exclusion(ACCOUNT_CUSTOMER, left.pk, right.pk)
    assert (created.kind, created.side, created.finance_pk) == (Kind.CREATE, Side.CRM, right.pk)
    assert value(sync, right, "ref") == "b"
    assert [(len(sync.crm.live()), len(sync.finance.live()))] == [(2, 2)]
    assert sync.run().actions == ()


def test_one_way_clone_leaves_the_finance_record_on_its_own():
    sync, _left, _right = twins(first_contact=Policy.CLONE, extent=Extent.ONE_WAY)
    assert told(sync.run()) == [("clone", "duplicate_cloned"), ("skip", "one_way")]
    assert len(sync.crm.live()) == 1


def test_a_clone_that_is_refused_makes_nothing_of_the_other_record_either():
    sync, left, _right = twins(first_contact=Policy.CLONE)
    sync.crm.edit(left, {"code": "far too long"})
    assert told(sync.run()) == [("refuse", "cannot_carry")]
    assert len(sync.crm.live()) == len(sync.finance.live()) == 1


def test_skip_links_nothing_and_is_judged_again_when_the_other_changes():
    sync, left, right = twins()
    assert told(sync.run()) == [("skip", "duplicate")]
    assert sync.run().actions == ()
    assert {mark.reason for mark in sync.unmatched.values()} == {UnmatchedReason.SKIPPED}
    sync.finance.edit(right, {"display_name": "Eve"})
    assert told(sync.run()) == [("create", "new"), ("create", "new")]
    assert only_link_of(sync, left).finance_pk != right.pk


def only_link_of(sync, key):
    [link] = [one for one in sync.open_links() if one.key(key.side) == key]
    return link


def test_a_change_of_policy_judges_a_skip_again():
    sync, *_ = twins()
    sync.run()
    sync.settings = replace(sync.settings, first_contact=Policy.OVERWRITE)
    assert told(sync.run()) == [("link", "matched")]


@pytest.mark.parametrize("policy", Policy)
def test_several_candidates_are_never_guessed_at(policy):
    sync, left, right = twins(first_contact=policy)
    other = sync.crm.create(ACCOUNT, {"name": "ada"})
    plan = sync.run()
    assert told(plan) == [("decide", "ambiguous")] * 3
    assert sorted(action.candidates for action in plan.actions) == [(left, other), (right,), (right,)]
    assert sync.open_links() == []
    assert sync.run().actions == ()


def test_a_first_contact_that_does_not_fit_is_refused_and_released_by_the_fixing_edit():
    sync, _left, right = twins(first_contact=Policy.OVERWRITE)
    sync.crm.edit(_left, {"code": ""})
    sync.finance.edit(right, {"ref": "abcdefg"})
    [action] = sync.run().actions
    assert (action.kind, action.side, action.refusal.field) == (Kind.REFUSE, Side.CRM, "code")
    assert sync.run().actions == ()
    sync.finance.edit(right, {"ref": "abc"})
    assert told(sync.run()) == [("link", "matched")]


def test_names_are_numbered_only_where_they_must_be_unique():
    for unique, names in ((True, ["Ada", "Ada (2)"]), (False, ["Ada", "Ada"])):
        sync = engine(unique_names=unique)
        sync.crm.create(ACCOUNT, {"name": "Ada"})
        sync.crm.create(ACCOUNT, {"name": "Ada"})
        assert [action.to_finance["display_name"] for action in sync.preview().actions] == names


def test_a_rename_to_a_taken_name_is_numbered_and_does_not_come_back():
    sync, left, right, _link = pair()
    sync.crm.create(ACCOUNT, {"name": "Bo"})
    sync.settle()
    sync.crm.edit(left, {"name": "Bo"})
    sync.settle()
    assert (value(sync, left, "name"), value(sync, right, "display_name")) == ("Bo", "Bo (2)")
    sync.crm.edit(left, {"name": "BO"})
    sync.settle()
    assert value(sync, right, "display_name") == "BO (2)"


def test_a_name_whose_number_does_not_fit_is_refused():
    mapping = SETTINGS.mappings[ACCOUNT_CUSTOMER]
    first, *rest = mapping.pairs
    short = replace(mapping, pairs=(replace(first, finance_limit=replace(first.finance_limit, max_length=3)), *rest))
    sync = engine(mappings={**SETTINGS.mappings, ACCOUNT_CUSTOMER: short})
    for name in ("Ada", "Bob", "Bob"):
        sync.crm.create(ACCOUNT, {"name": name})
    assert told(sync.run()) == [("create", "new"), ("create", "new"), ("refuse", "cannot_carry")]
    left = next(one.key for one in sync.crm.live() if one.label == "Ada")
    sync.crm.edit(left, {"name": "Bob"})
    assert ("refuse", "cannot_carry") in told(sync.run())


def test_a_name_that_is_already_numbered_as_it_would_be_is_not_written():
    sync, left, right, _link = pair(both_changed=Policy.OVERWRITE)
    sync.crm.create(ACCOUNT, {"name": "Bo"})
    sync.settle()
    sync.crm.edit(left, {"name": "Bo"})
    sync.finance.edit(right, {"display_name": "Bo (2)"})
    assert told(sync.run()) == [("advance", "agreed")]
    assert sync.run().actions == ()


def test_a_settled_pair_is_no_work():
    sync, left, right, _link = pair()
    assert sync.preview([left, right]).actions == ()


def test_a_default_fills_what_the_other_side_leaves_blank():
    mapping = SETTINGS.mappings[ACCOUNT_CUSTOMER]
    first, code, *rest = mapping.pairs
    given = replace(mapping, pairs=(first, replace(code, default="none", create_only=True), *rest))
    sync = engine(mappings={**SETTINGS.mappings, ACCOUNT_CUSTOMER: given})
    sync.crm.create(ACCOUNT, {"name": "Ada"})
    [action] = sync.run().actions
    assert action.to_finance["ref"] == "none"
    assert "ref" not in action.base_crm


# a person's choices on unlinked records


def test_a_person_links_two_records_that_nothing_else_would_link():
    for keep, written in ((Side.CRM, {"display_name": "Ada", "ref": "a"}), (Side.FINANCE, {})):
        sync, left, right = twins()
        sync.finance.edit(right, {"display_name": "Eve"})
        sync.choices[left] = Choice(kind=ChoiceKind.LINK, other=right.pk, keep=keep)
        [action] = sync.run().actions
        assert (action.kind, action.reason, action.to_finance) == (Kind.LINK, Reason.CHOSEN, written)


def test_a_person_may_link_first_and_settle_field_by_field():
    sync, left, right = twins()
    sync.choices[right] = Choice(kind=ChoiceKind.LINK, other=left.pk)
    [action] = sync.run().actions
    assert (action.state, [found.pair for found in action.conflicts]) == (LinkState.CONFLICT, ["display_name", "ref"])
    assert (value(sync, left, "code"), value(sync, right, "ref")) == ("a", "b")
    assert sync.run().actions == ()
    link = only_link(sync)
    sync.resolutions[link.id] = {"ref": Side.FINANCE, "display_name": Side.CRM}
    assert told(sync.run()) == [("update", "resolved")]
    assert (value(sync, left, "code"), value(sync, right, "display_name")) == ("b", "Ada")


def test_a_person_may_create_or_leave_alone():
    sync, left, right = twins()
    sync.choices[left] = Choice(kind=ChoiceKind.CREATE)
    sync.run()
    assert only_link_of(sync, left).finance_pk != right.pk
    sync, left, right = twins()
    sync.choices[left] = Choice(kind=ChoiceKind.SKIP)
    assert told(sync.run())[0] == ("skip", "chosen")
    assert sync.unmatched[left].reason is UnmatchedReason.UNLINKED
    del sync.choices[left]
    sync.crm.edit(left, {"code": "z"})
    sync.settle()
    assert all(link.crm_pk != left.pk for link in sync.open_links())


def test_a_choice_that_cannot_be_done_says_so():
    sync, left, right = twins()
    third = sync.crm.create(ACCOUNT, {"name": "Bo"})
    sync.choices[left] = Choice(kind=ChoiceKind.LINK, other=99)
    assert ("refuse", "cannot_carry") in told(sync.preview([left]))
    sync.choices = {left: Choice(kind=ChoiceKind.LINK, other=right.pk, keep=Side.CRM)}
    sync.run([left])
    sync.choices = {third: Choice(kind=ChoiceKind.LINK, other=right.pk, keep=Side.CRM)}
    assert told(sync.preview([third])) == [("decide", "ambiguous")]


def test_a_contact_is_not_linked_to_a_person_of_another_customer():
    sync, _left, contact = family()
    other = sync.crm.create(ACCOUNT, {"name": "Bo"})
    sync.settle()
    stray = sync.crm.create(CONTACT, {"last_name": "Stray"}, parent=other.pk)
    sync.unlink(only_link(sync, Pairing.CONTACT_PERSON))
    person = next(one.key for one in sync.finance.live() if one.key.model == CONTACT_PERSON)
    sync.choices[stray] = Choice(kind=ChoiceKind.LINK, other=person.pk)
    assert told(sync.preview([stray])) == [("skip", "parent_not_linked")]
    sync.choices = {contact: Choice(kind=ChoiceKind.LINK, other=person.pk)}
    assert told(sync.run([contact])) == [("link", "chosen")]


# both changed


def test_skip_writes_neither_side_of_a_conflict_and_merges_the_rest():
    sync, left, right, link = quarrel()
    [action] = sync.run().actions
    assert (action.kind, action.state, action.to_crm) == (Kind.CONFLICT, LinkState.CONFLICT, {"price": Decimal("2.00")})
    assert (value(sync, left, "code"), value(sync, right, "ref")) == ("x", "y")
    assert sync.links[link.id].base_crm["ref"] == "a"
    assert sync.run().actions == ()
    sync.crm.edit(left, {"memo": "blue"})
    assert told(sync.run()) == [("conflict", "both_changed")]
    assert value(sync, right, "tag") == "BLU"


@pytest.mark.parametrize(
    ("side", "column", "new"), [("crm", "code", "y"), ("crm", "code", "a"), ("finance", "ref", "a")]
)
def test_a_conflict_ends_when_the_values_meet_or_one_side_goes_back(side, column, new):
    sync, left, right, link = quarrel()
    sync.run()
    key = left if side == "crm" else right
    sync.adapter(key.side).edit(key, {column: new})
    sync.settle()
    assert sync.links[link.id].state is LinkState.ACTIVE
    assert value(sync, left, "code") == value(sync, right, "ref")


def test_record_granularity_holds_everything_back():
    sync, left, _right, link = quarrel(granularity=Granularity.RECORD)
    [action] = sync.run().actions
    assert (action.kind, action.to_crm, action.base_crm) == (Kind.CONFLICT, {}, None)
    assert value(sync, left, "price") is None
    assert sync.links[link.id].base_crm == link.base_crm


def test_overwrite_writes_finance_and_journals_what_it_replaced():
    sync, left, right, _link = quarrel(both_changed=Policy.OVERWRITE)
    [action] = sync.run().actions
    assert (action.kind, action.reason) == (Kind.UPDATE, Reason.CONFLICT_OVERWRITTEN)
    assert (value(sync, left, "code"), value(sync, right, "ref")) == ("x", "x")
    assert value(sync, left, "price") == Decimal("2.00")
    assert any(row.key == right and row.before == {"ref": "y"} for row in sync.journal)


def test_clone_leaves_the_finance_record_and_moves_the_link():
    sync, left, right, link = quarrel(both_changed=Policy.CLONE)
    [action] = sync.run().actions
    assert (action.kind, action.reason, action.closes) == (Kind.CLONE, Reason.CONFLICT_CLONED, LinkState.CLONED)
    assert [found.pair for found in action.conflicts] == ["ref"]
    assert action.exclusion == Exclusion(ACCOUNT_CUSTOMER, left.pk, right.pk)
    assert (value(sync, right, "ref"), value(sync, left, "price")) == ("y", None)
    assert sync.links[link.id].state is LinkState.CLONED
    assert only_link(sync).finance_pk != right.pk
    sync.finance.edit(right, {"ref": "q"})
    sync.settle()
    assert len(sync.crm.live()) == 1


def test_a_clone_beside_documents_is_asked_for_once():
    sync, _left, right, link = quarrel(both_changed=Policy.CLONE)
    sync.finance.mark(right, has_documents=True)
    assert told(sync.run()) == [("decide", "has_documents")]
    assert sync.run().actions == ()
    sync.confirmed_clones.add(link.id)
    assert told(sync.run()) == [("clone", "conflict_cloned")]


def test_a_conflict_is_cloned_once():
    sync, _left, _right, link = quarrel(both_changed=Policy.CLONE)
    sync.clone_keys.add(clone_key(link))
    assert told(sync.run()) == [("decide", "already_cloned")]


def test_a_person_settles_a_conflict_field_by_field():
    sync, _left, right, link = quarrel()
    sync.run()
    sync.resolutions[link.id] = {"ref": Side.FINANCE}
    [action] = sync.run().actions
    assert (action.kind, action.reason, action.to_crm) == (Kind.UPDATE, Reason.RESOLVED, {"code": "y"})
    assert value(sync, right, "ref") == "y"


def test_a_drift_is_told_and_mended_only_on_request():
    sync, left, right, link = pair()
    sync.crm.edit(left, {"note": "n"})
    sync.settle()
    sync.finance.edit(right, {"notes": "m"})
    [action] = sync.run().actions
    assert (action.kind, action.reason, action.drift) == (Kind.ADVANCE, Reason.DRIFTED, ("notes",))
    sync.reassert.add(link.id)
    assert told(sync.run()) == [("update", "reasserted")]
    assert value(sync, right, "notes") == "n"
    sync.reassert.add(link.id)
    assert sync.run().actions == ()


def test_an_end_that_was_not_read_is_refused_and_not_taken_for_deleted():
    link = Link(id=1, pairing=ACCOUNT_CUSTOMER, crm_pk=1, finance_pk=1)
    crm = Record(key=Key(Side.CRM, ACCOUNT, 1), rev=1)
    for records, missing in (({}, Side.CRM), ({crm.key: crm}, Side.FINANCE)):
        [action] = plan_pairs(PairBatch(links=[link], records=records), SETTINGS).actions
        assert (action.kind, action.refusal.code, action.refusal.side) == (Kind.REFUSE, "not_read", missing)


def test_a_closed_link_and_an_unknown_subject_are_no_work():
    link = Link(id=1, pairing=ACCOUNT_CUSTOMER, crm_pk=1, finance_pk=1, state=LinkState.CLOSED)
    assert plan_pairs(PairBatch(links=[link], subjects=[Key(Side.CRM, ACCOUNT, 9)]), SETTINGS).actions == ()


# deletions


def test_a_deleted_account_leaves_its_customer_as_an_orphan_for_good():
    sync, left, right, link = pair()
    sync.crm.delete(left)
    assert told(sync.run()) == [("unlink", "deleted")]
    sync.finance.edit(right, {"ref": "z"})
    sync.settle()
    assert (sync.crm.live(), sync.unmatched[right].reason) == ([], UnmatchedReason.ORPHAN)
    assert sync.links[link.id].state is LinkState.CLOSED


@pytest.mark.parametrize(
    ("wish", "documents", "kind"),
    [
        (OnDelete.UNLINK, False, Kind.UNLINK),
        (OnDelete.DEACTIVATE, True, Kind.DEACTIVATE),
        (OnDelete.DELETE, False, Kind.DELETE),
        (OnDelete.DELETE, True, Kind.DEACTIVATE),
    ],
)
def test_what_becomes_of_the_customer_of_a_deleted_account(wish, documents, kind):
    sync, left, right, _link = pair(on_crm_deleted=wish)
    sync.finance.mark(right, has_documents=documents)
    sync.crm.delete(left)
    [action] = sync.run().actions
    assert (action.kind, action.side) == (kind, Side.FINANCE)
    assert sync.finance.records[right].deleted is (kind is Kind.DELETE)
    assert (right in sync.finance.inactive) is (kind is Kind.DEACTIVATE)
    assert sync.run().actions == ()
    if kind is Kind.DELETE:
        assert sync.journal[-1].before["display_name"] == "Ada"


@pytest.mark.parametrize("wish", [OnDelete.DEACTIVATE, OnDelete.DELETE])
def test_an_edit_beats_a_delete(wish):
    sync, left, right, _link = pair(on_crm_deleted=wish)
    sync.finance.edit(right, {"ref": "z"})
    sync.crm.delete(left)
    assert told(sync.run()) == [("unlink", "edit_beats_delete")]
    assert right not in sync.finance.inactive


def test_restoring_makes_a_new_account_under_a_new_link():
    sync, left, _right, link = pair(on_crm_deleted=OnDelete.RESTORE)
    sync.crm.delete(left)
    assert told(sync.run()) == [("create", "restored")]
    [again] = sync.crm.live()
    assert (again.label, only_link(sync).crm_pk) == ("Ada", again.key.pk)
    assert sync.links[link.id].state is LinkState.CLOSED
    assert sync.run().actions == ()


def test_one_way_a_deletion_never_writes_to_the_crm():
    sync, left, _right, _link = pair(on_crm_deleted=OnDelete.RESTORE, extent=Extent.ONE_WAY)
    sync.crm.delete(left)
    assert told(sync.run()) == [("unlink", "deleted")]
    sync, left, right, _link = pair(on_finance_deleted=OnDelete.DELETE, extent=Extent.ONE_WAY)
    sync.finance.delete(right)
    assert told(sync.run()) == [("unlink", "deleted")]
    assert [one.key for one in sync.crm.live()] == [left]


@pytest.mark.parametrize(
    ("wish", "kind"),
    [(OnDelete.UNLINK, Kind.UNLINK), (OnDelete.DEACTIVATE, Kind.UNLINK), (OnDelete.DELETE, Kind.DELETE)],
)
def test_what_becomes_of_the_account_of_a_deleted_customer(wish, kind):
    sync, left, right, _link = pair(on_finance_deleted=wish)
    sync.finance.delete(right)
    [action] = sync.run().actions
    assert action.kind is kind
    assert sync.crm.records[left].deleted is (kind is Kind.DELETE)
    sync.settle()
    assert sync.finance.live() == []


def test_both_deleted_closes_the_link():
    sync, left, right, link = pair()
    sync.crm.delete(left)
    sync.finance.delete(right)
    assert told(sync.run()) == [("unlink", "both_deleted")]
    assert sync.links[link.id].state is LinkState.CLOSED


def test_a_contact_persons_end_never_deactivates_anybody():
    sync, _left, contact = family(on_crm_deleted=OnDelete.DEACTIVATE)
    sync.crm.delete(contact)
    assert told(sync.run()) == [("unlink", "deleted")]


def test_a_contact_is_not_restored_without_its_parents_link():
    sync, left, contact = family(on_finance_deleted=OnDelete.RESTORE)
    link = only_link(sync, Pairing.CONTACT_PERSON)
    sync.unlink(only_link(sync))
    sync.finance.delete(link.key(Side.FINANCE))
    assert ("unlink", "deleted") in told(sync.run([contact, left]))


# view, mode, unlink


def test_a_record_that_leaves_the_view_waits_with_its_base():
    sync, left, right, link = pair()
    sync.crm.mark(left, in_scope=False)
    sync.crm.edit(left, {"code": "x"})
    assert told(sync.run()) == [("pause", "left_view")]
    sync.finance.edit(right, {"tag": "BLU"})
    assert told(sync.run()) == [("pause", "left_view")]
    assert sync.run().actions == ()
    assert value(sync, right, "ref") == "a"
    sync.crm.mark(left, in_scope=True)
    assert told(sync.run()) == [("update", "resumed")]
    assert (value(sync, right, "ref"), value(sync, left, "memo")) == ("x", "blu")
    assert sync.links[link.id].state is LinkState.ACTIVE


def test_a_pause_without_changes_ends_without_writes():
    sync, left, _right, _link = pair()
    sync.crm.mark(left, in_scope=False)
    sync.run()
    sync.crm.mark(left, in_scope=True)
    assert told(sync.run()) == [("advance", "resumed")]


def test_a_pair_whose_mode_ended_waits():
    sync, _left, _right, _link = pair()
    sync.settings = replace(sync.settings, mode=Mode.CONTACTS)
    sync.crm.edit(_left, {"code": "q"})
    assert told(sync.run()) == [("pause", "left_mode")]


def test_records_outside_the_view_or_the_mode_are_told_once():
    sync = engine(mode=Mode.CONTACTS)
    out = sync.crm.create(ACCOUNT, {"name": "Ada"})
    sync.finance.create(CUSTOMER, {"display_name": "Bo"}, kind=BUSINESS)
    hidden = sync.crm.create(CONTACT, {"last_name": "Cy"})
    sync.crm.mark(hidden, in_scope=False)
    assert sorted(told(sync.run())) == [("skip", "left_mode"), ("skip", "left_mode"), ("skip", "left_view")]
    assert sync.run().actions == ()
    assert sync.unmatched[out].reason is UnmatchedReason.FILTERED


def test_unlinked_by_a_person_stays_unlinked():
    sync, left, right, link = pair()
    sync.unlink(link)
    sync.crm.edit(left, {"code": "x"})
    sync.settle()
    assert (sync.open_links(), value(sync, right, "ref")) == ([], "a")
    assert sync.exclusions == {Exclusion(ACCOUNT_CUSTOMER, left.pk, right.pk)}
    sync.settings = replace(sync.settings, mode=Mode.CONTACTS)
    sync.crm.edit(left, {"code": "z"})
    assert sync.run().actions == ()


# merges of records


def test_the_link_of_a_merged_account_goes_over_to_the_survivor():
    sync, left, right, _link = pair()
    survivor = sync.crm.create(ACCOUNT, {"name": "Ada Ltd"})
    sync.crm.delete(left)
    sync.merges[left] = survivor
    assert told(sync.run()) == [("repoint", "merged")]
    sync.settle()
    assert (only_link(sync).crm_pk, value(sync, right, "display_name")) == (survivor.pk, "Ada Ltd")


def test_the_link_of_a_merged_account_becomes_an_alias_beside_the_survivors_own():
    sync, left, right, link = pair()
    survivor = sync.crm.create(ACCOUNT, {"name": "Bo"})
    sync.settle()
    theirs = only_link_of(sync, survivor)
    between = Key(Side.CRM, ACCOUNT, 77)
    sync.crm.delete(left)
    sync.merges = {left: between, between: survivor}
    [action] = sync.run().actions
    assert (action.kind, action.alias_of) == (Kind.ALIAS, theirs.id)
    assert sync.unmatched[right].reason is UnmatchedReason.DETACHED
    assert sync.links[link.id].state is LinkState.ALIAS


def test_a_merged_customer_repoints_from_its_side_and_a_lost_survivor_is_a_deletion():
    sync, _left, right, _link = pair()
    other = sync.finance.create(CUSTOMER, {"display_name": "Bo"}, kind=BUSINESS)
    sync.finance.delete(right)
    sync.merges[right] = other
    assert told(sync.run([right])) == [("repoint", "merged")]
    assert only_link(sync).finance_pk == other.pk
    sync.finance.delete(other)
    sync.merges[other] = right
    assert ("unlink", "deleted") in told(sync.run())


# parents and children


def test_a_parent_comes_before_its_children_and_the_first_child_is_primary():
    sync = engine()
    left = sync.crm.create(ACCOUNT, {"name": "Ada"})
    for name in ("Abel", "Babbage"):
        sync.crm.create(CONTACT, {"last_name": name}, parent=left.pk)
    parent, first, second = sync.preview().actions
    assert (parent.pairing, first.parent, second.parent) == (ACCOUNT_CUSTOMER, ParentRef(None, 0), ParentRef(None, 0))
    assert (first.primary, second.primary) == (True, False)
    sync.settle()
    third = sync.crm.create(CONTACT, {"last_name": "Curie"}, parent=left.pk)
    [action] = sync.preview([third]).actions
    assert (action.parent, action.primary) == (ParentRef(only_link(sync).finance_pk), False)


def test_a_finance_person_becomes_a_contact_of_the_account():
    sync, left, _contact = family()
    sync.finance.create(CONTACT_PERSON, {"last_name": "Byron"}, parent=only_link(sync).finance_pk)
    [action] = sync.run().actions
    assert (action.side, action.parent, action.primary) == (Side.CRM, ParentRef(left.pk), False)


def test_children_of_an_unlinked_parent_wait_and_wake_with_it():
    sync = engine()
    left = sync.crm.create(ACCOUNT, {"name": "Ada"})
    sync.crm.mark(left, in_scope=False)
    contact = sync.crm.create(CONTACT, {"last_name": "Abel"}, parent=left.pk)
    assert ("skip", "parent_not_linked") in told(sync.run())
    sync.crm.mark(left, in_scope=True)
    sync.settle()
    assert only_link_of(sync, contact).pairing is Pairing.CONTACT_PERSON


def test_a_contact_moves_with_its_account_and_back():
    sync, _left, contact = family()
    other = sync.crm.create(ACCOUNT, {"name": "Bo"})
    sync.settle()
    person = only_link(sync, Pairing.CONTACT_PERSON).key(Side.FINANCE)
    sync.crm.edit(contact, {}, parent=other.pk)
    sync.settle()
    assert sync.finance.records[person].parent == only_link_of(sync, other).finance_pk
    sync.finance.edit(person, {}, parent=only_link_of(sync, _left).finance_pk)
    [action] = sync.run().actions
    assert (action.side, action.parent) == (Side.CRM, ParentRef(_left.pk))
    assert sync.crm.records[contact].parent == _left.pk


def test_a_contact_that_moves_to_an_unlinked_account_waits():
    sync, _left, contact = family()
    other = sync.crm.create(ACCOUNT, {"name": "Bo"})
    sync.crm.mark(other, in_scope=False)
    sync.crm.edit(contact, {}, parent=other.pk)
    assert ("pause", "parent_not_linked") in told(sync.run())
    sync.crm.mark(other, in_scope=True)
    sync.settle()
    person = only_link(sync, Pairing.CONTACT_PERSON).key(Side.FINANCE)
    assert sync.finance.records[person].parent == only_link_of(sync, other).finance_pk


def test_a_contact_whose_account_is_deleted_keeps_its_person_waiting():
    sync, left, contact = family()
    sync.crm.delete(left)
    assert ("pause", "left_mode") in told(sync.run())
    assert not sync.crm.records[contact].deleted
    assert only_link(sync, Pairing.CONTACT_PERSON).state is LinkState.PAUSED


def test_a_contact_waits_while_its_account_is_unlinked():
    sync, _left, contact = family()
    sync.unlink(only_link(sync))
    sync.crm.edit(contact, {"phone": "2"})
    assert told(sync.run([contact])) == [("pause", "parent_not_linked")]
    assert sync.run([contact]).actions == ()


def test_a_cloned_customer_gets_persons_of_its_own():
    sync, left, contact = family(both_changed=Policy.CLONE)
    old = only_link(sync, Pairing.CONTACT_PERSON)
    sync.crm.edit(left, {"code": "x"})
    sync.finance.edit(only_link(sync).key(Side.FINANCE), {"ref": "y"})
    plan = sync.run([left, contact])
    assert told(plan) == [("clone", "conflict_cloned"), ("unlink", "parent_cloned"), ("create", "new")]
    assert plan.actions[2].parent == ParentRef(None, 0)
    sync.settle()
    new = only_link(sync, Pairing.CONTACT_PERSON)
    assert new.finance_pk != old.finance_pk
    assert not sync.finance.records[old.key(Side.FINANCE)].deleted
    assert sync.finance.records[new.key(Side.FINANCE)].parent == only_link(sync).finance_pk


def test_a_conflict_on_a_person_is_cloned_beside_it_or_waits_for_the_parent():
    sync, left, contact = family(both_changed=Policy.CLONE)
    link = only_link(sync, Pairing.CONTACT_PERSON)
    sync.crm.edit(contact, {"phone": "2"})
    sync.finance.edit(link.key(Side.FINANCE), {"phone": "3"})
    sync.crm.mark(left, in_scope=False)
    sync.run([left])
    assert told(sync.preview([contact])) == [("pause", "parent_not_linked")]
    sync.crm.mark(left, in_scope=True)
    sync.settle()
    assert only_link(sync, Pairing.CONTACT_PERSON).finance_pk != link.finance_pk
    assert len([one for one in sync.finance.live() if one.key.model == CONTACT_PERSON]) == 2


def test_contacts_match_persons_of_their_own_account_only():
    sync = engine(first_contact=Policy.OVERWRITE)
    left = sync.crm.create(ACCOUNT, {"name": "Ada"})
    right = sync.finance.create(CUSTOMER, {"display_name": "Ada"}, kind=BUSINESS)
    other = sync.finance.create(CUSTOMER, {"display_name": "Bo"}, kind=BUSINESS)
    contact = sync.crm.create(CONTACT, {"last_name": "Abel"}, parent=left.pk)
    person = sync.finance.create(CONTACT_PERSON, {"last_name": "ABEL"}, parent=right.pk)
    sync.finance.create(CONTACT_PERSON, {"last_name": "Abel"}, parent=other.pk)
    sync.settle()
    assert only_link_of(sync, contact).finance_pk == person.pk


def test_unattached_contacts_become_individuals_when_asked_for():
    sync = engine(include_unattached=True)
    contact = sync.crm.create(CONTACT, {"last_name": "Abel", "phone": "1"})
    [action] = sync.run().actions
    assert (action.pairing, action.to_finance["kind"]) == (Pairing.CONTACT_CUSTOMER, "individual")
    assert only_link_of(sync, contact).pairing is Pairing.CONTACT_CUSTOMER


# the guard


def test_a_mass_change_waits_for_a_person():
    sync = engine(guard_floor=2, on_crm_deleted=OnDelete.DELETE)
    keys = [sync.crm.create(ACCOUNT, {"name": name}) for name in ("Ada", "Bo", "Cy", "Dot")]
    contact = sync.crm.create(CONTACT, {"last_name": "Abel"}, parent=keys[3].pk)
    sync.settle()
    for key in keys[:3]:
        sync.crm.delete(key)
    sync.crm.edit(contact, {"phone": "9"})
    plan = sync.run()
    [found] = plan.mass_changes
    assert (found.pairing, found.count, found.limit, len(plan.held)) == (ACCOUNT_CUSTOMER, 3, 2, 3)
    assert told(plan) == [("update", "changed")]
    assert len(sync.finance.live()) == 5
    sync.settings = replace(sync.settings, confirmed=frozenset({ACCOUNT_CUSTOMER}))
    sync.run()
    assert len(sync.finance.live()) == 2


def test_what_depends_on_a_held_action_is_held_too():
    sync = engine(guard_floor=0)
    keys = [sync.crm.create(ACCOUNT, {"name": name}) for name in ("Ada", "Bo")]
    sync.settle()
    sync.crm.delete(keys[0])
    new = sync.crm.create(ACCOUNT, {"name": "Cy"})
    sync.crm.create(CONTACT, {"last_name": "Abel"}, parent=new.pk)
    plan = sync.preview()
    assert (plan.actions, len(plan.held)) == ((), 3)


def test_a_plan_counts_what_it_will_do():
    sync = engine()
    sync.crm.create(ACCOUNT, {"name": "Ada"})
    sync.crm.create(ACCOUNT, {"name": "Bo"})
    assert sync.preview().counts() == {(ACCOUNT_CUSTOMER, Kind.CREATE, Side.FINANCE): 2}
    [first, second] = sync.preview().actions
    assert first.dedupe_key != second.dedupe_key
    assert first.dedupe_key == sync.preview().actions[0].dedupe_key
    assert first.changes_a_record
    assert (first.key(Side.CRM), first.key(Side.FINANCE)) == (Key(Side.CRM, ACCOUNT, 1), None)
