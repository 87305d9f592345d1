"""Merging: fields chosen one by one, everything that hangs on the losers moved, and all of it taken back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from audit.models import Entry
from crm.access import access
from crm.choices import Module
from crm.models import Account, Contact, Deal, Merge, MergedRecord, Pipeline, Stage
from crm.models.activities import Activity, ActivityLink
from crm.models.deals import DealContact, DealLine
from crm.selectors.merges import merges, survivor_of, visible_survivor
from crm.services.currencies import add_currency
from crm.services.deal_lines import set_lines
from crm.services.hanging import hanging_on
from crm.services.merging import merge_records, plan_merge
from crm.services.unmerging import undo_merge
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from finsuite.kernel.events import Event, _listeners
from finsuite.kernel.versions import version_of
from tests import factories

pytestmark = pytest.mark.django_db

ACCOUNTS, CONTACTS = Module.ACCOUNTS.value, Module.CONTACTS.value


@pytest.fixture
def merge(actor, organization):
    def act(survivor: Any, *losers: Any, module: str = ACCOUNTS, **more: Any) -> Merge:
        ids = [loser.pk for loser in losers]
        return merge_records(
            actor=actor, organization=organization, module=module, survivor_id=survivor.pk, loser_ids=ids, **more
        )

    return act


@pytest.fixture
def told(monkeypatch):
    """Every event, by its class's name."""
    heard: list[Event] = []
    from crm import events

    for kind in (events.RecordsMerged, events.MergeUndone, events.AccountDeleted, events.AccountCreated):
        monkeypatch.setitem(_listeners, kind, [heard.append])
    return heard


def everything() -> dict[str, Any]:
    """What the tables of the CRM say, but for the dates of writing."""
    tables = (Account, Contact, Deal, DealContact, DealLine, Activity, ActivityLink)
    return {
        table.__name__: [
            {name: value for name, value in row.items() if name != "updated_at"}
            for row in table.objects.order_by("pk").values()
        ]
        for table in tables
    }


def deal(organization, name: str = "Renewal", **values: Any) -> Deal:
    pipeline, _ = Pipeline.objects.get_or_create(organization=organization, name="Sales")
    stage, _ = Stage.objects.get_or_create(organization=organization, pipeline=pipeline, name="Talk")
    made = Deal(
        organization=organization,
        name=name,
        pipeline=pipeline,
        stage=stage,
        probability=10,
        currency="EUR",
        stage_entered_at=organization.created_at,
        **values,
    )
    made.set_keys()
    made.save()
    return made


def task(organization, record: Any, module: str = ACCOUNTS) -> Activity:
    return Activity.objects.create(
        organization=organization, kind="task", status="open", module=module, record_id=record.pk, subject="Call"
    )


# fields


def test_a_blank_field_of_the_survivor_takes_the_first_value_that_is_there(organization, merge) -> None:
    one = factories.account(organization, "Dupont", phone="1", tags=["a"])
    two = factories.account(organization, "Dupont SA", phone="2", website="dupont.fr", tags=["b", "a"])
    three = factories.account(organization, "Dupont SAS", website="x.fr", industry="Glass")
    merge(one, two, three)
    one.refresh_from_db()
    assert (one.name, one.phone, one.website, one.industry, one.tags) == (
        "Dupont",
        "1",
        "dupont.fr",
        "Glass",
        ["a", "b"],
    )
    assert list(Account.objects.of(organization)) == [one]


def test_a_choice_has_the_last_word_even_for_a_blank(organization, merge) -> None:
    one = factories.account(organization, "Dupont", phone="1")
    two = factories.account(organization, "Dupont SA")
    made = merge(one, two, choices={"name": two.pk, "phone": two.pk})
    one.refresh_from_db()
    assert (one.name, one.phone) == ("Dupont SA", "")
    assert made.choices["phone"] == two.pk


def test_a_choice_of_what_is_not_there_is_refused_by_name(organization, merge) -> None:
    one, two = factories.account(organization, "A"), factories.account(organization, "B")
    with pytest.raises(Refused) as refused:
        merge(one, two, choices={"nose": one.pk, "phone": 10**9})
    assert set(refused.value.fields) == {"nose", "phone"}
    assert Account.objects.of(organization).count() == 2


