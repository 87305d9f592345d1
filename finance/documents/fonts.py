"""The fonts that documents are drawn with. They come with their packages: nothing has to be installed on the machine.

FiraGO (Latin, Greek, Cyrillic, Arabic, Hebrew, Thai, Georgian, Devanagari) and two fonts of symbols come from
pymupdf-fonts, Libertinus from Typst itself. All are under the SIL Open Font License.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pymupdf_fonts
import typst

PACKED = ("figo", "figbo", "figit", "figbi", "symbol1", "symbol2")

# One sign of each face: Typst reads a font when it is first used, and the folder is gone after that.
_ALL_FACES = """
#text(font: "FiraGO")[a *a* _a_ _*a*_]
#text(font: "Noto Sans Symbols")[\u2605]
#text(font: "Noto Sans Symbols2")[\u2714]
"""


@cache
def fonts() -> typst.Fonts:
    """The fonts of our own, the same on every machine. Read once a process."""
    return _with(include_system_fonts=False)


@cache
def fonts_of_machine() -> typst.Fonts:
    """Those and the machine's own, for characters that ours don't have: Chinese, Japanese, Korean, pictures."""
    return _with(include_system_fonts=True)


def _with(**more: bool) -> typst.Fonts:
    with tempfile.TemporaryDirectory(prefix="finsuite-fonts-") as folder:
        for name in PACKED:
            Path(folder, f"{name}.ttf").write_bytes(pymupdf_fonts.myfont(name))
        found = typst.Fonts(font_paths=[folder], **more)
        typst.compile(_ALL_FACES.encode(), format="pdf", font_paths=found, ignore_system_fonts=True)
    return found
