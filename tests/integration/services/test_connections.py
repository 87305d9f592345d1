"""Linking organizations, choosing apps and settings, switching on and off."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Entry
from crm.models import ListView
from crm.models import Organization as CrmOrganization
from crm.services.list_views import create_list_view, delete_list_view
from finance.models import Organization as FinanceOrganization
from finance.services.zsc_keys import generate_key, revoke_key
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused, TransitionRefused
from integration.choices import ConnectionState
from integration.models import Connection, SyncIssue, SyncSetting
from integration.selectors.checks import blocking, checks_of
from integration.services import activation, connections, hints
from integration.services.settings import save_setting
from integration.ui.wizard import SettingForm
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return factories.user("admin@example.com")


@pytest.fixture
def crm(admin: User) -> CrmOrganization:
    return factories.crm_organization(admin)


@pytest.fixture
def mine(admin: User) -> FinanceOrganization:
    return factories.finance_organization(admin, name="My books")


@pytest.fixture
def connection(admin: User, crm: CrmOrganization, mine: FinanceOrganization) -> Connection:
    return connections.connect_own(actor=Actor.person(admin), organization=crm, finance_organization_id=mine.pk)


def test_ones_own_organization_is_linked_both_ways_and_waits_to_be_set_up(connection: Connection) -> None:
    assert connection.is_two_way
    assert connection.state == ConnectionState.CONFIGURED
    setting = SyncSetting.objects.get(connection=connection)
    assert (setting.duplicate_policy, setting.conflict_policy) == ("skip", "skip")
    assert setting.account_view is not None
    assert setting.account_view.scope == "all"


def test_linking_is_noted_under_the_person_who_did_it(connection: Connection, admin: User) -> None:
    entry = Entry.objects.get(kind="integration.connection", record_id=connection.pk)
    assert (entry.verb, entry.user_id, entry.tenant) == ("created", admin.pk, connection.crm_organization.tenant)


def test_somebody_elses_organization_cannot_be_linked_without_their_key(admin: User, crm: CrmOrganization) -> None:
    theirs = factories.finance_organization(factories.user("owner@example.com"))
    with pytest.raises(Refused, match="Choose one of those listed"):
        connections.connect_own(actor=Actor.person(admin), organization=crm, finance_organization_id=theirs.pk)
    assert not Connection.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_zsc_key_links_its_owners_organization(admin: User, crm: CrmOrganization) -> None:
    owner = factories.user("owner@example.com")
    theirs = factories.finance_organization(owner)
    made = generate_key(actor=Actor.person(owner), organization=theirs, app="books")
    verified = connections.verify_key(
        actor=Actor.person(admin), organization=crm, email="owner@example.com", key=made.secret
    )
    assert [found.pk for found in verified.organizations] == [theirs.pk]
    connection = connections.connect_by_key(
        actor=Actor.person(admin), organization=crm, key=verified.key, finance_organization_id=theirs.pk
    )
    assert connection.zsc_key == made.key
    assert connection.apps == ["books"]


def test_a_revoked_key_links_nothing_any_more(admin: User, crm: CrmOrganization) -> None:
    owner = factories.user("owner@example.com")
    theirs = factories.finance_organization(owner)
    made = generate_key(actor=Actor.person(owner), organization=theirs, app="books")
    key = revoke_key(actor=Actor.person(owner), key=made.key)
    with pytest.raises(Refused, match="revoked in the meantime"):
        connections.connect_by_key(
            actor=Actor.person(admin), organization=crm, key=key, finance_organization_id=theirs.pk
        )
    assert not Connection.objects.exists()


def test_a_new_key_takes_the_place_of_a_revoked_one_and_keeps_everything(admin: User, crm: CrmOrganization) -> None:
    owner = factories.user("owner@example.com")
    theirs = factories.finance_organization(owner)
    actor, owners = Actor.person(admin), Actor.person(owner)
    first = generate_key(actor=owners, organization=theirs, app="books").key
    made = connections.connect_by_key(actor=actor, organization=crm, key=first, finance_organization_id=theirs.pk)
    activation.activate(actor=actor, connection=made)
    revoke_key(actor=owners, key=first)
    made.refresh_from_db()
    assert made.state == ConnectionState.PAUSED
    with pytest.raises(Refused, match="has been revoked"):
        activation.resume(actor=actor, connection=made)
    second = generate_key(actor=owners, organization=theirs, app="books").key
    renewed = connections.connect_by_key(actor=actor, organization=crm, key=second, finance_organization_id=theirs.pk)
    assert renewed.pk == made.pk
    assert renewed.zsc_key == second
    assert not SyncIssue.objects.exclude(state="resolved").exists()
    assert activation.resume(actor=actor, connection=renewed).state == ConnectionState.ACTIVE


def test_a_new_organization_counts_in_the_home_currency(admin: User) -> None:
    crm = factories.crm_organization(admin, name="Bühler", home_currency="CHF")
    connection = connections.connect_new(
        actor=Actor.person(admin), organization=crm, name="Bühler Buchhaltung", apps=["books", "expense"]
    )
    assert connection.finance_organization.base_currency == "CHF"
    assert connection.finance_organization.apps == ["books", "expense"]
    assert connection.apps == ["books", "expense"]


def test_a_second_connection_only_carries_records_to_finance(
    connection: Connection, admin: User, crm: CrmOrganization
) -> None:
    other = factories.finance_organization(admin, name="Other books")
    second = connections.connect_own(actor=Actor.person(admin), organization=crm, finance_organization_id=other.pk)
    assert not second.is_two_way
    setting = SyncSetting.objects.get(connection=second)
    assert setting.extent == "from_crm"
    with pytest.raises(Refused) as refused:
        save_setting(actor=Actor.person(admin), setting=setting, values={"extent": "both"})
    assert list(refused.value.fields) == ["extent"]


def test_a_finance_organization_has_one_two_way_connection(connection: Connection, mine: FinanceOrganization) -> None:
    rival = factories.user("rival@example.com")
    rivals = factories.crm_organization(rival, name="Rival")
    mine.memberships.create(user=rival, role="admin")
    with pytest.raises(Refused, match="linked to another CRM organization"):
        connections.connect_own(actor=Actor.person(rival), organization=rivals, finance_organization_id=mine.pk)
    assert Connection.objects.count() == 1


def test_only_a_profile_that_opens_setup_may_link(crm: CrmOrganization, mine: FinanceOrganization) -> None:
    rep = factories.crm_member(crm, "Standard", "rep@example.com")
    with pytest.raises(NotPermitted):
        connections.connect_own(actor=Actor.person(rep), organization=crm, finance_organization_id=mine.pk)
    assert not Connection.objects.exists()


def test_different_currencies_refuse_activation_and_name_both_remedies(admin: User) -> None:
    crm = factories.crm_organization(admin, home_currency="USD")
    books = factories.finance_organization(admin, base_currency="INR")
    connection = connections.connect_own(actor=Actor.person(admin), organization=crm, finance_organization_id=books.pk)
    (check,) = blocking(checks_of(connection))
    assert check.code == "currency"
    assert len(check.remedies) == 2
    with pytest.raises(Refused) as refused:
        activation.activate(actor=Actor.person(admin), connection=connection)
    assert all(remedy in refused.value.message for remedy in check.remedies)
    connection.refresh_from_db()
    assert connection.state == ConnectionState.CONFIGURED


def test_apps_can_be_switched_but_not_all_off(connection: Connection, admin: User) -> None:
    changed = connections.choose_apps(actor=Actor.person(admin), connection=connection, apps=["invoice"])
    assert changed.apps == ["invoice"]
    with pytest.raises(Refused, match="at least one"):
        connections.choose_apps(actor=Actor.person(admin), connection=connection, apps=[])


def test_every_switch_is_by_table(connection: Connection, admin: User) -> None:
    actor = Actor.person(admin)
    with pytest.raises(TransitionRefused) as refused:
        activation.pause(actor=actor, connection=connection)
    assert refused.value.legal == ["activate", "delete"]
    assert activation.activate(actor=actor, connection=connection).state == ConnectionState.ACTIVE
    assert activation.pause(actor=actor, connection=connection).state == ConnectionState.PAUSED
    assert activation.resume(actor=actor, connection=connection).state == ConnectionState.ACTIVE


def test_deactivating_takes_the_typed_name_and_keeps_links(connection: Connection, admin: User) -> None:
    actor = Actor.person(admin)
    activation.activate(actor=actor, connection=connection)
    connection.links.create(
        pairing="account_customer", crm_kind="account", crm_id=1, finance_kind="customer", finance_id=2
    )
    with pytest.raises(Refused, match="exactly as it is shown"):
        activation.deactivate(actor=actor, connection=connection, typed_name="my books")
    connection.refresh_from_db()
    assert connection.state == ConnectionState.ACTIVE
    activation.deactivate(actor=actor, connection=connection, typed_name="My books")
    assert connection.links.count() == 1
    activation.delete(actor=actor, connection=connection, typed_name="My books")
    assert connection.links.count() == 0


def test_a_setting_that_changes_decisions_starts_a_new_generation(connection: Connection, admin: User) -> None:
    setting = SyncSetting.objects.get(connection=connection)
    actor = Actor.person(admin)
    saved = save_setting(actor=actor, setting=setting, values={"duplicate_policy": "overwrite"})
    assert saved.generation == 2
    saved = save_setting(actor=actor, setting=saved, values={"sweep_minutes": 30})
    assert saved.generation == 2
    before = saved.updated_at
    assert save_setting(actor=actor, setting=saved, values={"sweep_minutes": 30}).updated_at == before


def test_a_list_view_that_says_what_is_synced_is_kept(connection: Connection, admin: User) -> None:
    actor = Actor.person(admin)
    view = create_list_view(
        actor=actor,
        organization=connection.crm_organization,
        values={"module": "accounts", "name": "Lyon", "scope": "all"},
    )
    setting = SyncSetting.objects.get(connection=connection)
    save_setting(actor=actor, setting=setting, values={"account_view_id": view.pk})
    with pytest.raises(Refused, match="says which records are synced"):
        delete_list_view(actor=actor, list_view=view)
    assert ListView.objects.filter(pk=view.pk).exists()


def test_only_everybodys_views_and_ones_own_can_be_synced(connection: Connection, admin: User) -> None:
    organization = connection.crm_organization
    other = factories.crm_member(organization, "Administrator", "other@example.com")
    everybodys, own, foreign = (
        create_list_view(
            actor=Actor.person(person),
            organization=organization,
            values={"module": "accounts", "name": name, "scope": "mine", "owner_id": owner},
        )
        for person, name, owner in ((admin, "All", None), (admin, "My own", admin.pk), (other, "Secret", other.pk))
    )
    setting = SyncSetting.objects.get(connection=connection)
    actor = Actor.person(admin)
    for view in (everybodys, own):
        setting = save_setting(actor=actor, setting=setting, values={"account_view_id": view.pk})
        assert setting.account_view_id == view.pk
    with pytest.raises(Refused) as refused:
        save_setting(actor=actor, setting=setting, values={"account_view_id": foreign.pk})
    assert set(refused.value.fields) == {"account_view_id"}
    assert SyncSetting.objects.get(pk=setting.pk).account_view_id == own.pk
    names = [view.name for view in SettingForm(None, setting=setting, user_id=admin.pk).fields["account_view"].queryset]
    assert names == ["All Accounts", "My Accounts", "All", "My own"]
    # What is synced already stays to be kept by another administrator, who changes something else.
    form = SettingForm(None, setting=setting, user_id=other.pk)
    assert own in form.fields["account_view"].queryset
    values = {"account_view_id": own.pk, "sweep_minutes": 45}
    assert save_setting(actor=Actor.person(other), setting=setting, values=values).sweep_minutes == 45


def test_what_changed_during_a_pause_is_looked_for_at_once(
    connection: Connection, admin: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(hints, "publish", lambda task, _args, _queue: bool(sent.append(task)))
    actor = Actor.person(admin)
    with django_capture_on_commit_callbacks(execute=True):
        activation.activate(actor=actor, connection=connection)
        activation.pause(actor=actor, connection=connection)
    assert sent == []
    with django_capture_on_commit_callbacks(execute=True):
        activation.resume(actor=actor, connection=connection)
    assert sent == ["integration.tasks.sweep"]
