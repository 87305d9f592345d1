import pytest

from finance.choices import Role
from finance.models import Membership, ZscKey
from finance.rights import RIGHTS, Right
from finance.services import members as services
from finance.services.zsc_keys import generate_key
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from tests import factories


def test_what_each_role_may_do():
    assert RIGHTS[Role.ADMIN] == set(Right)
    assert set(Right) - RIGHTS[Role.ACCOUNTANT] == {Right.SETTINGS, Right.MEMBERS, Right.KEYS}
    assert RIGHTS[Role.STAFF] == {
        *(Right.VIEW, Right.EDIT_CUSTOMERS, Right.ITEMS_EDIT, Right.VENDORS_EDIT, Right.SALES_EDIT),
        *(Right.EXPENSES_EDIT, Right.EMAIL),
    }
    assert RIGHTS[Role.VIEWER] == {Right.VIEW, Right.REPORTS}


def test_somebody_joins_by_the_e_mail_they_sign_in_with(organization, actor):
    newcomer = factories.user("new@example.com")
    made = services.add_member(actor=actor, organization=organization, email=" New@Example.com ", role="viewer")
    assert (made.user, made.role, made.is_owner) == (newcomer, "viewer", False)


@pytest.mark.parametrize(
    ("email", "role", "field"),
    [
        ("nobody@example.com", "viewer", "email"),
        ("boss@example.com", "viewer", "email"),
        ("new@example.com", "king", "role"),
    ],
)
def test_who_can_not_join_is_told_why(organization, actor, email, role, field):
    factories.user("new@example.com")
    with pytest.raises(Refused) as refusal:
        services.add_member(actor=actor, organization=organization, email=email, role=role)
    assert list(refusal.value.fields) == [field]
    assert Membership.objects.count() == 1


def test_the_owner_stays_an_administrator(organization, boss):
    second = factories.finance_member(organization, role=Role.ADMIN, email="second@example.com")
    membership = Membership.objects.get(user=boss)
    with pytest.raises(Refused):
        services.change_role(actor=Actor.person(second), membership=membership, role="viewer")
    with pytest.raises(Refused):
        services.remove_member(actor=Actor.person(second), membership=membership)
    membership.refresh_from_db()
    assert membership.role == Role.ADMIN


def test_an_administrator_who_is_demoted_or_leaves_loses_their_keys(organization, actor):
    for leave in (
        lambda membership: services.change_role(actor=actor, membership=membership, role="staff"),
        lambda membership: services.remove_member(actor=actor, membership=membership),
    ):
        person = factories.finance_member(organization, role=Role.ADMIN, email="second@example.com")
        generate_key(actor=Actor.person(person), organization=organization, app="books")
        leave(Membership.objects.get(user=person))
        assert not ZscKey.objects.filter(user=person, revoked_at=None).exists()
        assert ZscKey.objects.filter(user=person).count() == 1
        person.delete()


def test_only_administrators_manage_members(organization, accountant):
    factories.user("new@example.com")
    with pytest.raises(NotPermitted):
        services.add_member(
            actor=Actor.person(accountant), organization=organization, email="new@example.com", role="admin"
        )
    assert not Membership.objects.filter(user__email="new@example.com").exists()
