"""Setting up the reasons why no tax is due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finance.access import require
from finance.models import Organization, TaxExemption
from finance.rights import Right
from finance.services.references import delete_unused, kept, lock, refusing_clash, tell_setting
from finsuite.kernel.actors import Actor
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.text import name_key
from finsuite.kernel.versions import require_version

WRITABLE = frozenset({"name", "category", "code", "reason", "is_active"})


@transaction.atomic
def create_exemption(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> TaxExemption:
    """One more reason why no tax is due."""
    require(actor, organization, Right.TAXES)
    exemption = TaxExemption(organization=organization)
    change = assign(exemption, values, allowed=WRITABLE)
    require_filled(exemption, ["name", "reason"])
    exemption.name_key = name_key(exemption.name)
    with _refusing_taken_name():
        exemption.save(force_insert=True)
    tell_setting(actor, exemption, "created", subject="taxes", after=change.after)
    return exemption


@transaction.atomic
def update_exemption(
    *, actor: Actor, exemption: TaxExemption, values: Mapping[str, Any], version: str | None = None
) -> TaxExemption:
    """Change a reason. Documents that were written with it keep its sentence."""
    require(actor, exemption.organization, Right.TAXES)
    exemption = lock(exemption, _("There is no such reason for exemption."))
    require_version(exemption, version)
    change = assign(exemption, values, allowed=WRITABLE)
    if not change:
        return exemption
    exemption.name_key = name_key(exemption.name)
    with _refusing_taken_name():
        exemption.save(update_fields=[*change.fields, "name_key"])
    tell_setting(actor, exemption, "updated", subject="taxes", before=change.before, after=change.after)
    return exemption


@transaction.atomic
def delete_exemption(*, actor: Actor, exemption: TaxExemption, version: str | None = None) -> None:
    """Delete a reason that no tax and no customer names."""
    require(actor, exemption.organization, Right.TAXES)
    exemption = lock(exemption, _("There is no such reason for exemption."))
    require_version(exemption, version)
    sentence = _("%(reason)s is used by taxes or customers and can't be deleted. Make it inactive instead.")
    tell_setting(actor, exemption, "deleted", subject="taxes", before=kept(exemption, WRITABLE))
    delete_unused(exemption, sentence % {"reason": exemption.name})


def _refusing_taken_name() -> Any:
    return refusing_clash("finance_exemption_name_once", "name", _("Another reason already has this name."))
