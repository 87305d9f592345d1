"""The engine on PostgreSQL: each way in which a pair can come to be, change, conflict and end."""

from __future__ import annotations

import pytest
from django.db import connection as database

from audit.models import Entry
from crm.models import Account, Contact
from finance.models import ContactPerson, Customer
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict as Clash
from finsuite.kernel.errors import Refused
from integration.choices import ConflictState, IssueState, RunState, SettingState
from integration.models import Action, Conflict, DeadLetter, Dirty, Exclusion, Journal, Link, Run, SyncIssue, Unmatched
from integration.services import activation, asking, changes, conflicts, issues, links, runs, undo
from tests.integration.worlds import World, counts, digest, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def pair(w: World) -> tuple[Account, Customer]:
    account = w.account("Dupont", phone="1", billing_city="Lyon")
    w.settle()
    return account, w.other(account)


# First contact


def test_an_account_becomes_a_business_customer_and_its_contacts_its_persons(w: World) -> None:
    account = w.account("Dupont SA", phone="01", billing_street="1 rue A", billing_city="Lyon", tax_number="FR1")
    first = w.contact("Bé", first_name="Zoé", account_id=account.pk, email="zoe@dupont.fr", title="CEO")
    second = w.contact("Cé", account_id=account.pk)
    run = w.run()
    assert run.state == RunState.FINISHED
    assert run.counts == {
        "account_customer": {"created": 1, "created_in_finance": 1},
        "contact_person": {"created": 2, "created_in_finance": 2},
    }
    customer = Customer.objects.get()
    assert (customer.kind, customer.display_name, customer.company_name) == ("business", "Dupont SA", "Dupont SA")
    assert (customer.billing_phone, customer.billing_address, customer.billing_city) == ("01", "1 rue A", "Lyon")
    assert (customer.number, customer.currency, customer.tax_number) == ("CUST-00001", "EUR", "FR1")
    assert (customer.name_key, customer.unique_key) == ("dupont sa", "dupont sa")
    assert "dupont sa" in customer.search_text
    persons = {person.last_name: person for person in ContactPerson.objects.all()}
    assert (persons["Bé"].first_name, persons["Bé"].designation, persons["Bé"].name_key) == ("Zoé", "CEO", "zoé bé")
    assert [persons["Bé"].is_primary, persons["Cé"].is_primary] == [True, False]
    assert w.other(first) == persons["Bé"]
    assert w.other(second) == persons["Cé"]


def test_what_the_sync_wrote_is_in_the_history_under_who_started_it(w: World) -> None:
    w.account("Dupont")
    w.run()
    entry = Entry.objects.get(kind="finance.customer")
    assert (entry.verb, entry.via, entry.user_id) == ("created", "sync", w.admin.pk)
    assert entry.tenant == w.finance.tenant
    assert entry.after["display_name"] == "Dupont"


def test_what_the_background_wrote_is_in_the_history_under_who_changed_the_source(w: World) -> None:
    account = w.account("Dupont")
    w.settle()
    w.edit(account, phone="2")
    w.settle()
    entry = Entry.objects.filter(kind="finance.customer", verb="updated").get()
    assert (entry.via, entry.user_id, entry.actor_label) == ("sync", w.admin.pk, "Ada Admin")
    assert (entry.before, entry.after) == ({"billing_phone": ""}, {"billing_phone": "2"})


def test_a_customer_becomes_an_account_and_its_persons_contacts(w: World) -> None:
    customer = w.customer("Müller GmbH", billing_city="Köln")
    w.person(customer, "Schmidt", first_name="Jo")
    assert w.settle() == 2
    account = Account.objects.get()
    assert (account.name, account.billing_city, account.currency, account.name_key) == (
        "Müller GmbH",
        "Köln",
        "EUR",
        "müller gmbh",
    )
    contact = Contact.objects.get()
    assert (contact.full_name, contact.account_id) == ("Jo Schmidt", account.pk)


def test_one_way_nothing_is_written_to_the_crm() -> None:
    w = world(extent="from_crm")
    w.customer("Only in finance")
    account = w.account("From CRM")
    w.settle()
    assert Account.objects.count() == 1
    w.edit(w.other(account), billing_phone="9")
    w.settle()
    account.refresh_from_db()
    assert account.phone == ""


