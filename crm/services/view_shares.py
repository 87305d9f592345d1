"""List views stop being shared with whom or what is no more part of the organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

import audit.services
from crm.models import ListView, Organization
from finsuite.kernel.actors import Actor


def forget_share(*, actor: Actor, organization: Organization, name: str, key: int) -> None:
    """Take a person, a team or a profile out of the views shared with them. `name` is the column: "shared_teams".

    A view that is then shared with nobody is its owner's alone. Called in the transaction of the deletion.
    """
    rows = ListView.objects.of(organization).filter(**{f"{name}__contains": [key]})
    changes: list[tuple[models.Model, Mapping[str, Any], Mapping[str, Any]]] = []
    for view in rows.order_by("pk").select_for_update(of=("self",)):
        before = {name: getattr(view, name)}
        setattr(view, name, [each for each in before[name] if each != key])
        after = {name: getattr(view, name)}
        if not (view.shared_people or view.shared_teams or view.shared_profiles):
            before["visibility"], view.visibility = view.visibility, ListView.Visibility.PRIVATE
            after["visibility"] = view.visibility
        view.save(update_fields=[name, "visibility", "updated_at"])
        changes.append((view, before, after))
    audit.services.record_many(actor=actor, tenant=organization.tenant, verb="updated", changes=changes)
