"""What a finance organization is set up with, on the API: currencies and members."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from finance.api.base import PERSON, FinanceResource
from finance.models import Currency, Membership
from finance.rights import Right
from finance.selectors import organizations as selectors
from finance.services import members, rates
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.problems import Problem, fault, invalid
from finsuite.kernel.api.resources import Need


class CurrencyResource(FinanceResource):
    """`/api/v1/finance/{organization}/currencies`"""

    name = "currencies"
    singular = "currency"
    component = "FinanceCurrency"
    model = Currency
    ordering = "code"
    can_search = False
    rights = dict.fromkeys((Need.CREATE, Need.EDIT, Need.DELETE), Right.CURRENCIES)
    fields = of_model(Currency, write=("code", "rate", "is_active"), required=("code", "rate"), orderable=("code",))

    def rows(self) -> QuerySet[Currency]:
        return selectors.currencies(self.organization)

    def create(self, values: dict[str, Any]) -> Currency:
        return rates.add_currency(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Currency, values: dict[str, Any], version: str) -> Currency:
        if values.pop("code", record.code) != record.code:
            raise invalid([fault("/code", "fixed", _("A currency keeps its code. Add another one instead."))])
        return rates.update_currency(actor=self.actor, currency=record, values=values, version=version)

    def delete(self, record: Currency, version: str) -> NoReturn:
        raise Problem(409, "kept", _("A currency is never deleted. Make it inactive instead."))


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