def test_contacts_alone_become_individual_customers() -> None:
    w = world(mode="contacts")
    w.account("Ignored")
    w.contact("Bé", first_name="Zoé", email="z@b.fr")
    w.settle()
    customer = Customer.objects.get()
    assert (customer.kind, customer.display_name, customer.email) == ("individual", "Zoé Bé", "z@b.fr")


def test_unattached_contacts_come_along_only_when_the_box_is_ticked(w: World) -> None:
    w.contact("Alone")
    w.settle()
    assert Customer.objects.count() == 0
    w.choose(include_unattached=True)
    w.settle()
    assert Customer.objects.get().display_name == "Alone"


def test_a_contact_of_an_account_that_is_linked_later_follows(w: World) -> None:
    w.customer("Twin")
    account = w.account("Twin")
    contact = w.contact("Bé", account_id=account.pk)
    w.settle()
    assert w.link(contact) is None
    assert Unmatched.objects.get(kind="contact").reason == "parent"
    w.choose(duplicate_policy="overwrite")
    w.settle()
    assert w.link(contact) is not None
    assert ContactPerson.objects.get().customer == Customer.objects.get()


def test_skip_leaves_a_duplicate_alone_until_it_is_one_no_more(w: World) -> None:
    customer = w.customer("Twin", notes="mine")
    account = w.account("Twin")
    before = counts()
    w.settle()
    assert w.link(account) is None
    assert {mark.reason for mark in Unmatched.objects.all()} == {"skipped"}
    assert counts()["revisions"] == before["revisions"]
    w.edit(customer, display_name="Other")
    w.settle()
    assert w.other(account).display_name == "Twin"
    assert w.other(customer).name == "Other"


def test_overwrite_links_a_duplicate_and_a_blank_erases_nothing() -> None:
    w = world(duplicate_policy="overwrite")
    customer = w.customer("Twin", billing_phone="old", billing_city="Lyon", notes="keep", payment_terms=30)
    account = w.account("twin ", phone="new")
    w.settle()
    assert w.other(account) == customer
    customer.refresh_from_db()
    account.refresh_from_db()
    assert (customer.billing_phone, customer.billing_city, customer.notes) == ("new", "Lyon", "keep")
    assert customer.payment_terms == 30
    assert (account.billing_city, account.description) == ("Lyon", "keep")
    row = Journal.objects.get(kind="customer", op="update")
    assert row.before["billing_phone"] == "old"
    assert Customer.objects.count() == 1


def test_clone_leaves_the_duplicate_and_numbers_the_copy() -> None:
    w = world(duplicate_policy="clone", extent="from_crm")
    customer = w.customer("Twin", billing_phone="old")
    account = w.account("Twin", phone="new")
    w.settle()
    made = w.other(account)
    assert (made.display_name, made.billing_phone) == ("Twin (2)", "new")
    customer.refresh_from_db()
    assert customer.billing_phone == "old"
    assert w.link(customer) is None
    assert Exclusion.objects.filter(crm_id=account.pk, finance_id=customer.pk).count() == 1


def test_several_candidates_are_never_guessed_between() -> None:
    w = world(duplicate_policy="overwrite")
    w.customer("Twin")
    one, two = w.account("Twin"), w.account("TWIN")
    w.settle()
    assert w.link(one) is None
    assert w.link(two) is None
    assert set(Unmatched.objects.values_list("reason", flat=True)) == {"ambiguous"}
    w.delete(two)
    w.settle()
    assert w.link(one) is not None


# A linked pair


