"""Handing out a file that a person uploaded, so that no browser takes it for a page of ours."""

from __future__ import annotations

from typing import Any, Protocol

from django.http import FileResponse
from django.utils.translation import gettext as _

from finsuite.kernel.errors import NotFound
from finsuite.kernel.files import SHOWN, UNKNOWN


class Kept(Protocol):
    """A file as the rooms keep it: what it was called, what its first bytes say that it is, and itself."""

    name: Any
    media_type: Any
    file: Any


_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'; sandbox"


def download(attachment: Kept) -> FileResponse:
    """The file, to be saved and not shown."""
    return _served(attachment, UNKNOWN, as_attachment=True)


def preview(attachment: Kept) -> FileResponse:
    """The file, shown in the browser: of a kind that cannot carry a script, and in a sandbox even so."""
    if attachment.media_type not in SHOWN:
        raise NotFound(_("This file can't be shown here. Download it."))
    return _served(attachment, attachment.media_type, as_attachment=False)


def _served(attachment: Kept, media_type: str, *, as_attachment: bool) -> FileResponse:
    try:
        held = attachment.file.open("rb")
    except FileNotFoundError:
        raise NotFound(_("The file itself is missing from the storage. Ask whoever runs finsuite.")) from None
    response = FileResponse(held, as_attachment=as_attachment, filename=attachment.name, content_type=media_type)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
