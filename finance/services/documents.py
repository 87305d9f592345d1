"""The one way in which documents with lines are written: made, changed, deleted. Every kind goes through here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import audit.services
from finance import access, workflow
from finance.access import require
from finance.choices import DocumentKind as Kind
from finance.choices import RoundOff, TaxMode, TermKind
from finance.events import DocumentCreated, DocumentDeleted, DocumentUpdated
from finance.models import Bill, Invoice, Membership, Organization, PaymentTerm
from finance.models.documents import Document, DocumentLine
from finance.payment_terms import due_date
from finance.selectors.days import today
from finance.selectors.preferences import preferences
from finance.selectors.rates import price_precision
from finance.services import numbering
from finance.services.customer_rules import constraint_of
from finance.services.document_kinds import SPECS, Spec
from finance.services.document_references import unknown_invoice
from finance.services.drafting import compute, draw_lines, rate_of, read_around
from finance.services.settling import refresh_balance
from finance.services.versions import keep_version
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import Change, assign, refuse_unknown
from finsuite.kernel.terms import searchable
from finsuite.kernel.versions import require_version

ADDRESS = ("attention", "address", "street2", "city", "state", "zip", "country", "phone", "fax")
_STEPS: dict[str, Decimal | None] = {RoundOff.NONE: None, RoundOff.WHOLE: Decimal(1)}

Given = Mapping[str, Any]

BEFORE_CREATING: list[Callable[[Document], None]] = []
"""Called with a document that is about to be made, its figures known: may refuse it."""

BEFORE_UPDATING: list[Callable[[Document, Change], None]] = []
"""Called with a locked document and the change of its own fields that is about to be saved: may refuse it."""

BEFORE_DELETING: list[Callable[[Actor, Document], None]] = []
"""Called with a locked document that is about to be deleted: what it had taken of others goes back."""


@contextmanager
def refusing_number_clashes() -> Iterator[None]:
    """Word the database's refusal of a number that another document of the kind bears."""
    try:
        yield
    except IntegrityError as error:
        if not (constraint_of(error) or "").endswith("_number"):
            raise
        sentence = _("The number %(number)s is taken already.") % {"number": _taken_number(error)}
        raise Refused(sentence, code="duplicate_number", fields={"number": [sentence]}) from error


def _taken_number(error: IntegrityError) -> str:
    """The number that the database names as the last of the key that exists: `(organization_id, number)=(7, INV-2)`."""
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    named = re.search(r"\)=\(\d+,(?: \d+,)? (.*)\)", getattr(diagnosis, "message_detail", None) or "")
    return named[1] if named else ""


@refusing_number_clashes()
@transaction.atomic
def create_document(
    *,
    actor: Actor,
    organization: Organization,
    kind: Kind,
    values: Given,
    lines: Sequence[Given],
    drawn_from: Given | None = None,
) -> Any:
    """Make a document, as a draft; every figure of it is computed here.

    `drawn_from` are the columns that tell what it was converted from, for services only. A line's amounts are in the
    document's currency; what a row of `lines` leaves out comes from its item.
    """
    spec = SPECS[kind]
    require(actor, organization, spec.edit)
    document = begin(spec, organization, values)
    for name, value in (drawn_from or {}).items():
        setattr(document, name, value)
    _check_lines_given(lines)
    around = read_around(document, lines)
    drawn = draw_lines(spec, document, lines, around, {})
    compute(document, drawn, around.taxes)
    _check_total(document)
    refresh_balance(document)
    for check in BEFORE_CREATING:
        check(document)
    _set_number(spec, document)
    document.save(force_insert=True)
    _insert_lines(spec, document, drawn)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=document,
        verb="created",
        after=_told(spec, document, drawn),
    )
    emit(DocumentCreated(**facts_of(document, actor)))
    return document


