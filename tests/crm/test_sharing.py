"""Who sees which record, on every surface; and what Setup says about it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client

from audit.models import Entry
from crm import access as entrance
from crm.access import access, of_actor
from crm.choices import Level, Module, Sharing
from crm.models import (
    RECORDS,
    Account,
    Activity,
    Attachment,
    Deal,
    Membership,
    Organization,
    Product,
    Profile,
    SharingRule,
    Team,
)
from crm.models.modules import singular
from crm.selectors.sharing import Extent, extent
from crm.services.attachments import attach_to_record
from crm.services.contacts import delete_contact
from crm.services.deal_contacts import set_contact_roles
from crm.services.deal_lines import set_lines
from crm.services.kinds import KINDS
from crm.services.list_views import create_list_view
from crm.services.organizations import add_member, remove_member
from crm.services.profiles import create_profile
from crm.services.records import create_one
from crm.services.sharing import change_sharing
from crm.services.teams import change_manager, create_team, delete_team, update_team
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories
from tests.api.conftest import program  # noqa: F401
from tests.crm.sharing_surfaces import OF_EVERYTHING, SECRET, SURFACES, TWIN, World
from users.models import User

VIEWERS = ("owner", "manager", "chief", "mate", "stranger", "setup", "controller")
SEEN_BY = {
    Sharing.EVERYBODY: set(VIEWERS),
    Sharing.MANAGERS: {"owner", "manager", "chief", "setup", "controller"},
    Sharing.TEAMS: {"owner", "manager", "chief", "mate", "setup", "controller"},
}


class House:
    """An organization in which the owner reports to the manager, who reports to the chief; the mate shares a team."""

    def __init__(self, name: str, mark: str) -> None:
        self.admin = factories.user(f"setup@{mark}.example")
        self.organization = factories.crm_organization(self.admin, name=name)
        self.people = {"setup": self.admin}
        levels = dict.fromkeys(Module.values, Level.DELETE)
        seller = self._profile("Seller", levels, sees_all=False)
        controller = self._profile("Controller", levels, sees_all=True)
        for who in VIEWERS:
            if who != "setup":
                self._join(who, mark, controller if who == "controller" else seller)
        self.report("owner", "manager")
        self.report("manager", "chief")
        ids = [self.membership(who).pk for who in ("owner", "mate")]
        create_team(actor=SYSTEM, organization=self.organization, values={"name": "South", "member_ids": ids})

    def membership(self, who: str) -> Membership:
        return Membership.objects.of(self.organization).get(user=self.people[who])

    def report(self, who: str, manager: str) -> None:
        change_manager(actor=SYSTEM, membership=self.membership(who), manager_id=self.membership(manager).pk)

    def share(self, sharing: str) -> None:
        change_sharing(actor=SYSTEM, organization=self.organization, sharing=dict.fromkeys(Module.values, sharing))

    def sees(self, who: str) -> entrance.Access:
        return access(self.people[who], self.organization.pk)

    def _profile(self, name: str, levels: dict[str, int], *, sees_all: bool) -> Profile:
        values = {"name": name, "sees_all": sees_all}
        return create_profile(actor=SYSTEM, organization=self.organization, values=values, levels=levels)

    def _join(self, who: str, mark: str, profile: Profile) -> None:
        person = factories.user(f"{who}@{mark}.example")
        add_member(actor=SYSTEM, organization=self.organization, email=person.email, profile=profile)
        self.people[who] = person


SYSTEM = factories.SYSTEM


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house(db: None) -> House:
    return House("Dupont Ventes", "ventes")


def _secret(house: House, name: str) -> Account:
    owner = house.people["owner"].pk
    account = factories.account(house.organization, name=f"{name} Werke", owner_id=owner)
    factories.contact(house.organization, last_name=name, account_id=account.pk, owner_id=owner)
    factories.deal(house.organization, name=name, account_id=account.pk, owner_id=owner)
    factories.activity(
        house.organization, subject=f"Call {name}", module="accounts", record_id=account.pk, owner_id=owner
    )
    attach_to_record(
        actor=SYSTEM,
        organization=house.organization,
        file=ContentFile(b"%PDF-1.7", f"{name}.pdf"),
        module="accounts",
        record_id=account.pk,
    )
    for module in (Module.VENDORS, Module.PRODUCTS):
        create_one(
            KINDS[module], actor=SYSTEM, organization=house.organization, values={"name": name, "owner_id": owner}
        )
    return account


def _sale(organization: Organization, viewer: User, secret: Account) -> Deal:
    """A deal of the viewer's own that points at their account, contact and product."""
    theirs = {"account_id": secret.pk, "contact_id": secret.contacts.order_by("pk").first().pk}
    sale = factories.deal(organization, "Eigener Verkauf", owner_id=viewer.pk, **theirs)
    product = Product.objects.of(organization).get()
    lines = [{"product_id": product.pk, "name": "Eigene Zeile", "price": Decimal(5)}]
    set_lines(actor=SYSTEM, deal=sale, lines=lines)
    sale.refresh_from_db()
    return set_contact_roles(actor=SYSTEM, deal=sale, roles=[{"contact_id": theirs["contact_id"], "role": "User"}])