def test_an_amount_in_another_currency_is_not_taken_over(organization, actor, merge) -> None:
    from crm.services.currencies import add_currency

    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": Decimal("1.1")})
    one = factories.account(organization, "A")
    two = factories.account(organization, "B", currency="USD", annual_revenue=Decimal(5))
    with pytest.raises(Refused):
        merge(one, two, choices={"annual_revenue": two.pk})
    merge(one, two)
    one.refresh_from_db()
    assert (one.annual_revenue, one.currency) == (None, "EUR")


def test_a_value_that_only_one_record_may_have_goes_over_and_comes_back(organization, actor, merge) -> None:
    from crm.services.custom_fields import create_custom_field

    values = {"module": ACCOUNTS, "label": "Ledger", "kind": "text", "is_unique": True}
    ledger = create_custom_field(actor=actor, organization=organization, values=values)
    one = factories.account(organization, "A")
    two = factories.account(organization, "B", **{f"cf_{ledger.key}": "L-1"})
    made = merge(one, two)
    one.refresh_from_db()
    assert one.custom == {ledger.key: "L-1"}
    undo_merge(actor=actor, merge=made)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.custom, two.custom) == ({}, {ledger.key: "L-1"})


def test_who_wants_no_mail_gets_none_after_a_merge(organization, merge) -> None:
    one = factories.contact(organization, "Martin")
    two = factories.contact(organization, "Martin", email_opt_out=True)
    merge(one, two, module=CONTACTS)
    one.refresh_from_db()
    assert one.email_opt_out is True


# what moves


@pytest.fixture
def family(organization) -> dict[str, Any]:
    one, two, three = (factories.account(organization, name) for name in ("Dupont", "Dupont SA", "Dupont SAS"))
    child = factories.account(organization, "Below", parent_id=two.pk)
    contact = factories.contact(organization, "Martin", account_id=two.pk)
    other = factories.contact(organization, "Bernard", account_id=three.pk)
    sale = deal(organization, account=three, contact=contact)
    return {
        "one": one,
        "two": two,
        "three": three,
        "child": child,
        "contact": contact,
        "other": other,
        "deal": sale,
        "task": task(organization, two),
    }


def test_everything_that_hung_on_the_losers_hangs_on_the_survivor(organization, family, merge, told) -> None:
    one, two, three = family["one"], family["two"], family["three"]
    ActivityLink.objects.create(organization=organization, activity=family["task"], module=ACCOUNTS, record_id=one.pk)
    ActivityLink.objects.create(organization=organization, activity=family["task"], module=ACCOUNTS, record_id=three.pk)
    made = merge(one, two, three)
    for name, column in (("child", "parent_id"), ("contact", "account_id"), ("other", "account_id")):
        family[name].refresh_from_db()
        assert getattr(family[name], column) == one.pk
    family["deal"].refresh_from_db()
    family["task"].refresh_from_db()
    assert (family["deal"].account_id, family["task"].record_id) == (one.pk, one.pk)
    assert list(ActivityLink.objects.values_list("record_id", flat=True)) == [one.pk]
    assert made.moved["contacts.account_id"] == {
        str(two.pk): [family["contact"].pk],
        str(three.pk): [family["other"].pk],
    }
    assert len(made.kept) == 1
    assert [type(event).__name__ for event in told] == ["AccountDeleted", "RecordsMerged"]
    assert (told[1].survivor_id, told[1].loser_ids, told[1].module) == (one.pk, (two.pk, three.pk), ACCOUNTS)


def test_the_history_tells_it_on_the_survivor_the_losers_and_what_moved(organization, family, merge) -> None:
    one, two = family["one"], family["two"]
    merge(one, two)
    entries = Entry.objects.filter(kind="crm.account")
    assert entries.get(record_id=one.pk, verb="merged").after == {"merged_with": ["Dupont SA"]}
    gone = entries.get(record_id=two.pk, verb="deleted")
    assert (gone.before["name"], gone.after) == ("Dupont SA", {"merged_into": "Dupont"})
    moved = Entry.objects.get(kind="crm.contact", record_id=family["contact"].pk, verb="updated")
    assert (moved.before, moved.after) == ({"account_id": two.pk}, {"account_id": one.pk})


