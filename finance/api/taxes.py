"""Taxes, reasons for exemption and payment terms on the API."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from finance.api.base import FinanceResource, names
from finance.models import PaymentTerm, Tax, TaxExemption, TaxGroupMember
from finance.rights import Right
from finance.selectors import taxes as selectors
from finance.selectors.payment_terms import payment_terms as terms_of
from finance.services import payment_terms, tax_exemptions, taxes
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.resources import Need

SETS_UP = dict.fromkeys((Need.CREATE, Need.EDIT, Need.DELETE), Right.TAXES)


class TaxResource(FinanceResource):
    """`/api/v1/finance/{organization}/taxes`: taxes, and groups of them, which have `members`."""

    name = "taxes"
    singular = "tax"
    component = "FinanceTax"
    model = Tax
    ordering = "name"
    can_search = False
    rights = SETS_UP
    fields = {
        **of_model(
            Tax,
            read=("id", "is_group", "created_at", "updated_at"),
            write=names(taxes.WRITABLE),
            required=("name",),
            orderable=("name", "rate"),
            order_by={"name": "name_key"},
            expand={"exemption": ("id", "name", "category", "code", "reason")},
        ),
        "members": Field(
            kind=Kind.JSON,
            source="member_ids",
            write_as=taxes.MEMBERS,
            writable=True,
            schema={"type": "array", "items": {"type": "integer"}},
            help="The taxes of a group, in the order in which they are levied; its rate is their sum.",
        ),
    }

    def rows(self) -> QuerySet[Tax]:
        members = TaxGroupMember.objects.filter(group=OuterRef("pk")).order_by("position", "id").values("tax_id")
        return selectors.plain_taxes(self.organization).annotate(member_ids=ArraySubquery(members))

    def create(self, values: dict[str, Any]) -> Tax:
        return taxes.create_tax(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Tax, values: dict[str, Any], version: str) -> Tax:
        return taxes.update_tax(actor=self.actor, tax=record, values=values, version=version)

    def delete(self, record: Tax, version: str) -> None:
        taxes.delete_tax(actor=self.actor, tax=record, version=version)


class TaxExemptionResource(FinanceResource):
    """`/api/v1/finance/{organization}/tax-exemptions`: the reasons why no tax is due."""

    name = "tax-exemptions"
    singular = "tax-exemption"
    component = "FinanceTaxExemption"
    model = TaxExemption
    ordering = "name"
    can_search = False
    rights = SETS_UP
    fields = of_model(
        TaxExemption,
        write=names(tax_exemptions.WRITABLE),
        required=("name", "reason"),
        orderable=("name",),
        order_by={"name": "name_key"},
    )

    def rows(self) -> QuerySet[TaxExemption]:
        return selectors.exemptions(self.organization)

    def create(self, values: dict[str, Any]) -> TaxExemption:
        return tax_exemptions.create_exemption(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: TaxExemption, values: dict[str, Any], version: str) -> TaxExemption:
        return tax_exemptions.update_exemption(actor=self.actor, exemption=record, values=values, version=version)

    def delete(self, record: TaxExemption, version: str) -> None:
        tax_exemptions.delete_exemption(actor=self.actor, exemption=record, version=version)


class PaymentTermResource(FinanceResource):
    """`/api/v1/finance/{organization}/payment-terms`"""

    name = "payment-terms"
    singular = "payment-term"
    component = "FinancePaymentTerm"
    model = PaymentTerm
    ordering = "id"
    can_search = False
    rights = SETS_UP
    fields = of_model(
        PaymentTerm,
        write=names(payment_terms.WRITABLE),
        required=("name",),
        orderable=("name", "days"),
        order_by={"name": "name_key"},
    )

    def rows(self) -> QuerySet[PaymentTerm]:
        return terms_of(self.organization)

    def create(self, values: dict[str, Any]) -> PaymentTerm:
        return payment_terms.create_term(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: PaymentTerm, values: dict[str, Any], version: str) -> PaymentTerm:
        return payment_terms.update_term(actor=self.actor, term=record, values=values, version=version)

    def delete(self, record: PaymentTerm, version: str) -> None:
        payment_terms.delete_term(actor=self.actor, term=record, version=version)
