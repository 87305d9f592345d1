from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from audit.models import Entry
from crm.access import of_actor
from crm.events import AccountCreated, AccountDeleted, AccountUpdated
from crm.models import Account, Contact, Organization
from crm.selectors.accounts import MOST_SHOWN, accounts, family, get_account
from crm.services.accounts import (
    create_account,
    create_accounts,
    delete_account,
    delete_accounts,
    draft_accounts,
    plan_account_updates,
    update_account,
    update_accounts,
)
from crm.services.contacts import create_contact, update_contact
from crm.services.currencies import add_currency, update_currency
from crm.services.record_values import Planned
from finsuite.kernel import events
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories
from users.models import User


@pytest.fixture
def heard(monkeypatch):
    """The CRM's events, as they are emitted."""
    told = []
    for kind in (AccountCreated, AccountUpdated, AccountDeleted):
        monkeypatch.setitem(events._listeners, kind, [*events._listeners[kind], told.append])
    return told


def test_an_account_is_its_makers_in_home_currency_and_in_the_history(actor, admin, organization, heard):
    account = create_account(actor=actor, organization=organization, values={"name": "  Société   Générale "})
    assert (account.owner_id, account.currency, account.exchange_rate) == (admin.pk, "EUR", 1)
    entry = Entry.objects.get(kind="crm.account", record_id=account.pk)
    assert (entry.verb, entry.user_id, entry.tenant) == ("created", admin.pk, organization.tenant)
    assert entry.after["name"] == account.name
    assert heard == [AccountCreated(actor=actor, organization_id=organization.pk, ids=(account.pk,))]


def test_every_fault_is_told_at_once_by_field_and_nothing_is_saved(actor, organization):
    with pytest.raises(Refused) as refused:
        create_account(
            actor=actor,
            organization=organization,
            values={
                "name": "x" * 101,
                "website": "javascript:alert(1)",
                "phone": "0" * 31,
                "employees": "-1",
                "currency": "USD",
                "owner_id": 999999,
                "parent_id": 999999,
                "annual_revenue": "1.234",
            },
        )
    assert sorted(refused.value.fields) == [
        "annual_revenue",
        "currency",
        "employees",
        "name",
        "owner_id",
        "parent_id",
        "phone",
        "website",
    ]
    assert refused.value.fields["name"] == ["Account name can have at most 100 characters; this has 101."]
    assert refused.value.fields["currency"] == ["USD is not one of this organization's active currencies."]
    assert not Account.objects.exists()
    assert not Entry.objects.filter(kind="crm.account").exists()


@pytest.mark.parametrize("values", [{}, {"name": ""}, {"name": "   "}, {"name": None}])
def test_an_account_needs_a_name(actor, organization, values):
    with pytest.raises(Refused) as refused:
        create_account(actor=actor, organization=organization, values=values)
    assert refused.value.fields == {"name": ["Account name is required."]}


@pytest.mark.parametrize("name", ["organization", "organization_id", "name_key", "updated_at", "id", "nonsense"])
def test_a_field_that_is_not_to_be_written_is_refused_by_name(actor, organization, name):
    with pytest.raises(Refused) as refused:
        create_account(actor=actor, organization=organization, values={"name": "Acme", name: 1})
    assert list(refused.value.fields) == [name]
    assert not Account.objects.exists()


@pytest.mark.parametrize("text", ["Ac\x00me", "Ac\ud800me"])
def test_what_the_database_cannot_store_is_refused_not_a_crash(actor, organization, text):
    with pytest.raises(Refused) as refused:
        create_account(actor=actor, organization=organization, values={"name": text})
    assert refused.value.fields == {"name": ["Account name contains a character that can't be stored."]}


@pytest.mark.parametrize("reference", [True, "1", 2**70, -1, 1.5])
def test_a_reference_is_the_id_of_a_record_and_nothing_else(actor, organization, reference):
    with pytest.raises(Refused) as refused:
        create_account(actor=actor, organization=organization, values={"name": "Acme", "parent_id": reference})
    assert list(refused.value.fields) == ["parent_id"]


@pytest.mark.parametrize("website", ["example.com", "www.exämple.fr/a?b=c", "https://example.com:8443/x", "HTTP://A.B"])
def test_a_website_comes_with_or_without_its_scheme(actor, organization, website):
    made = create_account(actor=actor, organization=organization, values={"name": "Acme", "website": website})
    assert made.website == website


@pytest.mark.parametrize("website", ["example", "ftp://example.com", "mailto:a@example.com", "ex ample.com", "//a.b"])
def test_what_is_no_web_address_is_refused(actor, organization, website):
    with pytest.raises(Refused) as refused:
        create_account(actor=actor, organization=organization, values={"name": "Acme", "website": website})
    assert list(refused.value.fields) == ["website"]