def _world(house: House, who: str, secret: Account, twins: list[int], make_program: Any) -> World:
    viewer, organization = house.people[who], house.organization
    child = factories.account(organization, name="Tochter", owner_id=viewer.pk, parent_id=secret.pk)
    person = factories.contact(organization, last_name="Eigner", owner_id=viewer.pk, account_id=secret.pk)
    criteria = [{"field": "name", "comparator": "contains", "value": "werke"}]
    sale = _sale(organization, viewer, secret)
    view = create_list_view(
        actor=SYSTEM,
        organization=organization,
        values={"module": "accounts", "name": "Works", "scope": "criteria", "criteria": criteria},
    )
    client = Client()
    client.force_login(viewer)
    theirs = {
        singular(module): model.objects.of(organization).get(name_key__contains="zephyrine")
        for module, model in RECORDS.items()
    }
    places = {
        "org": organization.pk,
        **{one: record.pk for one, record in theirs.items()},
        **{f"{one}_version": version_of(record) for one, record in theirs.items()},
        "activity": Activity.objects.of(organization).get().pk,
        "stage": factories.stage(organization, "Value proposition").pk,
        "child": child.pk,
        "person": person.pk,
        "sale": sale.pk,
        "file": Attachment.objects.of(organization).get().pk,
        "view": view.pk,
        "admin": house.admin,
    }
    return World(organization, viewer, client, make_program(viewer), places, frozenset(twins))


@pytest.mark.parametrize("who", ["owner", "chief", "mate", "stranger", "setup"])
@pytest.mark.parametrize("sharing", Sharing.values)
def test_every_surface_shows_whom_it_should_and_nobody_else(house, program, who, sharing):  # noqa: F811
    secret = _secret(house, SECRET)
    other = House("Ailleurs SA", "ailleurs")
    twin = _secret(other, TWIN)
    house.share(sharing)
    world = _world(house, who, secret, [twin.pk], program)
    found = {}
    for name, surface in SURFACES.items():
        with transaction.atomic():  # what one surface writes is undone before the next one looks
            found[name] = surface(world)
            transaction.set_rollback(True)
    sees_everything = sharing == Sharing.EVERYBODY or who in ("setup", "controller")
    expected = dict.fromkeys(SURFACES, who in SEEN_BY[Sharing(sharing)])
    assert found == expected | dict.fromkeys(OF_EVERYTHING, sees_everything)


@pytest.mark.parametrize("sharing", Sharing)
def test_everybody_sees_whom_the_organization_says(house, sharing):
    secret = _secret(house, SECRET)
    house.share(sharing)
    for module, model in RECORDS.items():
        rows = model.objects.of(house.organization)
        seen = {who for who in VIEWERS if rows.filter(house.sees(who).visible(module)).exists()}
        assert seen == SEEN_BY[sharing]
    contacts = secret.contacts.all()
    seen = {who for who in VIEWERS if contacts.filter(house.sees(who).visible(Module.ACCOUNTS, "account__")).exists()}
    assert seen == SEEN_BY[sharing]


def test_a_line_written_back_without_the_product_that_its_writer_does_not_see_keeps_it(house, program):  # noqa: F811
    secret, stranger = _secret(house, SECRET), house.people["stranger"]
    sale = _sale(house.organization, stranger, secret)
    house.share(Sharing.MANAGERS)
    call, at = program(stranger), f"/crm/{house.organization.pk}/deals/{sale.pk}"
    read = call("GET", at).json()
    [line] = read["lines"]
    assert (line["product"], line["name"], read["contact_roles"]) == (None, "Eigene Zeile", [])
    line = {name: value for name, value in line.items() if name != "total"}
    same = call("PATCH", at, {"lines": [line]}, if_match=f'"{version_of(sale)}"')
    assert (same.status_code, same.headers["ETag"]) == (200, f'"{version_of(sale)}"')
    dearer = call("PATCH", at, {"lines": [{**line, "price": "6"}]}, if_match=f'"{version_of(sale)}"')
    assert (dearer.json()["amount"], sale.lines.get().product) == ("6.00", Product.objects.get())
    renamed = call("PATCH", at, {"lines": [{**line, "name": "Other"}]}, if_match=dearer.headers["ETag"])
    assert (renamed.status_code, sale.lines.get().product) == (200, None)


