"""`Idempotency-Key`: a POST that is sent again with the same key has its effect once, and gets the same answer.

The effect and the kept answer are one transaction, under an advisory lock for the key: a crash leaves both or neither,
and a repetition that arrives while the first is still at work is told to wait.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from finsuite.kernel.api.plugs import Answer, answers
from finsuite.kernel.api.problems import Problem, fault

LONGEST_KEY = 255
_NOT_KEPT = (409, 429)
_KEPT_HEADERS = ("ETag", "Location")


class Claim:
    """One caller's use of one key on one address."""

    def __init__(self, *, caller: str, path: str, key: str, digest: str) -> None:
        self.caller, self.path, self.key, self.digest = caller, path, key, digest

    def lock(self) -> None:
        """Take the key for this transaction, or say that it is taken."""
        name = hashlib.sha256(f"{self.caller}\n{self.path}\n{self.key}".encode()).digest()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(name[:8], "big", signed=True)])
            (taken,) = cursor.fetchone()
        if not taken:
            raise Problem(
                409,
                "in_progress",
                _("The first request with this Idempotency-Key is still being worked on."),
                headers={"Retry-After": "1"},
            )

    def earlier(self) -> Response | None:
        """The answer that this key already has."""
        kept = answers().find(caller=self.caller, path=self.path, key=self.key)
        if kept is None:
            return None
        if kept.digest != self.digest:
            raise Problem(
                422, "key_reused", _("This Idempotency-Key was used before, with a different request. Use a new one.")
            )
        return Response(kept.body, status=kept.status, headers={**kept.headers, "Idempotency-Replayed": "true"})

    def keep(self, response: Response) -> None:
        """Keep the answer, unless it is one that a later try may change."""
        if response.status_code in _NOT_KEPT or response.status_code >= 500:
            return
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        answer = Answer(digest=self.digest, status=response.status_code, body=response.data, headers=headers)
        answers().keep(caller=self.caller, path=self.path, key=self.key, answer=answer)


def claim(request: Request, caller: str) -> Claim:
    """The claim that this request makes."""
    key = request.headers["Idempotency-Key"]
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        message = _("Idempotency-Key must be 1 to 255 printable ASCII characters.")
        raise Problem(400, "invalid", message, found=[fault("Idempotency-Key", "invalid", message)])
    return Claim(caller=caller, path=request.get_full_path(), key=key, digest=_digest(request))


def _digest(request: Request) -> str:
    seen = hashlib.sha256(request.content_type.encode())
    if request.content_type.startswith("multipart/"):
        sent: Any = request.data
        for name in sorted(sent):
            for value in sent.getlist(name):
                seen.update(f"\n{name}\n".encode())
                _feed(seen, value)
    else:
        seen.update(request._request.body)
    return seen.hexdigest()


def _feed(seen: Any, value: Any) -> None:
    if isinstance(value, UploadedFile):
        for chunk in value.chunks():
            seen.update(chunk)
        value.seek(0)
    else:
        seen.update(str(value).encode())
