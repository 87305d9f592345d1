"""Bytes to rows: RFC 4180 with the liberties that real files take, each row with the physical line it starts on."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from finsuite.kernel.imports.problems import FileBroken

DELIMITERS = (",", ";", "\t", "|")
MOST_ROWS = 200_000
MOST_BYTES = 50 * 1024 * 1024
MOST_COLUMNS = 300
_SAMPLE_RECORDS = 200
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the file. `line` is where it starts, counted as a text editor counts."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read. A person may override either."""

    encoding: str
    delimiter: str


def text_lines(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The file's physical lines, each ending in a line feed; CR, LF and CRLF all end a line.

    A byte that is no letter in this encoding, or a NUL, breaks the file at its line.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    done, rest, first = 0, "", True
    for chunk, final in _with_end(chunks):
        broken: FileBroken | None = None
        try:
            text = decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            text = error.object[: error.start].decode(encoding)
            broken = FileBroken("undecodable", byte=f"{error.object[error.start]:02X}")
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        text = rest + newlines.decode(text, final=final or broken is not None)
        if "\0" in text:
            text, broken = text[: text.index("\0")], FileBroken("nul")
        lines = text.split("\n")
        rest = lines.pop()
        done += len(lines)
        for line in lines:
            yield line + "\n"
        if broken is not None:
            broken.line = done + 1
            raise broken
    if rest:
        yield rest + "\n"


def _with_end(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    for chunk in chunks:
        yield chunk, False
    yield b"", True


def rows(chunks: Iterable[bytes], reading: Reading) -> Iterator[Row]:
    """Every record that holds anything, the header first. A row of blank cells is passed over."""
    lines = text_lines(chunks, reading.encoding)
    yield from _parse(lines, reading.delimiter)


def _parse(lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    skipped, first = _after_hint(lines)
    reader = csv.reader(first, delimiter=delimiter, strict=True, skipinitialspace=delimiter != " ")
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken(str(error), start + skipped, reader.line_num + skipped) from None
        if any(cells) and any(cell.strip() for cell in cells):
            yield Row(start + skipped, cells)
        start = reader.line_num + 1


def _after_hint(lines: Iterator[str]) -> tuple[int, Iterator[str]]:
    """Excel's own "sep=;" first line is no record."""
    first = next(lines, None)
    if first is None:
        return 0, iter(())
    if _EXCEL_HINT.match(first):
        return 1, lines
    return 0, _chain(first, lines)


def _chain(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _broken(message: str, start: int, line: int) -> FileBroken:
    if "end of data" in message:
        return FileBroken("quote_open", line=start)
    if "field limit" in message:
        return FileBroken("cell_too_long", line=start)
    return FileBroken("quote_stray", line=line, start=start)


def checked_header(row: Row | None) -> list[str]:
    """The header's cells, trimmed. A file without one cannot be mapped."""
    if row is None:
        raise FileBroken("empty")
    header = [cell.strip() for cell in row.cells]
    while header and not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise FileBroken("too_many_columns", line=row.line, columns=len(header), most=MOST_COLUMNS)
    return header


def fitted(row: Row, width: int) -> list[str] | None:
    """The row's cells if they fit the header; trailing blank ones are no matter. None if they don't."""
    cells = row.cells
    if len(cells) == width:
        return cells
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    return None


def detect_delimiter(sample: str, *, complete: bool) -> str:
    """The mark that cuts the sample's records into the same number of cells most often."""
    lines = sample.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not complete and len(lines) > 1:
        lines.pop()
    hint = _EXCEL_HINT.match(lines[0]) if lines else None
    if hint:
        return hint.group(1) if hint.group(1) in DELIMITERS else ","
    text = [line + "\n" for line in lines]
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        score = _regularity(text, delimiter)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _regularity(lines: list[str], delimiter: str) -> tuple[float, int]:
    """The share of records as wide as the header, then the width."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    widths: list[int] = []
    try:
        for cells in reader:
            if cells:
                widths.append(len(cells))
            if len(widths) >= _SAMPLE_RECORDS:
                break
    except csv.Error:
        if len(widths) < 2:
            return (0.0, 0)
    if not widths or widths[0] < 2:
        return (0.0, 0)
    return (Counter(widths)[widths[0]] / len(widths), widths[0])


def decoded_sample(head: bytes, encoding: str) -> str:
    """The start of the file as text, whatever it holds: only for guessing the delimiter."""
    return head.decode(encoding, "replace").removeprefix("\ufeff")
