import pytest

from audit.models import Entry
from crm.models import RECORDS, Account, ListView, Organization, Profile
from crm.selectors.criteria import criteria_filter, filter_fields
from crm.selectors.list_views import list_views, view_filter
from crm.selectors.organizations import memberships_of
from crm.services.list_views import (
    clear_default_view,
    clone_list_view,
    create_list_view,
    delete_list_view,
    move_pin,
    pin_list_view,
    set_default_view,
    unpin_list_view,
    update_list_view,
)
from crm.services.organizations import remove_member
from crm.services.profiles import create_profile, delete_profile
from crm.services.teams import create_team, delete_team
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories


def kept(*criteria):
    asked = [dict(zip(("field", "comparator", "value"), entry, strict=False)) for entry in criteria]
    organization = Organization.objects.get()
    found = Account.objects.filter(criteria_filter(organization, "accounts", asked))
    return sorted(found.values_list("name", flat=True))


@pytest.fixture
def three(organization, admin):
    parent = factories.account(
        organization, name="Alpha", industry="Steel", employees=10, tags=["vip"], billing_city="Lyon"
    )
    factories.account(
        organization, name="Beta", industry="STEEL works", employees=20, parent_id=parent.pk, owner_id=admin.pk
    )
    factories.account(organization, name="Gamma", annual_revenue="100.50")
    return parent


def test_each_comparator_keeps_what_it_says(three, admin):
    assert kept(("industry", "is", "steel")) == ["Alpha"]
    assert kept(("industry", "is_not", "steel")) == ["Beta", "Gamma"]
    assert kept(("industry", "contains", "steel")) == ["Alpha", "Beta"]
    assert kept(("industry", "starts_with", "STEEL W")) == ["Beta"]
    assert kept(("industry", "in", ["steel", "wood"])) == ["Alpha"]
    assert kept(("industry", "empty")) == ["Gamma"]
    assert kept(("industry", "not_empty")) == ["Alpha", "Beta"]
    assert kept(("employees", "gt", 10)) == ["Beta"]
    assert kept(("employees", "gte", "10")) == ["Alpha", "Beta"]
    assert kept(("employees", "lt", 20)) == ["Alpha"]
    assert kept(("employees", "lte", 20)) == ["Alpha", "Beta"]
    assert kept(("employees", "in", [10, 30])) == ["Alpha"]
    assert kept(("employees", "empty")) == ["Gamma"]
    assert kept(("annual_revenue", "is", "100.5")) == ["Gamma"]
    assert kept(("parent", "is", three.pk)) == ["Beta"]
    assert kept(("owner", "empty")) == ["Alpha", "Gamma"]
    assert kept(("owner", "in", [admin.pk])) == ["Beta"]
    assert kept(("tags", "contains", "vip")) == ["Alpha"]
    assert kept(("tags", "empty")) == ["Beta", "Gamma"]
    assert kept(("created_at", "gte", "2020-01-01")) == ["Alpha", "Beta", "Gamma"]
    assert kept(("created_at", "lt", "2020-01-01T00:00:00Z")) == []


def test_a_record_meets_every_criterion(three):
    assert kept(("industry", "contains", "steel"), ("employees", "lt", 20)) == ["Alpha"]


@pytest.mark.parametrize(
    "criterion",
    [
        {"field": "nonsense", "comparator": "is", "value": "x"},
        {"field": "organization", "comparator": "is", "value": 1},
        {"field": "owner__password", "comparator": "starts_with", "value": "a"},
        {"field": "search_text", "comparator": "contains", "value": "a"},
        {"field": "name", "comparator": "gt", "value": "a"},
        {"field": "name", "comparator": "regex", "value": "a"},
        {"field": "name", "comparator": "is", "value": ""},
        {"field": "name", "comparator": "is", "value": 5},
        {"field": "name", "comparator": "is", "value": "a\x00"},
        {"field": "name", "comparator": "in", "value": "a"},
        {"field": "name", "comparator": "in", "value": []},
        {"field": "employees", "comparator": "is", "value": "many"},
        {"field": "employees", "comparator": "is", "value": "NaN"},
        {"field": "employees", "comparator": "gt", "value": 10**30},
        {"field": "parent", "comparator": "is", "value": 2**70},
        {"field": "created_at", "comparator": "gt", "value": "soon"},
        {"field": "created_at", "comparator": "gt", "value": "2026-02-31"},
        {"field": "name", "comparator": "is", "value": "a", "or": 1},
        {},
    ],
)
def test_a_criterion_that_cannot_be_meant_is_refused_at_its_place(organization, criterion):
    good = {"field": "name", "comparator": "is", "value": "Acme"}
    with pytest.raises(Refused) as refused:
        criteria_filter(organization, "accounts", [good, criterion])
    assert list(refused.value.fields) == ["criteria.1"]


