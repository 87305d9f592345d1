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
