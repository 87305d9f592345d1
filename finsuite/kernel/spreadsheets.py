"""Files for spreadsheets, which run what looks like a formula: no cell of ours does, and each reads back as it was."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

BOM = "\ufeff"
_CHUNK = 32_000  # characters
MOST_XLSX_ROWS = 1_048_576  # as many as a sheet has, the header included
_MOST_XLSX_CELL = 32_767  # characters
_MOST_XLSX_DIGITS = 15  # a spreadsheet's numbers are floats; longer ones are written as text, to stay exact
_PIECE = 256 * 1024

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


def xlsx_chunks(rows: Iterable[Iterable[Any]], title: str) -> Iterator[bytes]:
    """The rows as an Excel workbook of one sheet, the first row its header. Numbers and dates are such in the sheet;
    text is written as text, which no spreadsheet runs. Moments are in the current time zone.
    """
    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        book = xlsxwriter.Workbook(file, options)
        sheet = book.add_worksheet(_sheet_name(title))
        sheet.freeze_panes(1, 0)
        styles = {
            "header": book.add_format({"bold": True}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        for line, row in enumerate(rows):
            for column, value in enumerate(row):
                _write_cell(sheet, line, column, value, styles)
        book.close()
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write_cell(sheet: Any, line: int, column: int, value: Any, styles: dict[str, Any]) -> None:
    if line == 0:
        sheet.write_string(line, column, str(value), styles["header"])
    elif isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        sheet.write_datetime(line, column, local.replace(tzinfo=None), styles["moment"])
    elif isinstance(value, date) and value.year >= 1900:  # before that, a sheet has no days
        sheet.write_datetime(line, column, value, styles["day"])
    elif isinstance(value, (int, Decimal)) and len(Decimal(value).as_tuple().digits) <= _MOST_XLSX_DIGITS:
        sheet.write_number(line, column, value)
    elif value not in (None, ""):
        sheet.write_string(line, column, _fitting(str(value)))


def _fitting(text: str) -> str:
    """The text as far as a cell holds it; a cut one says so."""
    if len(text) <= _MOST_XLSX_CELL:
        return text
    note = _("… (cut here: a cell holds %(count)d characters)") % {"count": _MOST_XLSX_CELL}
    return text[: _MOST_XLSX_CELL - len(note)] + note


def _sheet_name(title: str) -> str:
    """A sheet's name may not be long, nor contain some signs."""
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:31].strip("' ") or "1"
