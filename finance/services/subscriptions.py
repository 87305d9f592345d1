"""Subscriptions: begun, paused, cancelled by people; renewed, invoiced and dunned by the days that pass."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

import audit.services
from finance import access, recurrence, workflow
from finance.access import require
from finance.choices import DocumentKind as Kind
from finance.choices import Extended, InvoiceStatus, RenewalAction, Status, SubscriptionStatus
from finance.events import DocumentCreated, DocumentMoved, DocumentUpdated
from finance.models import Invoice, Organization, Plan, Subscription, SubscriptionTerm, Tax
from finance.recurrence import Act
from finance.rights import Right
from finance.selectors.custom_fields import carried_over, fields_to_write
from finance.selectors.days import today
from finance.selectors.reminders import debt_of
from finance.services import numbering
from finance.services.document_moves import move_document
from finance.services.documents import create_document
from finance.services.drafting import price_in, rate_of
from finance.services.expenses import facts_of
from finance.services.reminders import remind
from finance.wording import SUBSCRIPTION_REFUSAL
from finsuite.kernel import formats
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import DomainError, NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import assign, refuse_unknown
from finsuite.kernel.versions import require_version

AGREED = frozenset({"price", "quantity", "setup_fee", "tax_id", "terms", "action", "reference", "notes"})
WRITABLE = AGREED | {"customer_id", "plan_id", "currency", "starts_on", "trial_days", "deal_id", "project_id"}
OVER = (SubscriptionStatus.CANCELLED, SubscriptionStatus.EXPIRED)
CLOCK = "subscriptions"


@transaction.atomic
def create_subscription(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Subscription:
    """Subscribe a customer to a plan, from a day on (today, unless given), on the plan's terms unless others are given.

    A tax of None is no tax; left out, it is the plan's. `trial_days` is how long nothing is due. What has begun already
    is invoiced at once, term by term.
    """
    require(actor, organization, Right.SALES_EDIT)
    custom = fields_to_write(actor, organization, Extended.SUBSCRIPTIONS, values)
    values, extra = custom.split(values)
    refuse_unknown(values, WRITABLE)
    plan, customer = _plan(organization, values), _customer(organization, values)
    given = {name: value for name, value in values.items() if value is not None or name == "tax_id"}
    trial = given.pop("trial_days", plan.trial_days)
    subscription = Subscription(
        organization=organization,
        customer=customer,
        plan=plan,
        currency=customer.currency,
        setup_fee=plan.setup_fee,
        tax_id=plan.tax_id,
        unit=plan.unit,
        interval=plan.interval,
        terms=plan.terms,
        starts_on=today(organization),
        price=plan.price,
    )
    assign(subscription, given, allowed=WRITABLE - {"trial_days"})
    _in_currency(subscription, given)
    _check(subscription, trial)
    extended = custom.apply(subscription, extra, currency=subscription.currency)
    subscription.first_bill_on = subscription.starts_on + timedelta(days=trial)
    subscription.set_next_bill()
    (subscription.number,) = numbering.take(organization=organization, series="subscription")
    with custom.saving(subscription):
        subscription.save(force_insert=True)
    told = {"number": subscription.number, "plan": plan.name, "price": subscription.price, "customer": customer.pk}
    _record(actor, subscription, "created", {}, {**told, **extended.after})
    emit(DocumentCreated(**facts_of(subscription, actor)))
    return _live_through(actor, subscription, today(organization))


@transaction.atomic
def update_subscription(
    *, actor: Actor, subscription: Subscription, values: Mapping[str, Any], version: str | None = None
) -> Subscription:
    """Agree on another price, quantity or number of terms, from the next renewal on."""
    require(actor, subscription.organization, Right.SALES_EDIT)
    subscription = lock(subscription)
    require_version(subscription, version)
    if subscription.status in OVER:
        raise Refused(_("What is over can't be changed."), code="not_editable")
    custom = fields_to_write(actor, subscription.organization, Extended.SUBSCRIPTIONS, values)
    own, extra = custom.split(values)
    change = assign(subscription, own, allowed=AGREED)
    change = change.and_(custom.apply(subscription, extra, currency=subscription.currency))
    if not change:
        return subscription
    _check(subscription, 0)
    if subscription.terms is not None and subscription.terms < subscription.billed:
        sentence = _("%(count)d terms are invoiced already.") % {"count": subscription.billed}
        raise Refused(sentence, fields={"terms": [sentence]})
    subscription.set_next_bill()
    with custom.saving(subscription):
        subscription.save()
    _record(actor, subscription, "updated", change.before, change.after)
    emit(DocumentUpdated(**facts_of(subscription, actor), fields=frozenset(change.after)))
    return subscription


@transaction.atomic
def move_subscription(
    *, actor: Actor, subscription: Subscription, verb: str, version: str | None = None
) -> Subscription:
    """Pause, resume, cancel now or at the end of the term, or renew after all. What was invoiced stays due."""
    require(actor, subscription.organization, Right.SALES_EDIT)
    subscription = lock(subscription)
    require_version(subscription, version)
    day = today(subscription.organization)
    if verb in workflow.OF_DAYS:
        raise Refused(_("Nobody does this by hand: it comes with its day."), code="of_days")
    _move(actor, subscription, verb)
    if verb == "cancel":
        subscription.cancelled_on = day
    elif verb == "resume":
        _begin_again(subscription, day)
    subscription.set_next_bill()
    subscription.save()
    return _live_through(actor, subscription, day)


@transaction.atomic
def renew_subscription(*, actor: Actor, subscription: Subscription) -> Subscription:
    """Do now what the days up to today should have brought: after what kept a renewal from its invoice is mended."""
    require(actor, subscription.organization, Right.SALES_EDIT)
    subscription = lock(subscription)
    return _live_through(actor, subscription, today(subscription.organization))


def run_due(*, day: date | None = None) -> int:
    """Take every subscription that something may be due of through its organization's day; answers how many moved.

    Each in a transaction of its own: one that fails keeps the sentence that says why, and is tried again the next time.
    `day` is for trying out what a later day brings.
    """
    # The latest day anywhere: for whom that day hasn't come yet, nothing is due.
    horizon = (day or timezone.now().date()) + timedelta(days=1)
    waiting = Q(status__in=("future", "trial", "dunning", "unpaid", "non_renewing"))
    owed = Q(status="live", invoiced_terms__invoice__status="sent", invoiced_terms__invoice__due_date__lt=horizon)
    ending = Q(status="live", next_bill_on=None)
    rows = Subscription.objects.exclude(status__in=OVER).filter(waiting | owed | ending | Q(next_bill_on__lte=horizon))
    return sum(_run_one(pk, day) for pk in list(rows.order_by("pk").values_list("pk", flat=True).distinct()))


def _run_one(pk: int, day: date | None) -> int:
    try:
        with transaction.atomic():
            rows = Subscription.objects.select_for_update(of=("self",), skip_locked=True)
            subscription = rows.select_related("organization", "customer", "plan").filter(pk=pk).first()
            if subscription is None:
                return 0
            before = subscription.updated_at
            actor = Actor.system(CLOCK)
            _live_through(actor, subscription, day or today(subscription.organization))
            return int(subscription.updated_at != before)
    except DomainError as refused:
        Subscription.objects.filter(pk=pk).update(fault=refused.message[:500])
        return 0


def lock(subscription: Subscription) -> Subscription:
    """The same subscription as it is now, held until this transaction ends."""
    rows = Subscription.objects.of(subscription.organization_id).select_for_update(of=("self",))
    found = rows.select_related("organization", "customer", "plan").filter(pk=subscription.pk).first()
    if found is None:
        raise NotFound(_("There is no such subscription."))
    return found


def unpaid_since(subscription: Subscription) -> date | None:
    """The day that its oldest unpaid renewal was due."""
    found: date | None = _unpaid(subscription).aggregate(day=Min("due_date"))["day"]
    return found


def _unpaid(subscription: Subscription) -> QuerySet[Invoice]:
    rows = Invoice.objects.of(subscription.organization_id).filter(subscription_term__subscription=subscription)
    return rows.filter(status=InvoiceStatus.SENT, balance__gt=0)


def _live_through(actor: Actor, subscription: Subscription, day: date) -> Subscription:
    """Do what this day brings, in order. Done again, it changes nothing."""
    for step in recurrence.due(subscription.known(unpaid_since(subscription)), day):
        subscription.fault = ""
        if step.act is Act.BILL:
            _bill(actor, subscription)
        elif step.act is Act.REMIND:
            _remind(actor, subscription)
        else:
            _move(actor, subscription, step.act.value)
            subscription.reminded = 0 if step.act is Act.RECOVER else subscription.reminded
        subscription.set_next_bill()
        subscription.save()
    return subscription


def _remind(actor: Actor, subscription: Subscription) -> None:
    """Remind the customer of the oldest unpaid renewal, once. That nobody could be written to does not stop the days.

    Where the customer, or the invoice, is left out of automatic reminders, or was reminded today already, the day is
    noted and nobody is written to.
    """
    subscription.reminded += 1
    told: dict[str, Any] = {"reminded": subscription.reminded}
    invoice = _unpaid(subscription).select_related("organization", "customer").order_by("due_date", "pk").first()
    if invoice is not None and _may_be_reminded(invoice):
        try:
            with transaction.atomic():
                key = f"dunning:{invoice.pk}:{subscription.reminded}"
                told["recipients"] = remind(actor=actor, invoice=invoice, key=key).recipients
        except DomainError as refused:
            subscription.fault = f"{invoice.number}: {refused.message}"[:500]
    _record(actor, subscription, "remind", {}, told)


def _may_be_reminded(invoice: Invoice) -> bool:
    reminded_on = debt_of(invoice.organization, invoice).reminded_on
    return invoice.is_reminded and invoice.customer.is_reminded and reminded_on != today(invoice.organization)


def next_invoice(subscription: Subscription) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the invoice of the next term is made of; the set-up fee goes on the first invoice."""
    since, until = recurrence.term(subscription.known(), subscription.billed)
    with override(subscription.customer.language or subscription.organization.language):
        lines = [_line(subscription, _named(subscription, since, until), subscription.price, subscription.quantity)]
        if subscription.setup_fee and not subscription.invoiced_terms.exists():
            name = _("Set-up of %(plan)s") % {"plan": subscription.plan.name}
            lines.append(_line(subscription, (name[:100], ""), subscription.setup_fee, Decimal(1)))
    values = {
        "customer_id": subscription.customer_id,
        "currency": subscription.currency,
        "date": since,
        "reference": subscription.reference or subscription.number,
        "deal_id": subscription.deal_id,
        "project_id": subscription.project_id,
        **({"notes": subscription.notes} if subscription.notes else {}),
    }
    return values, lines


