"""Finding records by what a person types: capitals and accents don't count, and every word must be there."""

from __future__ import annotations

from django.db.models import Q

from finsuite.kernel.text import fold

MOST_WORDS = 8


def matches(text: str) -> Q:
    """The filter that keeps records containing every word of the text (the first 8); the trigram index serves it."""
    kept = Q()
    for word in fold(text.replace("\x00", " ")[:200]).split()[:MOST_WORDS]:
        kept &= Q(search_text__contains=word)
    return kept
