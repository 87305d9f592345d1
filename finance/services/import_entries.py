"""One record of a file: entered, or rehearsed. Both go the same way; a rehearsal takes everything back at its end."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from finance.choices import ImportedKind
from finance.imports.fields import CONTACTS, INVOICES, ITEMS
from finance.imports.reading import Entry
from finance.imports.words import VENDOR
from finance.services.import_books import REFUSALS, Applied, Books, Unfit, problems_of
from finance.services.import_contacts import apply_contact
from finance.services.import_invoices import apply_invoice
from finance.services.import_items import apply_item
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.said import in_every_language
from finsuite.kernel.imports.tables import ImportOutcome

_APPLY: dict[str, Callable[[Books, Entry], Applied]] = {
    CONTACTS: apply_contact,
    ITEMS: apply_item,
    INVOICES: apply_invoice,
}
_KINDS = {CONTACTS: ImportedKind.CUSTOMER, ITEMS: ImportedKind.ITEM, INVOICES: ImportedKind.INVOICE}


def attempt(books: Books, entry: Entry) -> Applied:
    """Enter the record, whole or not at all. What is refused says why."""
    if entry.problems:
        return _refused(books, entry, entry.problems)
    applied = _once(books, entry)
    if applied.outcome == ImportOutcome.REFUSE:
        applied.notes = in_every_language(applied.notes, lambda: _taken_back(books, entry).notes)
    return applied


def rehearse(books: Books, entry: Entry) -> Applied:
    """Find out what entering the record would do, by the very rules that will be asked then; nothing stays written."""
    with transaction.atomic():
        applied = attempt(books, entry)
        transaction.set_rollback(True)
    return applied


def _taken_back(books: Books, entry: Entry) -> Applied:
    """The same once more, for what it says alone: even if it went well this time, nothing stays written."""
    with transaction.atomic():
        applied = _once(books, entry)
        transaction.set_rollback(True)
    return applied


def _once(books: Books, entry: Entry) -> Applied:
    try:
        with transaction.atomic():
            return _APPLY[books.job.module](books, entry)
    except Unfit as unfit:
        return _refused(books, entry, unfit.problems)
    except REFUSALS as refusal:
        return _refused(books, entry, problems_of(refusal))


def _refused(books: Books, entry: Entry, problems: list[Problem]) -> Applied:
    is_vendor = entry.values.get("contact_type") == VENDOR
    kind = ImportedKind.VENDOR if is_vendor else _KINDS[books.job.module]
    return Applied(ImportOutcome.REFUSE, kind, notes=problems)
