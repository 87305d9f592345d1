import pytest

from audit.models import Entry
from crm.access import access
from crm.choices import Level, Module
from crm.models import Currency, ListView, Membership, Organization, Profile
from crm.selectors.organizations import currencies
from crm.services.currencies import add_currency, update_currency
from crm.services.organizations import (
    add_member,
    change_home_currency,
    change_member_profile,
    create_organization,
    remove_member,
    update_organization,
)
from crm.services.profiles import create_profile, delete_profile, update_profile
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from finsuite.kernel.tenants import tenants_of
from tests import factories


def test_a_new_organization_has_what_one_needs_to_begin(admin, organization, actor):
    assert list(Profile.objects.of(organization).order_by("id").values_list("name", "can_setup")) == [
        ("Administrator", True),
        ("Standard", False),
        ("Read-only", False),
    ]
    assert list(currencies(organization).values_list("code", "rate", "is_active")) == [("EUR", 1, True)]
    assert ListView.objects.of(organization).count() == 10
    mine = access(admin, organization.pk)
    assert (mine.profile.name, dict(mine.levels)) == ("Administrator", dict.fromkeys(Module, 4))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("home_currency", "EURO"),
        ("home_currency", "XXZ"),
        ("time_zone", "Mars/Olympus"),
        ("fiscal_year_start_month", 13),
        ("language", "tlh"),
    ],
)
def test_details_that_cannot_be_are_refused(admin, name, value):
    with pytest.raises(Refused) as refused:
        create_organization(actor=Actor.person(admin), values={"name": "Acme", name: value})
    assert list(refused.value.fields) == [name]
    assert not Organization.objects.exists()


def test_the_home_currency_is_fixed_and_staff_alone_can_change_it_while_nothing_is_in_it(organization, actor):
    with pytest.raises(Refused):
        update_organization(actor=actor, organization=organization, values={"home_currency": "USD"})
    with pytest.raises(NotPermitted):
        change_home_currency(actor=actor, organization=organization, code="USD")
    staff = Actor.person(factories.user("staff@example.com", is_staff=True, is_superuser=True))
    account = factories.account(organization)
    with pytest.raises(Refused):
        change_home_currency(actor=staff, organization=organization, code="USD")
    account.delete()
    changed = change_home_currency(actor=staff, organization=organization, code="usd")
    assert changed.home_currency == "USD"
    assert dict(Currency.objects.of(organization).values_list("code", "is_active")) == {"USD": True, "EUR": False}
    assert Entry.objects.filter(kind="crm.organization").first().after == {"home_currency": "USD"}


def test_details_are_changed_by_administrators_only(organization, actor, standard):
    with pytest.raises(NotPermitted):
        update_organization(actor=Actor.person(standard), organization=organization, values={"name": "Mine"})
    update_organization(actor=actor, organization=organization, values={"name": "New name"})
    assert Organization.objects.get().name == "New name"


def test_a_member_is_let_in_once_by_the_address_they_sign_in_with(organization, actor):
    profile = Profile.objects.of(organization).get(name="Standard")
    person = factories.user("anna@example.com")
    added = add_member(actor=actor, organization=organization, email=" ANNA@example.com ", profile=profile)
    assert added.user == person
    assert [tenant.key for tenant in tenants_of(person)] == [organization.tenant]
    for email in ("anna@example.com", "nobody@example.com"):
        with pytest.raises(Refused) as refused:
            add_member(actor=actor, organization=organization, email=email, profile=profile)
        assert list(refused.value.fields) == ["email"]
    assert Membership.objects.of(organization).count() == 2


def test_a_profile_of_another_organization_cannot_be_given(organization, actor, outsider):
    foreign = Profile.objects.exclude(organization=organization).first()
    factories.user("anna@example.com")
    with pytest.raises(Refused):
        add_member(actor=actor, organization=organization, email="anna@example.com", profile=foreign)
    assert Membership.objects.of(organization).count() == 1


def test_somebody_can_always_change_the_setup(organization, actor, admin, standard):
    mine = Membership.objects.of(organization).get(user=admin)
    for act in (
        lambda: remove_member(actor=actor, membership=mine),
        lambda: change_member_profile(
            actor=actor, membership=mine, profile=Profile.objects.of(organization).get(name="Standard")
        ),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "last_administrator"
    mine.refresh_from_db()
    assert mine.profile.name == "Administrator"


def test_a_removed_member_is_out_at_once(organization, actor, standard):
    remove_member(actor=actor, membership=Membership.objects.of(organization).get(user=standard))
    with pytest.raises(NotFound):
        access(standard, organization.pk)
    assert tenants_of(standard) == []


def test_a_profiles_levels_hold_from_the_next_click(organization, actor, standard):
    profile = create_profile(
        actor=actor, organization=organization, values={"name": "Sales"}, levels={"accounts": Level.DELETE}
    )
    membership = Membership.objects.of(organization).get(user=standard)
    change_member_profile(actor=actor, membership=membership, profile=profile)
    assert dict(access(standard, organization.pk).levels) == {**dict.fromkeys(Module, 0), "accounts": 4}
    update_profile(actor=actor, profile=profile, values={}, levels={"contacts": Level.VIEW})
    assert dict(access(standard, organization.pk).levels) == {**dict.fromkeys(Module, 0), "accounts": 4, "contacts": 1}
    entry = Entry.objects.filter(kind="crm.profile").first()
    assert (entry.before, entry.after) == ({"contacts": 0}, {"contacts": 1})
    with pytest.raises(Refused):
        delete_profile(actor=actor, profile=profile)


def test_profiles_that_come_with_finsuite_stay_and_names_are_given_once(organization, actor):
    ready = Profile.objects.of(organization).get(name="Read-only")
    for act in (
        lambda: update_profile(actor=actor, profile=ready, values={"can_setup": True}),
        lambda: update_profile(actor=actor, profile=ready, values={}, levels={"accounts": Level.DELETE}),
        lambda: delete_profile(actor=actor, profile=ready),
        lambda: create_profile(actor=actor, organization=organization, values={"name": "read-ONLY"}, levels={}),
        lambda: create_profile(actor=actor, organization=organization, values={"name": "X"}, levels={"leads": 1}),
        lambda: create_profile(actor=actor, organization=organization, values={"name": "X"}, levels={"accounts": 9}),
    ):
        with pytest.raises(Refused):
            act()
    assert Profile.objects.of(organization).count() == 3


def test_currencies_are_added_once_at_a_rate_above_zero_and_never_the_home_one_changed(organization, actor):
    dollars = add_currency(actor=actor, organization=organization, values={"code": "usd", "rate": "1.085"})
    home = Currency.objects.of(organization).get(code="EUR")
    for act in (
        lambda: add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1"}),
        lambda: add_currency(actor=actor, organization=organization, values={"code": "DOLLAR", "rate": "1"}),
        lambda: add_currency(actor=actor, organization=organization, values={"code": "GBP", "rate": "0"}),
        lambda: add_currency(actor=actor, organization=organization, values={"code": "GBP", "rate": "0.1234567891"}),
        lambda: update_currency(actor=actor, currency=dollars, values={"rate": "-1"}),
        lambda: update_currency(actor=actor, currency=dollars, values={"code": "GBP"}),
        lambda: update_currency(actor=actor, currency=home, values={"rate": "2"}),
        lambda: update_currency(actor=actor, currency=home, values={"is_active": False}),
    ):
        with pytest.raises(Refused):
            act()
    assert dict(Currency.objects.of(organization).values_list("code", "is_active")) == {"EUR": True, "USD": True}
