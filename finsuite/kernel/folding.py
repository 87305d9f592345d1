"""Text compared without capitals and accents, in the database as `finsuite.kernel.text.fold` does in Python.

    Account.objects.filter(industry__folded="energie", tags__folded__contains=tag("vip"))

`fold_text` is a function of the database's, made by the migrations of the apps that use it. It is immutable, so that
an index may be built on it.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Transform

from finsuite.kernel.text import fold

FUNCTION = "fold_text"
_IOTA = "\u0345"  # the accent that capitals write as a letter
MARK = "\x01"  # between tags, where no tag has it
_MARK = f"chr({ord(MARK)})"


@models.CharField.register_lookup
@models.TextField.register_lookup
class Folded(Transform):
    """A text without capitals and accents."""

    lookup_name = "folded"
    function = FUNCTION
    output_field = models.TextField()


@ArrayField.register_lookup
class FoldedList(Transform):
    """Texts without capitals and accents, as one text in which each stands between two marks."""

    lookup_name = "folded"
    output_field = models.TextField()
    template = f"({_MARK} || {FUNCTION}(array_to_string(%(expressions)s, {_MARK})) || {_MARK})"


def marked(text: str) -> str:
    """A folded text as `FoldedList` contains it."""
    return f"{MARK}{text}{MARK}"


def definition() -> str:
    """The SQL of `fold_text`. It does not depend on the database's locale: what `lower` may not know is named here.

    Most texts are ASCII, and most others are once their accents are gone; only what then remains takes the long way.
    """
    singles: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for code in _letters():
        text = chr(code)
        folded = fold(text)
        if folded != text and unicodedata.normalize("NFKD", text) == text and not unicodedata.combining(text):
            (singles if len(folded) == 1 else others).append((text, folded))
    capitals, small = ("".join(letters) for letters in zip(*singles, strict=True))
    rest = f"translate(lower(bare), {_quoted(capitals)}, {_quoted(small)})"
    for text, folded in others:
        rest = f"replace({rest}, {_quoted(text)}, {_quoted(folded)})"
    return f"""
        CREATE OR REPLACE FUNCTION {FUNCTION}_other(given text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fold$
        DECLARE
            bare text := regexp_replace(replace(normalize(given, NFKD), '{_IOTA}', 'ι'), '[{_combining()}]', '', 'g');
        BEGIN
            IF octet_length(bare) <> length(bare) THEN
                bare := {rest};
            END IF;
            RETURN lower(bare);
        END
        $fold$;
        CREATE OR REPLACE FUNCTION {FUNCTION}(text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $fold$
            SELECT btrim(regexp_replace(
                CASE WHEN octet_length($1) = length($1) THEN lower($1) ELSE {FUNCTION}_other($1) END,
                '[[:space:]]+', ' ', 'g'
            ))
        $fold$;
    """


def _letters() -> Iterator[int]:
    """Latin, Greek, Cyrillic, Armenian and Georgian: the scripts with capitals that people's data is written in."""
    for first, last in ((0xA0, 0x58F), (0x10A0, 0x10FF), (0x1E00, 0x1FFF), (0x2018, 0x2019), (0x2C60, 0x2C7F)):
        yield from range(first, last + 1)


def _combining() -> str:
    """Every accent, as the ranges of a regular expression's bracket."""
    ranges: list[list[int]] = []
    for code in range(min(sys.maxunicode, 0xFFFF) + 1):
        if unicodedata.combining(chr(code)):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
