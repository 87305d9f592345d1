"""How names are compared, everywhere: in matching, in uniqueness, in search and in sorting."""

from __future__ import annotations

import re
import unicodedata

_SPACE = re.compile(r"\s+")


def name_key(name: str) -> str:
    """The form under which two names are the same name (decisions, Sync 4).

    Trimmed, white space collapsed, Unicode NFKC, case folded. Accents and punctuation still tell names apart.
    """
    if name.isascii():
        return " ".join(name.lower().split())
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())).strip()


class _Bare(dict[int, str | int | None]):
    """For `str.translate`: letters without their accents. What a sign becomes is found out once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = bare = None if unicodedata.combining(chr(code)) else code
        return bare


# Letters that Unicode does not decompose into a base letter and an accent.
_BASES = {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "’": "'"}
_BARE = _Bare({ord(letter): base for letter, base in _BASES.items()})


def fold(text: str) -> str:
    """The form in which text is searched and sorted: like `name_key`, and accents don't count either."""
    key = name_key(text)
    return key if key.isascii() else unicodedata.normalize("NFKD", key).translate(_BARE)
