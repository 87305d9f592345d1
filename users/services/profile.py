"""A person's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted
from finsuite.kernel.records import assign
from users.models import User

EDITABLE = frozenset({"first_name", "last_name", "language", "theme", "time_zone", "single_key_shortcuts"})


@transaction.atomic
def update_profile(*, actor: Actor, user: User, values: Mapping[str, Any]) -> User:
    """Change one's own name, language, theme, time zone or shortcuts. Nobody changes another person's."""
    if actor.user_id is not None and actor.user_id != user.pk:
        raise NotPermitted(_("Only the person themselves can change these settings."))
    record = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    change = assign(record, values, allowed=EDITABLE)
    if change:
        record.save(update_fields=[*change.after])
    return record
