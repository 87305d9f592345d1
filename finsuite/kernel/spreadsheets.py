"""Files for spreadsheets, which run what looks like a formula: no cell of ours does, and each reads back as it was."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

BOM = "\ufeff"
_CHUNK = 32_000  # characters

# What makes a spreadsheet take a cell for a formula, at its start, perhaps behind white space.
_RISKY = re.compile(r"[\s\ufeff]*[=+\-@\t\r\n\x00|%]")
_NUMBER = re.compile(r"[+-]?\d[\d .,\u00a0\u202f]*%?")


def safe_cell(value: Any) -> str:
    """The value as text that no spreadsheet takes for a formula. Numbers stay numbers; "" for None."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, (int, float, Decimal)) or not text or text[0].isalnum() or _NUMBER.fullmatch(text):
        return text
    # A full-width sign is one too, once the spreadsheet has normalised it.
    seen = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return f"'{text}" if _RISKY.match(seen) else text


def plain_cell(cell: str) -> str:
    """The cell as it was before `safe_cell`."""
    return cell[1:] if cell[:1] == "'" and safe_cell(cell[1:]) == cell else cell


def csv_chunks(rows: Iterable[Iterable[Any]], delimiter: str = ",") -> Iterator[bytes]:
    """The rows as CSV in UTF-8, behind the mark by which spreadsheets know it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    out.write(BOM)
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
        if out.tell() > _CHUNK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()
