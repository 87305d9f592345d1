"""The pages of plans: what is offered, and the form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from finance import access
from finance.choices import Extended, Status
from finance.models import Membership, Plan
from finance.rights import Right
from finance.selectors import subscriptions as selectors
from finance.services import plans as services
from finance.ui.custom_filters import custom_filters
from finance.ui.pages import actor_of, add_refusal, page, show
from finance.ui.subscriptions.forms import PlanForm
from finance.ui.subscriptions.shown import every
from finsuite.kernel.errors import DomainError
from finsuite.kernel.versions import version_of

MOST = 500


@page(Right.VIEW)
def plan_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """The plans, each with how many subscribe to it now."""
    status, text = request.GET.get("status", ""), request.GET.get("q", "").strip()[:200]
    custom = custom_filters(request, member.organization, Extended.PLANS)
    plans = custom.apply(selectors.plans(member.organization, status=status, text=text))
    found = selectors.with_subscribers(plans)
    context = {
        "plans": [(plan, every(plan)) for plan in found[:MOST]],
        "status": status,
        "text": text,
        "statuses": Status.choices,
        "custom": custom,
    }
    return show(request, member, "finance/subscriptions/plan_list.html", context)


@never_cache
@page(Right.SALES_EDIT, "GET", "POST")
def plan_create(request: HttpRequest, member: Membership) -> HttpResponse:
    """A new plan."""
    form = PlanForm(request.POST or None, instance=Plan(), organization=member.organization)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            plan = services.create_plan(actor=actor_of(request), organization=member.organization, values=form.values())
        except DomainError as refusal:
            status = add_refusal(form, refusal)
        else:
            messages.success(request, _("The plan %(plan)s is created.") % {"plan": plan})
            return redirect("finance:plan_list", organization=member.organization_id)
    return _form(request, member, form, None, status)


@never_cache
@page(Right.SALES_EDIT, "GET", "POST")
def plan_edit(request: HttpRequest, member: Membership, plan: int) -> HttpResponse:
    """A plan to be changed. Subscriptions that exist keep what was agreed."""
    found = access.plan(member.organization, plan)
    form = PlanForm(request.POST or None, instance=found, organization=member.organization)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            saved = services.update_plan(
                actor=actor_of(request),
                plan=access.plan(member.organization, plan),
                values=form.values(),
                version=request.POST.get("version"),
            )
        except DomainError as refusal:
            status = add_refusal(form, refusal)
        else:
            messages.success(request, _("The plan %(plan)s is saved.") % {"plan": saved})
            return redirect("finance:plan_list", organization=member.organization_id)
    return _form(request, member, form, access.plan(member.organization, plan), status)


@page(Right.SALES_DELETE, "POST")
def plan_delete(request: HttpRequest, member: Membership, plan: int) -> HttpResponse:
    """Delete a plan that nobody ever subscribed to."""
    found = access.plan(member.organization, plan)
    try:
        services.delete_plan(actor=actor_of(request), plan=found, version=request.POST.get("version"))
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("finance:plan_edit", organization=member.organization_id, plan=found.pk)
    messages.success(request, _("The plan %(plan)s is deleted.") % {"plan": found})
    return redirect("finance:plan_list", organization=member.organization_id)


def _form(request: HttpRequest, member: Membership, form: PlanForm, plan: Plan | None, status: int) -> HttpResponse:
    version = request.POST.get("version") or (version_of(plan) if plan else "")
    context: dict[str, Any] = {"form": form, "plan": plan, "version": version}
    return show(request, member, "finance/subscriptions/plan_form.html", context, status=status)