@refusing_number_clashes()
@transaction.atomic
def update_document(
    *,
    actor: Actor,
    document: Document,
    values: Given,
    lines: Sequence[Given] | None = None,
    version: str | None = None,
) -> Any:
    """Change some of a document's fields, or its lines (None leaves them): those that no row names any more go.

    What was sent may be changed where the organization's preferences say so, and leaves a version of what it said.
    """
    spec = SPECS[document.kind]
    organization = document.organization
    require(actor, organization, spec.edit)
    document = lock(document)
    require_version(document, version)
    _check_editable(document)
    if "currency" in values and values["currency"] != document.currency:
        sentence = _("A document stays in its currency, %(currency)s.") % {"currency": document.currency}
        raise Refused(sentence, code="fixed", fields={"currency": [sentence]})
    change = _with_due_date(document, assign(document, values, allowed=spec.writable), values)
    _check_references(spec, document, change)
    kept = {line.pk: line for line in lines_of(document)}
    before = [_line_told(line) for line in kept.values()]
    if lines is None:
        lines = [{"id": pk} for pk in kept]
    _check_lines_given(lines)
    around = read_around(document, lines, kept.values())
    drawn = draw_lines(spec, document, lines, around, kept)
    gone = [line for pk, line in kept.items() if pk not in {line.pk for line in drawn}]
    _check_kept(gone)
    _check_taken(drawn)
    compute(document, drawn, around.taxes)
    _check_total(document)
    after = [_line_told(line) for line in drawn]
    if not change and before == after:
        return document
    for check in BEFORE_UPDATING:
        check(document, change)
    refresh_balance(document)
    if before != after:
        change = change.and_(Change({"lines": before}, {"lines": after}))
    _set_search(document)
    document.save()
    _save_lines(spec, document, drawn, gone)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=document,
        verb="updated",
        before=change.before,
        after=change.after,
    )
    if document.is_issued:
        keep_version(actor=actor, document=document, lines=drawn)
    emit(DocumentUpdated(**facts_of(document, actor), fields=frozenset(change.after)))
    return document


@transaction.atomic
def delete_document(*, actor: Actor, document: Document, version: str | None = None) -> None:
    """Delete a document that nothing else was made of. Its number is not given again; the history keeps it."""
    spec = SPECS[document.kind]
    require(actor, document.organization, spec.delete)
    document = lock(document)
    require_version(document, version)
    if document.status not in workflow.DELETABLE[document.kind]:
        raise Refused(_cannot_delete(document), code="not_deletable")
    lines = list(lines_of(document))
    _check_kept(lines)
    for give_back in BEFORE_DELETING:
        give_back(actor, document)
    facts = facts_of(document, actor)
    audit.services.record(
        actor=actor,
        tenant=document.organization.tenant,
        subject=document,
        verb="deleted",
        before=_told(spec, document, lines),
    )
    try:
        with transaction.atomic():
            spec.line.objects.filter(document=document).delete()  # type: ignore[attr-defined]
            document.delete()
    except IntegrityError as error:
        raise Refused(_in_use(document), code="in_use") from error
    emit(DocumentDeleted(**facts))


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
    _check_references(spec, document, None)
    setattr(document, spec.party, party)
    _set_search(document)
    return document


def lock(document: Document) -> Document:
    """The same document as it is now, held until this transaction ends."""
    rows = type(document).objects.of(document.organization_id)
    found = rows.select_for_update(of=("self",)).select_related(type(document).party_field).filter(pk=document.pk)  # type: ignore[attr-defined]
    one = found.first()
    if one is None:
        raise NotFound(_("There is no such document."))
    one.organization = document.organization
    return one


def lines_of(document: Document) -> Sequence[DocumentLine]:
    """Its lines, in their order."""
    return list(document.lines.order_by("position", "pk"))  # type: ignore[attr-defined]


def facts_of(document: Document, actor: Actor) -> dict[str, Any]:
    """What every event of a document tells."""
    return {
        "organization_id": document.organization_id,
        "actor": actor,
        "kind": document.kind.value,
        "record_id": document.pk,
        "deal_id": document.deal_id,
        "project_id": document.project_id,
    }


