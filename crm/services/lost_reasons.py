"""The reasons that people choose from when a deal is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from crm.models import Deal, LostReason, Organization
from crm.services.pipelines import last_position
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.versions import require_version

WRITABLE = ("name", "is_active")
MOST_REASONS = 100


@transaction.atomic
def create_lost_reason(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> LostReason:
    """List one more reason."""
    require_setup(actor, organization)
    known = _locked(organization)
    if len(known) >= MOST_REASONS:
        raise Refused(_("At most %(limit)d lost reasons can be listed.") % {"limit": MOST_REASONS})
    reason = LostReason(organization=organization, position=last_position(LostReason.objects.of(organization)))
    assign(reason, values, allowed=WRITABLE)
    require_filled(reason, ["name"])
    _check(reason, known)
    reason.save()
    audit.services.record(
        actor=actor, tenant=organization.tenant, subject=reason, verb="created", after={"name": reason.name}
    )
    return reason


@transaction.atomic
def update_lost_reason(
    *, actor: Actor, lost_reason: LostReason, values: Mapping[str, Any], version: str | None = None
) -> LostReason:
    """Rename a reason, everywhere it stands; or offer it no longer, where it stays on the deals that have it."""
    organization = lost_reason.organization
    require_setup(actor, organization)
    known = _locked(organization)
    locked = _wanted(known, lost_reason, version)
    change = assign(locked, values, allowed=WRITABLE)
    if not change:
        return locked
    _check(locked, known)
    if not any(each.is_active for each in known.values()):
        raise Refused(_("At least one lost reason must be in use: a deal is not lost without one."), code="last")
    locked.save(update_fields=change.fields)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=locked,
        verb="updated",
        before=change.before,
        after=change.after,
    )
    return locked


@transaction.atomic
def delete_lost_reason(*, actor: Actor, lost_reason: LostReason, version: str | None = None) -> None:
    """Delete a reason that no deal has."""
    organization = lost_reason.organization
    require_setup(actor, organization)
    known = _locked(organization)
    locked = _wanted(known, lost_reason, version)
    if Deal.objects.of(organization).filter(lost_reason=locked).exists():
        raise Refused(_("Deals were lost for this reason. Put it out of use instead; they keep it."), code="in_use")
    if not any(each.is_active for each in known.values() if each.pk != locked.pk):
        raise Refused(_("At least one lost reason must be in use: a deal is not lost without one."), code="last")
    audit.services.record(
        actor=actor, tenant=organization.tenant, subject=locked, verb="deleted", before={"name": locked.name}
    )
    locked.delete()


@transaction.atomic
def order_lost_reasons(*, actor: Actor, organization: Organization, ids: Sequence[int]) -> None:
    """Offer the reasons in this order; those that are not named follow."""
    require_setup(actor, organization)
    known = _locked(organization)
    wanted = [key for key in dict.fromkeys(ids) if key in known]
    rest = sorted((key for key in known if key not in wanted), key=lambda key: (known[key].position, key))
    for place, key in enumerate([*wanted, *rest]):
        if known[key].position != place:
            known[key].position = place
            known[key].save(update_fields=["position", "updated_at"])


def _locked(organization: Organization) -> dict[int, LostReason]:
    # Two people putting the last two reasons out of use at once: one of them waits here.
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    rows = LostReason.objects.of(organization).order_by("pk").select_for_update(of=("self",))
    return {reason.pk: reason for reason in rows}


def _wanted(known: Mapping[int, LostReason], reason: LostReason, version: str | None) -> LostReason:
    locked = known.get(reason.pk)
    if locked is None:
        raise NotFound(_("There is no such lost reason."))
    require_version(locked, version)
    return locked


def _check(reason: LostReason, known: Mapping[int, LostReason]) -> None:
    if any(each.pk != reason.pk and each.name.casefold() == reason.name.casefold() for each in known.values()):
        sentence = _("This reason is listed already.")
        raise Refused(sentence, code="duplicate", fields={"name": [sentence]})
