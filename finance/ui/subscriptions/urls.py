"""The addresses of the pages of plans, subscriptions and recurring invoices."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from finance.ui.subscriptions import plans, recurring, subscriptions

_ONE = "subscriptions/<id:subscription>/"
_REPEATED = "recurring-invoices/<id:recurring>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/new/", plans.plan_create, name="plan_create"),
    path("plans/<id:plan>/", plans.plan_edit, name="plan_edit"),
    path("plans/<id:plan>/delete/", plans.plan_delete, name="plan_delete"),
    path("subscriptions/", subscriptions.subscription_list, name="subscription_list"),
    path("subscriptions/new/", subscriptions.subscription_create, name="subscription_create"),
    path(_ONE, subscriptions.subscription_detail, name="subscription_detail"),
    path(f"{_ONE}history/", subscriptions.subscription_history, name="subscription_history"),
    path(f"{_ONE}edit/", subscriptions.subscription_edit, name="subscription_edit"),
    path(f"{_ONE}move/", subscriptions.subscription_move, name="subscription_move"),
    path(f"{_ONE}renew/", subscriptions.subscription_renew, name="subscription_renew"),
    path("recurring-invoices/", recurring.recurring_list, name="recurring_list"),
    path("recurring-invoices/new/", recurring.recurring_create, name="recurring_create"),
    path("recurring-invoices/total/", recurring.recurring_total, name="recurring_total"),
    path(_REPEATED, recurring.recurring_detail, name="recurring_detail"),
    path(f"{_REPEATED}history/", recurring.recurring_history, name="recurring_history"),
    path(f"{_REPEATED}edit/", recurring.recurring_edit, name="recurring_edit"),
    path(f"{_REPEATED}move/", recurring.recurring_move, name="recurring_move"),
    path(f"{_REPEATED}delete/", recurring.recurring_delete, name="recurring_delete"),
]
