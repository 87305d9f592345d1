"""The background part of renaming and deleting tags. Run twice, it finds nothing left to do."""

from __future__ import annotations

from crm.models import Organization
from crm.services.tags import delete_tag, rename_tag
from finsuite.kernel.actors import Actor
from users.models import User


def retag(organization_id: int, user_id: int, tag: str, name: str | None) -> dict[str, int]:
    """Rename the tag, or delete it where there is no name, as the person who asked for it."""
    organization = Organization.objects.get(pk=organization_id)
    actor = Actor.person(User.objects.get(pk=user_id))
    if name is None:
        return delete_tag(actor=actor, organization=organization, tag=tag)
    return rename_tag(actor=actor, organization=organization, tag=tag, name=name)