def test_the_plan_says_how_much_moves_and_writes_nothing(
    organization, admin, family, django_assert_num_queries
) -> None:
    one, two, three = family["one"], family["two"], family["three"]
    before = everything()
    entered = access(admin, organization.pk)
    with django_assert_num_queries(7):
        plan = plan_merge(entered, ACCOUNTS, survivor_id=one.pk, loser_ids=[two.pk, three.pk])
    counts = {move.hanging.name: dict(move.counts) for move in plan.moves}
    assert counts == {
        "accounts.parent_id": {two.pk: 1},
        "contacts.account_id": {two.pk: 1, three.pk: 1},
        "deals.account_id": {three.pk: 1},
        "activity": {two.pk: 1},
    }
    assert everything() == before


def test_the_lines_of_a_deal_come_from_one_deal_only(organization, merge) -> None:
    one, two, three = (deal(organization, name) for name in ("A", "B", "C"))
    for owner, name in ((two, "x"), (two, "y"), (three, "z")):
        position = DealLine.objects.filter(deal=owner).count()
        DealLine.objects.create(deal=owner, position=position, name=name, price=1, total=1)
    before = everything()
    made = merge(one, two, three, module=Module.DEALS.value)
    assert [(line.deal_id, line.name) for line in DealLine.objects.order_by("id")] == [(one.pk, "x"), (one.pk, "y")]
    undo_merge(actor=factories.SYSTEM, merge=made)
    assert everything() == before


def test_lines_that_go_over_make_the_amount_and_the_undo_takes_it_back(organization, actor, admin, merge) -> None:
    one, two, three = (factories.deal(organization, name, amount=Decimal("7")) for name in ("A", "B", "C"))
    for loser, price in ((two, "50"), (three, "30")):
        set_lines(actor=actor, deal=loser, lines=[{"name": "Chair", "quantity": Decimal(2), "price": Decimal(price)}])
    before = everything()
    entered = access(admin, organization.pk)
    ids = {"survivor_id": one.pk, "loser_ids": [two.pk, three.pk]}
    plan = plan_merge(entered, Module.DEALS, **ids)
    assert plan.lines.notes == [
        "The product lines of “C” don't go over: those of “B” are kept.",
        "The amount is the sum of the product lines of “B”, so it can't be chosen.",
    ]
    assert {move.hanging.name: dict(move.counts) for move in plan.moves}["lines"] == {two.pk: 1}
    with pytest.raises(Refused) as refused:
        plan_merge(entered, Module.DEALS, **ids, choices={"amount": three.pk})
    assert list(refused.value.fields) == ["amount"]
    made = merge(one, two, three, module=Module.DEALS.value)
    one.refresh_from_db()
    assert (one.has_lines, one.amount, one.amount_home) == (True, Decimal("100"), Decimal("100"))
    assert one.expected_revenue == one.amount * one.probability / 100
    told = Entry.objects.filter(kind="crm.deal", record_id=one.pk, verb="updated").latest("id")
    assert told.after["lines"] == ["Chair: 2 × 50 = 100.00 EUR"]
    assert (Decimal(told.before["amount"]), Decimal(told.after["amount"])) == (7, 100)
    undo_merge(actor=factories.SYSTEM, merge=made)
    assert everything() == before


def test_a_survivor_with_lines_keeps_them_and_its_amount(organization, actor, merge) -> None:
    one, two = (factories.deal(organization, name) for name in ("A", "B"))
    for each, price in ((one, "50"), (two, "30")):
        set_lines(actor=actor, deal=each, lines=[{"name": "Chair", "price": Decimal(price)}])
    before = everything()
    made = merge(one, two, module=Module.DEALS.value)
    one.refresh_from_db()
    assert (one.has_lines, one.amount, one.lines.count()) == (True, Decimal("50"), 1)
    undo_merge(actor=factories.SYSTEM, merge=made)
    assert everything() == before


