"""Records of both sides by name, with what tells each apart from others of its name."""

from __future__ import annotations

from collections.abc import Iterable

from crm.models import Account, Contact
from finance.models import ContactPerson, Customer
from integration.choices import Kind

Names = dict[tuple[str, int], tuple[str, str]]
"""(kind, id) → name, and what tells it apart."""


def names_of(records: Iterable[tuple[str, int]]) -> Names:
    """The names of these records; one query for each kind among them. Those that are no more are left out."""
    wanted: dict[str, set[int]] = {}
    for kind, pk in records:
        wanted.setdefault(kind, set()).add(pk)
    return {(kind, pk): words for kind, ids in wanted.items() for pk, words in _describe(kind, ids).items()}


def _describe(kind: str, ids: set[int]) -> dict[int, tuple[str, str]]:
    if kind == Kind.ACCOUNT:
        rows = Account.objects.filter(pk__in=ids).values_list("pk", "name", "billing_city", "phone")
        return {pk: (name, _joined(city, phone)) for pk, name, city, phone in rows}
    if kind == Kind.CONTACT:
        people = Contact.objects.filter(pk__in=ids).values_list("pk", "first_name", "last_name", "email", "phone")
        return {pk: (f"{first} {last}".strip(), _joined(email, phone)) for pk, first, last, email, phone in people}
    if kind == Kind.CUSTOMER:
        parties = Customer.objects.filter(pk__in=ids).values_list(
            "pk", "display_name", "number", "billing_city", "billing_phone"
        )
        return {pk: (name, _joined(number, city, phone)) for pk, name, number, city, phone in parties}
    persons = ContactPerson.objects.filter(pk__in=ids).values_list("pk", "first_name", "last_name", "email", "phone")
    return {pk: (f"{first} {last}".strip(), _joined(email, phone)) for pk, first, last, email, phone in persons}


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