def test_tags_are_trimmed_and_kept_once_in_their_order(actor, organization):
    tags = [" Clé ", "vip", "cle", "", "VIP", "clé"]
    made = create_account(actor=actor, organization=organization, values={"name": "Acme", "tags": tags})
    assert made.tags == ["Clé", "vip"]


def test_the_rate_comes_from_the_organizations_table_and_home_currency_is_always_one(actor, organization):
    add_currency(actor=actor, organization=organization, values={"code": "usd", "rate": "1.085"})
    made = create_account(actor=actor, organization=organization, values={"name": "Acme", "currency": "usd"})
    assert (made.currency, made.exchange_rate) == ("USD", Decimal("1.085"))
    with pytest.raises(Refused) as refused:
        create_account(actor=actor, organization=organization, values={"name": "Acme", "exchange_rate": "2"})
    assert list(refused.value.fields) == ["exchange_rate"]


def test_a_currency_that_is_no_longer_active_is_for_new_records_only(actor, organization):
    dollars = add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.1"})
    held = create_account(actor=actor, organization=organization, values={"name": "Acme", "currency": "USD"})
    update_currency(actor=actor, currency=dollars, values={"is_active": False})
    with pytest.raises(Refused):
        create_account(actor=actor, organization=organization, values={"name": "Beta", "currency": "USD"})
    changed = update_account(actor=actor, account=held, values={"currency": "USD", "phone": "1"})
    assert changed.phone == "1"


def test_an_accounts_currency_is_fixed_once_it_exists(actor, organization):
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.1"})
    account = factories.account(organization)
    with pytest.raises(Refused) as refused:
        update_account(actor=actor, account=account, values={"currency": "USD"})
    assert refused.value.fields == {"currency": ["The currency can't be changed once the record exists."]}
    assert Account.objects.get().currency == "EUR"


def test_saving_what_is_there_already_writes_nothing(actor, organization, heard):
    account = factories.account(organization, name="Acme", phone="1", tags=["a"])
    before = (Account.objects.values().get(), Entry.objects.count(), len(heard))
    saved = update_account(
        actor=actor, account=account, values={"name": " Acme ", "phone": "1", "tags": ["a"], "employees": ""}
    )
    assert saved.updated_at == account.updated_at
    assert (Account.objects.values().get(), Entry.objects.count(), len(heard)) == before


def test_a_change_is_in_the_history_with_both_values(actor, organization, heard):
    account = factories.account(organization, name="Acme", phone="1")
    changed = update_account(
        actor=actor, account=account, values={"phone": "2", "name": "Acme SA"}, version=version_of(account)
    )
    assert changed.updated_at > account.updated_at
    entry = Entry.objects.filter(kind="crm.account").first()
    assert (entry.before, entry.after) == ({"phone": "1", "name": "Acme"}, {"phone": "2", "name": "Acme SA"})
    assert (changed.name_key, changed.sort_key) == ("acme sa", "acme sa")
    assert heard[-1].fields == {"phone", "name"}


def test_a_stale_version_is_a_conflict_and_changes_nothing(actor, organization):
    account = factories.account(organization, phone="1")
    update_account(actor=actor, account=account, values={"phone": "2"})
    with pytest.raises(Conflict):
        update_account(actor=actor, account=account, values={"phone": "3"}, version=version_of(account))
    assert Account.objects.get().phone == "2"


def test_a_parent_is_of_the_same_organization_and_never_below_its_child(actor, organization, outsider):
    foreign = factories.account(Organization.objects.exclude(pk=organization.pk).get())
    top = factories.account(organization, name="Top")
    middle = factories.account(organization, name="Middle", parent_id=top.pk)
    bottom = factories.account(organization, name="Bottom", parent_id=middle.pk)
    for parent in (bottom, middle, top):
        with pytest.raises(Refused) as refused:
            update_account(actor=actor, account=top, values={"parent_id": parent.pk})
        assert list(refused.value.fields) == ["parent_id"]
    with pytest.raises(Refused):
        update_account(actor=actor, account=top, values={"parent_id": foreign.pk})
    assert Account.objects.get(pk=top.pk).parent_id is None
    assert update_account(actor=actor, account=bottom, values={"parent_id": top.pk}).parent_id == top.pk


def test_two_changes_of_one_batch_cannot_close_a_loop(actor, organization):
    one, two = factories.account(organization, name="One"), factories.account(organization, name="Two")
    outcomes = update_accounts(
        actor=actor,
        organization=organization,
        changes=[(one.pk, {"parent_id": two.pk}), (two.pk, {"parent_id": one.pk})],
    )
    assert [isinstance(outcome, Refused) for outcome in outcomes] == [False, True]
    assert dict(Account.objects.values_list("name", "parent__name")) == {"One": "Two", "Two": None}


