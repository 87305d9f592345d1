"""What the records are called that the history of expenses refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Model

from audit.models import Entry
from finance.models import Customer, ExpenseCategory, ExpenseReport, Organization, Tax, Vendor
from finance.selectors.organizations import members

MODELS: dict[str, type[Model]] = {
    "category_id": ExpenseCategory,
    "vendor_id": Vendor,
    "customer_id": Customer,
    "tax_id": Tax,
    "report_id": ExpenseReport,
}
PEOPLE = frozenset({"spender_id", "submitter_id", "decided_by_id"})


def namer_of(organization: Organization, entries: Iterable[Entry]) -> Callable[[str, int], str | None]:
    """Names for what these entries refer to: one query for each kind of record that they speak of."""
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        for side in (entry.before, entry.after):
            for name, value in side.items():
                if isinstance(value, int) and (name in MODELS or name in PEOPLE):
                    wanted.setdefault(name, set()).add(value)
    names: dict[str, dict[int, str]] = {}
    if wanted.keys() & PEOPLE:
        people = {row.user_id: str(row.user) for row in members(organization)}
        names |= dict.fromkeys(PEOPLE, people)
    for name, model in MODELS.items():
        if name in wanted:
            rows = model._default_manager.filter(organization=organization, pk__in=wanted[name])
            names[name] = {row.pk: str(row) for row in rows}
    return lambda name, key: names.get(name, {}).get(key)