def test_a_record_of_nobody_or_of_one_who_has_left_is_seen_by_those_who_see_everything(house):
    unowned = factories.account(house.organization, name="Nobody's")
    left = _secret(house, SECRET)
    house.share(Sharing.MANAGERS)
    remove_member(actor=SYSTEM, membership=house.membership("owner"))
    seen = {
        who: set(Account.objects.of(house.organization).filter(house.sees(who).visible(Module.ACCOUNTS)))
        for who in VIEWERS
        if who != "owner"
    }
    everything = {"setup", "controller"}
    assert seen == {who: {unowned, left} if who in everything else set() for who in seen}
    assert extent(house.organization, Module.ACCOUNTS) == Extent(records=2, unowned=2, narrowed=4, unbounded=2)


def test_a_change_holds_from_the_next_look(house):
    secret = _secret(house, SECRET)

    def seen() -> bool:
        return Account.objects.filter(house.sees("stranger").visible(Module.ACCOUNTS), pk=secret.pk).exists()

    assert seen()
    house.share(Sharing.TEAMS)
    assert not seen()
    team = Team.objects.of(house.organization).get()
    held = [house.membership(who).pk for who in ("owner", "mate", "stranger")]
    update_team(actor=SYSTEM, team=team, values={"member_ids": held})
    assert seen()
    delete_team(actor=SYSTEM, team=team)
    assert not seen()
    house.report("owner", "stranger")
    assert seen()


def test_whoever_is_narrowed_costs_one_statement_and_nobody_else_any(house, django_assert_num_queries):
    house.share(Sharing.TEAMS)
    with django_assert_num_queries(3):  # membership with the rules, levels, owners
        found = house.sees("mate")
    with django_assert_num_queries(0):
        for module in Module:
            found.visible(module)
    with django_assert_num_queries(2):
        house.sees("setup")
    with django_assert_num_queries(2):
        of_actor(Actor.person(house.people["mate"]), house.organization)
    with django_assert_num_queries(0):
        of_actor(Actor.person(house.people["mate"]).by(Via.SYNC), house.organization)


def test_what_a_profile_closes_is_not_seen_even_where_it_is_everybodys(house):
    levels = {Module.CONTACTS.value: Level.VIEW}
    values = {"name": "Front desk"}
    profile = create_profile(actor=SYSTEM, organization=house.organization, values=values, levels=levels)
    person = factories.user("desk@example.com")
    add_member(actor=SYSTEM, organization=house.organization, email=person.email, profile=profile)
    found = access(person, house.organization.pk)
    assert not found.sees(Module.ACCOUNTS, house.people["owner"].pk)
    assert found.sees(Module.CONTACTS, None)


def test_the_sync_changes_what_the_person_behind_it_does_not_see(house):
    secret = _secret(house, SECRET)
    house.share(Sharing.MANAGERS)
    contact = secret.contacts.get()
    stranger = Actor.person(house.people["stranger"])
    with pytest.raises(NotFound):
        delete_contact(actor=stranger, contact=contact)
    assert secret.contacts.count() == 1
    delete_contact(actor=stranger.by(Via.SYNC), contact=contact)
    assert secret.contacts.count() == 0


def test_what_one_gives_away_is_answered_once_more(house, program):  # noqa: F811
    house.share(Sharing.MANAGERS)
    call = program(house.people["stranger"])
    at = f"/crm/{house.organization.pk}/accounts"
    made = call("POST", at, {"name": "Given", "owner": house.people["owner"].pk})
    assert (made.status_code, made.json()["name"]) == (201, "Given")
    assert call("GET", f"{at}/{made.json()['id']}").status_code == 404
    in_bulk = call("POST", f"{at}/bulk", {"records": [{"name": "Too", "owner": house.people["owner"].pk}]})
    assert [result["status"] for result in in_bulk.json()["results"]] == [201]


def test_the_deleted_that_one_never_saw_leave_no_trace(house, program):  # noqa: F811
    secret = _secret(house, SECRET)
    house.share(Sharing.MANAGERS)
    at = f"/crm/{house.organization.pk}/accounts"
    owner, stranger = program(house.people["owner"]), program(house.people["stranger"])
    assert owner("DELETE", f"{at}/{secret.pk}", if_match=f'"{version_of(secret)}"').status_code == 204
    assert [row["id"] for row in owner("GET", f"{at}?deleted=true").json()["results"]] == [secret.pk]
    assert stranger("GET", f"{at}?deleted=true").json()["results"] == []


def test_the_history_told_to_programs_leaves_out_ids_that_are_not_theirs_to_know(house, program):  # noqa: F811
    secret = _secret(house, SECRET)
    own = factories.contact(
        house.organization, last_name="Eigner", account_id=secret.pk, owner_id=house.people["stranger"].pk
    )
    at = f"/crm/{house.organization.pk}/contacts/{own.pk}/history"
    call = program(house.people["stranger"])
    assert call("GET", at).json()["results"][0]["after"]["account_id"] == secret.pk
    house.share(Sharing.MANAGERS)
    assert call("GET", at).json()["results"][0]["after"]["account_id"] is None


