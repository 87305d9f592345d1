"""What a file is called and what it is, judged from what arrived. No database, no clock.

A file's type is told from its first bytes, and only where they leave no doubt; everything else is "some bytes". The
name's extension and what the browser claimed count for nothing, since whoever sends the file chooses both.
"""

from __future__ import annotations

import re
import unicodedata

UNKNOWN = "application/octet-stream"

# Formats that browsers draw and that cannot carry a script: they alone are shown, the rest is downloaded.
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})

LONGEST_NAME = 180
HEAD = 64

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)

# Written from right to left, or not to be seen: they make `exe.pdf` out of `fdp.exe`.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def media_type(head: bytes) -> str:
    """What the first bytes say that the file is."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return UNKNOWN


def plain_name(name: str) -> str:
    """The file's name without a folder, without what can't be seen, and short enough; never empty."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    name = re.split(r"[/\\]", name.replace("\x00", ""))[-1]
    name = "".join(character for character in name if unicodedata.category(character) not in _UNSEEN)
    name = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", name)).strip(" .")
    if not name or _RESERVED.fullmatch(name):
        name = f"_{name}" if name else "file"
    return _shortened(name)


def numbered(name: str, number: int) -> str:
    """The name with a number: `offer (2).pdf`."""
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > 10:
        return f"{name} ({number})"
    return f"{stem} ({number}){dot}{extension}"


def free_name(name: str, taken: set[str]) -> str:
    """The name, or the first numbered one that nobody has, whatever the capitals."""
    known = {other.casefold() for other in taken}
    if name.casefold() not in known:
        return name
    number = 2
    while numbered(name, number).casefold() in known:
        number += 1
    return numbered(name, number)


def _shortened(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > 10:
        return name[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(extension) - 1].rstrip(" .") + dot + extension