def test_an_edit_reaches_the_other_side_and_comes_to_rest(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    w.edit(account, phone="2")
    assert w.settle() == 1
    customer.refresh_from_db()
    assert customer.billing_phone == "2"
    w.edit(customer, billing_city="Paris")
    assert w.settle() == 1
    account.refresh_from_db()
    assert account.billing_city == "Paris"
    assert Dirty.objects.count() == 0


def test_a_second_pass_writes_nothing(w: World, pair: tuple[Account, Customer]) -> None:
    before = digest(without=("integration_run", "audit_entry"))
    assert w.settle() == 0
    assert digest(without=("integration_run", "audit_entry")) == before
    run = w.run()
    assert (run.state, run.total, run.done, run.counts) == (RunState.FINISHED, 0, 0, {})


def test_there_is_no_echo(w: World, pair: tuple[Account, Customer]) -> None:
    account, _customer = pair
    w.edit(account, phone="2")
    assert Dirty.objects.count() == 1
    assert runs.sync_changes(w.setting, seconds=60) == 1
    assert Dirty.objects.count() == 0
    assert changes.count_work(runs.prepare(w.setting)) == 0


def test_edits_of_different_fields_on_both_sides_are_merged(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    w.edit(account, phone="2")
    w.edit(customer, billing_city="Paris")
    w.settle()
    account.refresh_from_db()
    customer.refresh_from_db()
    assert (account.phone, account.billing_city) == ("2", "Paris")
    assert (customer.billing_phone, customer.billing_city) == ("2", "Paris")
    assert Conflict.objects.count() == 0


def test_equal_edits_on_both_sides_are_no_conflict(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    w.edit(account, phone="2")
    w.edit(customer, billing_phone="2")
    assert w.settle() == 0
    assert Conflict.objects.count() == 0


def test_unmapped_columns_are_never_written(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    w.edit(customer, payment_terms=45, credit_limit="10.00")
    w.edit(account, phone="2", rating="A")
    w.settle()
    customer.refresh_from_db()
    assert (customer.payment_terms, str(customer.credit_limit)) == (45, "10.00")


def _conflict(w: World, pair: tuple[Account, Customer]) -> Conflict:
    account, customer = pair
    w.edit(account, phone="crm", billing_city="Nice")
    w.edit(customer, billing_phone="finance")
    w.settle()
    return Conflict.objects.get(state=ConflictState.OPEN)


def test_skip_writes_no_field_in_conflict_and_merges_the_others(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    conflict = _conflict(w, pair)
    account.refresh_from_db()
    customer.refresh_from_db()
    assert (account.phone, customer.billing_phone) == ("crm", "finance")
    assert customer.billing_city == "Nice"
    assert conflict.fields == [
        {
            "name": "billing_phone",
            "crm_field": "phone",
            "finance_field": "billing_phone",
            "crm": "crm",
            "finance": "finance",
            "base_crm": "1",
            "base_finance": "1",
        }
    ]
    assert Link.objects.get().state == "conflict"
    before = digest()
    assert w.settle() == 0
    assert digest() == before


@pytest.mark.parametrize(("side", "value"), [("crm", "crm"), ("finance", "finance")])
def test_a_person_settles_a_conflict(w: World, pair: tuple[Account, Customer], side: str, value: str) -> None:
    account, customer = pair
    conflict = conflicts.keep(actor=w.actor, conflict=_conflict(w, pair), side=side)
    assert (conflict.state, conflict.resolved_by) == (ConflictState.RESOLVED, w.admin)
    account.refresh_from_db()
    customer.refresh_from_db()
    assert (account.phone, customer.billing_phone) == (value, value)
    assert Link.objects.get().state == "active"
    assert w.settle() == 0


def test_every_field_in_conflict_needs_a_decision(w: World, pair: tuple[Account, Customer]) -> None:
    conflict = _conflict(w, pair)
    with pytest.raises(Refused):
        conflicts.resolve(actor=w.actor, conflict=conflict, choices={})
    with pytest.raises(Refused):
        conflicts.resolve(actor=w.actor, conflict=conflict, choices={"billing_phone": "crm", "notes": "crm"})
    conflict.refresh_from_db()
    assert (conflict.state, conflict.resolution) == (ConflictState.OPEN, {})


def test_a_decision_on_values_that_have_changed_is_not_carried_out(w: World, pair: tuple[Account, Customer]) -> None:
    customer = pair[1]
    conflict = _conflict(w, pair)
    w.edit(customer, billing_phone="newer")
    with pytest.raises(Clash):
        conflicts.keep(actor=w.actor, conflict=conflict, side="crm")
    customer.refresh_from_db()
    assert customer.billing_phone == "newer"
    conflict.refresh_from_db()
    assert (conflict.state, conflict.fields[0]["finance"]) == (ConflictState.OPEN, "newer")


def test_a_conflict_ends_by_itself_when_both_say_the_same(w: World, pair: tuple[Account, Customer]) -> None:
    conflict = _conflict(w, pair)
    w.edit(pair[1], billing_phone="crm")
    w.settle()
    conflict.refresh_from_db()
    assert conflict.state == ConflictState.GONE
    assert Link.objects.get().state == "active"


def test_overwrite_settles_conflicts_for_the_crm_and_journals_the_loser(
    w: World, pair: tuple[Account, Customer]
) -> None:
    account, customer = pair
    w.choose(conflict_policy="overwrite")
    w.edit(account, phone="crm")
    w.edit(customer, billing_phone="finance")
    w.settle()
    customer.refresh_from_db()
    assert customer.billing_phone == "crm"
    row = Journal.objects.filter(op="update").latest("id")
    assert (row.before, row.reason) == ({"billing_phone": "finance"}, "conflict_overwritten")


def test_clone_never_writes_the_finance_record_in_conflict(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    w.choose(conflict_policy="clone")
    w.edit(account, phone="crm")
    w.edit(customer, billing_phone="finance")
    w.settle()
    customer.refresh_from_db()
    assert customer.billing_phone == "finance"
    made = w.other(account)
    assert made != customer
    assert (made.display_name, made.billing_phone) == ("Dupont (2)", "crm")
    assert w.link(customer) is None
    assert sorted(Link.objects.values_list("state", flat=True)) == ["active", "cloned"]
    assert Account.objects.count() == 1


# Ends


def test_deleting_the_account_keeps_the_customer_unlinked_for_good(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    w.delete(account)
    w.settle()
    assert w.link(customer) is None
    assert Unmatched.objects.get(kind="customer").reason == "orphan"
    w.edit(customer, billing_city="Rome")
    w.settle()
    assert Account.objects.count() == 0


def test_deleting_the_account_can_make_the_customer_inactive(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    w.choose(on_crm_deleted="deactivate")
    w.settle()
    w.delete(account)
    w.settle()
    customer.refresh_from_db()
    assert customer.status == "inactive"


def test_deleting_the_account_can_delete_the_customer_and_keeps_its_values(
    w: World, pair: tuple[Account, Customer]
) -> None:
    account, customer = pair
    w.edit(customer, payment_terms=45)
    w.choose(on_crm_deleted="delete")
    w.settle()
    w.delete(account)
    w.settle()
    assert Customer.objects.count() == 0
    row = Journal.objects.get(op="delete")
    assert (row.before["display_name"], row.before["payment_terms"]) == ("Dupont", 45)


def test_deleting_the_customer_keeps_the_account_unlinked(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    w.delete(customer)
    w.settle()
    assert w.link(account) is None
    w.edit(account, phone="3")
    w.settle()
    assert Customer.objects.count() == 0


def test_too_many_deletions_at_once_stop_the_module_and_ask(w: World) -> None:
    made = [w.account(f"A{n}") for n in range(30)]
    w.choose(on_crm_deleted="deactivate")
    w.settle()
    Account.objects.filter(pk__in=[account.pk for account in made[:12]]).delete()
    runs.sync_changes(w.setting, seconds=60)
    setting = w.setting
    assert setting.state == SettingState.ASKING
    assert setting.asking == {"account_customer": {"count": 12, "limit": 10}}
    assert Customer.objects.filter(status="inactive").count() == 0
    with pytest.raises(Refused):
        runs.start(actor=w.actor, setting=setting)
    asking.answer(actor=w.actor, setting=setting, confirmed=True)
    w.run()
    assert Customer.objects.filter(status="inactive").count() == 12
    assert w.setting.confirmed == []


def test_a_record_that_leaves_the_view_keeps_its_link_and_is_not_pushed(w: World) -> None:
    view = w.crm.list_views.create(
        name="Lyon",
        module="accounts",
        scope="criteria",
        visibility="public",
        criteria=[{"field": "billing_city", "comparator": "is", "value": "Lyon"}],
    )
    w.choose(account_view=view)
    account = w.account("Inside", billing_city="Lyon")
    w.account("Outside", billing_city="Nice")
    w.settle()
    customer = Customer.objects.get()
    w.edit(account, billing_city="Nice", phone="9")
    w.settle()
    customer.refresh_from_db()
    assert (customer.billing_city, customer.billing_phone) == ("Lyon", "")
    assert Link.objects.get().state == "paused"
    w.edit(account, billing_city="Lyon")
    w.settle()
    customer.refresh_from_db()
    assert customer.billing_phone == "9"


def test_switching_off_and_on_again_neither_creates_nor_loses(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    activation.deactivate(actor=w.actor, connection=w.connection, typed_name=w.finance.name)
    w.edit(account, phone="meanwhile")
    assert runs.sync_changes(w.setting, seconds=5) == 0
    activation.activate(actor=w.actor, connection=w.connection)
    before = Customer.objects.count()
    w.settle()
    customer.refresh_from_db()
    assert customer.billing_phone == "meanwhile"
    assert Customer.objects.count() == before
    assert Conflict.objects.count() == 0


# Failures


def test_a_value_that_does_not_fit_names_record_field_cause_and_remedy(w: World) -> None:
    w.account("Good")
    customer = w.customer("N" * 150)
    w.settle()
    assert Account.objects.count() == 1
    issue = SyncIssue.objects.get()
    assert (issue.kind, issue.record_id, issue.field, issue.code) == ("customer", customer.pk, "name", "too_long")
    assert issue.state == IssueState.WAITING
    assert "100 characters" in issues.words(issue).cause
    assert w.settle() == 0
    w.edit(customer, display_name="Short")
    w.settle()
    issue.refresh_from_db()
    assert issue.state == IssueState.RESOLVED
    assert DeadLetter.objects.count() == 0
    assert Account.objects.count() == 2


def _poison(name: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(f"ALTER TABLE finance_customer ADD CONSTRAINT poison CHECK (display_name <> '{name}') NOT VALID")


def _heal() -> None:
    with database.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE finance_customer DROP CONSTRAINT poison")


def test_one_failing_record_delays_no_other_and_is_quarantined_after_eight_tries(w: World) -> None:
    with database.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _poison("Bad")
    bad = w.account("Bad")
    for n in range(5):
        w.account(f"Good {n}")
    w.settle()
    assert Customer.objects.count() == 5
    letter = DeadLetter.objects.get()
    assert (letter.kind, letter.record_id, letter.attempts, letter.quarantined) == ("account", bad.pk, 1, False)
    for attempt in range(2, 9):
        DeadLetter.objects.update(next_at="2000-01-01T00:00Z")
        runs.sweep(w.setting, seconds=5)
        letter.refresh_from_db()
        assert letter.attempts == attempt
    assert letter.quarantined
    assert SyncIssue.objects.get().state == IssueState.WAITING
    DeadLetter.objects.update(next_at="2000-01-01T00:00Z")
    assert runs.sweep(w.setting, seconds=5) == 0
    _heal()
    issue = issues.retry(actor=w.actor, issue=SyncIssue.objects.get())
    assert issue.state == IssueState.RESOLVED
    assert Customer.objects.count() == 6


def test_a_dead_letter_is_released_by_the_edit_that_mends_it(w: World) -> None:
    with database.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _poison("Bad")
    bad = w.account("Bad")
    w.settle()
    assert DeadLetter.objects.count() == 1
    w.edit(bad, name="Better")
    w.settle()
    assert DeadLetter.objects.count() == 0
    assert w.other(bad).display_name == "Better"


# By hand


def test_a_pair_parted_by_hand_stays_parted_until_linked_by_hand(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    link = w.link(account)
    assert link is not None
    links.unlink(actor=w.actor, link=link)
    w.edit(account, phone="5")
    w.settle()
    assert w.link(account) is None
    customer.refresh_from_db()
    assert customer.billing_phone == "1"
    links.link_records(
        actor=w.actor, connection=w.connection, kind="account", record_id=account.pk, other_id=customer.pk, keep="crm"
    )
    customer.refresh_from_db()
    assert customer.billing_phone == "5"
    assert w.settle() == 0


def test_records_linked_by_hand_without_a_side_to_keep_wait_as_a_conflict(w: World) -> None:
    account, customer = w.account("One", phone="1"), w.customer("Two", billing_phone="2")
    w.choose(state="paused")
    w.choose(state="active", extent="from_crm")
    links.link_records(
        actor=w.actor, connection=w.connection, kind="account", record_id=account.pk, other_id=customer.pk
    )
    assert w.other(account) == customer


def test_one_record_is_synced_at_once(w: World) -> None:
    account = w.account("Now")
    w.account("Later")
    run = runs.sync_record(actor=w.actor, setting=w.setting, kind="account", record_id=account.pk)
    assert run.counts == {"account_customer": {"created": 1, "created_in_finance": 1}}
    assert Customer.objects.count() == 1


def test_a_preview_writes_nothing_and_says_exactly_what_the_run_does() -> None:
    w = world(duplicate_policy="overwrite")
    for n in range(4):
        account = w.account(f"A{n}")
        w.contact(f"C{n}", account_id=account.pk)
    w.customer("A1", billing_phone="x")
    customer = w.customer("Only finance")
    w.person(customer, "P")
    w.customer("N" * 150)
    before = digest(without=("integration_run", "integration_action"))
    preview = w.preview()
    assert digest(without=("integration_run", "integration_action")) == before
    planned = _told(preview)
    run = w.run()
    assert _told(run) == planned
    assert run.counts == preview.counts


def test_a_preview_that_breaks_is_over_and_says_so(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.preview(actor=w.actor, setting=w.setting)
    monkeypatch.setattr(runs, "preview_keys", lambda *_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runs.continue_run(run.pk, seconds=5)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "division by zero" in run.message
    assert runs.continue_run(run.pk, seconds=5)


def _told(run: Run) -> list[tuple[object, ...]]:
    return sorted(Action.objects.filter(run=run).values_list("pairing", "op", "reason", "label", "kind"))


def test_undo_takes_back_what_nobody_touched_and_lists_the_rest() -> None:
    w = world(duplicate_policy="overwrite")
    twin = w.customer("Twin", billing_phone="old", billing_city="Lyon")
    w.account("Twin", phone="new", billing_city="Nice")
    fresh = w.account("Fresh")
    contact = w.contact("Bé", account_id=fresh.pk)
    run = w.run()
    made = w.other(fresh)
    assert w.other(contact).customer == made
    w.edit(twin, billing_city="Rome")
    undone = undo.undo(actor=w.actor, run=run)
    while not runs.continue_run(undone.pk, seconds=60):
        pass
    twin.refresh_from_db()
    assert (twin.billing_phone, twin.billing_city) == ("old", "Rome")
    assert list(Customer.objects.all()) == [twin]
    assert ContactPerson.objects.count() == 0
    assert Action.objects.filter(run=undone, op="changed_since").count() == 1
    run.refresh_from_db()
    assert run.state == RunState.UNDONE
    assert w.settle() == 0
    assert list(Customer.objects.all()) == [twin]


def test_two_organizations_with_the_same_data_never_mix() -> None:
    one, two = world(name="one", duplicate_policy="overwrite"), world(name="two", duplicate_policy="overwrite")
    for w in (one, two):
        account = w.account("Same", phone="1")
        w.contact("Person", account_id=account.pk)
        w.customer("Same", billing_city="Lyon")
    one.settle()
    assert Link.objects.filter(connection=two.connection).count() == 0
    two.settle()
    for w in (one, two):
        for link in Link.objects.filter(connection=w.connection, pairing="account_customer"):
            assert Account.objects.get(pk=link.crm_id).organization == w.crm
            assert Customer.objects.get(pk=link.finance_id).organization == w.finance
        assert Link.objects.filter(connection=w.connection).count() == 2
    assert Customer.objects.count() == 2


def test_the_content_audit_finds_what_bypassed_the_capture(w: World, pair: tuple[Account, Customer]) -> None:
    account, customer = pair
    with database.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE crm_account SET phone = 'unseen' WHERE id = %s", [account.pk])
        cursor.execute("SET session_replication_role = origin")
    assert w.settle() == 0
    assert changes.audit_all() == {w.connection.pk: 1}
    w.settle()
    customer.refresh_from_db()
    assert customer.billing_phone == "unseen"
    assert changes.audit_all() == {w.connection.pk: 0}


def test_only_whoever_may_change_the_setup_runs_a_sync(w: World) -> None:
    from tests import factories

    rep = factories.crm_member(w.crm, "Standard", "rep@example.com")
    for act in (runs.start, runs.preview):
        with pytest.raises(Exception, match="setup"):
            act(actor=Actor.person(rep), setting=w.setting)
    assert Run.objects.count() == 0
