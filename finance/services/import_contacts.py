"""Entering an imported contact: a customer with contact persons, or a vendor."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from finance.choices import CustomerKind, ImportedKind
from finance.imports.fields import PERSON_FIELDS
from finance.imports.invoicing import plain
from finance.imports.reading import Entry
from finance.imports.words import VENDOR
from finance.models import ContactPerson, Customer, Vendor
from finance.selectors.customers import contact_persons
from finance.selectors.import_known import exemption_meant, known_by_source, named, term_meant
from finance.services import contact_persons as persons
from finance.services import customers, vendors
from finance.services.import_books import (
    Applied,
    Books,
    Unfit,
    changed_outcome,
    differences,
    member_of,
    one,
    remember,
    snapshot,
)
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.imports.problems import Particular, Problem
from finsuite.kernel.imports.tables import ImportOutcome
from finsuite.kernel.text import name_key

REACHED = ("email", "phone", "mobile")
NAMED = ("salutation", "first_name", "last_name")
Values = dict[str, Any]


def apply_contact(books: Books, entry: Entry) -> Applied:
    """Create the customer or vendor, or bring the one that is meant up to date."""
    if entry.values.get("contact_type") == VENDOR:
        applied, code = _apply_vendor(books, entry), "not_of_vendors"
    else:
        applied, code = _apply_customer(books, entry), "not_of_customers"
    applied.notes += [Problem(code, name) for name in books.table.of(applied.kind).strays(entry.values)]
    return applied


def _apply_customer(books: Books, entry: Entry) -> Applied:
    known = _meant(books, entry, ImportedKind.CUSTOMER, Customer)
    if known is not None and books.job.existing == books.job.Existing.SKIP:
        return Applied(ImportOutcome.SKIP, ImportedKind.CUSTOMER, known)
    notes = _opened(books, entry, known)
    values = _customer_values(books, entry, known, notes)
    rows = _persons_of(entry) if _kind(entry, known) == CustomerKind.BUSINESS else []
    source_id = entry.values.get("source_id", "")
    if known is None:
        made = customers.create_customer(
            actor=books.actor,
            organization=books.organization,
            values=values,
            contact_persons=[persons.PersonRow(values=row) for row in rows],
        )
        remember(books, ImportedKind.CUSTOMER, source_id, made)
        return Applied(ImportOutcome.CREATE, ImportedKind.CUSTOMER, made, notes=notes)
    before = snapshot(known, values)
    saved = customers.update_customer(actor=books.actor, customer=known, values=values)
    changes = differences(before, snapshot(saved, values)) | _save_persons(books, saved, rows)
    remember(books, ImportedKind.CUSTOMER, source_id, saved)
    return Applied(changed_outcome(changes), ImportedKind.CUSTOMER, saved, changes, notes=notes)


def _apply_vendor(books: Books, entry: Entry) -> Applied:
    known = _meant(books, entry, ImportedKind.VENDOR, Vendor)
    if known is not None and books.job.existing == books.job.Existing.SKIP:
        return Applied(ImportOutcome.SKIP, ImportedKind.VENDOR, known)
    notes = _opened(books, entry, known)
    values = (
        _plain(books, entry, ImportedKind.VENDOR, vendors.WRITABLE)
        | _from_person(entry, REACHED + NAMED)
        | _owned(books, entry, notes)
    )
    term = _term(books, entry)
    if term is not None:
        values["payment_term_id"] = term.pk
    source_id = entry.values.get("source_id", "")
    if known is None:
        made = vendors.create_vendor(actor=books.actor, organization=books.organization, values=values)
        remember(books, ImportedKind.VENDOR, source_id, made)
        return Applied(ImportOutcome.CREATE, ImportedKind.VENDOR, made, notes=notes)
    before = snapshot(known, values)
    saved = vendors.update_vendor(actor=books.actor, vendor=known, values=values)
    remember(books, ImportedKind.VENDOR, source_id, saved)
    changes = differences(before, snapshot(saved, values))
    return Applied(changed_outcome(changes), ImportedKind.VENDOR, saved, changes, notes=notes)


def _meant(books: Books, entry: Entry, kind: ImportedKind, model: Any) -> Any:
    """The record that the entry is about: by the id of the other books, else by name, and e-mail among namesakes."""
    known = known_by_source(books.organization, kind, entry.values.get("source_id", ""))
    if known is not None:
        return known
    name = entry.values["display_name"]
    found = named(books.organization, model, name, _from_person(entry, ("email",)).get("email", ""))
    if len(found) > 1:
        told: dict[str, Particular] = {"count": len(found), "ids": ", ".join(str(record.pk) for record in found[:5])}
        raise Unfit(Problem("several_records", "display_name", told))
    return one(found, "several_records", "display_name", name)


def _kind(entry: Entry, known: Customer | None) -> str:
    return str(entry.values.get("kind") or (known.kind if known else CustomerKind.BUSINESS))


def _opened(books: Books, entry: Entry, known: Customer | Vendor | None) -> list[Problem]:
    """What the contact owed, or had to its credit, when the other books began is told, and not imported: it is neither
    a sale nor a payment of ours."""
    opening = entry.values.get("opening_balance")
    if not opening:
        return []
    currency = entry.values.get("currency") or (known.currency if known else books.organization.base_currency)
    return [Problem("opening_balance", "", {"amount": plain(opening), "currency": currency})]


def _owned(books: Books, entry: Entry, notes: list[Problem]) -> Values:
    owner_id = member_of(books, entry, "owner", notes)
    return {} if owner_id is None else {"owner_id": owner_id}


def _exempt(books: Books, entry: Entry, notes: list[Problem]) -> Values:
    """Why the customer pays no tax, where that is one of the reasons here."""
    told = entry.values.get("exemption", "")
    if not told:
        return {}
    found = exemption_meant(books.organization, told)
    if found is None:
        notes.append(Problem("no_such_exemption", "exemption", {"value": told[:60]}))
        return {}
    return {"exemption_id": found.pk}


def _customer_values(books: Books, entry: Entry, known: Customer | None, notes: list[Problem]) -> Values:
    values = _plain(books, entry, ImportedKind.CUSTOMER, customers.WRITABLE) | _from_person(entry, REACHED)
    if _kind(entry, known) == CustomerKind.INDIVIDUAL:
        values |= _from_person(entry, NAMED)
        if known is None and not (values.get("first_name") or values.get("last_name")):
            values["last_name"] = entry.values["display_name"][:100]
    if values.get("credit_limit") == Decimal(0):  # how the other books write that there is none
        values["credit_limit"] = None
    return {**values, **_agreed(books, entry), **_owned(books, entry, notes), **_exempt(books, entry, notes)}


def _agreed(books: Books, entry: Entry) -> Values:
    """The payment term of that name or of as many days; else what was agreed is kept with the customer."""
    term = _term(books, entry)
    if term is not None:
        return {"payment_term_id": term.pk, "payment_terms": 0, "payment_terms_label": ""}
    label, days = entry.values.get("payment_terms_label", ""), entry.values.get("payment_terms")
    if not label and days is None:
        return {}
    return {"payment_term_id": None, "payment_terms": max(days or 0, 0), "payment_terms_label": label}


def _term(books: Books, entry: Entry) -> Any:
    label, days = entry.values.get("payment_terms_label", ""), entry.values.get("payment_terms")
    return term_meant(books.known.terms, label, days) if label or days is not None else None


def _plain(books: Books, entry: Entry, kind: ImportedKind, writable: frozenset[str]) -> Values:
    """The values that are written as they are, those of custom fields included."""
    left_out = ("payment_terms", "payment_terms_label", *books.table.of(kind).strays(entry.values))
    return {
        name: value
        for name, value in entry.values.items()
        if (name in writable or name.startswith(PREFIX)) and name not in left_out
    }


def _from_person(entry: Entry, names: tuple[str, ...]) -> Values:
    """What the first row says of how to reach the contact, or of their own name."""
    first: Mapping[str, Any] = entry.parts[0] if entry.parts else {}
    return {name: first[name] for name in names if name in first}


def _persons_of(entry: Entry) -> list[Values]:
    return [dict(part) for part in entry.parts if part.get("first_name") or part.get("last_name")]


def _save_persons(books: Books, customer: Customer, rows: list[Values]) -> dict[str, dict[str, Any]]:
    """Add the persons that the customer lacks, and bring those up to date that bear the same e-mail or name."""
    if not rows:
        return {}
    there = list(contact_persons(customer))
    before = _people(there)
    for row in rows:
        known = _same_person(there, row)
        if known is None:
            persons.create_contact_person(actor=books.actor, customer=customer, values=row)
        else:
            known.organization = books.organization
            persons.update_contact_person(actor=books.actor, person=known, values=row)
    after = _people(list(contact_persons(customer)))
    return {} if before == after else {"contact_persons": {"before": before, "after": after}}


def _same_person(there: list[ContactPerson], row: Values) -> ContactPerson | None:
    email = str(row.get("email", "")).casefold()
    key = name_key(f"{row.get('first_name') or ''} {row.get('last_name') or ''}")
    by_email = [person for person in there if email and person.email.casefold() == email]
    by_name = [person for person in there if person.name_key == key]
    return next(iter(by_email or by_name), None)


def _people(there: list[ContactPerson]) -> str:
    told = []
    for person in sorted(there, key=lambda person: person.pk):
        facts = [getattr(person, name) for name in PERSON_FIELDS if name not in NAMED]
        told.append(", ".join([person.full_name, *(fact for fact in facts if fact)]))
    return "; ".join(told)
