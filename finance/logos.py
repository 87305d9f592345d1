"""Whether a picture may be an organization's logo. No database, no clock.

What it is follows from its content alone. A drawing (SVG) can carry scripts and fetch things, so only the elements and
attributes that draw are let in; everything else is refused rather than cleaned.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

PNG, JPEG, SVG = "image/png", "image/jpeg", "image/svg+xml"
MOST_BYTES = 512 * 1024
MOST_PIXELS = 4000
MOST_ELEMENTS = 5000

_SPACE = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_DRAWING = frozenset(
    {
        *("svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line"),
        *("polyline", "polygon", "text", "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "mask"),
    }
)
_ATTRIBUTES = frozenset(
    {
        *("id", "class", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "points"),
        *("width", "height", "viewBox", "version", "preserveAspectRatio", "transform", "gradientTransform"),
        *("gradientUnits", "spreadMethod", "offset", "stop-color", "stop-opacity", "opacity", "color", "display"),
        *("fill", "fill-opacity", "fill-rule", "clip-path", "clip-rule", "clipPathUnits", "mask", "maskUnits"),
        *("stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity"),
        *("stroke-dasharray", "stroke-dashoffset", "font-family", "font-size", "font-weight", "font-style"),
        *("text-anchor", "letter-spacing", "dx", "dy", "role", "href", "vector-effect", "visibility", "x", "y"),
    }
)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the JPEG markers that tell a picture's size


class Unfit(ValueError):
    """The picture can't be a logo; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def judge(content: bytes) -> str:
    """The media type of a picture that may be a logo, or Unfit (too_big, unknown, broken, too_wide, unsafe)."""
    if len(content) > MOST_BYTES:
        raise Unfit("too_big")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_size(_png_size(content))
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        _check_size(_jpeg_size(content))
        return JPEG
    if b"<svg" in content[:4096]:
        _check_drawing(content)
        return SVG
    raise Unfit("unknown")


def _check_size(size: tuple[int, int]) -> None:
    if not all(0 < side <= MOST_PIXELS for side in size):
        raise Unfit("too_wide")


def _png_size(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR" or len(content) < 24 or b"IEND" not in content[-16:]:
        raise Unfit("broken")
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """From marker to marker: each says how long what follows it is."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4])
        if marker in _FRAMES:
            return int.from_bytes(content[place + 7 : place + 9]), int.from_bytes(content[place + 5 : place + 7])
        if length < 2:
            break
        place += 2 + length
    raise Unfit("broken")


def _check_drawing(content: bytes) -> None:
    if re.search(rb"<!(DOCTYPE|ENTITY)|<\?xml-stylesheet", content, re.IGNORECASE) or b"\x00" in content:
        raise Unfit("unsafe")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 – no entities: they were refused above
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Unfit("broken") from error
    if root.tag != f"{_SPACE}svg":
        raise Unfit("broken")
    for count, element in enumerate(root.iter()):
        if count >= MOST_ELEMENTS or not _draws(element):
            raise Unfit("unsafe")


def _draws(element: ElementTree.Element) -> bool:
    if not isinstance(element.tag, str) or element.tag.removeprefix(_SPACE) not in _DRAWING:
        return False
    return all(_is_harmless(name, value) for name, value in element.attrib.items())


def _is_harmless(name: str, value: str) -> bool:
    """Only what lies in the drawing itself is referred to: `#name`, `url(#name)`."""
    name = "href" if name == _XLINK else name
    if name == "{http://www.w3.org/XML/1998/namespace}space":
        return True
    if name not in _ATTRIBUTES or (name == "href" and not value.startswith("#")):
        return False
    return not re.search(r"url\s*\(\s*['\"]?\s*[^#'\"\s]|javascript:|data:|\\", value, re.IGNORECASE)