def test_a_deleted_accounts_contacts_and_children_stay_and_its_content_is_kept(actor, organization, heard):
    account = factories.account(organization, name="Acme", phone="1", description="Long story")
    child = factories.account(organization, name="Child", parent_id=account.pk)
    contact = factories.contact(organization, account_id=account.pk)
    delete_account(actor=actor, account=account, version=version_of(account))
    assert list(Account.objects.values_list("pk", "parent_id")) == [(child.pk, None)]
    assert Contact.objects.get().account_id is None
    assert Contact.objects.get().updated_at > contact.updated_at
    gone = Entry.objects.get(kind="crm.account", verb="deleted")
    assert gone.before["description"] == "Long story"
    let_go = Entry.objects.get(kind="crm.contact", verb="updated")
    assert (let_go.before, let_go.after) == ({"account_id": account.pk}, {"account_id": None})
    assert heard[-1] == AccountDeleted(actor=actor, organization_id=organization.pk, ids=(account.pk,))


def test_each_row_of_a_batch_stands_on_its_own(actor, organization):
    outcomes = create_accounts(
        actor=actor,
        organization=organization,
        rows=[{"name": "One"}, {"name": ""}, {"name": "Two", "foo": 1}, {"name": "Three", "phone": "3"}],
    )
    assert [isinstance(outcome, Refused) for outcome in outcomes] == [False, True, True, False]
    assert list(Account.objects.order_by("id").values_list("id", "name")) == [
        (outcomes[0].pk, "One"),
        (outcomes[3].pk, "Three"),
    ]
    assert Entry.objects.filter(kind="crm.account", verb="created").count() == 2


def test_a_draft_and_a_plan_save_nothing(actor, organization):
    account = factories.account(organization, phone="1")
    history = Entry.objects.count()
    drafted = draft_accounts(actor=actor, organization=organization, rows=[{"name": "New"}, {"name": ""}])
    assert (drafted[0].name, isinstance(drafted[1], Refused)) == ("New", True)
    planned = plan_account_updates(
        actor=actor, organization=organization, changes=[(account.pk, {"phone": "2"}), (account.pk + 1, {})]
    )
    assert isinstance(planned[0], Planned)
    assert (planned[0].change.before, planned[0].change.after) == ({"phone": "1"}, {"phone": "2"})
    assert planned[1].code == "not_found"
    assert Account.objects.get().phone == "1"
    assert Entry.objects.count() == history


def test_a_record_that_is_named_twice_in_a_batch_is_changed_once(actor, organization):
    account = factories.account(organization, phone="1")
    outcomes = update_accounts(
        actor=actor, organization=organization, changes=[(account.pk, {"phone": "2"}), (account.pk, {"phone": "3"})]
    )
    assert outcomes[1].code == "duplicate"
    assert Account.objects.get().phone == "2"


def test_the_statements_do_not_grow_with_the_rows(actor, organization, django_assert_num_queries):
    rows = [{"name": f"Account {number}", "phone": "1"} for number in range(200)]
    with django_assert_num_queries(5):  # right, insert, history; a savepoint around
        made = create_accounts(actor=actor, organization=organization, rows=rows)
    with django_assert_num_queries(6):  # right, lock, update, history; a savepoint around
        update_accounts(
            actor=actor, organization=organization, changes=[(account.pk, {"phone": "2"}) for account in made]
        )
    with django_assert_num_queries(5):
        create_account(actor=actor, organization=organization, values=rows[0])


def test_a_reader_may_look_a_standard_user_edit_and_only_an_administrator_delete(organization, standard, reader):
    account = factories.account(organization)
    for act in (
        lambda: create_account(actor=Actor.person(reader), organization=organization, values={"name": "No"}),
        lambda: update_account(actor=Actor.person(reader), account=account, values={"name": "No"}),
        lambda: delete_account(actor=Actor.person(standard), account=account),
    ):
        with pytest.raises(NotPermitted):
            act()
    update_account(actor=Actor.person(standard), account=account, values={"phone": "1"})
    assert list(Account.objects.values_list("name", "phone")) == [("Acme", "1")]


def test_to_an_outsider_an_account_does_not_exist(organization, outsider):
    account = factories.account(organization)
    stranger = Actor.person(outsider)
    for act in (
        lambda: create_account(actor=stranger, organization=organization, values={"name": "No"}),
        lambda: update_account(actor=stranger, account=account, values={"name": "No"}),
        lambda: delete_account(actor=stranger, account=account),
        lambda: delete_accounts(actor=stranger, organization=organization, ids=[account.pk]),
    ):
        with pytest.raises(NotFound):
            act()
    assert list(Account.objects.values_list("name", flat=True)) == ["Acme"]


