"""Expenses, their reports and their categories on the API. Whoever doesn't approve sees and writes their own."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Case, OuterRef, QuerySet, Value, When
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from finance import access
from finance.api.base import PERSON, ExtendedResource, FinanceResource
from finance.api.billables import ConvertExpenseView
from finance.api.expense_moves import VERBS, ReportMoveView
from finance.choices import Extended
from finance.models import Expense, ExpenseCategory, ExpenseReport, Organization
from finance.rights import Right
from finance.selectors import expenses as selectors
from finance.services import expense_categories, expense_reports, expenses
from finsuite.kernel.api.fields import BIGGEST_ID, Field, FieldError, Kind, of_model
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resources import Need
from finsuite.kernel.money import trimmed

WRITES = dict.fromkeys((Need.CREATE, Need.EDIT, Need.DELETE), Right.EXPENSES_EDIT)
PARTY = ("id", "number", "display_name")


class OwnResource(FinanceResource):
    """Records of which people see their own, and those who approve everybody's."""

    rights = WRITES
    base_amounts: tuple[str, ...] = ()

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.member = access.membership(self.user, organization_id)
        access.require_role(self.member.role, self.rights.get(need, Right.VIEW))
        return self.member.organization

    def tombstones(self) -> QuerySet[Any]:
        gone = super().tombstones()
        return gone if selectors.sees_all(self.member) else gone.filter(**{f"before__{self.owned_by}": self.user.pk})

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        for name in self.base_amounts:
            row[name] = trimmed(row[name], self.organization.base_currency)
        return row

    owned_by = ""  # the column that says whose it is


def _of_another_room(name: str) -> Field:
    """A record that finance knows by its number alone."""
    column = f"{name}_id"
    help_text = str(Expense._meta.get_field(column).verbose_name)  # type: ignore[union-attr]
    return Field(
        kind=Kind.ID, source=column, write_as=column, writable=True, nullable=True, filterable=True, help=help_text
    )


class ExpenseResource(OwnResource, ExtendedResource):
    """`/api/v1/finance/{organization}/expenses`. Of a distance at a rate the amount is computed."""

    name = "expenses"
    singular = "expense"
    component = "FinanceExpense"
    model = Expense
    ordering = "-date"
    owned_by = "spender_id"
    extended = Extended.EXPENSES
    base_amounts = ("net_base", "tax_total_base", "total_base")
    fields = {
        **of_model(
            Expense,
            read=(
                *("id", "number", "status", "report", "is_invoiced", "net", "tax_total", "total"),
                *("net_base", "tax_total_base", "total_base", "created_at", "updated_at"),
            ),
            write=(
                *("date", "category", "spender", "paid_through", "vendor", "reference", "description"),
                *("currency", "exchange_rate", "amount", "tax", "is_tax_inclusive"),
                *("distance", "distance_unit", "distance_rate", "is_billable", "markup", "customer"),
            ),
            required=("category",),
            orderable=("date", "number", "total_base"),
            expand={
                "category": ("id", "name"),
                "spender": PERSON,
                "vendor": PARTY,
                "customer": PARTY,
                "tax": ("id", "name", "rate", "is_group"),
                "report": ("id", "number", "name", "status"),
            },
        ),
        "deal": _of_another_room("deal"),
        "project": _of_another_room("project"),
        "billing": Field(
            kind=Kind.CHOICE,
            source="told_billing",
            choices=tuple(selectors.BILLING),
            filterable=True,
            help="whether a customer pays for it",
        ),
    }

    def rows(self) -> QuerySet[Expense]:
        told = [When(kept, then=Value(name)) for name, kept in selectors.BILLING.items()]
        return selectors.expenses(self.member).annotate(told_billing=Case(*told, default=Value("non_billable")))

    def search(self, rows: QuerySet[Expense], text: str) -> QuerySet[Expense]:
        return selectors.search(rows, text)

    def create(self, values: dict[str, Any]) -> Expense:
        return expenses.create_expense(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Expense, values: dict[str, Any], version: str) -> Expense:
        return expenses.update_expense(actor=self.actor, expense=record, values=values, version=version)

    def delete(self, record: Expense, version: str) -> None:
        expenses.delete_expense(actor=self.actor, expense=record, version=version)

    @classmethod
    def urls(cls) -> list[URLPattern]:
        convert = path(f"{cls.name}/<id:record>/convert", ConvertExpenseView.of(cls), name=f"{cls.singular}-convert")
        return [*super().urls(), convert]


