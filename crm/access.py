"""Who may do what in a CRM organization. Ids from outside enter here, and absent and foreign answer alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.choices import Level, Module
from crm.models import Membership, ModuleRight, Organization, Profile
from crm.visibility import levels_of, owners_seen, sharing_of
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.errors import NotFound, NotPermitted
from finsuite.kernel.ids import read_id


@dataclass(frozen=True)
class Access:
    """Somebody inside one organization: their profile, how far it lets them go, and whose records they see."""

    organization: Organization
    profile: Profile
    levels: Mapping[str, int]
    user_id: int | None = None
    owners: Mapping[str, frozenset[int]] = field(default_factory=dict)  # by module; one that isn't in it is everybody's
    custom: dict[str, FieldSet] = field(default_factory=dict, repr=False, compare=False)  # read once for a request

    def may(self, module: str, level: int) -> bool:
        """Does the profile reach this level in the module?"""
        return self.levels.get(module, Level.NONE) >= level

    def require(self, module: str, level: int) -> None:
        """Refuse whoever may not: as absent what they may not even see, as not permitted what they may only see."""
        _require_level(self.levels.get(module, Level.NONE), level)

    def visible(self, module: str, prefix: str = "") -> Q:
        """The filter that keeps a module's rows which this person may see; `prefix` leads to them ("account__")."""
        owners = self.owners.get(module)
        return Q() if owners is None else Q(**{f"{prefix}owner_id__in": owners})

    def sees(self, module: str, owner_id: int | None) -> bool:
        """Whether `visible` would keep a record of this owner."""
        owners = self.owners.get(module)
        return owners is None or owner_id in owners

    def require_setup(self) -> None:
        """Refuse whoever's profile doesn't open Setup."""
        if not self.profile.can_setup:
            raise _setup_refused()


def access(user: Any, organization_id: int | str) -> Access:
    """The person's access to an organization that they belong to; NotFound to any other.

    Two queries; one more where not all records are everybody's.
    """
    membership = (
        Membership.objects.filter(user_id=user.pk, organization_id=as_id(organization_id))
        .select_related("organization", "profile")
        .annotate(rules=sharing_of("organization_id"))
        .first()
    )
    if membership is None:
        raise NotFound(_("There is no such organization."))
    levels = ModuleRight.objects.filter(profile_id=membership.profile_id).values_list("module", "level")
    return _access(membership, dict(levels))


def of_actor(actor: Actor, organization: Organization) -> Access:
    """What an actor may do and see in an organization; NotFound to a person outside it.

    One query, one more where not all records are everybody's; none for a machine, which may do and see all.
    """
    if actor.is_machine or actor.user_id is None:
        everything = Profile(organization=organization, name=actor.label, can_setup=True)
        return Access(organization, everything, dict.fromkeys(Module.values, Level.DELETE))
    membership = (
        Membership.objects.of(organization)
        .filter(user_id=actor.user_id)
        .select_related("profile")
        .annotate(levels=levels_of("profile_id"), rules=sharing_of("organization_id"))
        .first()
    )
    if membership is None:
        raise NotFound(_("There is no such record."))
    membership.organization = organization
    return of_membership(membership)


def of_membership(membership: Any) -> Access:
    """The access of a member who was read together with their `levels_of` and `sharing_of`. One query, or none."""
    return _access(membership, membership.levels or {})


def _access(membership: Any, levels: Mapping[str, int]) -> Access:
    owners = owners_seen(membership, levels, membership.rules or {})
    return Access(membership.organization, membership.profile, levels, membership.user_id, owners)


def require(actor: Actor, organization: Organization, module: str, level: int) -> None:
    """Refuse an actor whose profile doesn't reach the level in the module. One query; none for a machine."""
    if actor.is_machine or actor.user_id is None:
        return
    held = (
        ModuleRight.objects.filter(
            module=module,
            profile__memberships__organization=organization,
            profile__memberships__user_id=actor.user_id,
        )
        .values_list("level", flat=True)
        .first()
    )
    _require_level(held or Level.NONE, level)


def require_setup(actor: Actor, organization: Organization) -> None:
    """Refuse an actor whose profile doesn't open Setup. One query; none for a machine."""
    if actor.is_machine or actor.user_id is None:
        return
    if not Membership.objects.filter(
        organization=organization, user_id=actor.user_id, profile__can_setup=True
    ).exists():
        raise _setup_refused()


def _require_level(held: int, needed: int) -> None:
    if held >= needed:
        return
    if held < Level.VIEW:
        raise NotFound(_("There is no such record."))
    sentences = {
        Level.CREATE: _("Your profile may not create these records."),
        Level.EDIT: _("Your profile may not change these records."),
        Level.DELETE: _("Your profile may not delete these records."),
    }
    raise NotPermitted(sentences[Level(needed)])


def _setup_refused() -> NotPermitted:
    return NotPermitted(_("Your profile may not change the setup. Ask an administrator of the organization."))


def as_id(value: int | str) -> int:
    """An id as it comes in an address; what can't be one is no record's."""
    found = read_id(str(value))
    if found is None:
        raise NotFound(_("There is no such record."))
    return found