def test_lines_in_another_currency_stay_out_and_the_plan_says_so(organization, actor, admin, merge) -> None:
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.085"})
    one = factories.deal(organization, "A", amount=Decimal("7"))
    two = factories.deal(organization, "B", currency="USD")
    set_lines(actor=actor, deal=two, lines=[{"name": "Chair", "price": Decimal("30")}])
    before = everything()
    entered = access(admin, organization.pk)
    plan = plan_merge(entered, Module.DEALS, survivor_id=one.pk, loser_ids=[two.pk])
    assert plan.lines.notes == ["The product lines of “B” are in USD and “A” is in EUR: they don't go over."]
    assert "lines" not in {move.hanging.name for move in plan.moves}
    made = merge(one, two, module=Module.DEALS.value)
    one.refresh_from_db()
    assert (one.has_lines, one.amount, one.lines.count(), DealLine.objects.count()) == (False, Decimal("7"), 0, 0)
    undo_merge(actor=factories.SYSTEM, merge=made)
    assert everything() == before


def test_an_account_is_never_hung_on_itself(organization, merge) -> None:
    top = factories.account(organization, "Top")
    loser = factories.account(organization, "Loser", parent_id=top.pk)
    between = factories.account(organization, "Between", parent_id=loser.pk)
    survivor = factories.account(organization, "Survivor", parent_id=between.pk)
    merge(survivor, loser)
    survivor.refresh_from_db()
    between.refresh_from_db()
    assert (survivor.parent_id, between.parent_id) == (top.pk, survivor.pk)


def test_a_child_that_survives_its_parent_takes_the_parents_place(organization, merge) -> None:
    parent = factories.account(organization, "Parent")
    child = factories.account(organization, "Child", parent_id=parent.pk)
    merge(child, parent)
    child.refresh_from_db()
    assert child.parent_id is None


def test_every_table_about_any_record_moves_with_it() -> None:
    """Whoever adds a table by `(module, record_id)` names it in crm/services/hanging.py."""
    from django.apps import apps

    books = {"DeletedRecord", "DuplicateKeys", "MergedRecord", "ImportRow"}  # they tell what was, and of which record
    about_any = {
        model.__name__
        for model in apps.get_app_config("crm").get_models()
        if {"module", "record_id"} <= {column.name for column in model._meta.concrete_fields}
    }
    known = {hanging.model.__name__ for hanging in hanging_on(Module.ACCOUNTS) if hanging.column == "record_id"}
    assert about_any - books == known


# who may, and when


def test_whoever_may_not_delete_may_not_merge(organization, standard, family) -> None:
    from finsuite.kernel.actors import Actor

    with pytest.raises(NotPermitted):
        merge_records(
            actor=Actor.person(standard),
            organization=organization,
            module=ACCOUNTS,
            survivor_id=family["one"].pk,
            loser_ids=[family["two"].pk],
        )
    assert Account.objects.filter(pk=family["two"].pk).exists()


def test_a_record_of_another_organization_is_absent(organization, outsider, family, merge) -> None:
    from crm.models import Organization

    foreign = factories.account(Organization.objects.get(name="Ailleurs SA"), "Dupont")
    with pytest.raises(NotFound):
        merge(family["one"], foreign)
    assert Account.objects.filter(pk=foreign.pk).exists()


def test_a_stale_version_stops_the_merge(organization, family, merge, actor) -> None:
    from crm.services.accounts import update_account

    one, two = family["one"], family["two"]
    seen = {one.pk: version_of(one), two.pk: version_of(two)}
    update_account(actor=actor, account=two, values={"phone": "new"})
    with pytest.raises(Conflict):
        merge(one, two, versions=seen)
    assert Account.objects.filter(pk=two.pk).exists()
    assert not Merge.objects.exists()


@pytest.mark.parametrize("losers", [[], ["one"], ["two", "two"], ["two", "three", "child"]])
def test_one_or_two_others_are_merged_at_a_time(family, merge, losers) -> None:
    with pytest.raises(Refused):
        merge(family["one"], *(family[name] for name in losers))
    assert Account.objects.count() == 4


# following


