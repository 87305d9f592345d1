"""What a finance organization is set up with, on the API: currencies and members."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from finance import access
from finance.api.base import PERSON, FinanceResource
from finance.models import Currency, CurrencyRate, Membership, Series
from finance.rights import Right
from finance.selectors import organizations as selectors
from finance.selectors.rates import currencies, currency_rates
from finance.selectors.series import all_series
from finance.services import members, rates, series
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.problems import Problem, fault, invalid
from finsuite.kernel.api.resources import Need
from finsuite.kernel.errors import NotFound, Refused


class CurrencyResource(FinanceResource):
    """`/api/v1/finance/{organization}/currencies`"""

    name = "currencies"
    singular = "currency"
    component = "FinanceCurrency"
    model = Currency
    ordering = "code"
    can_search = False
    rights = dict.fromkeys((Need.CREATE, Need.EDIT, Need.DELETE), Right.CURRENCIES)
    fields = {
        **of_model(Currency, write=("code", "is_active", "price_precision"), required=("code",), orderable=("code",)),
        "rate": Field(
            kind=Kind.DECIMAL,
            source="rate",
            write_as="rate",
            writable=True,
            required=True,
            digits=24,
            places=15,
            help="What one unit is worth in base currency today; writing it sets the rate from today on.",
        ),
    }

    def rows(self) -> QuerySet[Currency]:
        return currencies(self.organization)

    def create(self, values: dict[str, Any]) -> Currency:
        return rates.add_currency(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Currency, values: dict[str, Any], version: str) -> Currency:
        if values.pop("code", record.code) != record.code:
            raise invalid([fault("/code", "fixed", _("A currency keeps its code. Add another one instead."))])
        return rates.update_currency(actor=self.actor, currency=record, values=values, version=version)

    def delete(self, record: Currency, version: str) -> NoReturn:
        raise Problem(409, "kept", _("A currency is never deleted. Make it inactive instead."))


class CurrencyRateResource(FinanceResource):
    """`/api/v1/finance/{organization}/currency-rates`: from `day` on, one unit is worth `rate` in base currency."""

    name = "currency-rates"
    singular = "currency-rate"
    component = "FinanceCurrencyRate"
    model = CurrencyRate
    ordering = "-day"
    can_search = False
    rights = dict.fromkeys((Need.CREATE, Need.EDIT, Need.DELETE), Right.CURRENCIES)
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
        try:
            currency = access.currency(self.organization, values["currency_id"])
        except NotFound as absent:
            raise Refused(absent.message, code="not_found", fields={"currency_id": [absent.message]}) from absent
        return rates.set_rate(actor=self.actor, currency=currency, day=values["day"], rate=values["rate"])

    def update(self, record: CurrencyRate, values: dict[str, Any], version: str) -> CurrencyRate:
        kept = {"currency_id": record.currency_id, "day": record.day}
        if any(values.pop(name, value) != value for name, value in kept.items()):
            sentence = _("A rate stays with its currency and its day. Set another one instead.")
            raise invalid([fault("/day", "fixed", sentence)])
        record.currency.organization = self.organization
        return rates.change_rate(actor=self.actor, rate=record, values=values, version=version)

    def delete(self, record: CurrencyRate, version: str) -> None:
        record.currency.organization = self.organization
        rates.delete_rate(actor=self.actor, rate=record, version=version)


class SeriesResource(FinanceResource):
    """`/api/v1/finance/{organization}/series`: how each kind of record is numbered."""

    name = "series"
    singular = "one-series"
    component = "FinanceSeries"
    model = Series
    ordering = "id"
    can_search = False
    write_scope = "admin"
    rights = dict.fromkeys((Need.CREATE, Need.EDIT, Need.DELETE), Right.SETTINGS)
    fields = {
        **of_model(Series, read=("id", "series", "created_at", "updated_at"), write=("prefix", "digits", "is_auto")),
        series.NEXT: Field(
            kind=Kind.INTEGER,
            source="following",
            write_as=series.NEXT,
            writable=True,
            minimum=1,
            help="The number that the next record bears; it only goes up.",
        ),
    }

    def rows(self) -> QuerySet[Series]:
        return all_series(self.organization).annotate(following=F("given") + 1)

    def create(self, values: dict[str, Any]) -> NoReturn:
        raise Problem(409, "fixed", _("Each kind of record has its series already. Change that one."))

    def update(self, record: Series, values: dict[str, Any], version: str) -> Series:
        return series.update_series(actor=self.actor, series=record, values=values, version=version)

    def delete(self, record: Series, version: str) -> NoReturn:
        raise Problem(409, "kept", _("A series of numbers is never deleted."))


class MemberResource(FinanceResource):
    """`/api/v1/finance/{organization}/members`"""

    name = "members"
    singular = "member"
    component = "FinanceMember"
    model = Membership
    ordering = "id"
    can_search = False
    write_scope = "admin"
    rights = dict.fromkeys((Need.CREATE, Need.EDIT, Need.DELETE), Right.MEMBERS)
    fields = {
        **of_model(Membership, read=("id", "user", "is_owner", "created_at", "updated_at"), expand={"user": PERSON}),
        "email": Field(
            kind=Kind.TEXT,
            source="user__email",
            write_as="email",
            writable=True,
            required=True,
            filterable=True,
            max_length=254,
            help="The e-mail address that the person signs in with.",
        ),
        **of_model(Membership, read=(), write=("role",), required=("role",)),
    }

    def rows(self) -> QuerySet[Membership]:
        return selectors.members(self.organization)

    def create(self, values: dict[str, Any]) -> Membership:
        return members.add_member(
            actor=self.actor, organization=self.organization, email=values["email"], role=values["role"]
        )

    def update(self, record: Membership, values: dict[str, Any], version: str) -> Membership:
        if values.get("email", record.user.email).strip().lower() != record.user.email:
            raise invalid([fault("/email", "fixed", _("A member stays the same person. Add the other one instead."))])
        role = values.get("role", record.role)
        return members.change_role(actor=self.actor, membership=record, role=role, version=version)

    def delete(self, record: Membership, version: str) -> None:
        members.remove_member(actor=self.actor, membership=record, version=version)
