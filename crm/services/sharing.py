"""How far each module's records are shared. A change holds from everybody's next click."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from crm.choices import Module, Sharing
from crm.models import Organization, SharingRule
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.versions import require_version


def add_default_sharing(organization: Organization) -> None:
    """A new organization's records are everybody's, until it says otherwise."""
    SharingRule.objects.bulk_create(SharingRule(organization=organization, module=module) for module in Module)


@transaction.atomic
def change_sharing(
    *,
    actor: Actor,
    organization: Organization,
    sharing: Mapping[str, str],
    versions: Mapping[str, str] | None = None,
) -> list[SharingRule]:
    """Share these modules that far. `versions` are those that the actor has seen; a stale one raises Conflict."""
    require_setup(actor, organization)
    _check(sharing)
    rows = SharingRule.objects.of(organization).filter(module__in=sharing).order_by("pk")
    changed = []
    for rule in rows.select_for_update(of=("self",)):
        require_version(rule, (versions or {}).get(rule.module))
        before, after = rule.sharing, sharing[rule.module]
        if before == after:
            continue
        rule.sharing = after
        rule.save(update_fields=["sharing", "updated_at"])
        audit.services.record(
            actor=actor,
            tenant=organization.tenant,
            subject=rule,
            verb="updated",
            before={"sharing": before},
            after={"sharing": after},
        )
        changed.append(rule)
    return changed


def _check(sharing: Mapping[str, str]) -> None:
    faults = {module: [_("There is no such module.")] for module in sorted(set(sharing) - set(Module.values))}
    for module, wanted in sharing.items():
        if wanted not in Sharing.values:
            faults.setdefault(module, [_("Records can't be shared like that.")])
    if faults:
        raise Refused(_("These records can't be shared like that."), fields=faults)
