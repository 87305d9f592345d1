"""What the records are called that the history of documents and expenses refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Model

from audit.models import Entry
from finance.models import (
    ContactPerson,
    Customer,
    ExpenseCategory,
    ExpenseReport,
    Invoice,
    Organization,
    PaymentTerm,
    Tax,
    Vendor,
)
from finance.selectors.organizations import members

MODELS: dict[str, type[Model]] = {
    "category_id": ExpenseCategory,
    "vendor_id": Vendor,
    "customer_id": Customer,
    "tax_id": Tax,
    "report_id": ExpenseReport,
    "shipping_tax_id": Tax,
    "payment_term_id": PaymentTerm,
    "invoice_id": Invoice,
    "contact_person_id": ContactPerson,  # several of them under `contact_person_ids`
}
PEOPLE = frozenset({"spender_id", "submitter_id", "decided_by_id", "salesperson_id"})


def namer_of(organization: Organization, entries: Iterable[Entry]) -> Callable[[str, int], str | None]:
    """Names for what these entries refer to: one query for each kind of record that they speak of."""
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        for side in (entry.before, entry.after):
            for name, value in side.items():
                one = name.removesuffix("s") if name.endswith("_ids") else name
                if one in MODELS or one in PEOPLE:
                    keys = value if isinstance(value, list) else [value]
                    wanted.setdefault(one, set()).update(key for key in keys if isinstance(key, int))
    names: dict[str, dict[int, str]] = {}
    if wanted.keys() & PEOPLE:
        people = {row.user_id: str(row.user) for row in members(organization)}
        names |= dict.fromkeys(PEOPLE, people)
    for name, model in MODELS.items():
        if wanted.get(name):
            rows = model._default_manager.filter(organization=organization, pk__in=wanted[name])
            names[name] = {row.pk: str(row) for row in rows}
    return lambda name, key: names.get(name, {}).get(key)
