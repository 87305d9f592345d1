"""What is left of an invoice, a bill or a credit note, and the state that follows from it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from finance import workflow
from finance.choices import DocumentKind as Kind
from finance.models.documents import Document
from finsuite.kernel.errors import Refused
from finsuite.kernel.money import to_base


def refresh_balance(document: Document) -> None:
    """Bring the balance up to date with the total and with what was settled, unsaved; and the state with the balance.

    Raises Refused where less would be left than nothing.
    """
    done = _settled(document)
    if done is None:
        return
    row: Any = document
    row.balance = row.total - done
    if row.balance < 0:
        sentence = _("%(done)s of this is settled already: the total can't be less.") % {"done": f"{done:f}"}
        raise Refused(sentence, code="settled", fields={"lines": [sentence]})
    row.balance_base = to_base(row.balance, row.exchange_rate, row.organization.base_currency)
    table = workflow.TABLES[row.kind]
    verb = "settle" if row.balance == 0 else "unsettle"
    if table.allows(row.status, verb):
        row.status = table.target(row.status, verb, sentence="")


def _settled(document: Any) -> Any:
    if document.kind is Kind.INVOICE:
        document.settled_total = document.paid_total + document.credited_total + document.written_off_total
        return document.settled_total
    if document.kind is Kind.BILL:
        return document.paid_total
    if document.kind is Kind.CREDIT_NOTE:
        return document.used_total
    return None
