"""Invoices that are made again and again, by the calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from finance import workflow
from finance.access import require
from finance.choices import DocumentKind as Kind
from finance.choices import Extended, RecurringStatus, RenewalAction
from finance.events import DocumentCreated, DocumentDeleted, DocumentMoved, DocumentUpdated
from finance.models import Organization, RecurringInvoice
from finance.recurrence import MOST_TERMS, Unit, day_of
from finance.rights import Right
from finance.selectors.custom_fields import carried_over, fields_to_write
from finance.selectors.days import today
from finance.services import numbering
from finance.services.document_moves import move_document
from finance.services.documents import create_document
from finance.services.expenses import facts_of
from finance.wording import SUBSCRIPTION_REFUSAL
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.kinds import named
from finsuite.kernel.errors import DomainError, NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.versions import require_version

WRITABLE = frozenset({"name", "unit", "interval", "starts_on", "ends_on", "times", "action"})
OF_THE_DAY = frozenset({"number", "date", "due_date"})  # each invoice has its own

Given = Mapping[str, Any]


@transaction.atomic
def create_recurring_invoice(
    *, actor: Actor, organization: Organization, values: Given, invoice: Given, lines: Sequence[Given]
) -> RecurringInvoice:
    """Have an invoice made by the calendar. `invoice` and `lines` are what `create_document` takes; they are tried out.

    What is due by today already is made at once.
    """
    require(actor, organization, Right.SALES_EDIT)
    custom = fields_to_write(actor, organization, Extended.RECURRING_INVOICES, values)
    own, extra = custom.split(values)
    recurring = RecurringInvoice(organization=organization, starts_on=today(organization))
    change = assign(recurring, {name: value for name, value in own.items() if value is not None}, allowed=WRITABLE)
    require_filled(recurring, ["name"])
    _check(recurring)
    _set_content(actor, recurring, invoice, lines)
    change = change.and_(custom.apply(recurring, extra, currency=recurring.currency))
    _set_next(recurring)
    (recurring.number,) = numbering.take(organization=organization, series="recurring_invoice")
    with custom.saving(recurring):
        recurring.save(force_insert=True)
    after = {**change.after, "number": recurring.number, "total": recurring.total}
    _record(actor, recurring, "created", {}, after)
    emit(DocumentCreated(**facts_of(recurring, actor)))
    return _make_due(actor, recurring, today(organization))


@transaction.atomic
def update_recurring_invoice(
    *,
    actor: Actor,
    recurring: RecurringInvoice,
    values: Given,
    invoice: Given | None = None,
    lines: Sequence[Given] | None = None,
    version: str | None = None,
) -> RecurringInvoice:
    """Change the calendar, or what the next invoices are made of. Those that were made stay as they are."""
    require(actor, recurring.organization, Right.SALES_EDIT)
    recurring = lock(recurring)
    require_version(recurring, version)
    custom = fields_to_write(actor, recurring.organization, Extended.RECURRING_INVOICES, values)
    own, extra = custom.split(values)
    change = assign(recurring, own, allowed=WRITABLE)
    _check(recurring)
    if recurring.made and ("starts_on" in change or "unit" in change or "interval" in change):
        sentence = _("Invoices were made by this calendar already. Stop it, and begin another.")
        raise Refused(sentence, code="fixed", fields={name: [sentence] for name in change.after})
    before = recurring.content
    if invoice is not None or lines is not None:
        content = recurring.content
        _set_content(
            actor,
            recurring,
            content["values"] if invoice is None else invoice,
            content["lines"] if lines is None else lines,
        )
    change = change.and_(custom.apply(recurring, extra, currency=recurring.currency))
    if not change and recurring.content == before:
        return recurring
    _set_next(recurring)
    with custom.saving(recurring):
        recurring.save()
    changed = {**change.after, **({} if recurring.content == before else {"total": recurring.total})}
    _record(actor, recurring, "updated", change.before, changed)
    emit(DocumentUpdated(**facts_of(recurring, actor), fields=frozenset(changed)))
    return recurring


@transaction.atomic
def move_recurring_invoice(
    *, actor: Actor, recurring: RecurringInvoice, verb: str, version: str | None = None
) -> RecurringInvoice:
    """Stop making invoices, or go on: what was missed meanwhile is left out."""
    require(actor, recurring.organization, Right.SALES_EDIT)
    recurring = lock(recurring)
    require_version(recurring, version)
    if verb in workflow.OF_DAYS:
        raise Refused(_("Nobody does this by hand: it comes with its day."), code="of_days")
    _move(actor, recurring, verb)
    if verb == "resume":
        day = today(recurring.organization)
        while recurring.next_on is not None and recurring.next_on < day:
            recurring.made += 1
            _set_next(recurring)
    _set_next(recurring)
    recurring.save()
    return recurring


@transaction.atomic
def delete_recurring_invoice(*, actor: Actor, recurring: RecurringInvoice, version: str | None = None) -> None:
    """Make no more invoices, and forget the calendar. Invoices that were made stay."""
    require(actor, recurring.organization, Right.SALES_DELETE)
    recurring = lock(recurring)
    require_version(recurring, version)
    facts = facts_of(recurring, actor)
    custom = named(recurring.custom)
    _record(actor, recurring, "deleted", {"number": recurring.number, "name": recurring.name, **custom}, {})
    recurring.delete()
    emit(DocumentDeleted(**facts))


def run_due(*, day: date | None = None) -> int:
    """Make every invoice that is due on its organization's day; answers how many calendars were gone through.

    Each in a transaction of its own: one that fails keeps the sentence that says why, and is tried again the next time.
    """
    horizon = (day or timezone.now().date()) + timedelta(days=1)
    rows = RecurringInvoice.objects.filter(status=RecurringStatus.ACTIVE, next_on__lte=horizon)
    return sum(_run_one(pk, day) for pk in list(rows.order_by("pk").values_list("pk", flat=True)))


def _run_one(pk: int, day: date | None) -> int:
    try:
        with transaction.atomic():
            rows = RecurringInvoice.objects.select_for_update(of=("self",), skip_locked=True)
            recurring = rows.select_related("organization", "customer").filter(pk=pk, status="active").first()
            if recurring is None:
                return 0
            made = recurring.made
            _make_due(Actor.system("recurring invoices"), recurring, day or today(recurring.organization))
            return int(recurring.made != made)
    except DomainError as refused:
        RecurringInvoice.objects.filter(pk=pk).update(fault=refused.message[:500])
        return 0


def lock(recurring: RecurringInvoice) -> RecurringInvoice:
    """The same calendar as it is now, held until this transaction ends."""
    rows = RecurringInvoice.objects.of(recurring.organization_id).select_for_update(of=("self",))
    found = rows.select_related("organization", "customer").filter(pk=recurring.pk).first()
    if found is None:
        raise NotFound(_("There is no such recurring invoice."))
    return found


def _make_due(actor: Actor, recurring: RecurringInvoice, day: date) -> RecurringInvoice:
    for _time in range(MOST_TERMS):
        if recurring.status != RecurringStatus.ACTIVE or recurring.next_on is None or recurring.next_on > day:
            break
        made = create_document(
            actor=actor,
            organization=recurring.organization,
            kind=Kind.INVOICE,
            values={**_carried(recurring), **recurring.content["values"], "date": recurring.next_on},
            lines=recurring.content["lines"],
            drawn_from={},
        )
        if recurring.action == RenewalAction.SEND:
            move_document(actor=actor, document=made, verb="mark_sent")
        recurring.made += 1
        recurring.invoice_ids = [*recurring.invoice_ids, made.pk]
        recurring.fault = ""
        _record(actor, recurring, "repeated", {}, {"invoice": made.number, "date": recurring.next_on})
        _set_next(recurring)
        if recurring.next_on is None:
            _move(actor, recurring, "expire")
        recurring.save()
    return recurring


def _carried(recurring: RecurringInvoice) -> dict[str, Any]:
    """What its invoices take over of its custom values."""
    currency = recurring.content["values"].get("currency") or recurring.customer.currency
    return carried_over(recurring.organization, Extended.INVOICES, [recurring], currency=currency)


def _set_next(recurring: RecurringInvoice) -> None:
    """The day of the next invoice: by the calendar, as long as it lasts."""
    day = day_of(recurring.starts_on, Unit(recurring.unit), recurring.interval, recurring.made)
    is_over = recurring.times is not None and recurring.made >= recurring.times
    is_past = recurring.ends_on is not None and day > recurring.ends_on
    recurring.next_on = None if is_over or is_past else day


def _set_content(actor: Actor, recurring: RecurringInvoice, values: Given, lines: Sequence[Given]) -> None:
    """Try the invoice out, keep nothing of it, and keep what it was made of."""
    kept = {name: value for name, value in values.items() if name not in OF_THE_DAY}
    with transaction.atomic():
        tried = create_document(
            actor=actor, organization=recurring.organization, kind=Kind.INVOICE, values=kept, lines=lines, drawn_from={}
        )
        transaction.set_rollback(True)
    recurring.customer, recurring.total, recurring.currency = tried.customer, tried.total, tried.currency
    recurring.content = {"values": _plain(kept), "lines": [_plain(row) for row in lines]}


def _plain(values: Given) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, (Decimal, date)) else value for name, value in values.items()}


def _check(recurring: RecurringInvoice) -> None:
    faults: dict[str, list[str]] = {}
    if not 1 <= recurring.interval <= 120:
        faults["interval"] = [_("Choose a number from 1 to 120.")]
    if recurring.times == 0:
        faults["times"] = [_("Leave it empty to go on until it is stopped.")]
    if recurring.ends_on is not None and recurring.ends_on < recurring.starts_on:
        faults["ends_on"] = [_("This is before the first invoice.")]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)


def _move(actor: Actor, recurring: RecurringInvoice, verb: str) -> None:
    told = {"number": recurring.number, "status": recurring.get_status_display()}
    before = recurring.status
    recurring.status = workflow.RECURRING_INVOICE.target(before, verb, sentence=str(SUBSCRIPTION_REFUSAL) % told)
    _record(actor, recurring, verb, {"status": before}, {"status": recurring.status})
    emit(DocumentMoved(**facts_of(recurring, actor), verb=verb, before=before, after=recurring.status))


def _record(actor: Actor, recurring: RecurringInvoice, verb: str, before: Given, after: Given) -> None:
    tenant = recurring.organization.tenant
    audit.services.record(actor=actor, tenant=tenant, subject=recurring, verb=verb, before=before, after=after)
