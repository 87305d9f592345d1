"""ZSC keys: made here, typed into a CRM, and checked when it links itself. The key itself is never stored or logged."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import audit.services
from finance.access import require
from finance.choices import App
from finance.events import ZscKeyGenerated, ZscKeyRevoked
from finance.models import Membership, Organization, ZscAttempts, ZscKey
from finance.rights import Right
from finance.selectors.organizations import linkable_organizations
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from finsuite.kernel.events import emit
from users.models import User

PREFIX = "zsc_"
SECRET_BYTES = 32  # 256 bits
TRIES = 5
WINDOW = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key that was just made, with the only copy of its text."""

    key: ZscKey
    secret: str

    def __repr__(self) -> str:
        return f"NewKey({self.key})"


@dataclass(frozen=True, kw_only=True)
class Verified:
    """Whom a right e-mail and key belong to, for which app, and which organizations may be linked with them."""

    key: ZscKey
    user: User
    organizations: list[Organization]
    app: App


@transaction.atomic
def generate_key(*, actor: Actor, organization: Organization, app: str) -> NewKey:
    """Make the actor's own key for an app. Whoever has one already regenerates it instead."""
    if actor.user_id is None:
        raise NotPermitted(_("A key belongs to a person; finsuite itself can't have one."))
    require(actor, organization, Right.KEYS)
    if app not in organization.apps:
        sentence = _("%(organization)s does not use this finance app.") % {"organization": organization.name}
        raise Refused(sentence, fields={"app": [sentence]})
    # The membership's lock keeps a second key for the same app from being made at the same time.
    Membership.objects.of(organization).select_for_update(of=("self",)).get(user_id=actor.user_id)
    mine = ZscKey.objects.of(organization).filter(user_id=actor.user_id, app=app, revoked_at=None)
    if mine.exists():
        sentence = _("You already have a key for this app. Regenerate it if you no longer know it.")
        raise Refused(sentence, code="duplicate", fields={"app": [sentence]})
    secret = _new_secret()
    key = ZscKey(organization=organization, user_id=actor.user_id, app=app)
    _give(key, secret)
    key.save(force_insert=True)
    _tell(actor, key, "generated")
    emit(ZscKeyGenerated(organization_id=organization.pk, actor=actor, key_id=key.pk))
    return NewKey(key=key, secret=secret)


@transaction.atomic
def regenerate_key(*, actor: Actor, key: ZscKey) -> NewKey:
    """Replace one's own key: the old text is dead at once, while connections that were made with it keep working."""
    require(actor, key.organization, Right.KEYS)
    key = _lock(key)
    if key.user_id != actor.user_id:
        raise NotPermitted(_("Only the person it belongs to can regenerate a key. You may revoke it."))
    before = {"last_four": key.last_four}
    secret = _new_secret()
    _give(key, secret)
    key.save(update_fields=["digest", "last_four", "issued_at", "last_used_at"])
    _tell(actor, key, "regenerated", before)
    emit(ZscKeyGenerated(organization_id=key.organization_id, actor=actor, key_id=key.pk))
    return NewKey(key=key, secret=secret)


@transaction.atomic
def revoke_key(*, actor: Actor, key: ZscKey) -> ZscKey:
    """Kill a key for good, one's own or a colleague's. Connections that were made with it pause."""
    require(actor, key.organization, Right.KEYS)
    key = _lock(key)
    _revoke(actor, key)
    return key


def revoke_keys_of(*, actor: Actor, organization: Organization, user_id: int) -> None:
    """Revoke every key of somebody who leaves the organization, or its administrators. The caller has the right to."""
    keys = ZscKey.objects.of(organization).filter(user_id=user_id, revoked_at=None)
    for key in keys.select_for_update(of=("self",)).select_related("user", "organization").order_by("pk"):
        _revoke(actor, key)


def verify(*, actor: Actor, email: str, key: str) -> Verified:
    """Whose e-mail and key these are; the same refusal whether the e-mail, the key or both are wrong, or it is revoked.

    The fifth wrong try within 15 minutes locks the address for 15 minutes, right key or not. Tries for one address are
    compared one after the other. A wrong try has to outlive the caller's failure, so call this outside any transaction
    (a view of the API that does sets `keeps_answers = False`, for its kept answers are written in one).
    """
    verified = _try(actor, email.strip().lower(), key.strip())
    if isinstance(verified, Refused):
        raise verified
    return verified