@pytest.mark.parametrize("criteria", [None, "x", [1], {"field": "name"}, [{}] * 26])
def test_criteria_are_a_short_list(organization, criteria):
    with pytest.raises(Refused):
        criteria_filter(organization, "accounts", criteria)


def test_every_field_that_can_be_empty_can_be_asked_for_it(organization):
    for module, model in RECORDS.items():
        for field in filter_fields(organization, module).values():
            for comparator in ("empty", "not_empty"):
                if comparator in field.comparators:
                    asked = criteria_filter(organization, module, [{"field": field.name, "comparator": comparator}])
                    assert model.objects.filter(asked).count() == 0


def test_mine_are_the_records_of_the_person_who_asks(organization, three, admin, standard):
    mine = list_views(organization, user_id=admin.pk).get(name="My Accounts")
    found = Account.objects.filter(view_filter(mine, user_id=admin.pk))
    assert [account.name for account in found] == ["Beta"]
    assert not Account.objects.filter(view_filter(mine, user_id=standard.pk)).exists()
    assert not Account.objects.filter(view_filter(mine, user_id=None)).exists()


CRITERIA = [{"field": "industry", "comparator": "is", "value": "Steel"}]
STEEL = {"module": "accounts", "name": "Steel", "scope": "criteria", "criteria": CRITERIA}


def test_ones_own_view_is_seen_by_nobody_else(organization, actor, admin, standard):
    own = create_list_view(
        actor=Actor.person(standard),
        organization=organization,
        values={**STEEL, "owner_id": standard.pk},
    )
    assert own not in list_views(organization, user_id=admin.pk)
    assert own in list_views(organization, user_id=standard.pk)
    for act in (
        lambda: update_list_view(actor=actor, list_view=own, values={"name": "Mine now"}),
        lambda: delete_list_view(actor=actor, list_view=own),
    ):
        with pytest.raises(NotFound):
            act()
    assert ListView.objects.get(pk=own.pk).name == "Steel"


def test_a_view_for_everybody_takes_the_setup_right(organization, standard):
    with pytest.raises(NotPermitted):
        create_list_view(
            actor=Actor.person(standard),
            organization=organization,
            values={"module": "accounts", "name": "Steel", "scope": "criteria", "criteria": CRITERIA},
        )
    assert ListView.objects.of(organization).count() == 10


def test_a_view_cannot_be_made_in_another_persons_name(organization, standard, admin):
    with pytest.raises(NotFound):
        create_list_view(
            actor=Actor.person(standard),
            organization=organization,
            values={"module": "accounts", "name": "Planted", "scope": "all", "owner_id": admin.pk},
        )


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": "all accounts"},
        {"scope": "criteria", "criteria": []},
        {"scope": "all", "criteria": CRITERIA},
        {"scope": "everything"},
        {"module": "invoices"},
        {"criteria": [{"field": "nonsense"}]},
        {"is_system": True},
    ],
)
def test_a_view_that_means_nothing_is_refused(organization, actor, values):
    good = {"module": "accounts", "name": "Steel", "scope": "criteria", "criteria": CRITERIA}
    with pytest.raises(Refused):
        create_list_view(actor=actor, organization=organization, values={**good, **values})
    assert ListView.objects.of(organization).count() == 10


def test_the_views_that_come_with_finsuite_stay(organization, actor):
    every = list_views(organization, user_id=None).get(name="All Accounts")
    with pytest.raises(Refused):
        update_list_view(actor=actor, list_view=every, values={"name": "Some"})
    with pytest.raises(Refused):
        delete_list_view(actor=actor, list_view=every)
    assert ListView.objects.of(organization).count() == 10


