"""Who belongs to a finance organization, and in which role. There always is an administrator."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.choices import Role
from finance.events import MemberChanged
from finance.models import Membership, Organization
from finance.rights import Right, allows
from finance.services.zsc_keys import revoke_keys_of
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import assign
from finsuite.kernel.versions import require_version
from users.models import User


@transaction.atomic
def add_member(*, actor: Actor, organization: Organization, email: str, role: str) -> Membership:
    """Let somebody who signs in with this e-mail address into the organization."""
    require(actor, organization, Right.MEMBERS)
    _hold(organization)
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        sentence = _("Nobody signs in with this e-mail address. Check it, or have the person's sign-in made first.")
        raise Refused(sentence, code="unknown_user", fields={"email": [sentence]})
    if Membership.objects.of(organization).filter(user=user).exists():
        sentence = _("%(person)s is a member already.") % {"person": user}
        raise Refused(sentence, code="duplicate", fields={"email": [sentence]})
    membership = Membership(organization=organization, user=user)
    assign(membership, {"role": role}, allowed={"role"})
    membership.save(force_insert=True)
    _tell(actor, membership, "created", {}, {"role": membership.role, "email": user.email})
    return membership


@transaction.atomic
def change_role(*, actor: Actor, membership: Membership, role: str, version: str | None = None) -> Membership:
    """Give a member another role. ZSC keys of somebody who no longer may have any are revoked."""
    require(actor, membership.organization, Right.MEMBERS)
    _hold(membership.organization)
    membership = _lock(membership)
    require_version(membership, version)
    change = assign(membership, {"role": role}, allowed={"role"})
    if not change:
        return membership
    if membership.is_owner:
        sentence = _("%(person)s owns this organization and stays an administrator.") % {"person": membership.user}
        raise Refused(sentence, code="owner", fields={"role": [sentence]})
    _keep_an_administrator(membership, leaving=change.before["role"])
    membership.save(update_fields=change.fields)
    if not allows(membership.role, Right.KEYS):
        revoke_keys_of(actor=actor, organization=membership.organization, user_id=membership.user_id)
    _tell(actor, membership, "updated", change.before, change.after)
    return membership


@transaction.atomic
def remove_member(*, actor: Actor, membership: Membership, version: str | None = None) -> None:
    """Take somebody out of the organization; their ZSC keys are revoked, and what they wrote stays."""
    require(actor, membership.organization, Right.MEMBERS)
    _hold(membership.organization)
    membership = _lock(membership)
    require_version(membership, version)
    if membership.is_owner:
        raise Refused(
            _("%(person)s owns this organization and can't leave it.") % {"person": membership.user}, code="owner"
        )
    _keep_an_administrator(membership, leaving=membership.role)
    revoke_keys_of(actor=actor, organization=membership.organization, user_id=membership.user_id)
    _tell(actor, membership, "deleted", {"role": membership.role, "email": membership.user.email}, {})
    membership.delete()


def _keep_an_administrator(membership: Membership, *, leaving: str) -> None:
    if leaving != Role.ADMIN:
        return
    others = Membership.objects.of(membership.organization_id).filter(role=Role.ADMIN, user__is_active=True)
    if not others.exclude(pk=membership.pk).exists():
        sentence = _("An organization needs an administrator. Make somebody else one first.")
        raise Refused(sentence, code="last_administrator", fields={"role": [sentence]})


def _hold(organization: Organization) -> None:
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)


def _lock(membership: Membership) -> Membership:
    found = (
        Membership.objects.of(membership.organization_id)
        .select_for_update(of=("self",))
        .select_related("organization", "user")
        .filter(pk=membership.pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such member."))
    return found


def _tell(actor: Actor, membership: Membership, verb: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    audit.services.record(
        actor=actor,
        tenant=membership.organization.tenant,
        subject=membership,
        verb=verb,
        before=before,
        after=after,
    )
    emit(MemberChanged(organization_id=membership.organization_id, actor=actor, user_id=membership.user_id))