class ExpenseReportResource(OwnResource, ExtendedResource):
    """`/api/v1/finance/{organization}/expense-reports`. `expenses` are the ids of those in it, replaced as a whole."""

    name = "expense-reports"
    singular = "expense-report"
    component = "FinanceExpenseReport"
    model = ExpenseReport
    ordering = "-id"
    can_search = False
    owned_by = "submitter_id"
    extended = Extended.EXPENSE_REPORTS
    base_amounts = ("total_base", "reimbursable_base")
    fields = {
        **of_model(
            ExpenseReport,
            read=(
                *("id", "number", "status", "submitted_at", "decided_by", "decided_at", "reason"),
                *("reimbursed_on", "reimbursed_through", "reimbursement_reference"),
                *("total_base", "reimbursable_base", "created_at", "updated_at"),
            ),
            write=("name", "description", "submitter"),
            required=("name",),
            orderable=("number", "total_base"),
            expand={"submitter": PERSON, "decided_by": PERSON},
        ),
        "expenses": Field(
            kind=Kind.JSON,
            source="expense_ids",
            write_as="expenses",
            writable=True,
            schema={
                "type": "array",
                "maxItems": expense_reports.MOST_EXPENSES,
                "items": {"type": "integer", "minimum": 1, "maximum": BIGGEST_ID},
            },
            help="The ids of the expenses in it, the earliest first.",
        ),
    }

    def rows(self) -> QuerySet[ExpenseReport]:
        held = Expense.objects.filter(report=OuterRef("pk")).order_by("date", "id").values("pk")
        return selectors.reports(self.member).annotate(expense_ids=ArraySubquery(held))

    def create(self, values: dict[str, Any]) -> ExpenseReport:
        held = _ids(values.pop("expenses", []))
        return expense_reports.create_report(
            actor=self.actor, organization=self.organization, values=values, expense_ids=held
        )

    @transaction.atomic
    def update(self, record: ExpenseReport, values: dict[str, Any], version: str) -> ExpenseReport:
        held = _ids(values.pop("expenses")) if "expenses" in values else None
        report = expense_reports.update_report(actor=self.actor, report=record, values=values, version=version)
        if held is None:
            return report
        return expense_reports.set_expenses(actor=self.actor, report=report, expense_ids=held)

    def delete(self, record: ExpenseReport, version: str) -> None:
        expense_reports.delete_report(actor=self.actor, report=record, version=version)

    @classmethod
    def urls(cls) -> list[URLPattern]:
        at = f"{cls.name}/<id:record>"
        verbs = [path(f"{at}/{verb}", ReportMoveView.by(verb).of(cls), name=f"{cls.singular}-{verb}") for verb in VERBS]
        return [*super().urls(), *verbs]


class ExpenseCategoryResource(FinanceResource):
    """`/api/v1/finance/{organization}/expense-categories`: what money is spent on."""

    name = "expense-categories"
    singular = "expense-category"
    component = "FinanceExpenseCategory"
    model = ExpenseCategory
    ordering = "name"
    can_search = False
    rights = dict.fromkeys((Need.CREATE, Need.EDIT, Need.DELETE), Right.EXPENSES_APPROVE)
    fields = of_model(
        ExpenseCategory,
        write=("name", "is_mileage", "is_active"),
        required=("name",),
        orderable=("name",),
        order_by={"name": "name_key"},
    )

    def rows(self) -> QuerySet[ExpenseCategory]:
        return selectors.categories(self.organization)

    def create(self, values: dict[str, Any]) -> ExpenseCategory:
        return expense_categories.create_category(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: ExpenseCategory, values: dict[str, Any], version: str) -> ExpenseCategory:
        return expense_categories.update_category(actor=self.actor, category=record, values=values, version=version)

    def delete(self, record: ExpenseCategory, version: str) -> None:
        expense_categories.delete_category(actor=self.actor, category=record, version=version)


_ID = Field(kind=Kind.ID)


def _ids(told: Any) -> list[int]:
    """The ids of a list; the first that is none is told by its place."""
    if not isinstance(told, list) or len(told) > expense_reports.MOST_EXPENSES:
        most = expense_reports.MOST_EXPENSES
        raise invalid([fault("/expenses", "list", _("This must be a list of at most %(most)d ids.") % {"most": most})])
    found = []
    for place, value in enumerate(told):
        try:
            found.append(_ID.parse(value))
        except FieldError as error:
            raise invalid([fault(f"/expenses/{place}", error.code, error.message)]) from error
    return found
