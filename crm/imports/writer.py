"""Rows to CSV that a spreadsheet shows and never computes, and that this reader reads back as they were."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"

# What makes a spreadsheet take a cell for a formula, at its start, perhaps after white space.
_TRIGGERS = "=+-@\t\r\n\0＝＋－＠|%"  # the wide ones are what Japanese keyboards type
_RISKY = re.compile(rf"[\s\ufeff]*[{re.escape(_TRIGGERS)}]")
_NUMBER = re.compile(r"[+-]?\d[\d .,\u00a0\u202f]*%?")


def safe(text: str) -> str:
    """The cell with an apostrophe before it if a spreadsheet could compute it. Numbers stay numbers."""
    if not text or text[0].isalnum() or not _RISKY.match(text) or _NUMBER.fullmatch(text):
        return text
    return "'" + text


def unsafe(cell: str) -> str:
    """The cell as it was before `safe`."""
    return cell[1:] if cell[:1] == "'" and safe(cell[1:]) == cell else cell


def csv_chunks(rows: Iterable[Sequence[str]], delimiter: str) -> Iterator[bytes]:
    """The rows as CSV in UTF-8, with the mark that spreadsheets need to see that it is."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    out.write(BOM)
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
        if out.tell() > 32_000:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()
