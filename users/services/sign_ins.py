"""Tries at signing in that failed, in the history: when, from where, and at whose door."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

import audit.services
from finsuite.kernel.actors import Actor, Via
from users.models import User

FAILED = "sign_in_failed"


def note_failed_sign_in(*, request: HttpRequest, email: str, via: Via = Via.PAGE) -> None:
    """Note that somebody gave a wrong password. Nothing that was typed is kept.

    What is typed as an e-mail may be a password, too, so an address that is nobody's is left out. While signing in is
    closed, tries are not judged, and not noted: the lock-out bounds how many there can be.
    """
    count = getattr(request, "axes_failures_since_start", None)
    if count is None or count > settings.AXES_FAILURE_LIMIT:
        return
    address = str(getattr(request, "axes_ip_address", None) or "")
    person = User.objects.filter(email__iexact=email.strip()).first() or User()
    audit.services.record(
        actor=Actor(user_id=None, label=address, via=via),
        tenant="",
        subject=person,
        verb=FAILED,
        after={"address": address},
    )
