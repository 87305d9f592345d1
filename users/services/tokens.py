"""API keys: made, used and revoked. A key is 256 random bits; only its SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import NotFound, Refused
from users.models import ApiToken, User

PREFIX = "fsk_"
SEEN_EVERY = timedelta(minutes=1)
DEFAULT_SCOPES = (ApiToken.Scope.READ, ApiToken.Scope.WRITE)
MOST_LIVE_TOKENS = 100


@transaction.atomic
def create_token(
    *,
    actor: Actor,
    user: User,
    name: str,
    scopes: Sequence[str] = DEFAULT_SCOPES,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a key for the person; the key itself is in this answer and nowhere else."""
    name = name.strip()
    _check(user, name, scopes, expires_at)
    plain = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=PREFIX,
        last_four=plain[-4:],
        digest=digest_of(plain),
        scopes=[scope for scope in ApiToken.Scope.values if scope in scopes],
        expires_at=expires_at,
    )
    after = {"name": token.name, "scopes": token.scopes, "expires_at": token.expires_at, "last_four": token.last_four}
    audit.services.record(actor=actor, tenant="", subject=token, verb="created", after=after)
    return token, plain


@transaction.atomic
def revoke_token(*, actor: Actor, user: User, token_id: int) -> ApiToken:
    """Make the person's key useless, at once. One that is revoked stays as it is."""
    token = ApiToken.objects.select_for_update(of=("self",)).filter(user=user, pk=token_id).first()
    if token is None:
        raise NotFound(_("There is no such key."))
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.services.record(
            actor=actor, tenant="", subject=token, verb="revoked", after={"revoked_at": token.revoked_at}
        )
    return token


def find_live_token(plain: str, *, address: str = "") -> ApiToken | None:
    """The key with its person, if it may be used now: one query. Its first use of a day is in the history."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=digest_of(plain), revoked_at=None, user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )
    if token is not None and (token.last_used_at is None or token.last_used_at < now - SEEN_EVERY):
        _note_use(token, now, address)
    return token


@transaction.atomic
def _note_use(token: ApiToken, now: datetime, address: str) -> None:
    """When the key was last used, and, once a day, that it was: of several at once, one notes it."""
    held = token.last_used_at
    was_first = ApiToken.objects.filter(pk=token.pk, last_used_at=held).update(last_used_at=now)
    if was_first and (held is None or held.date() != now.date()):
        audit.services.record(
            actor=Actor.person(token.user, via=Via.API),
            tenant="",
            subject=token,
            verb="used",
            after={"address": address},
        )


def digest_of(plain: str) -> str:
    """What is kept of a key. It is random, so one round of SHA-256 is as good as a slow hash, and quick to check."""
    return hashlib.sha256(plain.encode()).hexdigest()


def _check(user: User, name: str, scopes: Sequence[str], expires_at: datetime | None) -> None:
    fields: dict[str, list[str]] = {}
    if not name:
        fields["name"] = [_("Give the key a name, so that you know it again.")]
    elif len(name) > 100:
        fields["name"] = [_("The name is longer than 100 characters.")]
    if not scopes or not set(scopes) <= set(ApiToken.Scope.values):
        fields["scopes"] = [_("The scopes are read, write and admin; name at least one.")]
    if expires_at is not None and expires_at <= timezone.now():
        fields["expires_at"] = [_("This moment has passed.")]
    if fields:
        raise Refused(_("The key cannot be made like this."), fields=fields)
    if ApiToken.objects.filter(user=user, revoked_at=None).count() >= MOST_LIVE_TOKENS:
        raise Refused(_("You have as many keys as one person may have. Revoke one first."), code="too_many")