# Setup ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def member(organization: Organization, standard: User) -> Membership:
    return Membership.objects.of(organization).get(user=standard)


@pytest.fixture
def boss(organization: Organization, admin: User) -> Membership:
    return Membership.objects.of(organization).get(user=admin)


def test_sharing_is_changed_by_those_who_may_change_the_setup(organization, actor, standard):
    with pytest.raises(NotPermitted):
        change_sharing(actor=Actor.person(standard), organization=organization, sharing={"accounts": "teams"})
    changed = change_sharing(
        actor=actor, organization=organization, sharing={"accounts": "teams", "contacts": "everybody"}
    )
    assert [(rule.module, rule.sharing) for rule in changed] == [("accounts", "teams")]
    entry = Entry.objects.filter(kind="crm.sharingrule").get()
    assert (entry.before, entry.after) == ({"sharing": "everybody"}, {"sharing": "teams"})


@pytest.mark.parametrize("sharing", [{"accounts": "nobody"}, {"invoices": "teams"}])
def test_there_are_three_ways_of_sharing_and_five_modules(organization, actor, sharing):
    with pytest.raises(Refused):
        change_sharing(actor=actor, organization=organization, sharing=sharing)
    assert set(SharingRule.objects.of(organization).values_list("sharing", flat=True)) == {"everybody"}


def test_two_who_change_sharing_at_once_are_told(organization, actor):
    rule = SharingRule.objects.of(organization).get(module="accounts")
    seen = {"accounts": version_of(rule)}
    change_sharing(actor=actor, organization=organization, sharing={"accounts": "teams"}, versions=seen)
    with pytest.raises(Conflict):
        change_sharing(actor=actor, organization=organization, sharing={"accounts": "managers"}, versions=seen)
    rule.refresh_from_db()
    assert rule.sharing == "teams"


def test_a_team_is_made_changed_and_dissolved_and_each_is_noted(organization, actor, member, boss):
    team = create_team(actor=actor, organization=organization, values={"name": " South ", "member_ids": [member.pk]})
    update_team(actor=actor, team=team, values={"member_ids": [boss.pk], "name": "West"}, version=version_of(team))
    unchanged = Entry.objects.count()
    update_team(actor=actor, team=team, values={"member_ids": [boss.pk], "name": "West"})
    assert Entry.objects.count() == unchanged
    with pytest.raises(Conflict):
        delete_team(actor=actor, team=team, version=version_of(team))
    delete_team(actor=actor, team=team)
    told = Entry.objects.filter(kind="crm.team").order_by("id").values_list("verb", "before", "after")
    mine, theirs = boss.user.email, member.user.email
    assert list(told) == [
        ("created", {}, {"name": "South", "members": [theirs]}),
        ("updated", {"name": "South", "members": [theirs]}, {"name": "West", "members": [mine]}),
        ("deleted", {"name": "West", "members": [mine]}, {}),
    ]


def test_a_team_has_a_name_of_its_own_and_members_of_its_organization(organization, actor, outsider):
    create_team(actor=actor, organization=organization, values={"name": "South"})
    stranger = Membership.objects.get(user=outsider)
    for values in ({"name": "south"}, {"name": ""}, {"name": "West", "member_ids": [stranger.pk]}, {"members": []}):
        with pytest.raises(Refused):
            create_team(actor=actor, organization=organization, values=values)
    assert list(Team.objects.values_list("name", flat=True)) == ["South"]


def test_nobody_reports_to_themselves_not_even_through_others(organization, actor, member, boss, outsider):
    change_manager(actor=actor, membership=member, manager_id=boss.pk)
    stranger = Membership.objects.get(user=outsider)
    for who, manager in ((boss, member), (boss, boss), (boss, stranger)):
        with pytest.raises(Refused):
            change_manager(actor=actor, membership=who, manager_id=manager.pk)
    assert dict(Membership.objects.of(organization).values_list("pk", "manager")) == {boss.pk: None, member.pk: boss.pk}


def test_who_reported_to_one_who_leaves_reports_to_their_manager(organization, actor, member, boss, reader):
    below = Membership.objects.of(organization).get(user=reader)
    change_manager(actor=actor, membership=member, manager_id=boss.pk)
    change_manager(actor=actor, membership=below, manager_id=member.pk)
    with pytest.raises(Conflict):
        remove_member(actor=actor, membership=member, version=version_of(member))
    remove_member(actor=actor, membership=member)
    below.refresh_from_db()
    assert below.manager_id == boss.pk
    entry = Entry.objects.filter(kind="crm.membership", record_id=below.pk).first()
    assert (entry.before, entry.after) == ({"manager": member.user.email}, {"manager": boss.user.email})
