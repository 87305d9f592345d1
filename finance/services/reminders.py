"""Reminding customers of what they owe: who may be reminded, of what, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.choices import EmailKind, InvoiceStatus
from finance.events import DocumentUpdated
from finance.models import ContactPerson, Email, Invoice, Organization
from finance.rights import Right
from finance.selectors.days import today
from finance.services.correspondence import AS_SUGGESTED, Wanted, write
from finance.services.document_letters import DocumentLetter
from finance.services.documents import facts_of, lock
from finance.wording import REMINDER_REFUSALS
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused, TransitionRefused
from finsuite.kernel.events import emit
from finsuite.kernel.versions import require_version

MOST_AT_ONCE = 10


class ReminderLetter(DocumentLetter):
    """An open invoice, as its customer is reminded of it."""

    kind = EmailKind.REMINDER

    def values(self, language: str) -> Mapping[str, str]:
        """The invoice's values, and for how many days it has been due."""
        late = (today(self.document.organization) - self.document.due_date).days
        return {**super().values(language), "days_overdue": str(max(late, 0))}

    def emailed(self, *, actor: Actor, email: Email) -> None:
        """The invoice counts its reminders."""
        note_reminder(actor=actor, invoice=self.document, email=email)


def refusal_of(invoice: Invoice) -> str:
    """Why nobody can be reminded of this invoice; nothing where somebody can."""
    if invoice.status == InvoiceStatus.SENT and invoice.balance > 0:
        return ""
    told = {"number": invoice.number, "status": invoice.get_status_display()}
    return str(REMINDER_REFUSALS[invoice.status] % told)


def require_owed(invoice: Invoice) -> None:
    """Refuse, in a sentence, to remind of what nobody owes."""
    refusal = refusal_of(invoice)
    if refusal:
        raise TransitionRefused(refusal, state=invoice.status, verb="remind", legal=[])


def remind(*, actor: Actor, invoice: Invoice, wanted: Wanted = AS_SUGGESTED, key: str | None = None) -> Email:
    """Write to the customer that the invoice is still to be paid, with its PDF, in their language."""
    require(actor, invoice.organization, Right.SALES_EDIT)
    require_owed(invoice)
    about = ReminderLetter(invoice)
    return write(actor=actor, organization=invoice.organization, about=about, wanted=wanted, key=key)


@transaction.atomic
def note_reminder(*, actor: Actor, invoice: Invoice, email: Email) -> None:
    """Count a reminder that is on its way. Whoever paid in the meantime is not reminded."""
    require(actor, invoice.organization, Right.SALES_EDIT)
    held: Any = lock(invoice)
    require_owed(held)
    before = held.reminders_sent
    held.reminders_sent, held.last_reminder_at = before + 1, timezone.now()
    held.save(update_fields=["reminders_sent", "last_reminder_at", "updated_at"])
    after = {"reminders_sent": held.reminders_sent, "recipients": email.recipients}
    _record(actor, held, "reminded", {"reminders_sent": before}, after)
    emit(DocumentUpdated(**facts_of(held, actor), fields=frozenset({"reminders_sent"})))


@transaction.atomic
def set_reminded(*, actor: Actor, invoice: Invoice, is_reminded: bool, version: str | None = None) -> None:
    """Have the customer reminded of this invoice by rule, or not. By hand they can be reminded of it all the same."""
    require(actor, invoice.organization, Right.SALES_EDIT)
    held: Any = lock(invoice)
    require_version(held, version)
    if held.is_reminded == is_reminded:
        return
    held.is_reminded = is_reminded
    held.save(update_fields=["is_reminded", "updated_at"])
    verb = "reminders resumed" if is_reminded else "reminders stopped"
    _record(actor, held, verb, {}, {})
    emit(DocumentUpdated(**facts_of(held, actor), fields=frozenset({"is_reminded"})))


def require_few(invoices: Sequence[Any]) -> None:
    """Refuse to remind of more than a person can look over."""
    if len(invoices) > MOST_AT_ONCE:
        sentence = _("At most %(most)d reminders can be sent at once. Choose fewer invoices.")
        raise Refused(sentence % {"most": MOST_AT_ONCE}, code="too_many")


def letters_of(organization: Organization, invoices: Sequence[Invoice]) -> list[ReminderLetter]:
    """The reminders of these invoices; their customers' contact persons are read in one query."""
    persons: dict[int, list[ContactPerson]] = {invoice.customer_id: [] for invoice in invoices}
    rows = ContactPerson.objects.of(organization).filter(customer_id__in=persons)
    for person in rows.order_by("-is_primary", "id"):
        persons[person.customer_id].append(person)
    for invoice in invoices:
        invoice.organization = organization
    return [ReminderLetter(invoice, persons[invoice.customer_id]) for invoice in invoices]


def _record(actor: Actor, invoice: Invoice, verb: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    tenant = invoice.organization.tenant
    audit.services.record(actor=actor, tenant=tenant, subject=invoice, verb=verb, before=before, after=after)
