"""Reading an organization's custom fields. Where a module has none, no query is spent on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.choices import Module
from crm.models import CustomField, CustomValue, Organization
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


def custom_fields(organization: Organization, module: str) -> FieldSet:
    """The fields of a module's records, retired ones included. One query, none where there are no such fields."""
    if module not in organization.extended:
        return FieldSet()
    return FieldSet(definitions(organization, module), values=CustomValue)


def fields_of(access: Access, module: str) -> FieldSet:
    """The same for all that one request does with them: the filter, the columns and the order ask once."""
    if module not in access.custom:
        access.custom[module] = custom_fields(access.organization, module)
    return access.custom[module]


def fields_to_write(
    actor: Actor, organization: Organization, module: str, rows: Iterable[Mapping[str, Any]]
) -> FieldSet:
    """The same for a write of these values: they may know more than an organization that was read a while ago."""
    if module not in organization.extended and not any(name.startswith(PREFIX) for row in rows for name in row):
        return FieldSet()
    return FieldSet(definitions(organization, module), values=CustomValue, is_strict=not actor.is_machine)


def definitions(organization: Organization, module: str | None = None) -> ScopedQuerySet[CustomField]:
    """What Setup lists: the fields that are not deleted, in their order."""
    rows = CustomField.objects.of(organization).filter(deleted_at=None).order_by("module", "position", "id")
    return rows.filter(module=module) if module else rows


def described(organization: Organization, module: str) -> dict[str, CustomField]:
    """Every field that there ever was, by `cf_…` name: what the history is told with."""
    return {field.name: field for field in CustomField.objects.of(organization).filter(module=module)}


def counted(organization: Organization, module: Module) -> QuerySet[CustomField]:
    """The module's fields, each with how many records hold a value in it (`uses`)."""
    return definitions(organization, module).annotate(uses=Count("values__record_id", distinct=True))


def get_custom_field(organization: Organization, field_id: int | str) -> CustomField:
    """One field, by an id from outside."""
    found = definitions(organization).select_related("organization").filter(pk=as_id(field_id)).first()
    if found is None:
        raise NotFound(_("There is no such custom field."))
    return found
