"""What the expenses in a report come to, in base currency."""

from __future__ import annotations

from django.db.models import Q, Sum

from finance.choices import PaidThrough
from finance.models import ExpenseReport


def refresh(report: ExpenseReport) -> bool:
    """Bring the report's totals up to date with its expenses, unsaved; says whether they were not."""
    before = (report.total_base, report.reimbursable_base)
    owed = Q(paid_through=PaidThrough.EMPLOYEE)
    found = report.expenses.aggregate(whole=Sum("total_base"), owed=Sum("total_base", filter=owed))
    report.total_base, report.reimbursable_base = found["whole"] or 0, found["owed"] or 0
    return before != (report.total_base, report.reimbursable_base)
