"""What lies behind a figure of a report: another report, or the list of the documents that it was summed from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from finance.choices import DocumentKind as Kind
from finance.periods import Span
from finance.selectors.reports.ageing import STEPS
from finance.selectors.reports.asking import UNUSED, Asked
from finance.selectors.reports.catalogue import REPORTS, Definition
from finance.selectors.reports.shapes import Row
from finance.selectors.shown import ISSUED
from finance.ui.documents.pages import PAGES as DOCUMENTS
from finance.ui.payments.pages import PAGES as PAYMENTS

Links = Mapping[str, str]
"""The addresses behind the cells of one row, by column."""


def links_of(definition: Definition, asked: Asked, row: Row) -> Links:
    """Where the figures of this row lead; nothing for a row that is no record."""
    find = _OF.get(definition.name)
    return find(asked, row) if find is not None and row.get("kind") not in ("rest", "none") else {}


def report_url(asked: Asked, name: str, **more: Any) -> str:
    """The page of a report that is asked the same, and more."""
    definition = REPORTS[name]
    kept = {key: value for key, value in {**_same(asked), **more}.items() if key in definition.asked and value}
    place = reverse(f"finance:{definition.route}", kwargs={"organization": asked.organization.pk})
    return f"{place}?{urlencode(kept)}" if kept else place


def _same(asked: Asked) -> dict[str, Any]:
    """What was asked, as parameters. The days are named, so that the link means the same tomorrow."""
    return {
        "period": "custom",
        "since": asked.span.since.isoformat(),
        "to": asked.span.to.isoformat(),
        "as_of": asked.as_of.isoformat(),
        "compare": asked.compare,
        "customer": asked.customer.pk if asked.customer else None,
        "vendor": asked.vendor.pk if asked.vendor else None,
        "item": asked.item.pk if asked.item else None,
        "salesperson": asked.salesperson_id,
        "spender": asked.spender_id,
        "currency": asked.currency,
        "status": asked.status,
        "step": asked.step,
    }


def _documents(asked: Asked, span: Span, party_id: int | None) -> dict[str, str]:
    """The lists of exactly the invoices and credit notes that count; absent where none can be narrowed likewise."""
    if asked.item or asked.salesperson_id or asked.currency:
        return {}
    days = {"since": span.since.isoformat(), "to": span.to.isoformat()}
    query = urlencode({"status": ISSUED, **days, **({"party": party_id} if party_id else {})})
    kinds = {"invoices": Kind.INVOICE, "credit_notes": Kind.CREDIT_NOTE}
    return {name: f"{DOCUMENTS[kind].url(asked.organization.pk, 'list')}?{query}" for name, kind in kinds.items()}


def _record(asked: Asked, name: str, pk: int) -> str:
    return reverse(f"finance:{name}_detail", kwargs={"organization": asked.organization.pk, name: pk})


def _of_customer(asked: Asked, row: Row) -> Links:
    customer = row["customer_id"]
    return {
        "name": _record(asked, "customer", customer),
        "net": report_url(asked, "sales-by-item", customer=customer),
        **_documents(asked, asked.span, customer),
    }


def _of_item(asked: Asked, row: Row) -> Links:
    item = row["item_id"]
    return {"name": _record(asked, "item", item), "net": report_url(asked, "sales-by-customer", item=item)}


def _of_month(asked: Asked, row: Row) -> Links:
    span = asked.span.month(row["month"])
    days = {"since": span.since.isoformat(), "to": span.to.isoformat()}
    target = "sales-by-item" if asked.customer else "sales-by-customer"
    party = asked.customer.pk if asked.customer else None
    return {"net": report_url(asked, target, **days), **_documents(asked, span, party)}


def _of_owed(party: str, name: str) -> Callable[[Asked, Row], Links]:
    def find(asked: Asked, row: Row) -> Links:
        if "open_base" in row:
            return _behind(asked, row, party)
        one = {party: row[f"{party}_id"]}
        steps = {step: report_url(asked, name, **one, step=step) for step in (*STEPS, UNUSED) if row[step]}
        return {"name": _record(asked, party, row["party_id"]), "outstanding": report_url(asked, name, **one), **steps}

    return find


_PAYMENTS = (Kind.PAYMENT, Kind.VENDOR_PAYMENT)


def _behind(asked: Asked, row: Row, party: str) -> Links:
    """A document that is open, or a payment of which something is unused."""
    kind = Kind("credit_note" if row["kind"] == "creditnote" else row["kind"])
    pages: Any = PAYMENTS[kind] if kind in _PAYMENTS else DOCUMENTS[kind]
    number = pages.url(asked.organization.pk, "detail", row["id"])
    return {"number": number, "name": _record(asked, party, row["party_id"])}


def _of_category(asked: Asked, row: Row) -> Links:
    if asked.status or asked.customer or asked.vendor or asked.currency:
        return {}
    query = {"category": row["category_id"], "since": asked.span.since.isoformat(), "to": asked.span.to.isoformat()}
    query |= {"who": asked.spender_id} if asked.spender_id else {}
    place = reverse("finance:expense_list", kwargs={"organization": asked.organization.pk})
    return {"count": f"{place}?{urlencode(query)}"}


_OF: dict[str, Callable[[Asked, Row], Links]] = {
    "sales-by-customer": _of_customer,
    "sales-by-item": _of_item,
    "sales-by-month": _of_month,
    "receivables-ageing": _of_owed("customer", "receivables-ageing"),
    "payables-ageing": _of_owed("vendor", "payables-ageing"),
    "expenses-by-category": _of_category,
}
