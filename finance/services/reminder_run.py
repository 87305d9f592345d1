"""Sending what the rules bring: each invoice in a transaction of its own, decided once more while it is held."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.utils import timezone, translation

from finance import reminding
from finance.choices import InvoiceStatus, ReminderRecipient
from finance.models import Email, Invoice, Organization, ReminderRule
from finance.selectors import reminders as selectors
from finance.selectors.days import today
from finance.services.correspondence import Wanted, chosen_of
from finance.services.reminders import ReminderLetter, remind
from finance.wording import NO_ADDRESS
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import DomainError

log = structlog.get_logger(__name__)

CLOCK = "reminders"
BATCH = 100
SECONDS = 240.0
EARLIEST = 8  # o’clock: nobody gets a reminder at midnight


def run_due(*, day: date | None = None, seconds: float = SECONDS) -> int:
    """Send every reminder that is due on its organization's day, for as long as there is time; answers how many.

    Whatever is left is found the next time. `day` is for trying out what a later day brings.
    """
    until, sent = time.monotonic() + seconds, 0
    active = ReminderRule.objects.filter(is_active=True).order_by("organization_id")
    for pk in list(active.values_list("organization_id", flat=True).distinct()):
        organization = Organization.objects.get(pk=pk)
        if day is not None or is_awake(organization, timezone.now()):
            sent += _run_one(organization, day or today(organization), until)
    return sent


def is_awake(organization: Organization, moment: datetime) -> bool:
    """Whether it is late enough in the day, where the organization is, to write to people."""
    return moment.astimezone(ZoneInfo(organization.time_zone)).hour >= EARLIEST


def _run_one(organization: Organization, day: date, until: float) -> int:
    """All of one organization. A rule whose reminder could not be written says why, until the next run."""
    rules = list(selectors.rules(organization).filter(is_active=True))
    faults, sent = dict.fromkeys((rule.pk for rule in rules), ""), 0
    with translation.override(organization.language):
        for pk in _in_reach(organization, rules, day):
            if time.monotonic() >= until:
                break
            try:
                sent += _remind_once(organization, rules, pk, day)
            except Unwritten as refused:
                faults[refused.rule_id] = refused.sentence
                log.warning("reminders.refused", invoice=pk, rule=refused.rule_id, why=refused.sentence)
    for rule in rules:
        if rule.fault != faults[rule.pk]:
            ReminderRule.objects.filter(pk=rule.pk).update(fault=faults[rule.pk])
    return sent


def _in_reach(organization: Organization, rules: Sequence[ReminderRule], day: date) -> Iterator[int]:
    """The ids of the invoices to look at, read by batches."""
    found, after = selectors.in_reach(organization, rules, day, day).order_by("pk"), 0
    while ids := list(found.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        yield from ids
        after = ids[-1]


class Unwritten(Exception):
    """A rule's reminder could not be written, for this reason."""

    def __init__(self, rule_id: int, sentence: str) -> None:
        super().__init__(sentence)
        self.rule_id, self.sentence = rule_id, sentence[:500]


@transaction.atomic
def _remind_once(organization: Organization, rules: Sequence[ReminderRule], pk: int, day: date) -> int:
    """Send this invoice's reminder, if one is due of it as it is now and nobody else is at it."""
    rows = Invoice.objects.of(organization).select_for_update(of=("self",), skip_locked=True)
    invoice = rows.select_related("customer").filter(pk=pk, status=InvoiceStatus.SENT, balance__gt=0).first()
    if invoice is None or not invoice.is_reminded:
        return 0
    invoice.organization = organization
    speaking = [selectors.rule_of(rule, day) for rule in rules]
    reminder = reminding.due(speaking, selectors.debt_of(organization, invoice), day)
    if reminder is None or Email.objects.of(organization).filter(key=reminder.key).exists():
        return 0
    rule = next(rule for rule in rules if rule.pk == reminder.rule.id)
    if not recipients_of(rule, ReminderLetter(invoice)):
        raise Unwritten(rule.pk, f"{invoice.number}: {NO_ADDRESS}")
    try:
        remind(actor=Actor.system(CLOCK), invoice=invoice, wanted=wanted_by(rule, invoice), key=reminder.key)
    except DomainError as refused:
        raise Unwritten(rule.pk, f"{invoice.number}: {refused.message}") from refused
    return 1


def wanted_by(rule: ReminderRule, invoice: Invoice) -> Wanted:
    """What the rule wants otherwise than a reminder by hand begins with."""
    to = None
    if rule.recipient == ReminderRecipient.CUSTOMER and invoice.customer.email:
        to = [invoice.customer.email]
    return Wanted(to=to, template=rule.template)


def recipients_of(rule: ReminderRule, letter: ReminderLetter) -> list[str]:
    """Whom the rule's reminder would go to; nobody where there is no address."""
    return list(wanted_by(rule, letter.document).to or chosen_of(letter))
