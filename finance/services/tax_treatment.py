"""Whether a sales document bears tax: as its customer is treated, until it is issued. What was issued keeps it."""

from __future__ import annotations

from typing import Any

from finance.models import Customer
from finance.models.documents import Document, SalesDocument
from finsuite.kernel.records import Change

COLUMNS = ("is_taxable", "exemption")


def follow_customer(document: Document) -> Change:
    """Treat an unissued document as its customer is treated now; unsaved. Answers what is different, in words."""
    if not isinstance(document, SalesDocument) or document.is_issued:
        return Change({}, {})
    customer = document.customer
    now = {"is_taxable": customer.is_taxable, "exemption": exemption_of(customer)}
    before = {name: getattr(document, name) for name in COLUMNS}
    for name, value in now.items():
        setattr(document, name, value)
    changed = [name for name in COLUMNS if before[name] != now[name]]
    return Change({name: _told(before[name]) for name in changed}, {name: _told(now[name]) for name in changed})


def _told(value: Any) -> Any:
    return value.get("name", "") if isinstance(value, dict) else value


def exemption_of(customer: Customer) -> dict[str, Any]:
    """Why the customer pays no tax, as documents keep it; empty where they do, or where nothing was said."""
    reason = None if customer.is_taxable else customer.exemption
    if reason is None:
        return {}
    return {"name": reason.name, "category": reason.category, "code": reason.code, "reason": reason.reason}


def bears_tax(document: Document) -> bool:
    """Whether taxes can be levied on its lines. Purchases always may."""
    return bool(getattr(document, "is_taxable", True))
