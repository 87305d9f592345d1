"""The file of an import, kept in parts in the database, and read from there as often as need be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from finsuite.kernel.imports import encodings, reader, workbook
from finsuite.kernel.imports.problems import FileBroken
from finsuite.kernel.imports.reader import MOST_BYTES, Reading, Row
from finsuite.kernel.imports.tables import ImportState, ImportTable

PART = 256 * 1024
_SAMPLE = 64 * 1024


def take_in(job: Any, chunks: Iterable[bytes]) -> None:
    """Store the file part by part, and tell how it is written. Raises FileBroken for what can't be kept at all."""
    detector = encodings.Detector()
    for number, part in enumerate(_parts_of(chunks)):
        if number == 0 and workbook.may_be_workbook(part):
            job.encoding = workbook.XLSX
        if job.encoding != workbook.XLSX:
            detector.feed(part)
        job.size += len(part)
        if job.size > MOST_BYTES:
            raise FileBroken("too_large", most=MOST_BYTES // 1024 // 1024)
        job.parts.create(number=number, data=part)
    if job.encoding != workbook.XLSX:
        job.encoding = detector.result().encoding
        job.delimiter = _delimiter_of(job)


def chunks_of(job: Any, *, most: int | None = None) -> Iterator[bytes]:
    """The file, part by part."""
    numbers = job.parts.order_by("number").values_list("number", flat=True)
    for number in list(numbers[:most] if most else numbers):
        yield bytes(job.parts.get(number=number).data)


def rows_of(job: Any, chunks: Iterable[bytes] | None = None) -> Iterator[Row]:
    """The file's records, the header first."""
    if job.encoding == workbook.XLSX:
        return workbook.padded(workbook.rows(chunks if chunks is not None else chunks_of(job)))
    return reader.rows(chunks if chunks is not None else chunks_of(job), Reading(job.encoding, job.delimiter))


def fault_of(broken: FileBroken) -> dict[str, Any]:
    """What stopped the reading, as it is kept and worded."""
    return {"code": broken.code, "line": broken.line, "particulars": broken.particulars}


def note_broken(job: ImportTable, broken: FileBroken) -> None:
    """The import, unsaved, of a file that can't be read to its end."""
    job.state, job.fault = ImportState.BROKEN, fault_of(broken)


def plain_name(name: str) -> str:
    """The file's own name, without a path and without characters that no name should hold."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in last if letter.isprintable()).strip()
    return kept[-255:] or "import.csv"


def _delimiter_of(job: Any) -> str:
    head = b"".join(chunks_of(job, most=1))[:_SAMPLE]
    if job.encoding.startswith("utf-16"):
        head = head[: len(head) // 2 * 2]
    sample = reader.decoded_sample(head, job.encoding)
    return reader.detect_delimiter(sample, complete=job.size <= _SAMPLE)


def _parts_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of one size."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PART:
            yield bytes(held[:PART])
            del held[:PART]
    if held:
        yield bytes(held)
