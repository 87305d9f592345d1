"""Files for spreadsheets, which run what looks like a formula: no cell of ours ever does."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

_ARMED = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "|", "%")


class _Echo:
    """A file that hands back each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def safe_cell(value: Any) -> str:
    """The value as text that no spreadsheet takes for a formula. Numbers stay numbers; "" for None."""
    if value is None:
        return ""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return str(value)
    text = str(value)
    # A full-width sign is one too, once the spreadsheet has normalised it; so is one behind spaces.
    seen = unicodedata.normalize("NFKC", text.lstrip(" \u00a0\u202f"))
    return f"'{text}" if seen.startswith(_ARMED) or text.startswith(_ARMED) else text


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The rows as lines of CSV, behind the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([safe_cell(cell) for cell in row])
