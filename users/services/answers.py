"""Keeping the answers to POSTs with an Idempotency-Key, for a day."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.utils import timezone

from finsuite.kernel.api.formats import dumps, loads
from finsuite.kernel.api.plugs import Answer
from users.models import KeptAnswer

KEPT_FOR = timedelta(hours=24)


class DatabaseAnswers:
    """Kept in the database, in the transaction of the effect that they tell of."""

    def find(self, *, caller: str, path: str, key: str) -> Answer | None:
        """The answer that this caller has had on this path for this key."""
        kept = KeptAnswer.objects.filter(
            caller=caller, address=_address(path, key), created_at__gt=timezone.now() - KEPT_FOR
        ).first()
        if kept is None:
            return None
        body = loads(kept.body.encode()) if kept.body else None
        return Answer(digest=kept.digest, status=kept.status, body=body, headers=kept.headers)

    def keep(self, *, caller: str, path: str, key: str, answer: Answer) -> None:
        """Keep one answer, and forget those whose day is over."""
        KeptAnswer.objects.filter(created_at__lte=timezone.now() - KEPT_FOR).delete()
        KeptAnswer.objects.create(
            caller=caller,
            address=_address(path, key),
            digest=answer.digest,
            status=answer.status,
            body="" if answer.body is None else dumps(answer.body).decode(),
            headers=dict(answer.headers),
        )


answers = DatabaseAnswers()


def _address(path: str, key: str) -> str:
    return hashlib.sha256(f"{path}\n{key}".encode()).hexdigest()
