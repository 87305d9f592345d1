"""What every document with lines is checked for before it is written, each with its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from finance import access, workflow
from finance.models import Membership
from finance.models.documents import Document
from finance.selectors.preferences import preferences
from finance.services.document_kinds import Spec
from finance.services.document_references import unknown_invoice
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change

ADDRESS = ("attention", "address", "street2", "city", "state", "zip", "country", "phone", "fax")
LONGEST_PART = 500  # of an address
_UNSTORABLE = frozenset({"\x00", *map(chr, range(0xD800, 0xE000))})  # what the database can't keep of a text

Given = Mapping[str, Any]


def check_references(spec: Spec, document: Document, change: Change | None) -> None:
    """What a document names must be of its organization, and fit together."""
    organization = document.organization
    faults = _own_faults(spec, document, change)
    if document.salesperson_id and (change is None or "salesperson_id" in change):
        members = Membership.objects.of(organization)
        if not members.filter(user_id=document.salesperson_id).exists():
            faults["salesperson_id"] = [_("The salesperson must be a member of %(name)s.") % {"name": organization}]
    faults |= unknown_invoice(document, change)
    for name in ("billing", "shipping", "deliver_to"):
        if name in spec.writable and (change is None or name in change):
            faults |= _address_faults(name, getattr(document, name))
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


def _own_faults(spec: Spec, document: Document, change: Change | None) -> dict[str, list[str]]:
    """What is wrong with it by itself, whatever else there is."""
    faults: dict[str, list[str]] = {}
    until = document.until
    if until is not None and until < document.date and spec.model.until_field != "date":
        faults[spec.model.until_field] = [_("This is before the date of the document.")]
    if document.exchange_rate <= 0:
        faults["exchange_rate"] = [_("A rate is greater than zero.")]
    elif document.currency == document.organization.base_currency and document.exchange_rate != 1:
        faults["exchange_rate"] = [_("The rate of the base currency is 1.")]
    if not 0 <= document.price_precision <= 6:
        faults["price_precision"] = [_("Prices have from 0 to 6 decimals.")]
    if change and "number" in change and document.is_issued:
        faults["number"] = [_("What was issued keeps its number.")]
    if document.shipping_charge < 0:
        faults["shipping_charge"] = [_("A shipping charge is not below zero.")]
    return faults


def _address_faults(name: str, kept: Any) -> dict[str, list[str]]:
    """An address is texts under the names of its parts."""
    if not isinstance(kept, Mapping) or not all(isinstance(part, str) for part in kept.values()):
        return {name: [_("An address is told in its parts, each a text.")]}
    if unknown := sorted(set(kept) - set(ADDRESS)):
        return {name: [_("An address has no such parts: %(parts)s.") % {"parts": ", ".join(unknown)}]}
    if any(len(part) > LONGEST_PART or not _UNSTORABLE.isdisjoint(part) for part in kept.values()):
        return {name: [_("A part of this address is too long, or can't be stored.")]}
    return {}


def _check_persons(spec: Spec, document: Any, change: Change | None) -> None:
    """Also where another customer is chosen: the persons of the one before are none of theirs."""
    is_as_before = change is not None and not {"contact_person_ids", "customer_id"} & change.after.keys()
    if not spec.is_sale or not document.contact_person_ids or is_as_before:
        return
    known = access.contact_person_ids(document.organization, document.customer_id)
    if not known.issuperset(document.contact_person_ids):
        sentence = _("Only contact persons of the customer can be chosen.")
        raise Refused(sentence, code="unknown_person", fields={"contact_person_ids": [sentence]})


def check_lines_given(lines: Sequence[Given]) -> None:
    """A document is of something."""
    if not lines:
        sentence = _("A document has at least one line.")
        raise Refused(sentence, code="required", fields={"lines": [sentence]})


def check_total(document: Document) -> None:
    """What is below zero is another kind of document."""
    if document.total < 0:
        sentence = _("The total is below zero. What a customer gets back is a credit note.")
        raise Refused(sentence, code="negative_total", fields={"lines": [sentence]})


def check_editable(document: Any) -> None:
    """What is done with, or was sent where that is final, stays as it is."""
    if document.status not in workflow.EDITABLE[document.kind]:
        sentence = _("%(number)s is in the state “%(status)s”, and can't be changed any more.") % {
            "number": document.number,
            "status": document.get_status_display(),
        }
        raise Refused(sentence, code="not_editable")
    if document.is_issued and not preferences(document.organization).is_sent_editable:
        sentence = _("%(number)s was sent, and the preferences say that what was sent is not changed.")
        raise Refused(sentence % {"number": document.number}, code="not_editable")


def check_kept(gone: Sequence[Any]) -> None:
    """A line that something else was made of stays."""
    for line in gone:
        if any(getattr(line, name, 0) for name in ("invoiced_quantity", "billed_quantity", "is_invoiced")):
            sentence = _("“%(line)s” is invoiced or billed already, at least in part, and can't be removed.")
            raise Refused(sentence % {"line": line}, code="in_use", fields={"lines": [sentence % {"line": line}]})


def check_taken(lines: Sequence[Any]) -> None:
    """No line is of less than what was made of it already."""
    faults = {}
    for place, line in enumerate(lines):
        taken: Any = getattr(line, "invoiced_quantity", 0) or getattr(line, "billed_quantity", 0)
        if taken > line.quantity:
            sentence = _("%(taken)s of this are invoiced or billed already.") % {"taken": f"{taken.normalize():f}"}
            faults[f"lines/{place}/quantity"] = [sentence]
    if faults:
        raise Refused(_("Some quantities are less than what is invoiced or billed."), code="taken", fields=faults)


def cannot_delete(document: Any) -> str:
    """Why a document in this state stays."""
    sentence = _("%(number)s is in the state “%(status)s”, and can't be deleted. Void it instead.")
    return sentence % {"number": document.number, "status": document.get_status_display()}


def in_use(document: Document) -> str:
    """Why a document that others were made of stays."""
    return _("Other documents were made of %(number)s, so it can't be deleted.") % {"number": document.number}
