"""The definitions of custom fields on the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.api.base import SetupResource
from crm.models import CustomField
from crm.selectors.custom_fields import definitions
from crm.services import custom_fields as services
from finsuite.kernel.api.fields import of_model
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.custom_fields.setup import WRITABLE


class CustomFieldResource(SetupResource):
    """`/api/v1/crm/{organization}/custom-fields`; records hold the values in `custom_fields`, by `key`.

    `choices` are {"key", "label", "active"}: with its key, a choice is renamed; left out, it is retired.
    """

    name = "custom-fields"
    singular = "custom-field"
    component = "CrmCustomField"
    model = CustomField
    ordering = "position"
    fields = of_model(
        CustomField,
        read=("id", "key", "position", "created_at", "updated_at"),
        write=("module", *sorted(WRITABLE)),
        required=("module", "kind", "label"),
        orderable=("position", "label", "module"),
    )

    def rows(self) -> QuerySet[CustomField]:
        return definitions(self.organization)

    def create(self, values: dict[str, Any]) -> CustomField:
        return services.create_custom_field(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: CustomField, values: dict[str, Any], version: str) -> CustomField:
        if values.pop("module", record.module) != record.module:
            raise invalid([fault("/module", "fixed", _("A field stays with its module. Add another one instead."))])
        return services.update_custom_field(actor=self.actor, field=record, values=values, version=version)

    def delete(self, record: CustomField, version: str) -> None:
        services.delete_custom_field(actor=self.actor, field=record, version=version)