@transaction.atomic(durable=True)
def _try(actor: Actor, email: str, secret: str) -> Verified | Refused:
    now = timezone.now()
    attempts = _attempts_of(email)
    if attempts.locked_until is not None and attempts.locked_until > now:
        return _locked(attempts.locked_until - now)
    key = _matching(email, secret)
    if key is None:
        _count_failure(actor, attempts, email, now)
        return _wrong()
    attempts.failed_at, attempts.locked_until = [], None
    attempts.save()
    key.last_used_at = now
    key.save(update_fields=["last_used_at"])
    _tell(actor, key, "used")
    return Verified(key=key, user=key.user, organizations=linkable_organizations(key.user, key.app), app=App(key.app))


def _attempts_of(email: str) -> ZscAttempts:
    digest = _digest(email)
    ZscAttempts.objects.bulk_create([ZscAttempts(email_digest=digest)], ignore_conflicts=True)
    return ZscAttempts.objects.select_for_update(of=("self",)).get(email_digest=digest)


def _matching(email: str, secret: str) -> ZscKey | None:
    given = _digest(secret)
    keys = ZscKey.objects.filter(user__email__iexact=email, user__is_active=True, revoked_at=None)
    # Locked, so that a key that is being revoked at this moment is either used before or not at all.
    held = keys.select_for_update(of=("self",)).select_related("user", "organization").order_by("pk")
    matches = [key for key in held if _same(key.digest, given)]
    return matches[0] if matches else None


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(known, given)


def _count_failure(actor: Actor, attempts: ZscAttempts, email: str, now: datetime) -> None:
    recent = [at for at in attempts.failed_at if at > now - WINDOW]
    attempts.failed_at = [*recent, now]
    attempts.locked_until = None
    if len(attempts.failed_at) >= TRIES:
        attempts.failed_at, attempts.locked_until = [], now + LOCKED_FOR
    attempts.save()
    verb = "locked" if attempts.locked_until else "refused"
    audit.services.record(actor=actor, tenant="", subject=attempts, verb=verb, after={"email": email[:254]})


def forget_old_attempts(*, before: datetime) -> int:
    """Drop what is remembered about addresses nobody has tried since then; say a day ago, so that locks are over."""
    return ZscAttempts.objects.filter(updated_at__lt=before).delete()[0]


def _revoke(actor: Actor, key: ZscKey) -> None:
    if key.revoked_at is not None:
        return
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    _tell(actor, key, "revoked")
    emit(ZscKeyRevoked(organization_id=key.organization_id, actor=actor, key_id=key.pk, user_id=key.user_id))


def _lock(key: ZscKey) -> ZscKey:
    found = (
        ZscKey.objects.of(key.organization_id)
        .select_for_update(of=("self",))
        .select_related("organization", "user")
        .filter(pk=key.pk, revoked_at=None)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such key."))
    return found


def _new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def _give(key: ZscKey, secret: str) -> None:
    key.digest, key.last_four = _digest(secret), secret[-4:]
    key.issued_at, key.last_used_at = timezone.now(), None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _wrong() -> Refused:
    return Refused(
        _("This e-mail address and this ZSC key don't belong together, or the key is no longer valid."),
        code="zsc_refused",
    )


def _locked(left: timedelta) -> Refused:
    minutes = int(left.total_seconds() // 60) + 1
    return Refused(
        ngettext(
            "There were too many wrong tries with this e-mail address. Try again in %(minutes)d minute.",
            "There were too many wrong tries with this e-mail address. Try again in %(minutes)d minutes.",
            minutes,
        )
        % {"minutes": minutes},
        code="zsc_locked",
    )


def _tell(actor: Actor, key: ZscKey, verb: str, before: dict[str, Any] | None = None) -> None:
    audit.services.record(
        actor=actor,
        tenant=key.organization.tenant,
        subject=key,
        verb=verb,
        before=before,
        after={"app": key.app, "last_four": key.last_four},
    )
