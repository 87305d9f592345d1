"""Drawing documents: PDF/A-3 by Typst, one document or many in one file.

What a sheet says reaches Typst as JSON, never as markup: whatever a customer is called, it is printed as it is. The
compiler sees the files that it is given here and no others. The same sheets made at the same moment are the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import structlog
import typst

from finance.documents.content import content, pictures
from finance.documents.fonts import fonts, fonts_of_machine
from finance.documents.sheet import Sheet

log = structlog.get_logger(__name__)

STANDARD = "a-3b"
PARTS = Path(__file__).parent / "typst"

UNKNOWN = "\ufffd"  # what is printed for a character that no font has
TRIES = 4
_MISSING = re.compile(r'the text `"((?:\\.|[^"\\])+)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")
# Control characters and their like: nobody means them, and no font has them.
_UNPRINTABLE = dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0x200B, 0xFEFF, *range(0xD800, 0xE000)]
)
_PICTURE = re.compile(r"\b(image|SVG)\b")
_NO_FILE_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


def pdf(sheets: Sequence[Sheet], *, made_at: dt.datetime) -> bytes:
    """One file with all the documents, each with its bookmark and its own page numbers."""
    if not sheets:
        raise ValueError("there is nothing to draw")
    return _drawn(sheets, format="pdf", pdf_standards=STANDARD, timestamp=int(made_at.timestamp()))[0]


def images(sheet: Sheet, *, ppi: float = 110) -> list[bytes]:
    """The pages of one document as PNG, for a preview."""
    return _drawn([sheet], format="png", ppi=ppi)


def archive(sheets: Sequence[Sheet], *, made_at: dt.datetime) -> bytes:
    """A ZIP with one file for each document. Documents of the same name are told apart by a number."""
    packed = io.BytesIO()
    moment = made_at.timetuple()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        taken: set[str] = set()
        for sheet in sheets:
            stamped = (moment.tm_year, moment.tm_mon, moment.tm_mday, moment.tm_hour, moment.tm_min, moment.tm_sec)
            entry = zipfile.ZipInfo(_free(file_name(sheet), taken), date_time=stamped)
            entry.compress_type = zipfile.ZIP_DEFLATED
            folder.writestr(entry, pdf([sheet], made_at=made_at))
    return packed.getvalue()


def file_name(sheet: Sheet) -> str:
    """What the document's file is called: `Invoice INV-00012.pdf`."""
    return file_name_of(sheet.name, otherwise=sheet.kind)


def file_name_of(name: str, *, otherwise: str = "document") -> str:
    """The same for a document of this name, without what file systems don't take."""
    bare = _NO_FILE_NAME.sub("-", name).strip(" .-") or otherwise
    return f"{bare[:120]}.pdf"


def _free(name: str, taken: set[str]) -> str:
    stem, number, free = name.removesuffix(".pdf"), 2, name
    while free.lower() in taken:
        free, number = f"{stem} ({number}).pdf", number + 1
    taken.add(free.lower())
    return free


def _drawn(sheets: Sequence[Sheet], **how: Any) -> list[bytes]:
    """Compile. What no font of ours can show is looked for among the machine's fonts, then replaced by a mark.

    PDF/A allows no empty box for an unknown character, so the compiler refuses and lists them all. A logo that can't be
    read is left out: a document that can't be printed would be the greater harm.
    """
    told = json.dumps([_printable(content(sheet)) for sheet in sheets], ensure_ascii=False)
    shown = {name: picture for sheet in sheets for name, picture in pictures(sheet).items()}
    known = fonts()
    for tries_left in reversed(range(TRIES)):
        files = {**_parts(), "data.json": told.encode(), "pictures.json": _as_numbers(shown)}
        try:
            made = typst.compile(files, font_paths=known, ignore_system_fonts=True, **how)
        except typst.TypstError as refused:
            missing = _missing(refused.diagnostic)
            if not tries_left:
                raise
            if missing and known is fonts():
                known = fonts_of_machine()
            elif missing:
                log.warning("documents.characters_missing", characters=sorted(missing))
                told = told.translate(dict.fromkeys(map(ord, missing), UNKNOWN))
            elif shown and _PICTURE.search(refused.message):
                log.warning("documents.picture_unreadable", reason=refused.message)
                shown = {}
            else:
                raise
        else:
            return made if isinstance(made, list) else [made]
    raise AssertionError("the last try returns or raises")


def _printable(value: Any) -> Any:
    """The same content without control characters."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").translate(_UNPRINTABLE)
    if isinstance(value, dict):
        return {name: _printable(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_printable(held) for held in value]
    return value


def _missing(diagnostic: str) -> set[str]:
    """The characters that the compiler could not show, from what it says of them."""
    texts = (_ESCAPED.sub(_unescaped, text) for text in _MISSING.findall(diagnostic))
    return {sign for text in texts for sign in text} - {UNKNOWN}


def _unescaped(found: re.Match[str]) -> str:
    code, sign = found.groups()
    return chr(int(code, 16)) if code else sign


def _as_numbers(shown: dict[str, bytes]) -> bytes:
    """Pictures as lists of bytes: the compiler takes texts only."""
    return json.dumps({name: list(picture) for name, picture in shown.items()}, separators=(",", ":")).encode()


@cache
def _parts() -> dict[str, bytes]:
    """The drawing itself, by file name."""
    return {part.name: part.read_bytes() for part in sorted(PARTS.glob("*.typ"))}
