"""Reading an organization's custom fields. Where a kind of record has none, no query is spent on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet

from finance.choices import Extended
from finance.models import CustomField, CustomValue, Organization
from finance.models.custom_fields import EXTENDED
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.carrying import carried
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.models import ScopedQuerySet


def custom_fields(organization: Organization, module: str) -> FieldSet:
    """The fields of a kind of record, retired ones included. One query, none where there are no such fields."""
    if module not in organization.extended:
        return FieldSet()
    return FieldSet(definitions(organization, module), values=CustomValue)


def fields_to_write(actor: Actor, organization: Organization, module: str, values: Mapping[str, Any]) -> FieldSet:
    """The same for a write of these values: they may know more than an organization that was read a while ago."""
    if module not in organization.extended and not any(name.startswith(PREFIX) for name in values):
        return FieldSet()
    return FieldSet(definitions(organization, module), values=CustomValue, is_strict=not actor.is_machine)


def carried_over(
    organization: Organization, target: Extended, sources: Sequence[Any], *, currency: str
) -> dict[str, Any]:
    """What a new record, in this currency, takes over from records of one other kind, in one currency.

    One query, none where either kind has no custom fields.
    """
    module = _MODULES[type(sources[0])]
    if not {module, target} <= {*organization.extended}:
        return {}
    fields = list(definitions(organization).filter(module__in=(module, target)))
    return carried(
        [field for field in fields if field.module == target],
        [field for field in fields if field.module == module],
        [source.custom for source in sources],
        currency=currency,
        theirs=sources[0].currency,
    )


_MODULES: dict[type[Any], Extended] = {model: module for module, model in EXTENDED.items()}


def definitions(organization: Organization, module: str | None = None) -> ScopedQuerySet[CustomField]:
    """What Setup lists: the fields that are not deleted, in their order."""
    rows = CustomField.objects.of(organization).filter(deleted_at=None).order_by("module", "position", "id")
    return rows.filter(module=module) if module else rows


def described(organization: Organization, module: str) -> dict[str, CustomField]:
    """Every field that there ever was, by `cf_…` name: what the history is told with."""
    return {field.name: field for field in CustomField.objects.of(organization).filter(module=module)}


def counted(organization: Organization, module: Extended) -> QuerySet[CustomField]:
    """The fields of a kind of record, each with how many records hold a value in it (`uses`)."""
    return definitions(organization, module).annotate(uses=Count("values__record_id", distinct=True))
