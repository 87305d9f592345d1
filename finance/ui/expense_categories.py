"""Finance settings › Expense categories."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _

from finance import access
from finance.models import Membership
from finance.rights import Right
from finance.selectors.expenses import categories
from finance.services import expense_categories as services
from finance.ui.expense_forms import CategoryForm
from finance.ui.pages import actor_of, add_refusal, page, show
from finsuite.kernel.errors import DomainError
from finsuite.kernel.versions import version_of


@page(Right.EXPENSES_APPROVE, "GET", "POST")
def category_settings(request: HttpRequest, member: Membership) -> HttpResponse:
    """The categories, and a form to add one."""
    form = CategoryForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.create_category(
                    actor=actor_of(request), organization=member.organization, values=form.cleaned_data
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("%(name)s is added.") % {"name": made.name})
                return _back(member)
    return _listed(request, member, {"form": form}, status)


@page(Right.EXPENSES_APPROVE, "POST")
def category_edit(request: HttpRequest, member: Membership, category: int) -> HttpResponse:
    """Rename a category, or stop or resume using it."""
    record = access.expense_category(member.organization, category)
    form = CategoryForm(request.POST, instance=record)
    status = 422
    if form.is_valid():
        try:
            saved = services.update_category(
                actor=actor_of(request),
                category=record,
                values=form.cleaned_data,
                version=request.POST.get("version"),
            )
        except DomainError as refusal:
            status = add_refusal(form, refusal)
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
            return _back(member)
    return _listed(request, member, {"form": CategoryForm(), "faulty": form, "faulty_id": record.pk}, status)


@page(Right.EXPENSES_APPROVE, "POST")
def category_delete(request: HttpRequest, member: Membership, category: int) -> HttpResponse:
    """Delete a category that no expense bears."""
    record = access.expense_category(member.organization, category)
    services.delete_category(actor=actor_of(request), category=record, version=request.POST.get("version"))
    messages.success(request, _("%(name)s is deleted.") % {"name": record.name})
    return _back(member)


def _listed(request: HttpRequest, member: Membership, context: dict[str, Any], status: int) -> HttpResponse:
    rows = []
    for row in categories(member.organization):
        is_faulty = row.pk == context.get("faulty_id")
        form = context["faulty"] if is_faulty else CategoryForm(instance=row)
        rows.append((row, form, version_of(row), f"category-{row.pk}", is_faulty))
    known = {"rows": rows, "categories_is_current": True}
    return show(request, member, "finance/settings/expense_categories.html", {**context, **known}, status=status)


def _back(member: Membership) -> HttpResponse:
    return redirect("finance:expense_category_settings", organization=member.organization_id)


urlpatterns: list[URLPattern | URLResolver] = [
    path("", category_settings, name="expense_category_settings"),
    path("<id:category>/", category_edit, name="expense_category_edit"),
    path("<id:category>/delete/", category_delete, name="expense_category_delete"),
]
