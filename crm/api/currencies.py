"""Currencies on the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.api.base import SetupResource
from crm.models import Currency
from crm.selectors.organizations import currencies
from crm.services import currencies as services
from finsuite.kernel.api.fields import of_model
from finsuite.kernel.errors import Refused


class CurrencyResource(SetupResource):
    """`/api/v1/crm/{organization}/currencies`; `rate` is what one unit of home currency buys."""

    name = "currencies"
    singular = "currency"
    component = "CrmCurrency"
    model = Currency
    ordering = "code"
    fields = of_model(Currency, write=("code", "rate", "is_active"), required=("code", "rate"), orderable=("code",))

    def rows(self) -> QuerySet[Currency]:
        return currencies(self.organization)

    def create(self, values: dict[str, Any]) -> Currency:
        return services.add_currency(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Currency, values: dict[str, Any], version: str) -> Currency:
        return services.update_currency(actor=self.actor, currency=record, values=values, version=version)

    def delete(self, record: Currency, version: str) -> None:
        raise Refused(_("A currency is never deleted. Set is_active to false."), code="deactivate_instead")
