"""Adding, changing, ordering and deleting the custom fields of a kind of finance record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.choices import Extended
from finance.models import EXTENDED, CustomField, CustomValue, Organization
from finance.rights import Right
from finance.selectors.custom_fields import definitions
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields import erasing, setup
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.versions import require_version


@transaction.atomic
def create_custom_field(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> CustomField:
    """Add a field to a kind of record, below those that are there."""
    require(actor, organization, Right.SETTINGS)
    module = values.get("module")
    if module not in Extended.values:
        sentence = _("The kind of record must be one of: %(kinds)s.") % {"kinds": ", ".join(Extended.values)}
        raise Refused(sentence, fields={"module": [sentence]})
    held = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    known = CustomField.objects.of(organization).filter(module=module)
    live = [field for field in known if field.deleted_at is None]
    setup.refuse_too_many(len(live))
    field = CustomField(organization=organization, module=module)
    given = {name: value for name, value in values.items() if name != "module"}
    setup.define(field, given, taken={other.key for other in known}, labels=[other.label for other in live])
    field.position = (known.aggregate(last=Max("position"))["last"] or 0) + 1
    field.save(force_insert=True)
    if module not in held.extended:
        _set_extended(organization, [*held.extended, str(module)])
    audit.services.record(
        actor=actor, tenant=organization.tenant, subject=field, verb="created", after=setup.described(field)
    )
    return field


@transaction.atomic
def update_custom_field(
    *, actor: Actor, field: CustomField, values: Mapping[str, Any], version: str | None = None
) -> CustomField:
    """Change what a field says about itself; a choice with another label is the same choice."""
    organization = field.organization
    require(actor, organization, Right.SETTINGS)
    field = _locked(field)
    require_version(field, version)
    others = definitions(organization, field.module).exclude(pk=field.pk).values_list("label", flat=True)
    has_values = "kind" in values and CustomValue.objects.filter(field=field).exists()
    change = setup.redefine(field, values, labels=list(others), has_values=has_values)
    if not change:
        return field
    field.save(update_fields=change.fields)
    if "is_unique" in change:
        erasing.mark_unique(CustomValue, field)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=field,
        verb="updated",
        before=change.before,
        after=change.after,
    )
    return field


@transaction.atomic
def order_custom_fields(*, actor: Actor, organization: Organization, module: str, ids: Sequence[int]) -> None:
    """Put the fields of a kind of record in this order; those that are not named come after, as they were."""
    require(actor, organization, Right.SETTINGS)
    fields = list(definitions(organization, module).select_for_update(of=("self",)))
    places = {pk: place for place, pk in enumerate(ids)}
    fields.sort(key=lambda field: places.get(field.pk, len(places)))
    for position, field in enumerate(fields, start=1):
        if field.position != position:
            before, field.position = field.position, position
            field.save(update_fields=["position", "updated_at"])
            audit.services.record(
                actor=actor,
                tenant=organization.tenant,
                subject=field,
                verb="updated",
                before={"position": before},
                after={"position": position},
            )


@transaction.atomic
def delete_custom_field(*, actor: Actor, field: CustomField, version: str | None = None) -> int:
    """Delete a field with its values, and answer how many records had one. Their history keeps them."""
    organization = field.organization
    require(actor, organization, Right.SETTINGS)
    field = _locked(field)
    require_version(field, version)
    erased = 0
    for changes in erasing.erase(EXTENDED[Extended(field.module)], organization, field):
        audit.services.record_many(actor=actor, tenant=organization.tenant, verb="updated", changes=changes)
        erased += len(changes)
    field.deleted_at = timezone.now()
    field.save(update_fields=["deleted_at", "updated_at"])
    left = definitions(organization).values_list("module", flat=True)
    _set_extended(organization, sorted(set(left)))
    audit.services.record(
        actor=actor, tenant=organization.tenant, subject=field, verb="deleted", before=setup.described(field)
    )
    return erased


def _locked(field: CustomField) -> CustomField:
    rows = definitions(field.organization).select_for_update(of=("self",)).select_related("organization")
    found = rows.filter(pk=field.pk).first()
    if found is None:
        raise NotFound(_("There is no such custom field."))
    return found


def _set_extended(organization: Organization, modules: Sequence[str]) -> None:
    """Note on the organization which kinds of record have fields, so that nobody else has to ask."""
    organization.extended = list(modules)
    Organization.objects.filter(pk=organization.pk).update(extended=organization.extended)