def test_a_changed_view_is_in_the_history_and_a_stale_one_a_conflict(organization, actor):
    view = create_list_view(
        actor=actor,
        organization=organization,
        values={"module": "accounts", "name": "Steel", "scope": "criteria", "criteria": CRITERIA},
    )
    update_list_view(actor=actor, list_view=view, values={"name": "Iron"}, version=version_of(view))
    with pytest.raises(Conflict):
        update_list_view(actor=actor, list_view=view, values={"name": "Tin"}, version=version_of(view))
    delete_list_view(actor=actor, list_view=view)
    assert list(Entry.objects.filter(kind="crm.listview").values_list("verb", flat=True)) == [
        "deleted",
        "updated",
        "created",
    ]


def make(person, organization, **values):
    """A view of the person's own, unless the values say otherwise."""
    given = {"module": "accounts", "name": "Steel", "scope": "all", "owner_id": person.pk, **values}
    return create_list_view(actor=Actor.person(person), organization=organization, values=given)


def seen(organization, person):
    """What the person sees beside the views that come with finsuite."""
    return [view.name for view in list_views(organization, user_id=person.pk).filter(is_system=False)]


def test_a_view_is_shared_with_people_teams_and_profiles(organization, actor, admin, standard, reader):
    west = {"name": "West", "member_ids": [reader.crm_memberships.get().pk]}
    team = create_team(actor=actor, organization=organization, values=west)
    profile = Profile.objects.of(organization).get(name="Read-only")
    view = make(admin, organization, visibility="shared", shared_people=[standard.pk])
    assert [seen(organization, person) for person in (admin, standard, reader)] == [["Steel"], ["Steel"], []]
    by_team = {"shared_people": [], "shared_teams": [team.pk]}
    update_list_view(actor=actor, list_view=view, values=by_team)
    assert [seen(organization, person) for person in (admin, standard, reader)] == [["Steel"], [], ["Steel"]]
    update_list_view(actor=actor, list_view=view, values={"shared_teams": [], "shared_profiles": [profile.pk]})
    assert [seen(organization, person) for person in (admin, standard, reader)] == [["Steel"], [], ["Steel"]]
    with pytest.raises(NotFound):
        update_list_view(actor=Actor.person(reader), list_view=view, values={"name": "Mine now"})
    update_list_view(actor=actor, list_view=view, values={"visibility": "public", "shared_profiles": []})
    view.refresh_from_db()
    assert (view.owner_id, seen(organization, standard)) == (None, ["Steel"])
    update_list_view(actor=actor, list_view=view, values={"visibility": "private"})
    view.refresh_from_db()
    assert (view.owner_id, seen(organization, standard)) == (admin.pk, [])


def test_what_is_deleted_is_taken_out_of_the_views_shared_with_it(organization, actor, admin, standard, reader):
    west = {"name": "West", "member_ids": [reader.crm_memberships.get().pk]}
    team = create_team(actor=actor, organization=organization, values=west)
    profile = create_profile(actor=actor, organization=organization, values={"name": "Interns"}, levels={})
    view = make(
        admin,
        organization,
        visibility="shared",
        shared_people=[standard.pk],
        shared_teams=[team.pk],
        shared_profiles=[profile.pk],
    )
    other = make(admin, organization, name="Other", visibility="shared", shared_people=[reader.pk])
    delete_team(actor=actor, team=team)
    delete_profile(actor=actor, profile=profile)
    view.refresh_from_db()
    assert (view.visibility, view.shared_people, view.shared_teams, view.shared_profiles) == (
        "shared",
        [standard.pk],
        [],
        [],
    )
    remove_member(actor=actor, membership=standard.crm_memberships.get())
    view.refresh_from_db()
    assert (view.visibility, view.owner_id, view.shared_people) == ("private", admin.pk, [])
    told = Entry.objects.filter(kind="crm.listview", record_id=view.pk, verb="updated").values_list("before", "after")
    assert list(told) == [
        (
            {"shared_people": [standard.pk], "visibility": "shared"},
            {"shared_people": [], "visibility": "private"},
        ),
        ({"shared_profiles": [profile.pk]}, {"shared_profiles": []}),
        ({"shared_teams": [team.pk]}, {"shared_teams": []}),
    ]
    assert update_list_view(actor=actor, list_view=other, values={"name": "Still shared"}).shared_people == [reader.pk]


