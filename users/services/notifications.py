"""Telling people what they should know of, and noting that they have read it.

How many are unread stands on the person's own row, which every page reads anyway. It moves in the same transaction as
the notifications that it counts, by what was really written, so that the two cannot part.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from users.models import Notification, User


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What to tell one person. `message` is an English sentence of the catalogue, `key` names the occasion."""

    user_id: int
    kind: str
    message: str
    key: str
    params: Mapping[str, str] = field(default_factory=dict)
    url: str = ""


_INSERT = """
INSERT INTO users_notification (user_id, kind, message, key, params, url, created_at)
SELECT n.user_id, n.kind, n.message, n.key, n.params, n.url, %s
FROM jsonb_to_recordset(%s::jsonb) AS n(user_id bigint, kind text, message text, key text, params jsonb, url text)
ON CONFLICT (user_id, key) DO NOTHING RETURNING user_id
"""


@transaction.atomic
def notify(notices: Sequence[Notice]) -> int:
    """Tell each person, once for each key; answers how many were told something new."""
    if not notices:
        return 0
    ordered = sorted(notices, key=lambda notice: notice.user_id)
    rows = [
        {
            "user_id": notice.user_id,
            "kind": notice.kind,
            "message": notice.message,
            "key": notice.key,
            "params": dict(notice.params),
            "url": notice.url,
        }
        for notice in ordered
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [timezone.now(), json.dumps(rows)])
        told = Counter(user_id for (user_id,) in cursor.fetchall())
    for user_id, count in sorted(told.items()):
        User.objects.filter(pk=user_id).update(unread=F("unread") + count)
    return sum(told.values())


@transaction.atomic
def mark_read(*, user: User, ids: Sequence[int]) -> int:
    """Note that the person has read these; answers how many were unread."""
    return _read(user, Notification.objects.filter(user=user, pk__in=ids))


@transaction.atomic
def mark_all_read(*, user: User) -> int:
    """Note that the person has read everything."""
    return _read(user, Notification.objects.filter(user=user))


def forget_read(*, before: datetime) -> int:
    """Drop what was read before then; what is unread stays."""
    gone, _by_model = Notification.objects.filter(read_at__lt=before).delete()
    return gone


def _read(user: User, rows: QuerySet[Notification]) -> int:
    count = rows.filter(read_at=None).update(read_at=timezone.now())
    if count:
        User.objects.filter(pk=user.pk).update(unread=F("unread") - count)
    return count
