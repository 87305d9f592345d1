"""Finding records by what a person types: capitals, accents and the words' order don't count, nor, if nothing else
is found, a slip of the hand.

`matches` is the plain filter of lists. `ranked` also puts the best first: those called so, those whose name begins so,
those with such words in their name, then the others; among equals, the last touched. Only so many of each sort are
looked at that a word which half of the records contain costs no more than a rare one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from crm.access import Access
from crm.choices import Module
from crm.models import Account, Contact, Record, SearchWord
from finsuite.kernel import terms as searched
from finsuite.kernel.terms import SHORT, Terms, letters, pattern
from finsuite.kernel.words import meant

R = TypeVar("R", bound=Record)

BEGINNING = 60
RECENT = 500
OTHERS = 300

Meant = Mapping[str, Sequence[str]]


def matches(text: str) -> Q:
    """The filter that keeps records containing every word of the text (the first 8); the trigram index serves it."""
    return holding(searched.read(text))


def find_accounts(access: Access, text: str) -> QuerySet[Account]:
    """Accounts that the person may see and that match, the best first."""
    rows = Account.objects.of(access.organization).filter(access.visible(Module.ACCOUNTS))
    return found(rows, access, text)


def find_contacts(access: Access, text: str) -> QuerySet[Contact]:
    """Contacts that the person may see and that match, the best first; each with its account."""
    rows = Contact.objects.of(access.organization).filter(access.visible(Module.CONTACTS))
    return found(rows, access, text).select_related("account")


def found(rows: QuerySet[R], access: Access, text: str) -> QuerySet[R]:
    """The rows that match, the best first; where none does, those that match what was meant."""
    terms = searched.read(text)
    if not terms:
        return rows.order_by("sort_key", "id")
    if rows.filter(holding(terms)).exists():
        return ranked(rows, terms)
    return ranked(rows, terms, corrections(access, terms))


def ranked(rows: QuerySet[R], terms: Terms, meant: Meant | None = None) -> QuerySet[R]:
    """The rows that hold the terms, or what they were meant to be, the best first."""
    kept = holding(terms) if meant is None else holding_meant(terms, meant)
    if meant:
        terms = searched.corrected(terms, meant)
    bare = rows.order_by().values("pk")
    recent = rows.order_by("-updated_at", "-id").values("pk")[:RECENT]
    candidates = bare.filter(sort_key__in=terms.turned)[:BEGINNING].union(
        bare.filter(sort_key__startswith=terms.folded).order_by("sort_key", "id")[:BEGINNING],
        bare.filter(kept, pk__in=recent),
        bare.filter(kept)[:OTHERS],
        all=True,
    )
    return rows.filter(pk__in=candidates).order_by(_rank(terms), "-updated_at", "-id")


def holding(terms: Terms) -> Q:
    """The rows that hold every word, or all of them together as one number."""
    kept = Q()
    for word in terms.words:
        kept &= Q(search_text__contains=pattern(word))
    return kept | Q(search_text__contains=terms.number) if terms.number else kept


def corrections(access: Access, terms: Terms) -> Meant:
    """What each word may have been meant to be. Two statements."""
    return meant(SearchWord, access.organization.pk, terms.words)


def holding_meant(terms: Terms, meant: Meant) -> Q:
    """The rows that hold, for every word, the word itself or one that it may have been meant to be."""
    groups = meant_words(terms, meant)
    kept = Q() if groups else Q(pk__in=[])
    for group in groups:
        either = Q()
        for word in group:
            either |= Q(search_text__contains=word)
        kept &= either
    return kept


def meant_words(terms: Terms, meant: Meant) -> list[list[str]]:
    """For each word that is long enough to be misspelt: what a record may contain for it."""
    if not meant:
        return []
    return [
        [word, *(f" {known}" for part in letters(word) for known in meant.get(part, ()))]
        for word in terms.words
        if len(word) >= SHORT
    ]


def _rank(terms: Terms) -> Case:
    begins, within = Q(), Q()
    for word in terms.words:
        begins &= Q(sort_key__startswith=word) | Q(sort_key__contains=f" {word}")
        within &= Q(sort_key__contains=word)
    cases: list[Any] = [
        When(sort_key__in=terms.turned, then=Value(0)),
        When(Q(sort_key__startswith=terms.folded) | Q(search_text__startswith=f" {terms.folded}"), then=Value(1)),
        When(begins, then=Value(2)),
        When(within, then=Value(3)),
    ]
    return Case(*cases, default=Value(4), output_field=IntegerField())
