"""Whose records a person sees, compared with a definition that is too slow to use and too plain to be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.access import access
from crm.choices import Level, Module, Sharing
from crm.models import Account, Membership, ModuleRight, Organization, Profile, SharingRule, Team, TeamMember
from tests import factories
from users.models import User

PEOPLE = 6


@dataclass(frozen=True)
class Chart:
    """Who reports to whom (by position; a loop can't be made by services, and must not hang), and who is in teams."""

    managers: tuple[int | None, ...]
    teams: tuple[frozenset[int], ...]
    sharing: Sharing

    def sees(self, viewer: int, owner: int | None) -> bool:
        """The plain definition."""
        if self.sharing == Sharing.EVERYBODY:
            return True
        if owner is None:
            return False
        if viewer in self._above(owner):
            return True
        return self.sharing == Sharing.TEAMS and any({viewer, owner} <= team for team in self.teams)

    def _above(self, owner: int) -> set[int]:
        """The owner, and everybody whom they report to."""
        found, step = {owner}, self.managers[owner]
        while step is not None and step not in found:
            found.add(step)
            step = self.managers[step]
        return found


person = st.integers(0, PEOPLE - 1)
charts = st.builds(
    Chart,
    managers=st.tuples(*(st.none() | person for _number in range(PEOPLE))).filter(
        lambda found: all(manager != number for number, manager in enumerate(found))
    ),
    teams=st.lists(st.frozensets(person, max_size=4), max_size=3).map(tuple),
    sharing=st.sampled_from(Sharing),
)


@dataclass(frozen=True)
class Ground:
    """An organization whose people own one account each, and one account of nobody's."""

    organization: Organization
    members: list[Membership]


@pytest.fixture
def ground(db: None) -> Ground:
    organization = factories.crm_organization(factories.user("admin@example.com"))
    factories.account(factories.crm_organization(factories.user("other@example.com")), name="Elsewhere")
    profile = Profile.objects.create(organization=organization, name="Seller")
    ModuleRight.objects.create(profile=profile, module=Module.ACCOUNTS, level=Level.VIEW)
    people = [factories.user(f"{number}@example.com") for number in range(PEOPLE)]
    members = [Membership.objects.create(organization=organization, user=user, profile=profile) for user in people]
    for user in (*people, None):
        factories.account(organization, name=str(user), owner_id=user.pk if user else None)
    return Ground(organization, members)


def _draw(ground: Ground, chart: Chart) -> None:
    for member, manager in zip(ground.members, chart.managers, strict=True):
        Membership.objects.filter(pk=member.pk).update(manager=None if manager is None else ground.members[manager])
    for number, held in enumerate(chart.teams):
        team = Team.objects.create(organization=ground.organization, name=str(number))
        TeamMember.objects.bulk_create(TeamMember(team=team, membership=ground.members[key]) for key in held)
    SharingRule.objects.of(ground.organization).update(sharing=chart.sharing)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(chart=charts)
def test_what_is_visible_is_what_the_plain_definition_says(ground: Ground, chart: Chart) -> None:
    position = {member.user_id: number for number, member in enumerate(ground.members)}
    with transaction.atomic():
        _draw(ground, chart)
        for viewer, member in enumerate(ground.members):
            user = User(pk=member.user_id)
            found = access(user, ground.organization.pk)
            rows = Account.objects.of(ground.organization)
            seen = set(rows.filter(found.visible(Module.ACCOUNTS)).values_list("owner_id", flat=True))
            wanted = {
                owner_id
                for owner_id in rows.values_list("owner_id", flat=True)
                if chart.sees(viewer, None if owner_id is None else position[owner_id])
            }
            assert seen == wanted
            assert {key for key in (*position, None) if found.sees(Module.ACCOUNTS, key)} == wanted
        transaction.set_rollback(True)
