"""Expenses in the left bar and in the search of the whole: to open, to find, to note."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpRequest
from django.urls import ResolverMatch, reverse
from django.utils.translation import gettext_lazy as _

from finance.models import Expense, ExpenseReport, Membership, Organization
from finance.rights import Right, allows
from finance.selectors import expenses as selectors
from finsuite.kernel.navigation import FINANCE, Item, add
from finsuite.kernel.search import Action, Hit, commands, on_record, recent, register
from finsuite.kernel.tenants import Tenant


def _views(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and allows(tenant.extra["role"], Right.VIEW)


for _name, _label, _icon, _order in (
    ("expense", _("Expenses"), "receipt", 44),
    ("expense_report", _("Expense reports"), "clipboard-check", 46),
):
    add(
        Item(
            f"finance-{_name}",
            _label,
            icon=_icon,
            url_name=f"finance:{_name}_list",
            group=FINANCE,
            kind="finance",
            order=_order,
            allowed=_views,
        )
    )


def _member(request: HttpRequest, tenant: Tenant) -> Membership:
    """The person's place there, as the switcher has read it already."""
    return Membership(organization=Organization(pk=tenant.id), user_id=request.user.pk or 0, role=tenant.extra["role"])


def _expense_hit(expense: Expense) -> Hit:
    url = reverse("finance:expense_detail", args=[expense.organization_id, expense.pk])
    detail = expense.description or expense.category.name
    return Hit(f"{expense.number} · {detail}", url, icon="receipt", detail=str(expense.spender))


def _report_hit(report: ExpenseReport) -> Hit:
    url = reverse("finance:expense_report_detail", args=[report.organization_id, report.pk])
    return Hit(str(report), url, icon="clipboard-check", detail=str(report.submitter))


@register("finance-expenses", label=_("Expenses"), kind="finance", order=76)
def find_expenses(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
    """The expenses that the person may see and that match, the latest first."""
    if _views(request, tenant):
        for expense in selectors.expenses(_member(request, tenant), selectors.Filters(search=text))[:limit]:
            yield _expense_hit(expense)


@recent("finance-expenses", kind="finance")
def opened(request: HttpRequest, tenant: Tenant, matches: Sequence[ResolverMatch]) -> Iterable[Hit]:
    """The expenses and reports whose pages these are."""
    found = [match.kwargs for match in matches if match.url_name in ("expense_detail", "expense_report_detail")]
    expenses = [names["expense"] for names in found if "expense" in names]
    reports = [names["report"] for names in found if "report" in names]
    if not found or not _views(request, tenant):
        return
    member = _member(request, tenant)
    for expense in selectors.expenses(member).filter(pk__in=expenses) if expenses else ():
        yield _expense_hit(expense)
    for report in selectors.reports(member).filter(pk__in=reports) if reports else ():
        yield _report_hit(report)


@commands("finance-expenses", kind="finance")
def expense_commands(request: HttpRequest, tenant: Tenant | None) -> Iterable[Action]:
    """What the role lets one do with expenses."""
    if tenant is not None and allows(tenant.extra["role"], Right.EXPENSES_EDIT):
        yield Action(_("New expense"), reverse("finance:expense_create", args=[tenant.id]), "plus", words=(_("note"),))
        url = reverse("finance:expense_report_create", args=[tenant.id])
        yield Action(_("New expense report"), url, "plus", words=(_("hand in"),))


@on_record("finance-expenses", kind="finance")
def expense_actions(request: HttpRequest, tenant: Tenant, match: ResolverMatch) -> Iterable[Action]:
    """What the role lets one do with the expense whose page is open."""
    expense = match.kwargs.get("expense")
    if isinstance(expense, int) and allows(tenant.extra["role"], Right.EXPENSES_EDIT):
        url = reverse("finance:expense_edit", kwargs={"organization": tenant.id, "expense": expense})
        yield Action(_("Edit this expense"), url, "pencil", words=(_("change"),))
