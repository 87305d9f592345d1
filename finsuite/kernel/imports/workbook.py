"""An Excel workbook's first sheet as rows of text, so that whatever reads a CSV file reads it as well."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from finsuite.kernel.imports.problems import FileBroken
from finsuite.kernel.imports.reader import MOST_COLUMNS, MOST_ROWS, Row

XLSX = "xlsx"
MOST_UNPACKED = 400 * 1024 * 1024  # bytes: a small file can be packed from an enormous one

_ZIP = b"PK\x03\x04"


def may_be_workbook(head: bytes) -> bool:
    """Whether a file that begins like this may be one; `rows` finds out."""
    return head.startswith(_ZIP)


def rows(chunks: Iterable[bytes]) -> Iterator[Row]:
    """Every row of the first sheet that holds anything, the header first; a row's number is the sheet's own.

    Raises FileBroken for what is no workbook, for a damaged one, and for one that unpacks to more than is sound.
    """
    data = b"".join(chunks)
    _check_package(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if not book.sheet_names:
            raise FileBroken("empty")
        sheet = book.get_sheet_by_index(0)
        if sheet.total_height > MOST_ROWS + 1:
            raise FileBroken("too_many_rows", most=MOST_ROWS)
        if sheet.total_width > MOST_COLUMNS * 10:
            raise FileBroken("too_many_columns", columns=sheet.total_width, most=MOST_COLUMNS)
        found = sheet.iter_rows()
        first = sheet.start[0] if sheet.start else 0
    except CalamineError:
        raise FileBroken("workbook_damaged") from None
    for number, cells in enumerate(found, start=first + 1):
        told = [cell_text(cell) for cell in cells]
        while told and not told[-1]:
            told.pop()
        if told:
            yield Row(number, told)


def padded(found: Iterator[Row]) -> Iterator[Row]:
    """The rows as wide as their header: a sheet leaves out the blank cells at a row's end."""
    header = next(found, None)
    if header is None:
        return
    yield header
    width = len(header.cells)
    for row in found:
        yield Row(row.line, row.cells + [""] * (width - len(row.cells)))


def cell_text(cell: Any) -> str:
    """A cell as a CSV file would hold it: days as 2026-11-21, numbers with a decimal point and no doubt about it."""
    match cell:
        case str():
            return cell.replace("\0", "")
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
        case float():
            return _number(cell)
        case dt.datetime():
            return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ", timespec="seconds")
        case dt.date() | dt.time():
            return cell.isoformat()
    return "" if cell is None else str(cell)


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 10**15:
        return str(int(value))
    text = format(Decimal(repr(value)), "f")
    # Three decimals could be thousands: a fourth tells them apart.
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def _check_package(data: bytes) -> None:
    """Refuse what is no workbook, or would fill the memory once it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise FileBroken("binary", kind="zip") from None
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise FileBroken("binary", kind="zip")
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise FileBroken("too_large", most=MOST_UNPACKED // 1024 // 1024)
