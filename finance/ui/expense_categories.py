"""Finance settings › Expense categories."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _

from finance import access
from finance.models import ExpenseCategory, Membership
from finance.rights import Right
from finance.selectors.expenses import categories
from finance.services import expense_categories as services
from finance.ui.expense_forms import CategoryForm
from finance.ui.pages import actor_of, page, show
from finance.ui.settings_rows import Faulty, Listing, Row, back, form_of


@page(Right.EXPENSES_APPROVE, "GET", "POST")
def category_settings(request: HttpRequest, member: Membership) -> HttpResponse:
    """The categories, and a form to add one."""
    if request.method != "POST":
        return _categories(request, member, None, 200)

    def save(values: dict[str, Any]) -> None:
        services.create_category(actor=actor_of(request), organization=member.organization, values=values)

    return CATEGORIES.save(request, member, CategoryForm(request.POST), save, _("%(name)s is added."))


@page(Right.EXPENSES_APPROVE, "POST")
def category_edit(request: HttpRequest, member: Membership, category: int) -> HttpResponse:
    """Rename a category, or stop or resume using it."""
    record = access.expense_category(member.organization, category)
    form = CategoryForm(request.POST, instance=record)

    def save(values: dict[str, Any]) -> None:
        version = request.POST.get("version", "")
        services.update_category(actor=actor_of(request), category=record, values=values, version=version)

    return CATEGORIES.save(request, member, form, save, _("%(name)s is saved."), record=record)


@page(Right.EXPENSES_APPROVE, "POST")
def category_delete(request: HttpRequest, member: Membership, category: int) -> HttpResponse:
    """Delete a category that no expense bears."""
    record = access.expense_category(member.organization, category)
    services.delete_category(actor=actor_of(request), category=record, version=request.POST.get("version"))
    messages.success(request, _("%(name)s is deleted.") % {"name": record.name})
    return back(member, CATEGORIES.address)


def _categories(request: HttpRequest, member: Membership, faulty: Faulty | None, status: int) -> HttpResponse:
    def form(category: ExpenseCategory | None) -> Any:
        return form_of(faulty, CategoryForm, category, lambda: CategoryForm(instance=category))

    context = {
        "rows": [Row(one, form(one)) for one in categories(member.organization)],
        "form": form(None),
        "categories_is_current": True,
    }
    return show(request, member, "finance/settings/expense_categories.html", context, status=status)


CATEGORIES = Listing("expense_category_settings", _categories)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", category_settings, name="expense_category_settings"),
    path("<id:category>/", category_edit, name="expense_category_edit"),
    path("<id:category>/delete/", category_delete, name="expense_category_delete"),
]
