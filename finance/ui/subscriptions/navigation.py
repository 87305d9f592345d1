"""Plans, subscriptions and recurring invoices in the left bar and in the search of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpRequest
from django.urls import ResolverMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.models import Organization, Subscription
from finance.rights import Right, allows
from finance.selectors import subscriptions as selectors
from finsuite.kernel.navigation import FINANCE, Item, add
from finsuite.kernel.search import Action, Hit, commands, on_record, recent, register
from finsuite.kernel.tenants import Tenant


def _views(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and allows(tenant.extra["role"], Right.VIEW)


def _edits(tenant: Tenant | None) -> bool:
    return tenant is not None and allows(tenant.extra["role"], Right.SALES_EDIT)


add(
    Item(
        "finance-subscriptions",
        gettext_lazy("Subscriptions"),
        icon="repeat",
        url_name="finance:subscription_list",
        group=FINANCE,
        kind="finance",
        order=32,
        allowed=_views,
    )
)
add(
    Item(
        "finance-plans",
        gettext_lazy("Plans"),
        icon="layers",
        url_name="finance:plan_list",
        group=FINANCE,
        kind="finance",
        order=33,
        allowed=_views,
    )
)


add(
    Item(
        "finance-recurring-invoices",
        gettext_lazy("Recurring invoices"),
        icon="calendar-sync",
        url_name="finance:recurring_list",
        group=FINANCE,
        kind="finance",
        order=25,
        allowed=_views,
    )
)


def _hit(tenant: Tenant, subscription: Subscription) -> Hit:
    url = reverse("finance:subscription_detail", args=[tenant.id, subscription.pk])
    label = f"{subscription.number} · {subscription.customer}"
    return Hit(label, url, icon="repeat", detail=subscription.plan.name)


@register("finance-subscriptions", label=gettext_lazy("Subscriptions"), kind="finance", order=70)
def find_subscriptions(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
    """The subscriptions that match, by number, customer or plan."""
    if _views(request, tenant):
        found = selectors.subscriptions(Organization(pk=tenant.id))
        for subscription in selectors.find(found, text, limit):
            yield _hit(tenant, subscription)


@register("finance-recurring-invoices", label=gettext_lazy("Recurring invoices"), kind="finance", order=71)
def find_recurring(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
    """The recurring invoices that match, by number, name or customer."""
    if _views(request, tenant):
        found = selectors.recurring_invoices(Organization(pk=tenant.id))
        for recurring in selectors.find(found, text, limit):
            url = reverse("finance:recurring_detail", args=[tenant.id, recurring.pk])
            yield Hit(f"{recurring.number} · {recurring.customer}", url, icon="calendar-sync", detail=recurring.name)


@recent("finance-subscriptions", kind="finance")
def opened_subscriptions(request: HttpRequest, tenant: Tenant, matches: Sequence[ResolverMatch]) -> Iterable[Hit]:
    """The subscriptions whose pages these are."""
    ids = [match.kwargs["subscription"] for match in matches if "subscription" in match.kwargs]
    if ids and _views(request, tenant):
        for subscription in selectors.subscriptions(Organization(pk=tenant.id)).filter(pk__in=ids):
            yield _hit(tenant, subscription)


@commands("finance-subscriptions", kind="finance")
def subscription_commands(request: HttpRequest, tenant: Tenant | None) -> Iterable[Action]:
    """What the role lets one make."""
    if tenant is not None and _edits(tenant):
        words = (_("create"),)
        yield Action(
            _("New subscription"), reverse("finance:subscription_create", args=[tenant.id]), "plus", words=words
        )
        recurring = reverse("finance:recurring_create", args=[tenant.id])
        yield Action(_("New recurring invoice"), recurring, "plus", words=words)
        yield Action(_("New plan"), reverse("finance:plan_create", args=[tenant.id]), "plus", words=words)


@on_record("finance-subscriptions", kind="finance")
def subscription_actions(request: HttpRequest, tenant: Tenant, match: ResolverMatch) -> Iterable[Action]:
    """What the role lets one do with the subscription whose page is open."""
    subscription = match.kwargs.get("subscription")
    if isinstance(subscription, int) and _edits(tenant):
        url = reverse("finance:subscription_edit", args=[tenant.id, subscription])
        yield Action(_("Edit this subscription"), url, "pencil", words=(_("change"),))