def test_the_sync_acts_with_its_own_rights_under_the_persons_name(organization, reader):
    account = factories.account(organization)
    update_account(actor=Actor.person(reader).by(Via.SYNC), account=account, values={"phone": "1"})
    entry = Entry.objects.filter(kind="crm.account").first()
    assert (entry.user_id, entry.via) == (reader.pk, "sync")


@pytest.mark.parametrize("outside", ["0", "-1", "1x", "", "9" * 30, "１"])
def test_an_id_from_outside_that_is_nobodys_is_not_found(organization, outside):
    factories.account(organization)
    with pytest.raises(NotFound):
        get_account(of_actor(factories.SYSTEM, organization), outside)


def test_search_regards_neither_capitals_nor_accents_and_wants_every_word(organization):
    found = factories.account(organization, name="Œuvres Sociales de l'Évêché", billing_city="Łódź")
    factories.account(organization, name="Sociales Autres")
    access = of_actor(factories.SYSTEM, organization)
    for text in ("oeuvres", "ŒUVRES sociales", "eveche", "Évêché lodz", "  evEche  "):
        assert list(accounts(access, search=text)) == [found]
    assert not accounts(access, search="oeuvres autres").exists()
    assert not accounts(access, search="100%").exists()


def test_a_contact_has_its_accounts_currency_and_a_past_birthday(actor, organization):
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.1"})
    account = factories.account(organization, currency="USD")
    contact = create_contact(
        actor=actor, organization=organization, values={"last_name": "Doe", "account_id": account.pk}
    )
    assert contact.currency == "USD"
    with pytest.raises(Refused) as refused:
        update_contact(
            actor=actor,
            contact=contact,
            values={"date_of_birth": date.today() + timedelta(days=2), "email": "no", "reports_to_id": contact.pk},
        )
    assert sorted(refused.value.fields) == ["email"]
    with pytest.raises(Refused) as refused:
        update_contact(actor=actor, contact=contact, values={"reports_to_id": contact.pk})
    assert list(refused.value.fields) == ["reports_to_id"]
    with pytest.raises(Refused) as refused:
        update_contact(actor=actor, contact=contact, values={"date_of_birth": "2999-01-01"})
    assert list(refused.value.fields) == ["date_of_birth"]


def test_an_owner_is_a_member(actor, organization, outsider, standard):
    account = factories.account(organization)
    with pytest.raises(Refused):
        update_account(actor=actor, account=account, values={"owner_id": outsider.pk})
    assert update_account(actor=actor, account=account, values={"owner_id": standard.pk}).owner_id == standard.pk
    assert User.objects.get(pk=Account.objects.get().owner_id) == standard


def test_a_family_is_told_from_the_top_down_in_three_statements(organization, actor, django_assert_num_queries):
    top = factories.account(organization, name="Group")
    middle = factories.account(organization, name="France", parent_id=top.pk)
    factories.account(organization, name="Italy", parent_id=top.pk)
    me = factories.account(organization, name="Lyon", parent_id=middle.pk)
    for name in ("Shop B", "Shop A"):
        shop = factories.account(organization, name=name, parent_id=me.pk)
    factories.account(organization, name="Till", parent_id=shop.pk)
    access = of_actor(actor, organization)
    with django_assert_num_queries(3):
        found = family(access, me)
    assert [(one.account.name, one.depth, one.is_it) for one in found.members] == [
        ("Group", 0, False),
        ("France", 1, False),
        ("Lyon", 2, True),
        ("Shop A", 3, False),
        ("Till", 4, False),
        ("Shop B", 3, False),
    ]
    assert not found.is_cut


def test_an_account_that_one_may_not_see_hides_what_is_beyond_it(organization, actor, standard):
    top = factories.account(organization, name="Group")
    hidden = factories.account(organization, name="Hidden", parent_id=top.pk)
    me = factories.account(organization, name="Lyon", parent_id=hidden.pk, owner_id=standard.pk)
    below = factories.account(organization, name="Hidden shop", parent_id=me.pk)
    factories.account(organization, name="Till", parent_id=below.pk, owner_id=standard.pk)
    factories.account(organization, name="Shop", parent_id=me.pk, owner_id=standard.pk)
    access = replace(of_actor(actor, organization), owners={"accounts": frozenset({standard.pk})})
    found = family(access, me)
    assert [(one.account.name, one.depth) for one in found.members] == [("Lyon", 0), ("Shop", 1)]
    alone = family(access, factories.account(organization, name="Alone"))
    assert [one.account.name for one in alone.members] == ["Alone"]


def test_a_large_family_is_cut_and_says_so(organization, actor):
    me = factories.account(organization, name="Group")
    rows = [{"name": f"Shop {number:03}", "parent_id": me.pk} for number in range(MOST_SHOWN + 1)]
    create_accounts(actor=actor, organization=organization, rows=rows)
    found = family(of_actor(actor, organization), me)
    assert (len(found.members), found.is_cut) == (MOST_SHOWN + 1, True)
