"""The pages of subscriptions: the list with what comes in a month, one subscription, the form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

import audit.selectors
from audit.stories import stories
from finance import access, workflow
from finance.choices import Extended, SubscriptionStatus
from finance.models import Customer, Membership, Subscription, SubscriptionTerm
from finance.rights import Right
from finance.selectors import subscriptions as selectors
from finance.selectors.custom_fields import custom_fields, described
from finance.selectors.days import today
from finance.services import subscriptions as services
from finance.ui.custom_filters import custom_filters
from finance.ui.documents.shown import Shown, shown
from finance.ui.pages import actor_of, add_refusal, page, show
from finance.ui.subscriptions.forms import SubscriptionForm
from finance.ui.subscriptions.shown import TONES, coming, every
from finance.wording import SUBSCRIPTION_BUTTONS
from finsuite.kernel import formats
from finsuite.kernel.custom_fields.drawing import facts
from finsuite.kernel.errors import DomainError, NotFound
from finsuite.kernel.ids import read_id
from finsuite.kernel.once import once, one_time_key
from finsuite.kernel.transitions import Table
from finsuite.kernel.versions import version_of

SIZE = 50
ENTRIES = 50
MOST_TERMS = 120
FILTERS = ("q", "status", "plan", "customer")
GRAVE = ("cancel", "cancel_at_end")
ICONS = {
    "pause": "pause",
    "resume": "play",
    "cancel": "ban",
    "cancel_at_end": "calendar-x",
    "reactivate": "rotate-ccw",
    "stop": "pause",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A subscription as the list shows it."""

    subscription: Subscription
    tone: str
    every: str

    @property
    def amount(self) -> Any:
        """What a term costs, before tax."""
        return self.subscription.price * self.subscription.quantity


@dataclass(frozen=True, kw_only=True)
class Button:
    """A move that a person may make, as it is drawn."""

    verb: str
    label: str
    icon: str
    is_grave: bool


@dataclass(frozen=True, kw_only=True)
class Invoiced:
    """A term with its invoice and the state that this shows today."""

    term: SubscriptionTerm
    shown: Shown


def buttons_of(table: Table, status: str) -> list[Button]:
    """The moves that a person may make from this state, in the table's order."""
    return [
        Button(verb=verb, label=str(SUBSCRIPTION_BUTTONS[verb]), icon=ICONS[verb], is_grave=verb in GRAVE)
        for verb in table.verbs(status)
        if verb not in workflow.OF_DAYS
    ]


@page(Right.VIEW)
def subscription_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """The subscriptions that pass the filters, and what comes in a month; htmx gets the next rows alone."""
    organization = member.organization
    filters = _filters(request)
    custom = custom_filters(request, organization, Extended.SUBSCRIPTIONS)
    found = custom.apply(selectors.subscriptions(organization, filters))
    after = request.GET.get("after", "")
    rows, following = selectors.slice_of(found, after=after, size=SIZE)
    context: dict[str, Any] = {"rows": [_row(one) for one in rows], "after": following}
    if request.htmx and after:  # type: ignore[attr-defined]
        return show(request, member, "finance/subscriptions/more.html", context)
    query = {name: str(value) for name, value in request.GET.items() if name in FILTERS and value} | custom.query
    context |= {
        "filters": filters,
        "custom": custom,
        "monthly": selectors.monthly(organization, found),
        "tabs": status_tabs(SubscriptionStatus.choices, filters.status, query),
    }
    return show(request, member, "finance/subscriptions/list.html", context)


def status_tabs(statuses: Any, current: str, query: dict[str, str]) -> list[tuple[str, str, bool]]:
    """A tab for each state: its label, its address with the other filters kept, whether it is the current one."""
    rest = {name: value for name, value in query.items() if name != "status"}
    return [
        (str(label), f"?{urlencode({**rest, **({'status': value} if value else {})})}", value == current)
        for value, label in [("", _("All")), *statuses]
    ]


@page(Right.VIEW)
def subscription_detail(request: HttpRequest, member: Membership, subscription: int) -> HttpResponse:
    """One subscription: what comes next, and the terms that were invoiced."""
    found = access.subscription(member.organization, subscription)
    day = today(member.organization)
    terms = list(selectors.terms_of(found)[:MOST_TERMS])
    for term in terms:
        term.invoice.organization = member.organization
    context = {
        "coming": coming(found),
        "custom_facts": facts(custom_fields(member.organization, Extended.SUBSCRIPTIONS), found.custom, found.currency),
        "invoiced": [Invoiced(term=term, shown=shown(term.invoice, day)) for term in terms],
    }
    return _record(request, member, found, "detail", context)


@page(Right.VIEW)
def subscription_history(request: HttpRequest, member: Membership, subscription: int) -> HttpResponse:
    """What was done to a subscription, by people and by days."""
    found = access.subscription(member.organization, subscription)
    return _record(request, member, found, "history", history_of(member, found, Extended.SUBSCRIPTIONS))


def history_of(member: Membership, record: Any, extended: Extended) -> dict[str, Any]:
    """A record's history in words, for a page."""
    kind = record._meta.label_lower
    entries = audit.selectors.of_record(tenant=member.organization.tenant, kind=kind, record_id=record.pk)
    told = list(entries[: ENTRIES + 1])
    custom = partial(described, member.organization, extended)
    return {"stories": stories(told[:ENTRIES], custom=custom), "more": len(told) > ENTRIES}


