"""Which files are receipts: pictures, PDFs, and what spreadsheets and word processors write. PURE.

The name's ending and the first bytes must agree, since whoever sends the file chooses its name.
"""

from __future__ import annotations

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "gif": (b"GIF87a", b"GIF89a"),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpeg": (b"\xff\xd8\xff",),
    "jpg": (b"\xff\xd8\xff",),
    "bmp": (b"BM",),
    "pdf": (b"%PDF-",),
    "xls": (_OLE,),
    "doc": (_OLE,),
    "xlsx": (_ZIP,),
    "docx": (_ZIP,),
}
HEAD = max(len(beginning) for every in BEGINNINGS.values() for beginning in every)


def is_receipt(name: str, head: bytes) -> bool:
    """Whether a file of this name that begins so can be a receipt."""
    ending = name.rpartition(".")[2].lower()
    return head.startswith(BEGINNINGS[ending]) if ending in BEGINNINGS else False
