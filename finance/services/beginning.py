"""How a new document begins, unsaved: with what its party, the preferences and the day say of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finance import access
from finance.choices import DocumentKind as Kind
from finance.choices import RoundOff, TaxMode, TermKind
from finance.models import Bill, Invoice, Organization, PaymentTerm
from finance.models.documents import Document
from finance.payment_terms import due_date
from finance.selectors.days import today
from finance.selectors.preferences import preferences
from finance.selectors.rates import price_precision
from finance.services.document_checks import ADDRESS, check_references
from finance.services.document_kinds import Spec
from finance.services.drafting import rate_of
from finance.services.tax_treatment import follow_customer
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change, assign, refuse_unknown
from finsuite.kernel.terms import searchable

_STEPS: dict[str, Decimal | None] = {RoundOff.NONE: None, RoundOff.WHOLE: Decimal(1)}

Given = Mapping[str, Any]


def begin(spec: Spec, organization: Organization, values: Given, party: Any = None) -> Document:
    """A new document of this kind, unsaved, with what its party and the preferences say of it.

    `party` stands in for one that isn't chosen yet, where the document is only looked at.
    """
    refuse_unknown(values, spec.writable)
    document = spec.model(organization=organization)
    party = party or _party(spec, organization, values)
    asked = preferences(organization)
    currency = values.get("currency") or party.currency
    document.currency = currency
    document.price_precision = price_precision(organization, currency)
    document.date = today(organization)
    document.language = getattr(party, "language", "") or organization.language
    document.is_tax_inclusive = asked.tax_mode == TaxMode.INCLUSIVE
    document.is_discount_before_tax = asked.is_discount_before_tax
    document.round_off_step = _STEPS.get(asked.round_off, asked.round_off_step)
    texts = asked.texts.get(spec.kind, {})
    document.notes, document.terms = texts.get("notes", ""), texts.get("terms", "")
    if spec.is_sale:
        document.billing, document.shipping = address_of(party, "billing"), address_of(party, "shipping")  # type: ignore[attr-defined]
    given = {name: value for name, value in values.items() if value is not None or name.endswith("_id")}
    assign(document, given, allowed=spec.writable)
    if values.get("exchange_rate") is None:
        document.exchange_rate = rate_of(organization, currency, document.date)
    _set_due(document, party, values)
    if spec.kind is Kind.ESTIMATE and values.get("expiry_date") is None and asked.estimate_days is not None:
        document.expiry_date = document.date + timedelta(days=asked.estimate_days)  # type: ignore[attr-defined]
    check_references(spec, document, None)
    setattr(document, spec.party, party)
    follow_customer(document)
    set_search(document)
    return document


def address_of(party: Any, which: str) -> dict[str, str]:
    """The party's address as a document keeps it; only what is filled in."""
    found = {part: getattr(party, f"{which}_{part}", "") for part in ADDRESS}
    return {part: value for part, value in found.items() if value}


def with_addresses(document: Any, change: Change, values: Given) -> Change:
    """The change, with the addresses of the customer whom the document goes to now, where none are given."""
    if "customer_id" not in change:
        return change
    theirs = {name: address_of(document.customer, name) for name in ("billing", "shipping") if name not in values}
    return change.and_(assign(document, theirs, allowed=theirs))


def _party(spec: Spec, organization: Organization, values: Given) -> Any:
    key = f"{spec.party}_id"
    if not values.get(key):
        sentence = _("Choose the customer.") if spec.is_sale else _("Choose the vendor.")
        raise Refused(sentence, code="required", fields={key: [sentence]})
    party = access.referred_party(organization, spec.party, values[key], field=key)
    if not party.is_active:
        sentence = _("%(party)s is inactive. Make them active first, or choose somebody else.") % {"party": party}
        raise Refused(sentence, code="inactive", fields={key: [sentence]})
    return party


def _set_due(document: Document, party: Any, values: Given) -> None:
    """When an invoice or bill is due: the day that was given, or by the term that was, or by the party's term.

    Without one of theirs, the days agreed with a customer alone count, and without these the organization's default.
    """
    if not isinstance(document, (Invoice, Bill)):
        return
    term_id = document.payment_term_id or party.payment_term_id
    agreed = "" if term_id else getattr(party, "payment_terms_label", "")
    days = 0 if term_id else getattr(party, "payment_terms", 0)
    if agreed or days:
        document.payment_terms_label = agreed or ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
        kind = TermKind.DAYS
    else:
        terms = PaymentTerm.objects.of(document.organization)
        term = terms.filter(pk=term_id).first() if term_id else terms.filter(is_default=True).first()
        if term_id and term is None:
            sentence = _("There is no such payment term.")
            raise Refused(sentence, code="not_found", fields={"payment_term_id": [sentence]})
        kind, days = (TermKind(term.kind), term.days) if term else (TermKind.RECEIPT, 0)
        document.payment_term, document.payment_terms_label = term, term.name if term else ""
    if values.get("due_date") is None:
        document.due_date = due_date(kind, days, document.date)


def with_due_date(document: Document, change: Change, values: Given) -> Change:
    """The change, with the due date that follows where another payment term is agreed."""
    if "payment_term_id" not in change:
        return change
    before = document.until
    _set_due(document, getattr(document, type(document).party_field), values)  # type: ignore[attr-defined]
    if document.until == before:
        return change
    return change.and_(Change({"due_date": before}, {"due_date": document.until}))


def set_search(document: Document) -> None:
    """Bring up to date what the document is found by."""
    party = getattr(document, type(document).party_field)  # type: ignore[attr-defined]
    document.search_text = searchable((document.number, document.reference, str(party)))
