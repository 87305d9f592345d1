"""E-mails about a customer's account: the receipt of what they paid, and their statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

import audit.services
from finance.choices import EmailKind
from finance.documents import pdf
from finance.documents.account_sheets import receipt_sheet, statement_sheet
from finance.documents.sheet import Sheet
from finance.models import Customer, Email, Payment
from finance.selectors.payments import applied_to
from finance.selectors.statements import Statement
from finance.services.emails import File
from finance.services.party_letters import PartyLetter
from finsuite.kernel import formats
from finsuite.kernel.actors import Actor


class AccountLetter(PartyLetter):
    """What both have in common: a sheet as PDF, and a row in the history of what it is about."""

    kind: EmailKind
    record_kind: str
    verb: str

    def __init__(self, record: Payment | Customer, customer: Customer) -> None:
        super().__init__(customer)
        self.record, self.organization = record, record.organization
        self.record_id = record.pk
        self.language = customer.language or self.organization.language

    def sheet(self, language: str) -> Sheet:
        """What is drawn of it."""
        raise NotImplementedError

    def files(self, language: str) -> Sequence[File]:
        """The PDF."""
        made = pdf.pdf([self.sheet(language)], made_at=timezone.now())
        return [File(name=name, media_type="application/pdf", content=made) for name in self.file_names(language)]

    def file_names(self, language: str) -> Sequence[str]:
        """What it is called."""
        raise NotImplementedError

    def emailed(self, *, actor: Actor, email: Email) -> None:
        """Its history tells to whom it was sent."""
        after = {"recipients": email.recipients}
        tenant = self.organization.tenant
        audit.services.record(actor=actor, tenant=tenant, subject=self.record, verb=self.verb, after=after)


class ReceiptLetter(AccountLetter):
    """A payment, as its customer is thanked for it."""

    kind = EmailKind.PAYMENT
    record_kind = "payment"
    verb = "receipt sent"

    def __init__(self, payment: Payment) -> None:
        super().__init__(payment, payment.customer)
        self.payment = payment

    def values(self, language: str) -> Mapping[str, str]:
        """The payment's values in this language."""
        payment = self.payment
        return {
            "customer": self.party.display_name,
            "contact": self.contact,
            "organization": self.organization.name,
            "number": payment.number,
            "date": formats.day(payment.date, language=language),
            "total": formats.amount(payment.amount, payment.currency, language=language),
            "reference": payment.reference,
        }

    def sheet(self, language: str) -> Sheet:
        """The receipt."""
        return receipt_sheet(self.payment, self._applied, language=language)

    def file_names(self, language: str) -> Sequence[str]:
        """ "Payment receipt PAY-00012.pdf"."""
        with translation.override(language):
            return [pdf.file_name_of(f"{pgettext('document', 'Payment receipt')} {self.payment.number}")]

    @cached_property
    def _applied(self) -> list[Any]:
        return applied_to(self.payment)


class StatementLetter(AccountLetter):
    """What a customer owed and owes, as it is sent to them."""

    kind = EmailKind.STATEMENT
    record_kind = "customer"
    verb = "statement sent"

    def __init__(self, customer: Customer, statement: Statement) -> None:
        super().__init__(customer, customer)
        self.customer, self.statement = customer, statement

    def values(self, language: str) -> Mapping[str, str]:
        """The statement's values in this language."""
        told = self.statement
        since, to = (formats.day(day, language=language) for day in (told.since, told.to))
        closing = formats.amount(told.closing, told.currency, language=language)
        return {
            "customer": self.party.display_name,
            "contact": self.contact,
            "organization": self.organization.name,
            "date": to,
            "period": f"{since} – {to}",
            "total": closing,
            "balance": closing,
        }

    def sheet(self, language: str) -> Sheet:
        """The statement."""
        return statement_sheet(self.customer, self.statement, language=language)

    def file_names(self, language: str) -> Sequence[str]:
        """ "Statement of account Mérieux 2026-11-30.pdf"."""
        with translation.override(language):
            name = _("Statement of account %(customer)s %(day)s")
        told = {"customer": self.customer.display_name, "day": self.statement.to.isoformat()}
        return [pdf.file_name_of(name % told)]
