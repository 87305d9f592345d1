"""A person's own settings and password."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from finsuite.kernel.records import assign
from users.models import User

EDITABLE = frozenset({"first_name", "last_name", "language", "theme", "time_zone", "single_key_shortcuts"})


@transaction.atomic
def update_profile(*, actor: Actor, user: User, values: Mapping[str, Any]) -> User:
    """Change one's own name, language, theme, time zone or shortcuts. Nobody changes another person's."""
    _require_self(actor, user)
    _check(values)
    record = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    change = assign(record, values, allowed=EDITABLE)
    if change:
        record.save(update_fields=[*change.after])
        audit.services.record(
            actor=actor, tenant="", subject=record, verb="updated", before=change.before, after=change.after
        )
    return record


@transaction.atomic
def change_password(*, actor: Actor, user: User, old: str, new: str) -> User:
    """Give oneself a new password, knowing the old one. Every other sign-in of the person ends with the old one."""
    _require_self(actor, user)
    record = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not record.check_password(old):
        message = _("This is not your present password.")
        raise Refused(message, code="wrong_password", fields={"old_password": [message]})
    try:
        validate_password(new, record)
    except ValidationError as error:
        raise Refused(
            _("Choose another password."), code="weak_password", fields={"new_password": error.messages}
        ) from error
    record.set_password(new)
    record.save(update_fields=["password"])
    audit.services.record(actor=actor, tenant="", subject=record, verb="password_changed")
    return record


def _require_self(actor: Actor, user: User) -> None:
    if actor.user_id is not None and actor.user_id != user.pk:
        raise NotPermitted(_("Only the person themselves can change these settings."))


def _check(values: Mapping[str, Any]) -> None:
    """What the columns alone don't know: which languages finsuite speaks, and which time zones exist."""
    fields: dict[str, list[str]] = {}
    if "language" in values and values["language"] not in dict(settings.LANGUAGES):
        fields["language"] = [_("finsuite doesn't speak this language.")]
    if "time_zone" in values and values["time_zone"] not in zoneinfo.available_timezones():
        fields["time_zone"] = [_("There is no such time zone.")]
    if fields:
        raise Refused(_("Some settings can't be saved as they are."), fields=fields)