def _bill(actor: Actor, subscription: Subscription) -> None:
    since, until = recurrence.term(subscription.known(), subscription.billed)
    organization = subscription.organization
    values, lines = next_invoice(subscription)
    values |= carried_over(organization, Extended.INVOICES, [subscription], currency=subscription.currency)
    invoice = create_document(
        actor=actor, organization=organization, kind=Kind.INVOICE, values=values, lines=lines, drawn_from={}
    )
    SubscriptionTerm.objects.create(subscription=subscription, since=since, until=until, invoice=invoice)
    if subscription.action == RenewalAction.SEND:
        move_document(actor=actor, document=invoice, verb="mark_sent")
    subscription.billed += 1
    _record(actor, subscription, "renewed", {}, {"invoice": invoice.number, "since": since, "until": until})


def _named(subscription: Subscription, since: date, until: date) -> tuple[str, str]:
    locale = formats.locale_of(subscription.customer.language or subscription.organization.language)
    told = {"since": format_date(since, "long", locale), "until": format_date(until, "long", locale)}
    return subscription.plan.name, _("%(since)s to %(until)s") % told


def _line(subscription: Subscription, named: tuple[str, str], price: Decimal, quantity: Decimal) -> dict[str, Any]:
    taxes = [subscription.tax_id] if subscription.tax_id else []
    return {"name": named[0], "description": named[1], "rate": price, "quantity": quantity, "tax_ids": taxes}