def address_of(party: Any, which: str) -> dict[str, str]:
    """The party's address as a document keeps it; only what is filled in."""
    found = {part: getattr(party, f"{which}_{part}", "") for part in ADDRESS}
    return {part: value for part, value in found.items() if value}


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


def _with_due_date(document: Document, change: Change, values: Given) -> Change:
    """The change, with the due date that follows where another payment term is agreed."""
    if "payment_term_id" not in change:
        return change
    before = document.until
    _set_due(document, getattr(document, type(document).party_field), values)  # type: ignore[attr-defined]
    if document.until == before:
        return change
    return change.and_(Change({"due_date": before}, {"due_date": document.until}))


def _check_references(spec: Spec, document: Document, change: Change | None) -> None:
    """What a document names must be of its organization, and fit together."""
    organization = document.organization
    faults: dict[str, list[str]] = {}
    until = document.until
    if until is not None and until < document.date and spec.model.until_field != "date":
        faults[spec.model.until_field] = [_("This is before the date of the document.")]
    if document.exchange_rate <= 0:
        faults["exchange_rate"] = [_("A rate is greater than zero.")]
    elif document.currency == organization.base_currency and document.exchange_rate != 1:
        faults["exchange_rate"] = [_("The rate of the base currency is 1.")]
    if not 0 <= document.price_precision <= 6:
        faults["price_precision"] = [_("Prices have from 0 to 6 decimals.")]
    if change and "number" in change and document.is_issued:
        faults["number"] = [_("What was issued keeps its number.")]
    if document.shipping_charge < 0:
        faults["shipping_charge"] = [_("A shipping charge is not below zero.")]
    if document.salesperson_id and (change is None or "salesperson_id" in change):
        members = Membership.objects.of(organization)
        if not members.filter(user_id=document.salesperson_id).exists():
            faults["salesperson_id"] = [_("The salesperson must be a member of %(name)s.") % {"name": organization}]
    faults |= unknown_invoice(document, change)
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    if change is not None and f"{spec.party}_id" in change:
        party = access.referred_party(
            organization, spec.party, getattr(document, f"{spec.party}_id"), field=f"{spec.party}_id"
        )
        if document.is_issued:
            sentence = _("This was issued to somebody already. Void it, and make another.")
            raise Refused(sentence, code="fixed", fields={f"{spec.party}_id": [sentence]})
        setattr(document, spec.party, party)
    _check_persons(spec, document, change)


def _check_persons(spec: Spec, document: Any, change: Change | None) -> None:
    """Also where another customer is chosen: the persons of the one before are none of theirs."""
    is_as_before = change is not None and not {"contact_person_ids", "customer_id"} & change.after.keys()
    if not spec.is_sale or not document.contact_person_ids or is_as_before:
        return
    known = access.contact_person_ids(document.organization, document.customer_id)
    if not known.issuperset(document.contact_person_ids):
        sentence = _("Only contact persons of the customer can be chosen.")
        raise Refused(sentence, code="unknown_person", fields={"contact_person_ids": [sentence]})


def _check_lines_given(lines: Sequence[Given]) -> None:
    if not lines:
        sentence = _("A document has at least one line.")
        raise Refused(sentence, code="required", fields={"lines": [sentence]})


def _check_total(document: Document) -> None:
    if document.total < 0:
        sentence = _("The total is below zero. What a customer gets back is a credit note.")
        raise Refused(sentence, code="negative_total", fields={"lines": [sentence]})


def _check_editable(document: Any) -> None:
    if document.status not in workflow.EDITABLE[document.kind]:
        sentence = _("%(number)s is in the state “%(status)s”, and can't be changed any more.") % {
            "number": document.number,
            "status": document.get_status_display(),
        }
        raise Refused(sentence, code="not_editable")
    if document.is_issued and not preferences(document.organization).is_sent_editable:
        sentence = _("%(number)s was sent, and the preferences say that what was sent is not changed.")
        raise Refused(sentence % {"number": document.number}, code="not_editable")


