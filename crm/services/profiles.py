"""The permission sets of an organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

import audit.services
from crm.access import require_setup
from crm.choices import Level, Module
from crm.models import Membership, ModuleRight, Organization, Profile
from crm.services.view_shares import forget_share
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.versions import require_version

WRITABLE = ("name", "description", "can_setup", "sees_all")

DEFAULTS = (
    (gettext_noop("Administrator"), Level.DELETE, True),
    (gettext_noop("Standard"), Level.EDIT, False),
    (gettext_noop("Read-only"), Level.VIEW, False),
)


def add_default_profiles(organization: Organization) -> dict[str, Profile]:
    """The profiles that every new organization starts with, by name."""
    profiles = Profile.objects.bulk_create(
        Profile(organization=organization, name=name, can_setup=can_setup, is_system=True)
        for name, _level, can_setup in DEFAULTS
    )
    levels = {name: level for name, level, _can_setup in DEFAULTS}
    ModuleRight.objects.bulk_create(
        ModuleRight(profile=profile, module=module, level=levels[profile.name])
        for profile in profiles
        for module in Module
    )
    return {profile.name: profile for profile in profiles}


@transaction.atomic
def create_profile(
    *, actor: Actor, organization: Organization, values: Mapping[str, Any], levels: Mapping[str, int]
) -> Profile:
    """Make a profile with a level for each module; a module that is not named is closed."""
    require_setup(actor, organization)
    profile = Profile(organization=organization)
    assign(profile, values, allowed=WRITABLE)
    require_filled(profile, ["name"])
    _check_name(profile)
    profile.save()
    checked = _checked(levels)
    ModuleRight.objects.bulk_create(
        ModuleRight(profile=profile, module=module, level=checked.get(module, Level.NONE)) for module in Module
    )
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=profile,
        verb="created",
        after={"name": profile.name, "can_setup": profile.can_setup, "sees_all": profile.sees_all, **checked},
    )
    return profile


@transaction.atomic
def update_profile(
    *,
    actor: Actor,
    profile: Profile,
    values: Mapping[str, Any],
    levels: Mapping[str, int] | None = None,
    version: str | None = None,
) -> Profile:
    """Change a profile; its rights hold from the next click of everyone who carries it."""
    organization = profile.organization
    require_setup(actor, organization)
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    locked = Profile.objects.of(organization).select_for_update(of=("self",)).get(pk=profile.pk)
    require_version(locked, version)
    change = assign(locked, values, allowed=WRITABLE)
    if locked.is_system and change:
        raise Refused(_("The profiles that come with finsuite can't be changed. Make one of your own."), code="system")
    if "name" in change:
        _check_name(locked)
    rights_before, rights_after = _levels_changed(locked, _checked(levels or {}))
    if locked.is_system and rights_after:
        raise Refused(_("The profiles that come with finsuite can't be changed. Make one of your own."), code="system")
    if not change and not rights_after:
        return locked
    locked.save(update_fields=change.fields)
    for module, level in rights_after.items():
        ModuleRight.objects.update_or_create(profile=locked, module=module, defaults={"level": level})
    _check_administrated(organization)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=locked,
        verb="updated",
        before={**change.before, **rights_before},
        after={**change.after, **rights_after},
    )
    return locked


@transaction.atomic
def delete_profile(*, actor: Actor, profile: Profile, version: str | None = None) -> None:
    """Delete a profile that nobody carries."""
    organization = profile.organization
    require_setup(actor, organization)
    locked = Profile.objects.of(organization).select_for_update(of=("self",)).get(pk=profile.pk)
    require_version(locked, version)
    if locked.is_system:
        raise Refused(_("The profiles that come with finsuite can't be deleted."), code="system")
    if locked.memberships.exists():
        raise Refused(_("Members still carry this profile. Give them another one first."), code="in_use")
    levels = dict(locked.rights.values_list("module", "level"))
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=locked,
        verb="deleted",
        before={**{name: getattr(locked, name) for name in WRITABLE}, **levels},
    )
    forget_share(actor=actor, organization=organization, name="shared_profiles", key=locked.pk)
    locked.delete()


def _levels_changed(profile: Profile, levels: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    held = dict(profile.rights.values_list("module", "level"))
    after = {module: level for module, level in levels.items() if held.get(module, Level.NONE) != level}
    return {module: held.get(module, Level.NONE) for module in after}, after


def _checked(levels: Mapping[str, int]) -> dict[str, int]:
    unknown = sorted(set(levels) - set(Module.values))
    wrong = sorted(module for module, level in levels.items() if level not in Level.values)
    if unknown or wrong:
        faults = {module: [_("There is no such module.")] for module in unknown}
        faults |= {module: [_("There is no such level.")] for module in wrong}
        raise Refused(_("These rights can't be granted."), fields=faults)
    return {module: int(level) for module, level in levels.items()}


def _check_name(profile: Profile) -> None:
    namesakes = Profile.objects.of(profile.organization).filter(name__iexact=profile.name).exclude(pk=profile.pk)
    if namesakes.exists():
        sentence = _("There is a profile of this name already.")
        raise Refused(sentence, code="duplicate", fields={"name": [sentence]})


def _check_administrated(organization: Organization) -> None:
    if not Membership.objects.of(organization).filter(profile__can_setup=True).exists():
        raise Refused(_("At least one member must be able to change the setup."), code="last_administrator")
