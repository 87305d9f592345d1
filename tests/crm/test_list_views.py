import pytest

from audit.models import Entry
from crm.models import RECORDS, Account, ListView, Organization
from crm.selectors.criteria import criteria_filter, filter_fields
from crm.selectors.list_views import list_views, view_filter
from crm.services.list_views import create_list_view, delete_list_view, update_list_view
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