def _check_kept(gone: Sequence[Any]) -> None:
    """A line that something else was made of stays."""
    for line in gone:
        if getattr(line, "invoiced_quantity", 0) or getattr(line, "billed_quantity", 0):
            sentence = _("“%(line)s” is invoiced or billed already, at least in part, and can't be removed.")
            raise Refused(sentence % {"line": line}, code="in_use", fields={"lines": [sentence % {"line": line}]})


def _check_taken(lines: Sequence[Any]) -> None:
    """No line is of less than what was made of it already."""
    faults = {}
    for place, line in enumerate(lines):
        taken: Any = getattr(line, "invoiced_quantity", 0) or getattr(line, "billed_quantity", 0)
        if taken > line.quantity:
            sentence = _("%(taken)s of this are invoiced or billed already.") % {"taken": f"{taken.normalize():f}"}
            faults[f"lines/{place}/quantity"] = [sentence]
    if faults:
        raise Refused(_("Some quantities are less than what is invoiced or billed."), code="taken", fields=faults)


def _cannot_delete(document: Any) -> str:
    sentence = _("%(number)s is in the state “%(status)s”, and can't be deleted. Void it instead.")
    return sentence % {"number": document.number, "status": document.get_status_display()}


def _in_use(document: Document) -> str:
    return _("Other documents were made of %(number)s, so it can't be deleted.") % {"number": document.number}


def _set_number(spec: Spec, document: Document) -> None:
    """Take the next number, last of all: everybody else who makes one waits from here."""
    if document.number:
        return
    if spec.kind is Kind.BILL:
        sentence = _("Give the number that the vendor has put on the bill.")
        raise Refused(sentence, code="required", fields={"number": [sentence]})
    document.number = numbering.take_free(organization=document.organization, series=spec.series, model=spec.model)
    _set_search(document)


def _set_search(document: Document) -> None:
    party = getattr(document, type(document).party_field)  # type: ignore[attr-defined]
    document.search_text = searchable((document.number, document.reference, str(party)))


def _insert_lines(spec: Spec, document: Document, lines: Sequence[DocumentLine]) -> None:
    for line in lines:
        line.document = document  # type: ignore[attr-defined]
    spec.line.objects.bulk_create(lines)  # type: ignore[attr-defined]


def _save_lines(spec: Spec, document: Document, lines: Sequence[DocumentLine], gone: Sequence[DocumentLine]) -> None:
    rows = spec.line.objects  # type: ignore[attr-defined]
    if gone:
        rows.filter(pk__in=[line.pk for line in gone]).delete()
    old = [line for line in lines if line.pk]
    if old:
        columns = [field.name for field in spec.line._meta.concrete_fields if field.name not in ("id", "document")]
        rows.bulk_update(old, columns)
    _insert_lines(spec, document, [line for line in lines if not line.pk])


def _told(spec: Spec, document: Document, lines: Sequence[DocumentLine]) -> dict[str, Any]:
    """What the history tells of a document that came or went."""
    told = {name: getattr(document, name) for name in sorted(spec.writable)}
    told = {name: value for name, value in told.items() if value not in ("", None, [], {}, Decimal(0))}
    return {**told, "total": document.total, "lines": [_line_told(line) for line in lines]}


def _line_told(line: DocumentLine) -> dict[str, Any]:
    return {
        "position": line.position,
        "name": line.name,
        **({"header": line.header} if line.header else {}),
        **({"description": line.description} if line.description else {}),
        "quantity": f"{line.quantity.normalize():f}",
        "rate": f"{line.rate.normalize():f}",
        **({"discount": line.discount} if line.discount else {}),
        **({"taxes": [tax["name"] for tax in line.taxes]} if line.taxes else {}),
        "item_total": f"{line.item_total.normalize():f}",
    }