@never_cache
@page(Right.SALES_EDIT, "GET", "POST")
def subscription_create(request: HttpRequest, member: Membership) -> HttpResponse:
    """A new subscription. What has begun already is invoiced at once."""
    organization = member.organization
    given = {name: request.GET[name] for name in ("customer", "plan") if read_id(request.GET.get(name, ""))}
    first = {**given, "starts_on": today(organization), "quantity": "1"}
    form = SubscriptionForm(request.POST or None, instance=Subscription(), initial=first, organization=organization)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            with once(member.user_id, request.POST.get("once", "")) as is_first:
                if not is_first:
                    return redirect("finance:subscription_list", organization=organization.pk)
                made = services.create_subscription(
                    actor=actor_of(request), organization=organization, values=form.values()
                )
        except DomainError as refusal:
            status = add_refusal(form, refusal)
        else:
            messages.success(request, _("The subscription %(number)s is created.") % {"number": made.number})
            return redirect("finance:subscription_detail", organization=organization.pk, subscription=made.pk)
    return _form(request, member, form, None, status)


@never_cache
@page(Right.SALES_EDIT, "GET", "POST")
def subscription_edit(request: HttpRequest, member: Membership, subscription: int) -> HttpResponse:
    """What is agreed, to be changed from the next renewal on."""
    found = access.subscription(member.organization, subscription)
    form = SubscriptionForm(
        request.POST or None,
        instance=access.subscription(member.organization, subscription),
        organization=member.organization,
    )
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            services.update_subscription(
                actor=actor_of(request),
                subscription=found,
                values=form.values(),
                version=request.POST.get("version"),
            )
        except DomainError as refusal:
            status = add_refusal(form, refusal)
        else:
            messages.success(request, _("The subscription %(number)s is saved.") % {"number": found.number})
            return redirect("finance:subscription_detail", organization=member.organization_id, subscription=found.pk)
    return _form(request, member, form, found, status)


@page(Right.SALES_EDIT, "POST")
def subscription_move(request: HttpRequest, member: Membership, subscription: int) -> HttpResponse:
    """Take a subscription where the pressed button leads."""
    found = access.subscription(member.organization, subscription)
    verb = request.POST.get("verb", "")
    if verb not in {move.verb for move in workflow.SUBSCRIPTION.moves} - workflow.OF_DAYS:
        raise NotFound(_("There is no such move."))
    moved = services.move_subscription(
        actor=actor_of(request), subscription=found, verb=verb, version=request.POST.get("version")
    )
    told = {"number": moved.number, "status": moved.get_status_display()}
    messages.success(request, _("%(number)s: %(status)s.") % told)
    return redirect("finance:subscription_detail", organization=member.organization_id, subscription=moved.pk)


@page(Right.SALES_EDIT, "POST")
def subscription_renew(request: HttpRequest, member: Membership, subscription: int) -> HttpResponse:
    """Try once more now what the last days should have brought."""
    found = access.subscription(member.organization, subscription)
    try:
        renewed = services.renew_subscription(actor=actor_of(request), subscription=found)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("%(number)s is up to date.") % {"number": renewed.number})
    return redirect("finance:subscription_detail", organization=member.organization_id, subscription=found.pk)


def customer_named(member: Membership, value: Any) -> Customer | None:
    """The customer that a form names, to be shown by name."""
    pk = read_id(str(value or ""))
    return None if pk is None else Customer.objects.of(member.organization).filter(pk=pk).first()


def _record(
    request: HttpRequest, member: Membership, subscription: Subscription, tab: str, context: dict[str, Any]
) -> HttpResponse:
    buttons = buttons_of(workflow.SUBSCRIPTION, subscription.status)
    known = {
        "subscription": subscription,
        "row": _row(subscription),
        "quantity": formats.number(subscription.quantity.normalize()),
        "buttons": buttons,
        "is_over": subscription.status in services.OVER,
        "version": version_of(subscription),
        f"{tab}_is_current": True,
    }
    return show(request, member, f"finance/subscriptions/{tab}.html", {**known, **context})


def _form(
    request: HttpRequest, member: Membership, form: SubscriptionForm, subscription: Subscription | None, status: int
) -> HttpResponse:
    version = request.POST.get("version") or (version_of(subscription) if subscription else "")
    context = {
        "form": form,
        "subscription": subscription,
        "version": version,
        "once": one_time_key(),
        "customer": None if subscription else customer_named(member, form["customer"].value()),
    }
    return show(request, member, "finance/subscriptions/form.html", context, status=status)


def _row(subscription: Subscription) -> Row:
    return Row(subscription=subscription, tone=TONES[subscription.status], every=every(subscription))


def _filters(request: HttpRequest) -> selectors.Filters:
    status = request.GET.get("status", "")
    return selectors.Filters(
        status=status if status in SubscriptionStatus.values else "",
        plan_id=read_id(request.GET.get("plan", "")),
        customer_id=read_id(request.GET.get("customer", "")),
        search=request.GET.get("q", "").strip()[:200],
    )