def _move(actor: Actor, subscription: Subscription, verb: str) -> None:
    told = {"number": subscription.number, "status": subscription.get_status_display()}
    sentence = str(SUBSCRIPTION_REFUSAL) % told
    before = subscription.status
    subscription.status = workflow.SUBSCRIPTION.target(before, verb, sentence=sentence)
    _record(actor, subscription, verb, {"status": before}, {"status": subscription.status})
    emit(DocumentMoved(**facts_of(subscription, actor), verb=verb, before=before, after=subscription.status))


def _begin_again(subscription: Subscription, day: date) -> None:
    """After a pause terms are counted from this day, unless a paid one isn't over yet: what was missed is gone."""
    covered = recurrence.term(subscription.known(), subscription.billed)[0]
    if covered < day:
        subscription.terms = None if subscription.terms is None else subscription.terms - subscription.billed
        subscription.first_bill_on, subscription.billed = day, 0


def _plan(organization: Organization, values: Mapping[str, Any]) -> Plan:
    plan = Plan.objects.of(organization).filter(pk=values.get("plan_id") or 0).first()
    if plan is None or plan.status != Status.ACTIVE:
        sentence = _("Choose an active plan.")
        raise Refused(sentence, code="not_found", fields={"plan_id": [sentence]})
    return plan


def _customer(organization: Organization, values: Mapping[str, Any]) -> Any:
    if not values.get("customer_id"):
        sentence = _("Choose the customer.")
        raise Refused(sentence, code="required", fields={"customer_id": [sentence]})
    return access.referred_customer(organization, values["customer_id"], field="customer_id")


def _in_currency(subscription: Subscription, given: Mapping[str, Any]) -> None:
    """The plan's prices in the subscription's currency, at the rate of the day that it starts; then they stay."""
    rate = rate_of(subscription.organization, subscription.currency, subscription.starts_on)
    for name in ("price", "setup_fee"):
        if name not in given and rate != 1:
            setattr(subscription, name, price_in(getattr(subscription, name), rate, 6))


def _check(subscription: Subscription, trial: Any) -> None:
    faults: dict[str, list[str]] = {}
    for name in ("price", "setup_fee"):
        if getattr(subscription, name) < 0:
            faults[name] = [_("A price is not below zero.")]
    if subscription.quantity <= 0:
        faults["quantity"] = [_("A quantity is above zero.")]
    if subscription.terms == 0:
        faults["terms"] = [_("Leave it empty for a subscription that runs until it is cancelled.")]
    if not isinstance(trial, int) or not 0 <= trial <= 3650:
        faults["trial_days"] = [_("A trial lasts from 0 to 3,650 days.")]
    organization = subscription.organization
    if subscription.tax_id and not Tax.objects.of(organization).filter(pk=subscription.tax_id).exists():
        faults["tax_id"] = [_("There is no such tax.")]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)


def _record(
    actor: Actor, subscription: Subscription, verb: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    tenant = subscription.organization.tenant
    audit.services.record(actor=actor, tenant=tenant, subject=subscription, verb=verb, before=before, after=after)
