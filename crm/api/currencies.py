"""Currencies on the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.api.base import SetupResource
from crm.models import Currency, CurrencyRate
from crm.selectors.organizations import currencies, currency_rates
from crm.services import currencies as services
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.errors import Refused


class CurrencyResource(SetupResource):
    """`/api/v1/crm/{organization}/currencies`; `rate` is what one unit of home currency buys."""

    name = "currencies"
    singular = "currency"
    component = "CrmCurrency"
    model = Currency
    ordering = "code"
    fields = {
        **of_model(Currency, write=("code", "is_active"), required=("code",), orderable=("code",)),
        "rate": Field(
            kind=Kind.DECIMAL,
            source="rate",
            write_as="rate",
            writable=True,
            required=True,
            digits=18,
            places=9,
            help="today's; writing it sets the rate from today on",
        ),
    }

    def rows(self) -> QuerySet[Currency]:
        return currencies(self.organization)

    def create(self, values: dict[str, Any]) -> Currency:
        return services.add_currency(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Currency, values: dict[str, Any], version: str) -> Currency:
        return services.update_currency(actor=self.actor, currency=record, values=values, version=version)

    def delete(self, record: Currency, version: str) -> None:
        raise Refused(_("A currency is never deleted. Set is_active to false."), code="deactivate_instead")


class CurrencyRateResource(SetupResource):
    """`/api/v1/crm/{organization}/currency-rates`: from `day` on, one unit of home currency buys `rate`."""

    name = "currency-rates"
    singular = "currency-rate"
    component = "CrmCurrencyRate"
    model = CurrencyRate
    ordering = "-day"
    fields = of_model(
        CurrencyRate,
        write=("currency", "day", "rate"),
        required=("currency", "day", "rate"),
        orderable=("day",),
        expand={"currency": ("id", "code")},
    )

    def rows(self) -> QuerySet[CurrencyRate]:
        return currency_rates(self.organization)

    def create(self, values: dict[str, Any]) -> CurrencyRate:
        currency = currencies(self.organization).filter(pk=values["currency_id"]).first()
        if currency is None:
            sentence = _("This organization has no such currency.")
            raise Refused(sentence, fields={"currency_id": [sentence]})
        currency.organization = self.organization
        return services.set_rate(actor=self.actor, currency=currency, day=values["day"], rate=values["rate"])

    def update(self, record: CurrencyRate, values: dict[str, Any], version: str) -> CurrencyRate:
        return services.change_rate(actor=self.actor, rate=record, values=values, version=version)

    def delete(self, record: CurrencyRate, version: str) -> None:
        services.delete_rate(actor=self.actor, rate=record, version=version)
