"""Teams, who is in them, and who reports to whom: what sharing goes by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from crm.models import Membership, Organization, Team, TeamMember
from crm.services.surroundings import ancestors
from crm.services.view_shares import forget_share
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.records import assign, refuse_unknown, require_filled
from finsuite.kernel.versions import require_version

WRITABLE = ("name", "member_ids")


@transaction.atomic
def create_team(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Team:
    """Make a team of these members (`member_ids`), who then see one another's records in modules shared with teams."""
    require_setup(actor, organization)
    _lock(organization)
    refuse_unknown(values, WRITABLE)
    team = Team(organization=organization)
    assign(team, {name: value for name, value in values.items() if name == "name"}, allowed=["name"])
    require_filled(team, ["name"])
    _check_name(team)
    people = _people(organization, values.get("member_ids", ()))
    team.save()
    TeamMember.objects.bulk_create(TeamMember(team=team, membership_id=key) for key in people)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=team,
        verb="created",
        after={"name": team.name, "members": sorted(people.values())},
    )
    return team


@transaction.atomic
def update_team(*, actor: Actor, team: Team, values: Mapping[str, Any], version: str | None = None) -> Team:
    """Rename a team, or say anew who is in it."""
    organization = team.organization
    require_setup(actor, organization)
    locked = _locked_team(organization, team, version)
    refuse_unknown(values, WRITABLE)
    change = assign(locked, {name: value for name, value in values.items() if name == "name"}, allowed=["name"])
    if change:
        _check_name(locked)
    before, after = dict(change.before), dict(change.after)
    held = _held(locked)
    wanted = _people(organization, values["member_ids"]) if "member_ids" in values else held
    if set(wanted) != set(held):
        before["members"], after["members"] = sorted(held.values()), sorted(wanted.values())
        TeamMember.objects.filter(team=locked).exclude(membership_id__in=wanted).delete()
        TeamMember.objects.bulk_create(TeamMember(team=locked, membership_id=key) for key in wanted if key not in held)
    if not after:
        return locked
    locked.save(update_fields=["name", "updated_at"])
    audit.services.record(
        actor=actor, tenant=organization.tenant, subject=locked, verb="updated", before=before, after=after
    )
    return locked


@transaction.atomic
def delete_team(*, actor: Actor, team: Team, version: str | None = None) -> None:
    """Dissolve a team. Its members see one another's records only where something else lets them."""
    organization = team.organization
    require_setup(actor, organization)
    locked = _locked_team(organization, team, version)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=locked,
        verb="deleted",
        before={"name": locked.name, "members": sorted(_held(locked).values())},
    )
    forget_share(actor=actor, organization=organization, name="shared_teams", key=locked.pk)
    locked.delete()


@transaction.atomic
def change_manager(
    *, actor: Actor, membership: Membership, manager_id: int | None, version: str | None = None
) -> Membership:
    """Say whom a member reports to (another membership's id), or that it is nobody. Nobody is their own manager."""
    organization = membership.organization
    require_setup(actor, organization)
    _lock(organization)
    rows = Membership.objects.of(organization).filter(pk=membership.pk).select_for_update(of=("self",))
    locked = rows.select_related("user", "profile", "manager__user").first()
    if locked is None:
        raise NotFound(_("This person is not a member any more."))
    require_version(locked, version)
    if locked.manager_id == manager_id:
        return locked
    before, manager = locked.manager, _manager(locked, manager_id)
    locked.manager = manager
    locked.save(update_fields=["manager", "updated_at"])
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=locked,
        verb="updated",
        before={"manager": before.user.email if before else ""},
        after={"manager": manager.user.email if manager else ""},
    )
    return locked


def hand_over_reports(*, actor: Actor, leaving: Membership) -> None:
    """Who reported to a member who leaves reports to that member's own manager from now on."""
    reports = list(Membership.objects.select_for_update(of=("self",)).filter(manager=leaving).order_by("pk"))
    above = leaving.manager
    for report in reports:
        report.manager = above
        report.save(update_fields=["manager", "updated_at"])
        audit.services.record(
            actor=actor,
            tenant=f"crm:{leaving.organization_id}",
            subject=report,
            verb="updated",
            before={"manager": leaving.user.email},
            after={"manager": above.user.email if above else ""},
        )


def _lock(organization: Organization) -> None:
    """One change of who is where at a time, so that two can't close a loop, or take the same name, together."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _locked_team(organization: Organization, team: Team, version: str | None) -> Team:
    _lock(organization)
    locked: Team | None = Team.objects.of(organization).select_for_update(of=("self",)).filter(pk=team.pk).first()
    if locked is None:
        raise NotFound(_("There is no such team."))
    require_version(locked, version)
    return locked


def _held(team: Team) -> dict[int, str]:
    return dict(team.places.values_list("membership_id", "membership__user__email"))


def _people(organization: Organization, ids: Any) -> dict[int, str]:
    """These members, each with their address; Refused if one of the ids is nobody's here."""
    wanted = set(ids) if isinstance(ids, Collection) and all(type(key) is int for key in ids) else {0}
    found = dict(Membership.objects.of(organization).filter(pk__in=wanted).values_list("pk", "user__email"))
    if set(found) != wanted:
        sentence = _("Everybody in a team must be a member of this organization.")
        raise Refused(sentence, fields={"member_ids": [sentence]})
    return found


def _check_name(team: Team) -> None:
    if Team.objects.of(team.organization).filter(name__iexact=team.name).exclude(pk=team.pk).exists():
        sentence = _("There is a team of this name already.")
        raise Refused(sentence, code="duplicate", fields={"name": [sentence]})


def _manager(member: Membership, manager_id: int | None) -> Membership | None:
    if manager_id is None:
        return None
    found = Membership.objects.of(member.organization_id).select_related("user").filter(pk=manager_id).first()
    if found is None:
        raise _manager_refused(_("The manager must be a member of this organization."))
    if member.pk in ancestors(Membership, "manager_id", [found.pk]):
        raise _manager_refused(_("Nobody can report to themselves, nor to somebody who reports to them."))
    return found


def _manager_refused(sentence: str) -> Refused:
    return Refused(sentence, code="manager", fields={"manager_id": [sentence]})
