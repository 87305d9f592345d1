"""Profiles and members on the API."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.api.base import SetupResource
from crm.models import Membership, Profile
from crm.selectors.organizations import members
from crm.services import organizations, teams
from crm.services import profiles as services
from crm.visibility import levels_of
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.errors import Refused


class ProfileResource(SetupResource):
    """`/api/v1/crm/{organization}/profiles`; `rights`: {"accounts": 3}, from 0 (none) to 4 (delete)."""

    name = "profiles"
    singular = "profile"
    component = "CrmProfile"
    model = Profile
    ordering = "id"
    fields = {
        **of_model(
            Profile,
            read=("id", "is_system", "created_at", "updated_at"),
            write=("name", "description", "can_setup", "sees_all"),
            required=("name",),
            orderable=("name",),
        ),
        "rights": Field(kind=Kind.JSON, source="levels", write_as="levels", writable=True, help="level by module"),
    }

    def rows(self) -> QuerySet[Profile]:
        return Profile.objects.of(self.organization).annotate(levels=levels_of("pk"))

    def create(self, values: dict[str, Any]) -> Profile:
        levels = _levels(values.pop("levels", {}))
        return services.create_profile(actor=self.actor, organization=self.organization, values=values, levels=levels)

    def update(self, record: Profile, values: dict[str, Any], version: str) -> Profile:
        levels = _levels(values.pop("levels", {}))
        return services.update_profile(actor=self.actor, profile=record, values=values, levels=levels, version=version)

    def delete(self, record: Profile, version: str) -> None:
        services.delete_profile(actor=self.actor, profile=record, version=version)


class MemberResource(SetupResource):
    """`/api/v1/crm/{organization}/members`: people let in by their e-mail address, each with a profile."""

    name = "members"
    singular = "member"
    component = "CrmMember"
    model = Membership
    ordering = "id"
    fields = {
        **of_model(
            Membership,
            read=("id", "user", "created_at", "updated_at"),
            write=("profile", "manager"),
            required=("profile",),
            expand={"user": ("id", "email", "first_name", "last_name"), "profile": ("id", "name", "can_setup")},
        ),
        "email": Field(
            kind=Kind.TEXT, source="user__email", write_as="email", writable=True, required=True, max_length=254
        ),
    }

    def rows(self) -> QuerySet[Membership]:
        return members(self.organization)

    @transaction.atomic
    def create(self, values: dict[str, Any]) -> Membership:
        made = organizations.add_member(
            actor=self.actor,
            organization=self.organization,
            email=values["email"],
            profile=self._profile(values["profile_id"]),
        )
        if values.get("manager_id") is None:
            return made
        return teams.change_manager(actor=self.actor, membership=made, manager_id=values["manager_id"])

    @transaction.atomic
    def update(self, record: Membership, values: dict[str, Any], version: str) -> Membership:
        if "email" in values:
            sentence = _("A member's e-mail address is their own to change.")
            raise Refused(sentence, fields={"email": [sentence]})
        profile = self._profile(values.get("profile_id", record.profile_id))
        changed = organizations.change_member_profile(
            actor=self.actor, membership=record, profile=profile, version=version
        )
        if "manager_id" not in values:
            return changed
        return teams.change_manager(actor=self.actor, membership=record, manager_id=values["manager_id"])

    def delete(self, record: Membership, version: str) -> None:
        organizations.remove_member(actor=self.actor, membership=record, version=version)

    def _profile(self, profile_id: int) -> Profile:
        found = Profile.objects.of(self.organization).filter(pk=profile_id).first()
        if found is None:
            sentence = _("There is no such profile in this organization.")
            raise Refused(sentence, fields={"profile_id": [sentence]})
        return found


def _levels(given: Any) -> dict[str, int]:
    if isinstance(given, dict) and all(type(level) is int for level in given.values()):
        return given
    sentence = _("Rights are a level from 0 to 4 for each module.")
    raise Refused(sentence, fields={"levels": [sentence]})
