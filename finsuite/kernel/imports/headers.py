"""Which column fills which field. Each field lists its headers best first, so that of two columns that would fill it
the better one does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

_NOT_ALNUM = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

Ranked = Mapping[str, tuple[str, int]]


def normal(header: str) -> str:
    """The form in which two headers are the same: no accents, no case, no punctuation but %, words apart."""
    spaced = _CAMEL.sub(" ", header).replace("%", " percent ")
    plain = unicodedata.normalize("NFKD", spaced.replace("’", "'"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return _NOT_ALNUM.sub(" ", letters.replace("œ", "oe").replace("n°", "no ")).strip()


def ranked(headers: Mapping[str, Iterable[str]], fields: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Normal header → (field, rank). Our own field name ranks first; the first field to claim a header keeps it."""
    known: dict[str, tuple[str, int]] = {normal(name): (name, -1) for name in fields}
    for field, names in headers.items():
        for rank, name in enumerate(names):
            known.setdefault(normal(name), (field, rank))
    return known


def matched(
    known: Ranked, fields: Collection[str], headers: Sequence[str], labels: Mapping[str, str] | None = None
) -> dict[int, str]:
    """Column number → field, for every column that is recognised; each field at most once.

    `labels` are the names that the reader's own language shows the fields by: they are known as well. A field of the
    organization's own, which is none of `fields`, is meant by its label before any of the names that others use.
    """
    known = dict(known)
    for field, label in (labels or {}).items():
        if field in fields:
            known.setdefault(normal(label), (field, 0))
        else:
            known[normal(label)] = (field, -1)
    best: dict[str, tuple[int, int]] = {}
    for column, header in enumerate(headers):
        found = known.get(normal(header))
        if found is None:
            continue
        field, rank = found
        if field not in best or rank < best[field][0]:
            best[field] = (rank, column)
    return {column: field for field, (_rank, column) in best.items()}


# The columns that a download of refused rows carries beside the file's own. They are told by name in every language, so
# that the mended file is taken for what it is.
LINE = "finsuite line"
REASON = "finsuite reason"


def signature(headers: Sequence[str]) -> str:
    """What a set of headers is remembered by, so that the next file like it is mapped the same."""
    return "\x1f".join(normal(header) for header in headers if header not in (LINE, REASON))


def carried(old: Sequence[str], mapping: Mapping[str, str], new: Sequence[str]) -> dict[str, str]:
    """A mapping of a file with the same signature, moved to where its columns stand in this one."""
    places = zip(_own(old), _own(new), strict=False)
    return {str(here): mapping[str(there)] for there, here in places if str(there) in mapping}


def _own(headers: Sequence[str]) -> list[int]:
    return [column for column, header in enumerate(headers) if header not in (LINE, REASON)]
