"""What a document and its lines name must be of their organization: told under the field, and alike for absent ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from finance.models import Customer, Invoice
from finance.models.documents import Document
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change

Faults = dict[str, list[str]]


def unknown_invoice(document: Any, change: Change | None) -> Faults:
    """A credit note corrects an invoice of its own customer, in its own currency."""
    invoice_id = getattr(document, "invoice_id", None)
    if invoice_id is None or (change is not None and not ({"invoice_id", "customer_id"} & change.after.keys())):
        return {}
    rows = Invoice.objects.of(document.organization)
    if rows.filter(pk=invoice_id, customer_id=document.customer_id, currency=document.currency).exists():
        return {}
    return {"invoice_id": [_("Choose an invoice of this customer, in the same currency.")]}


def unknown_customers(document: Document, given: Sequence[Mapping[str, Any]]) -> Faults:
    """The customers that the lines of a bill may be billed on to."""
    asked = {row["customer_id"] for row in given if row.get("customer_id")}
    if not asked:
        return {}
    known = set(Customer.objects.of(document.organization).filter(pk__in=asked).values_list("pk", flat=True))
    return {
        f"lines/{place}/customer_id": [_("There is no such customer.")]
        for place, row in enumerate(given)
        if row.get("customer_id") and row["customer_id"] not in known
    }


def keep_customer(line: Any, values: Mapping[str, Any]) -> None:
    """A line of a bill that is billed on names whom; one that was, stays with whom was billed."""
    now = {name: values.get(name, getattr(line, name, None)) for name in ("is_billable", "customer_id")}
    if getattr(line, "is_invoiced", False) and any(getattr(line, name) != value for name, value in now.items()):
        sentence = _("The customer was billed for this already. Take it off their invoice first.")
        raise Refused(sentence, code="invoiced", fields={"customer_id": [sentence]})
    if now["is_billable"] and not now["customer_id"]:
        sentence = _("Say whom it is billed on to.")
        raise Refused(sentence, code="required", fields={"customer_id": [sentence]})
