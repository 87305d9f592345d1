"""Reading expenses and expense reports. People see their own; who approves, and who only looks, everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from finance.choices import ExpenseStatus, ReportStatus, Role
from finance.models import Expense, ExpenseCategory, ExpenseReport, Membership, Organization
from finance.rights import Right, allows
from finsuite.kernel import terms

BILLING = {
    "non_billable": Q(is_billable=False),
    "unbilled": Q(is_billable=True, is_invoiced=False),
    "invoiced": Q(is_invoiced=True),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of expenses is narrowed to."""

    status: str = ""
    billing: str = ""
    category_id: int | None = None
    customer_id: int | None = None
    since: date | None = None
    until: date | None = None
    search: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


def sees_all(member: Membership) -> bool:
    """Whether everybody's expenses are theirs to see: those who approve, and those who only look."""
    return allows(member.role, Right.EXPENSES_APPROVE) or member.role == Role.VIEWER


def expenses(member: Membership, filters: Filters = Filters()) -> QuerySet[Expense]:
    """The expenses that this member may see and that pass the filters, the latest first."""
    rows = Expense.objects.of(member.organization).select_related("category", "spender", "customer", "vendor", "report")
    if not sees_all(member):
        rows = rows.filter(spender_id=member.user_id)
    if filters.status in ExpenseStatus.values:
        rows = rows.filter(status=filters.status)
    if filters.billing in BILLING:
        rows = rows.filter(BILLING[filters.billing])
    for name, value in (
        ("category_id", filters.category_id),
        ("customer_id", filters.customer_id),
        ("date__gte", filters.since),
        ("date__lte", filters.until),
    ):
        if value is not None:
            rows = rows.filter(**{name: value})
    for word in terms.read(filters.search).words:
        rows = rows.filter(search_text__contains=terms.pattern(word))
    return rows.order_by("-date", "-id")


def reports(member: Membership, status: str = "") -> QuerySet[ExpenseReport]:
    """The expense reports that this member may see, the latest first."""
    rows = ExpenseReport.objects.of(member.organization).select_related("submitter", "decided_by")
    if not sees_all(member):
        rows = rows.filter(submitter_id=member.user_id)
    if status in ReportStatus.values:
        rows = rows.filter(status=status)
    return rows.order_by("-id")


def unreported(report: ExpenseReport) -> QuerySet[Expense]:
    """The expenses of who hands the report in that no report holds yet."""
    rows = Expense.objects.of(report.organization).filter(spender_id=report.submitter_id, report=None)
    return rows.select_related("category").order_by("-date", "-id")


def categories(organization: Organization) -> QuerySet[ExpenseCategory]:
    """The organization's categories, by name."""
    return ExpenseCategory.objects.of(organization).order_by("name_key")
