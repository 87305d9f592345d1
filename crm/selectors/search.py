"""Finding records by what a person types: capitals and accents don't count, and every word must be there."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from crm.access import Access
from crm.choices import Module
from crm.models import Account, Contact, Record
from finsuite.kernel.text import fold

MOST_WORDS = 8

R = TypeVar("R", bound=Record)


def matches(text: str) -> Q:
    """The filter that keeps records containing every word of the text (the first 8); the trigram index serves it."""
    kept = Q()
    for word in _folded(text).split()[:MOST_WORDS]:
        kept &= Q(search_text__contains=word)
    return kept


def find_accounts(access: Access, text: str) -> QuerySet[Account]:
    """Accounts that the person may see and that match, those whose name begins with the text first."""
    return ranked(Account.objects.of(access.organization).filter(access.visible(Module.ACCOUNTS)), text)


def find_contacts(access: Access, text: str) -> QuerySet[Contact]:
    """Contacts that the person may see and that match, the best first; each with its account."""
    rows = Contact.objects.of(access.organization).filter(access.visible(Module.CONTACTS))
    return ranked(rows, text).select_related("account")


def ranked(rows: QuerySet[R], text: str) -> QuerySet[R]:
    """The rows that contain every word of the text, those whose name begins with it first."""
    rows = rows.filter(matches(text))
    begins = When(sort_key__startswith=_folded(text), then=Value(0))
    return rows.order_by(Case(begins, default=Value(1), output_field=IntegerField()), "sort_key", "id")


def _folded(text: str) -> str:
    return fold(text.replace("\x00", " ")[:200])
