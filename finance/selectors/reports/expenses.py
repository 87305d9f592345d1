"""Expenses by category: what was spent on what. Each at its own rate; what was rejected never counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.choices import ExpenseStatus, PaidThrough
from finance.models import Expense
from finance.selectors.reports.asking import APPROVED, Asked
from finance.selectors.reports.shapes import NOTHING, Column, Report, Shape, summed

SUMS = ("count", "net", "tax", "total", "billable", "open")
COLUMNS = (
    Column("category_id", _("Category"), Shape.ID),
    Column("name", _("Category"), Shape.TEXT),
    Column("count", _("Expenses"), Shape.COUNT),
    Column("net", _("Net")),
    Column("tax", _("Tax")),
    Column("total", _("Total")),
    Column("share", pgettext_lazy("part of a whole", "Share"), Shape.SHARE),
    Column("billable", _("Of it billable")),
    Column("open", _("Not approved yet")),
)
NOTES = (_("Rejected expenses don’t count. Bills have no category, so they are not in here."),)
SETTLED = Q(status__in=(ExpenseStatus.APPROVED, ExpenseStatus.REIMBURSED)) | ~Q(paid_through=PaidThrough.EMPLOYEE)
"""What has been approved, and what the organization has paid itself."""


def expenses_by_category(asked: Asked) -> Report:
    """Every category on which something was spent, the most first. One statement."""
    rows: Any = Expense.objects.of(asked.organization).filter(date__gte=asked.span.since, date__lte=asked.span.to)
    rows = rows.exclude(status=ExpenseStatus.REJECTED)
    if asked.status == APPROVED:
        rows = rows.filter(SETTLED)
    for name, value in (
        ("spender_id", asked.spender_id),
        ("customer", asked.customer),
        ("vendor", asked.vendor),
        ("currency", asked.currency),
    ):
        if value:
            rows = rows.filter(**{name: value})
    found = list(
        rows.order_by()
        .values("category_id", name=F("category__name"))
        .annotate(
            count=Count("pk"),
            net=Sum("net_base"),
            tax=Sum("tax_total_base"),
            total=Sum("total_base"),
            billable=Sum("total_base", filter=Q(is_billable=True), default=NOTHING),
            open=Sum("total_base", filter=~SETTLED, default=NOTHING),
        )
        .order_by("-total", "name", "category_id")
    )
    total = summed(found, SUMS)
    whole = total["total"]
    told = [{**row, "share": row["total"] / whole if whole else None} for row in found]
    share = Decimal(1) if whole else None
    return Report(
        columns=COLUMNS,
        rows=told,
        total={"name": _("Total"), **total, "share": share},
        drawn=("total",),
        notes=NOTES,
    )
