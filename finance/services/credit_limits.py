"""What happens when a customer would owe more than their credit limit: the organization's preferences say it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from finance.choices import CreditLimitRule
from finance.choices import DocumentKind as Kind
from finance.models import Customer, Invoice
from finance.models.documents import Document
from finance.selectors.days import today
from finance.selectors.preferences import preferences
from finance.selectors.rates import rate_on
from finance.selectors.receivables import net_owed_in_base
from finance.services import document_moves as moves
from finance.services import documents
from finsuite.kernel import formats
from finsuite.kernel.errors import Refused
from finsuite.kernel.money import to_base


def excess(customer: Customer, more: Decimal = Decimal(0)) -> Decimal:
    """By how much, in base currency, the customer would be over their limit with this much more; zero within it.

    What they have paid in advance, and what is left of their credit notes, counts against what they owe.
    """
    if customer.credit_limit is None:
        return Decimal(0)
    organization = customer.organization
    rate = rate_on(organization, customer.currency, today(organization))
    limit = to_base(customer.credit_limit, rate, organization.base_currency)
    return max(net_owed_in_base(organization, customer.pk) + more - limit, Decimal(0))


def warning(invoice: Invoice) -> str:
    """What to tell whoever writes an invoice of a customer over their limit; "" where there is nothing to tell."""
    if invoice.customer.credit_limit is None or invoice.status not in ("draft", "sent"):
        return ""
    if preferences(invoice.organization).credit_limit_rule == CreditLimitRule.IGNORE:
        return ""
    return _sentence(invoice, excess(invoice.customer, invoice.total_base if invoice.status == "draft" else Decimal(0)))


@moves.guards(Kind.INVOICE, "mark_sent")
def check_limit(invoice: Any) -> None:
    """Refuse an invoice that takes its customer over the limit, where the preferences say so."""
    if invoice.customer.credit_limit is None:
        return
    if preferences(invoice.organization).credit_limit_rule != CreditLimitRule.REFUSE:
        return
    invoice.customer.organization = invoice.organization
    sentence = _sentence(invoice, excess(invoice.customer, invoice.total_base))
    if sentence:
        raise Refused(sentence, code="credit_limit", fields={"customer_id": [sentence]})


def _before_creating(document: Document) -> None:
    if isinstance(document, Invoice):
        check_limit(document)


documents.BEFORE_CREATING.append(_before_creating)


def _sentence(invoice: Invoice, over: Decimal) -> str:
    if not over:
        return ""
    told = {
        "customer": invoice.customer,
        "over": formats.amount(over, invoice.organization.base_currency),
        "limit": formats.amount(invoice.customer.credit_limit or Decimal(0), invoice.customer.currency),
    }
    return _("With this, %(customer)s would owe %(over)s more than their credit limit of %(limit)s.") % told
