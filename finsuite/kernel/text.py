"""How names are compared, everywhere: in matching, in uniqueness, in search and in sorting."""

from __future__ import annotations

import re
import unicodedata

_SPACE = re.compile(r"\s+")


def name_key(name: str) -> str:
    """The form under which two names are the same name (decisions, Sync 4).

    Trimmed, white space collapsed, Unicode NFKC, case folded. Accents and punctuation still tell names apart.
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())).strip()


# Letters that Unicode does not decompose into a base letter and an accent.
_BASE_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "’": "'"}
)


def fold(text: str) -> str:
    """The form in which text is searched and sorted: like `name_key`, and accents don't count either."""
    decomposed = unicodedata.normalize("NFKD", name_key(text))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).translate(_BASE_LETTERS)
