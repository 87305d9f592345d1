"""Which encoding a file is in, told from its bytes alone, in one pass over chunks of it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from finsuite.kernel.imports.problems import FileBroken

UTF_8 = "utf-8"
UTF_16_LE = "utf-16-le"
UTF_16_BE = "utf-16-be"
WINDOWS = "cp1252"
LATIN_1 = "iso-8859-1"
LATIN_9 = "iso-8859-15"
MAC = "mac-roman"

ENCODINGS = (UTF_8, UTF_16_LE, UTF_16_BE, WINDOWS, LATIN_1, LATIN_9, MAC)

# What the first bytes give away, with a name that people know the format by.
_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7z"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"%PDF", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
)
_MARKUP = re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE)
_AROUND_HIGH_BYTES = re.compile(rb"[^\x80-\xff]{0,3}[\x80-\xff]+[^\x80-\xff]{0,3}")
_MOST_SNIPPETS = 4000
_HEAD = 4096

_COMMON_LOWER = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœßšž")
_COMMON_UPPER = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒŠŽ")
_COMMON_SYMBOLS = frozenset("€£°«»’‘“”–—…§©®™ºª·•\u00a0")
_WITHIN_WORDS = frozenset("’·–")


@dataclass(frozen=True, slots=True)
class Detected:
    """What the bytes are most probably written in, and how many there are."""

    encoding: str
    size: int


class Detector:
    """Fed a file chunk by chunk; says the encoding at the end. Refuses at once what is no text at all."""

    def __init__(self) -> None:
        self._head = b""
        self._size = 0
        self._nulls = 0
        self._strict = codecs.getincrementaldecoder(UTF_8)("strict")
        self._is_utf8 = True
        self._loose = codecs.getincrementaldecoder(UTF_8)("replace")
        self._good = 0
        self._bad = 0
        self._snippets: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """Look at the next piece of the file."""
        if not self._size:
            _refuse_other_formats(chunk)
        self._size += len(chunk)
        if len(self._head) < _HEAD:
            self._head += chunk[: _HEAD - len(self._head)]
        self._nulls += chunk.count(0)
        if chunk.isascii() and not self._pending():
            return
        self._follow_utf8(chunk, final=False)
        room = _MOST_SNIPPETS - len(self._snippets)
        if room > 0:
            self._snippets.extend(
                found.group() for found, _ in zip(_AROUND_HIGH_BYTES.finditer(chunk), range(room), strict=False)
            )

    def result(self) -> Detected:
        """The verdict over everything fed."""
        if not self._size:
            raise FileBroken("empty")
        self._follow_utf8(b"", final=True)
        encoding = self._utf16()
        if encoding is None:
            if self._nulls > self._size // 100:
                raise FileBroken("binary", kind="binary")
            looks_utf8 = self._is_utf8 or (self._good > self._bad * 4)
            encoding = UTF_8 if looks_utf8 else best_single_byte(self._snippets)
        return Detected(encoding=encoding, size=self._size)

    def _pending(self) -> bool:
        return bool(self._loose.getstate()[0])

    def _follow_utf8(self, chunk: bytes, *, final: bool) -> None:
        if self._is_utf8:
            try:
                self._strict.decode(chunk, final)
            except UnicodeDecodeError:
                self._is_utf8 = False
        text = self._loose.decode(chunk, final)
        if not text.isascii():
            bad = text.count("\ufffd")
            self._bad += bad
            self._good += sum(1 for letter in text if letter > "\x7f") - bad

    def _utf16(self) -> str | None:
        """UTF-16 by its mark, or by every other byte being zero in what is mostly western text."""
        if self._head.startswith(codecs.BOM_UTF16_LE):
            return UTF_16_LE
        if self._head.startswith(codecs.BOM_UTF16_BE):
            return UTF_16_BE
        even, odd = self._head[0::2], self._head[1::2]
        if len(odd) < 2:
            return None
        zeros_even, zeros_odd = even.count(0) / len(even), odd.count(0) / len(odd)
        if zeros_odd > 0.6 and zeros_even < 0.1:
            return UTF_16_LE
        if zeros_even > 0.6 and zeros_odd < 0.1:
            return UTF_16_BE
        return None


def _refuse_other_formats(start: bytes) -> None:
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            raise FileBroken("binary", kind=kind)
    if _MARKUP.match(start):
        raise FileBroken("binary", kind="markup")


def best_single_byte(snippets: list[bytes]) -> str:
    """The single-byte encoding in which the letters around the high bytes make the most plausible words."""
    best, best_score = WINDOWS, None
    for encoding in (WINDOWS, LATIN_9, MAC):
        score = _plausibility(snippets, encoding)
        if score is not None and (best_score is None or score > best_score):
            best, best_score = encoding, score
    return best


def _plausibility(snippets: list[bytes], encoding: str) -> int | None:
    total = 0
    for snippet in snippets:
        try:
            text = snippet.decode(encoding)
        except UnicodeDecodeError:
            return None
        for position, letter in enumerate(text):
            if letter > "\x7f":
                before = text[position - 1] if position else " "
                after = text[position + 1] if position + 1 < len(text) else " "
                total += _weight(before, letter, after)
    return total


def _weight(before: str, letter: str, after: str) -> int:
    """How natural one letter is between its neighbours."""
    if letter in _COMMON_LOWER:
        return 3 if before.isalpha() or after.isalpha() else 1
    if letter in _COMMON_UPPER:
        return -2 if before.islower() else 2
    inside_word = before.isalpha() and after.isalpha()
    if letter in _COMMON_SYMBOLS:
        return -3 if inside_word and letter not in _WITHIN_WORDS else 1
    if "\x80" <= letter <= "\x9f":
        return -6
    return -3 if inside_word else -1
