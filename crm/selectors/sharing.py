"""Teams, sharing rules, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _

from crm.access import as_id
from crm.choices import Level, Module
from crm.models import RECORDS, Membership, Organization, SharingRule, Team, TeamMember
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


@dataclass(frozen=True)
class Extent:
    """What sharing means for one module: its records, those that have nobody, and who is held back at all."""

    records: int
    unowned: int  # without an owner, or with one who has left: where not everybody sees all, no member's
    narrowed: int  # members who see no more than what is shared with them
    unbounded: int  # members who see everything whatever is chosen


def sharing_rules(organization: Organization) -> ScopedQuerySet[SharingRule]:
    """How far each module is shared, in the order of the modules' making."""
    return SharingRule.objects.of(organization).order_by("id")


def extent(organization: Organization, module: str) -> Extent:
    """Two statements."""
    owned = Membership.objects.of(organization).filter(user_id=OuterRef("owner_id"))
    records = (
        RECORDS[Module(module)]
        .objects.of(organization)
        .aggregate(all=Count("pk"), owned=Count("pk", filter=Exists(owned)))
    )
    unbounded = Q(profile__can_setup=True) | Q(profile__sees_all=True)
    looking = Membership.objects.of(organization).filter(
        profile__rights__module=module, profile__rights__level__gte=Level.VIEW
    )
    people = looking.aggregate(all=Count("pk"), unbounded=Count("pk", filter=unbounded))
    return Extent(
        records=records["all"],
        unowned=records["all"] - records["owned"],
        narrowed=people["all"] - people["unbounded"],
        unbounded=people["unbounded"],
    )


def teams(organization: Organization) -> ScopedQuerySet[Team]:
    """The organization's teams with their people, by name."""
    places = TeamMember.objects.select_related("membership__user").order_by(
        "membership__user__first_name", "membership__user__last_name", "membership__user__email"
    )
    return Team.objects.of(organization).prefetch_related(Prefetch("places", places)).order_by("name", "id")


def get_team(organization: Organization, team_id: int | str) -> Team:
    """One team, by an id from outside."""
    found = teams(organization).select_related("organization").filter(pk=as_id(team_id)).first()
    if found is None:
        raise NotFound(_("There is no such team."))
    return found
