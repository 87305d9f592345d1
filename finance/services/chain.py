"""The chain over what was issued: nothing of it can be changed, left out or put between without breaking it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from finance.choices import ChainEvent
from finance.choices import DocumentKind as Kind
from finance.models import ChainEntry, ChainHead, DocumentVersion

CHAINED = frozenset({Kind.INVOICE, Kind.CREDIT_NOTE, Kind.PAYMENT, Kind.VENDOR_PAYMENT, Kind.REFUND})

# The hash of an entry is taken of the one before it, its position and its body, one to a line. One statement holds the
# end of the chain, moves it on and adds the entry, so that nobody waits longer than they must.
_LINK = "encode(sha256(convert_to({0} || chr(10) || {1} || chr(10) || %(body)s, 'UTF8')), 'hex')"
_APPEND = f"""
WITH head AS (
    INSERT INTO {ChainHead._meta.db_table} AS head (organization_id, position, previous, hash)
    VALUES (%(organization)s, 1, '', {_LINK.format("''", "'1'")})
    ON CONFLICT (organization_id) DO UPDATE SET
        position = head.position + 1, previous = head.hash,
        hash = {_LINK.format("head.hash", "(head.position + 1)::text")}
    RETURNING position, previous, hash
)
INSERT INTO {ChainEntry._meta.db_table}
    (organization_id, position, event, kind, record_id, number, version, content_hash, previous, hash, made_at)
SELECT %(organization)s, position, %(event)s, %(kind)s, %(record)s, %(number)s, %(version)s, %(content)s,
    previous, hash, %(made_at)s
FROM head
"""  # noqa: S608 – names come from the models


def append(*, version: DocumentVersion, number: str, event: ChainEvent) -> None:
    """Add what was just kept of a record to its organization's chain.

    Last of all: everybody else who adds to it waits from here until this transaction ends.
    """
    made_at = timezone.now()
    content = content_hash(version.content)
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND,
            {
                "organization": version.organization_id,
                "event": event.value,
                "kind": str(version.kind),
                "record": version.record_id,
                "number": number,
                "version": version.position,
                "content": content,
                "made_at": made_at,
                "body": body(event, version.kind, version.record_id, number, version.position, content, made_at),
            },
        )


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def body(event: str, kind: str, record_id: int, number: str, version: int, content: str, made_at: datetime) -> str:
    """What an entry says, one fact to a line."""
    moment = made_at.astimezone(UTC).isoformat(timespec="microseconds")
    return "\n".join([str(event), str(kind), str(record_id), number, str(version), content, moment])


def link_hash(entry: ChainEntry) -> str:
    """The hash that the entry must have: taken of the one before, its position and its body."""
    told = body(
        entry.event, entry.kind, entry.record_id, entry.number, entry.version, entry.content_hash, entry.made_at
    )
    return hashlib.sha256(f"{entry.previous}\n{entry.position}\n{told}".encode()).hexdigest()