def test_only_the_setup_right_makes_a_view_everybodys(organization, standard):
    view = make(standard, organization)
    with pytest.raises(NotPermitted):
        update_list_view(actor=Actor.person(standard), list_view=view, values={"visibility": "public"})
    view.refresh_from_db()
    assert (view.visibility, view.owner_id) == ("private", standard.pk)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"visibility": "shared"}, "visibility"),
        ({"visibility": "shared", "shared_people": [10**6]}, "shared_people"),
        ({"visibility": "shared", "shared_people": ["1"]}, "shared_people"),
        ({"shared_profiles": [1]}, "shared_profiles"),
        ({"columns": ["phone", "nonsense"]}, "columns"),
        ({"columns": ["phone", "phone"]}, "columns"),
        ({"columns": ["organization"]}, "columns"),
        ({"sort": "phone,-phone"}, "sort"),
        ({"sort": "-password"}, "sort"),
        ({"sort": "phone,name,industry,website"}, "sort"),
        ({"layout": "board"}, "layout"),
    ],
)
def test_what_a_view_shows_and_to_whom_is_checked(organization, admin, values, field):
    with pytest.raises(Refused) as refused:
        make(admin, organization, **values)
    assert list(refused.value.fields) == [field]
    assert seen(organization, admin) == []


def test_pins_keep_their_order_and_are_each_persons_own(organization, actor, admin, standard):
    views = [make(admin, organization, name=name) for name in ("One", "Two", "Three")]
    for view in [*views, views[0]]:
        pin_list_view(actor=actor, list_view=view)
    move_pin(actor=actor, list_view=views[2], step=-1)
    unpin_list_view(actor=actor, list_view=views[0])
    rows = list_views(organization, user_id=admin.pk).exclude(pin=None).order_by("pin")
    assert [view.name for view in rows] == ["Three", "Two"]
    assert not list_views(organization, user_id=standard.pk).exclude(pin=None).exists()
    with pytest.raises(NotFound):
        move_pin(actor=actor, list_view=views[0], step=1)
    with pytest.raises(NotPermitted):
        pin_list_view(actor=factories.SYSTEM, list_view=views[0])


def test_pins_come_with_the_membership_as_far_as_they_are_still_seen(organization, actor, admin, standard):
    view = make(admin, organization, visibility="shared", shared_people=[standard.pk])
    every = list_views(organization, user_id=standard.pk).get(name="All Contacts")
    for pinned in (view, every):
        pin_list_view(actor=Actor.person(standard), list_view=pinned)

    def pins():
        place = memberships_of(standard).get()
        return [(pin["module"], pin["name"]) for pin in place.pins or []]

    assert pins() == [("accounts", "Steel"), ("contacts", "All Contacts")]
    update_list_view(actor=actor, list_view=view, values={"visibility": "private", "shared_people": []})
    assert pins() == [("contacts", "All Contacts")]
    assert memberships_of(admin).get().pins is None


def test_a_module_opens_with_the_view_that_one_chose(organization, actor, admin, standard):
    one, two = make(admin, organization, name="One"), make(admin, organization, name="Two")
    for view in (one, two):
        set_default_view(actor=actor, list_view=view)
    assert [view.name for view in list_views(organization, user_id=admin.pk) if view.is_default] == ["Two"]
    clear_default_view(actor=actor, list_view=two)
    assert not [view for view in list_views(organization, user_id=admin.pk) if view.is_default]


def test_a_copy_is_ones_own(organization, admin, standard):
    view = make(
        admin, organization, visibility="public", owner_id=None, scope="criteria", criteria=CRITERIA, sort="-name"
    )
    copies = [clone_list_view(actor=Actor.person(standard), list_view=view) for _time in range(2)]
    assert [copy.name for copy in copies] == ["Steel (copy)", "Steel (copy) 2"]
    assert {(copy.visibility, copy.owner_id, copy.sort) for copy in copies} == {("private", standard.pk, "-name")}
    assert copies[0].criteria == CRITERIA
