"""Reading expenses and expense reports. People see their own; who approves, and who only looks, everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from finance.choices import ExpenseStatus, ReportStatus, Role
from finance.models import Attachment, Expense, ExpenseCategory, ExpenseReport, Membership, Organization
from finance.rights import Right, allows
from finsuite.kernel import terms
from finsuite.kernel.ids import read_id

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
    spender_id: int | None = None
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
        ("spender_id", filters.spender_id),
        ("date__gte", filters.since),
        ("date__lte", filters.until),
    ):
        if value is not None:
            rows = rows.filter(**{name: value})
    return search(rows, filters.search).order_by("-date", "-id")


def search(rows: QuerySet[Expense], text: str) -> QuerySet[Expense]:
    """Those whose number, reference and description hold every word."""
    for word in terms.read(text).words:
        rows = rows.filter(search_text__contains=terms.pattern(word))
    return rows


def slice_of(rows: QuerySet[Expense], *, after: str, size: int) -> tuple[list[Expense], str]:
    """The next so many expenses after the given mark, and the mark to go on from ("" at the end)."""
    key, _tilde, day = after.partition("~")
    last, since = read_id(key), _day(day)
    if last is not None and since is not None:
        rows = rows.filter(Q(date__lt=since) | Q(date=since, pk__lt=last), date__lte=since)
    found = list(rows[: size + 1])
    mark = found[size - 1] if len(found) > size else None
    return found[:size], f"{mark.pk}~{mark.date.isoformat()}" if mark else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What a list of expenses comes to, in base currency."""

    count: int
    total: Decimal
    unbilled: Decimal


def sums_of(rows: QuerySet[Expense]) -> Sums:
    """What these expenses come to, each at its own rate."""
    found = rows.order_by().aggregate(
        count=Count("pk"), total=Sum("total_base"), unbilled=Sum("total_base", filter=BILLING["unbilled"])
    )
    return Sums(count=found["count"], total=found["total"] or Decimal(0), unbilled=found["unbilled"] or Decimal(0))


def last_way(member: Membership) -> Expense | None:
    """The last way that the member has noted: the next one has its rate and unit."""
    rows = Expense.objects.of(member.organization).filter(spender_id=member.user_id, distance__isnull=False)
    return rows.order_by("-date", "-id").only("distance_rate", "distance_unit").first()


def reports(member: Membership, status: str = "") -> QuerySet[ExpenseReport]:
    """The expense reports that this member may see, the latest first."""
    rows = ExpenseReport.objects.of(member.organization).select_related("submitter", "decided_by")
    if not sees_all(member):
        rows = rows.filter(submitter_id=member.user_id)
    if status in ReportStatus.values:
        rows = rows.filter(status=status)
    return rows.order_by("-id")


def report_slice(rows: QuerySet[ExpenseReport], *, after: str, size: int) -> tuple[list[ExpenseReport], str]:
    """The next so many reports after the given mark, with the number of their expenses, and the next mark."""
    last = read_id(after)
    if last is not None:
        rows = rows.filter(pk__lt=last)
    found: list[Any] = list(rows.annotate(expense_count=Count("expenses"))[: size + 1])
    return found[:size], str(found[size - 1].pk) if len(found) > size else ""


def of_report(report: ExpenseReport) -> QuerySet[Expense]:
    """The expenses in a report, the earliest first."""
    rows = Expense.objects.of(report.organization).filter(report=report)
    return rows.select_related("category", "customer").order_by("date", "id")


def free_of(member: Membership) -> QuerySet[Expense]:
    """What the member has spent that is in no report yet."""
    rows = Expense.objects.of(member.organization).filter(spender_id=member.user_id, report=None)
    return rows.select_related("category").order_by("-date", "-id")


def receipts(expense: Expense) -> QuerySet[Attachment]:
    """The files of an expense, the first first."""
    rows = Attachment.objects.of(expense.organization).filter(kind=expense.kind, record_id=expense.pk)
    return rows.order_by("created_at", "pk")


def unreported(report: ExpenseReport) -> QuerySet[Expense]:
    """The expenses of who hands the report in that no report holds yet."""
    rows = Expense.objects.of(report.organization).filter(spender_id=report.submitter_id, report=None)
    return rows.select_related("category").order_by("-date", "-id")


def categories(organization: Organization) -> QuerySet[ExpenseCategory]:
    """The organization's categories, by name."""
    return ExpenseCategory.objects.of(organization).order_by("name_key")
