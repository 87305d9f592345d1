"""What is sold by the month, in words: how often, in which state, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finance.choices import RecurringStatus, RepeatUnit, SubscriptionStatus
from finance.models import Plan, RecurringInvoice, Subscription
from finance.recurrence import GIVE_UP_AFTER, covered_until
from finance.services.rehearsing import rehearse_invoice
from finance.services.subscriptions import next_invoice, unpaid_since
from finsuite.kernel import formats
from finsuite.kernel.errors import Refused

TONES: dict[str, str] = {
    SubscriptionStatus.FUTURE: "neutral",
    SubscriptionStatus.TRIAL: "info",
    SubscriptionStatus.LIVE: "success",
    SubscriptionStatus.DUNNING: "warning",
    SubscriptionStatus.UNPAID: "danger",
    SubscriptionStatus.PAUSED: "progress",
    SubscriptionStatus.NON_RENEWING: "warning",
    SubscriptionStatus.CANCELLED: "off",
    SubscriptionStatus.EXPIRED: "off",
    RecurringStatus.ACTIVE: "success",
    RecurringStatus.STOPPED: "progress",
}


@dataclass(frozen=True, kw_only=True)
class Coming:
    """What comes next of a subscription, and why it can't, where it can't."""

    sentence: str
    fault: str = ""


def every(record: Plan | Subscription | RecurringInvoice) -> str:
    """How often: "every month", "every 2 weeks"."""
    count = record.interval
    told = {
        RepeatUnit.WEEKS: ngettext("every week", "every %(count)d weeks", count),
        RepeatUnit.MONTHS: ngettext("every month", "every %(count)d months", count),
        RepeatUnit.YEARS: ngettext("every year", "every %(count)d years", count),
    }[RepeatUnit(record.unit)]
    return told % {"count": count} if count > 1 else told


def coming(subscription: Subscription) -> Coming:
    """What the next days bring. The amount is what the invoice would come to if it were made as things are now."""
    if subscription.status in _WITHOUT_INVOICE:
        return Coming(sentence=_without_invoice(subscription))
    if subscription.next_bill_on is None:
        told = _("Its last term ends on %(day)s. It isn't renewed.")
        return Coming(sentence=told % {"day": formats.day(covered_until(subscription.known()))})
    values, lines = next_invoice(subscription)
    fault = ""
    try:
        amount = rehearse_invoice(organization=subscription.organization, values=values, lines=lines)[0].total
    except Refused as refused:
        amount, fault = subscription.price * subscription.quantity, refused.message
    return Coming(sentence=_renewal(subscription, amount), fault=fault)


_WITHOUT_INVOICE = (
    *(SubscriptionStatus.PAUSED, SubscriptionStatus.NON_RENEWING, SubscriptionStatus.CANCELLED),
    *(SubscriptionStatus.EXPIRED, SubscriptionStatus.DUNNING, SubscriptionStatus.UNPAID),
)


def _without_invoice(subscription: Subscription) -> str:
    days = {
        "day": formats.day(covered_until(subscription.known())),
        "cancelled": formats.day(subscription.cancelled_on) if subscription.cancelled_on else "",
    }
    since = unpaid_since(subscription) if subscription.status == SubscriptionStatus.DUNNING else None
    if since is not None:
        told = _("The invoice that was due on %(since)s isn't paid. If it still isn't on %(until)s, it is given up.")
        until = since + timedelta(days=GIVE_UP_AFTER + 1)
        return told % {"since": formats.day(since), "until": formats.day(until)}
    ended = _("It was cancelled on %(cancelled)s.") if subscription.cancelled_on else _("It has ended with its term.")
    sentences = {
        SubscriptionStatus.PAUSED: _("Nothing is invoiced until it is resumed."),
        SubscriptionStatus.NON_RENEWING: _("It ends on %(day)s and isn't renewed."),
        SubscriptionStatus.CANCELLED: ended,
        SubscriptionStatus.EXPIRED: _("Its last term ended on %(day)s."),
        SubscriptionStatus.DUNNING: _("What was due is paid: it goes on today."),
        SubscriptionStatus.UNPAID: _("It goes on as soon as what is due is paid."),
    }
    return sentences[SubscriptionStatus(subscription.status)] % days


def _renewal(subscription: Subscription, amount: Decimal) -> str:
    next_on = subscription.next_bill_on or subscription.first_bill_on
    told = {
        "day": formats.day(next_on),
        "amount": formats.amount(amount, subscription.currency),
        "start": formats.day(subscription.starts_on),
        "last": formats.day(next_on - timedelta(days=1)),
    }
    if subscription.status == SubscriptionStatus.FUTURE:
        return _("It starts on %(start)s. Its first invoice is made on %(day)s, for %(amount)s.") % told
    if subscription.status == SubscriptionStatus.TRIAL:
        return _("Its trial ends on %(last)s. Its first invoice is made on %(day)s, for %(amount)s.") % told
    sentence = _("It renews on %(day)s for %(amount)s.") % told
    if subscription.terms is None:
        return sentence
    left = subscription.terms - subscription.billed
    more = ngettext("That is its last term.", "%(count)d terms are left.", left) % {"count": left}
    return f"{sentence} {more}"


def next_made(recurring: RecurringInvoice, today: date) -> str:
    """What comes next of a recurring invoice."""
    if recurring.status == RecurringStatus.STOPPED:
        return _("Nothing is invoiced until it goes on; what is missed meanwhile is left out.")
    if recurring.next_on is None:
        return _("All its invoices are made.")
    told = {"day": formats.day(recurring.next_on), "amount": formats.amount(recurring.total, recurring.currency)}
    if recurring.next_on < today:
        return _("The invoice of %(day)s, for %(amount)s, isn't made yet.") % told
    return _("The next invoice is made on %(day)s, for %(amount)s.") % told