def test_chains_of_merges_lead_to_the_last_survivor(organization, admin, family, merge) -> None:
    one, two, three = family["one"], family["two"], family["three"]
    merge(two, three)
    merge(one, two)
    assert survivor_of(organization, ACCOUNTS, three.pk) == one.pk
    entered = access(admin, organization.pk)
    assert visible_survivor(entered, ACCOUNTS, three.pk) == one.pk
    assert visible_survivor(entered, CONTACTS, three.pk) is None
    assert [found.survivor_label for found in merges(entered)] == ["Dupont"]


# undo


def test_an_undo_puts_everything_back_under_the_old_ids(organization, family, merge, actor, told) -> None:
    one, two, three = family["one"], family["two"], family["three"]
    ActivityLink.objects.create(organization=organization, activity=family["task"], module=ACCOUNTS, record_id=one.pk)
    ActivityLink.objects.create(organization=organization, activity=family["task"], module=ACCOUNTS, record_id=three.pk)
    Account.objects.filter(pk=two.pk).update(website="dupont.fr", annual_revenue=Decimal("5.50"), tags=["b"])
    before = everything()
    made = merge(one, two, three)
    assert everything() != before
    undone = undo_merge(actor=actor, merge=made)
    assert everything() == before
    assert undone.undone_at is not None
    assert survivor_of(organization, ACCOUNTS, two.pk) is None
    assert [type(event).__name__ for event in told[2:]] == ["AccountCreated", "MergeUndone"]


def test_an_undo_is_refused_once_the_survivor_says_something_else(organization, merge, actor) -> None:
    from crm.services.accounts import update_account

    one, two = factories.account(organization, "A"), factories.account(organization, "B", phone="2")
    made = merge(one, two)
    one.refresh_from_db()
    update_account(actor=actor, account=one, values={"phone": "3"})
    with pytest.raises(Refused, match="Phone"):
        undo_merge(actor=actor, merge=made)
    assert not Account.objects.filter(pk=two.pk).exists()


def test_a_change_of_another_field_does_not_stand_in_the_way(organization, merge, actor) -> None:
    from crm.services.accounts import update_account

    one, two = factories.account(organization, "A"), factories.account(organization, "B", phone="2")
    made = merge(one, two)
    one.refresh_from_db()
    update_account(actor=actor, account=one, values={"industry": "Glass"})
    undo_merge(actor=actor, merge=made)
    one.refresh_from_db()
    assert (one.phone, one.industry) == ("", "Glass")


def test_what_was_moved_elsewhere_since_stays_there(organization, family, merge, actor) -> None:
    from crm.services.contacts import update_contact

    made = merge(family["one"], family["two"])
    family["contact"].refresh_from_db()
    update_contact(actor=actor, contact=family["contact"], values={"account_id": family["three"].pk})
    undo_merge(actor=actor, merge=made)
    family["contact"].refresh_from_db()
    family["child"].refresh_from_db()
    assert (family["contact"].account_id, family["child"].parent_id) == (family["three"].pk, family["two"].pk)


def test_the_inner_merge_of_a_chain_is_undone_last(organization, family, merge, actor) -> None:
    one, two, three = family["one"], family["two"], family["three"]
    inner = merge(two, three)
    outer = merge(one, two)
    with pytest.raises(Refused, match="Undo that merge first"):
        undo_merge(actor=actor, merge=inner)
    undo_merge(actor=actor, merge=outer)
    undo_merge(actor=actor, merge=inner)
    assert Account.objects.filter(pk__in=[one.pk, two.pk, three.pk]).count() == 3
    with pytest.raises(Refused, match="already"):
        undo_merge(actor=actor, merge=inner)
    assert MergedRecord.objects.filter(is_back=True).count() == 2


def test_a_reference_to_what_is_gone_since_comes_back_empty(organization, merge, actor) -> None:
    from crm.services.accounts import delete_account

    parent = factories.account(organization, "Parent")
    one, two = factories.account(organization, "A", parent_id=parent.pk), factories.account(organization, "B")
    made = merge(two, one, choices={"parent_id": two.pk})
    delete_account(actor=actor, account=parent)
    undo_merge(actor=actor, merge=made)
    one.refresh_from_db()
    assert (one.name, one.parent_id) == ("A", None)
