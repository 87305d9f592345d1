"""What a worker has begun: noted beforehand, so that a record that kills workers is found out and set aside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.db import Error, connection, transaction
from django.utils import timezone

from integration.core.records import Key, Side
from integration.models import Link, RecordState, UnfinishedBatch
from integration.services.loading import open_links
from integration.services.work import SIDES, Work

LONE_TRIES = 3
"""How many workers may die of one record alone before it is left to a person."""

PROBABLY_DEAD = timedelta(seconds=5)

_PIECES = 10
_LOCK = "7302, mod(id, 2147483648)::int"
"""Whoever works on a batch holds this lock of its session: PostgreSQL lets it go when the worker is dead."""


@dataclass(frozen=True)
class Batch:
    """Records that a worker is at. `tries`: how often that was begun before, and never finished."""

    id: int
    keys: tuple[Key, ...]
    tries: int = 0


def note(work: Work, keys: Collection[Key]) -> Batch:
    """Note that these are being worked on. It counts once the caller's transaction is committed."""
    chosen = sorted(keys)
    with connection.cursor() as cursor:
        if work.in_background:
            cursor.execute("SET LOCAL synchronous_commit = off")  # it has to outlive the worker, not the database
        cursor.execute(
            "INSERT INTO integration_unfinishedbatch (connection_id, kinds, record_ids, tries)"  # noqa: S608
            f" VALUES (%s, %s::varchar[], %s::bigint[], 1) RETURNING id, pg_advisory_lock({_LOCK})",
            [work.connection.pk, *_columns(chosen)],
        )
        return Batch(cursor.fetchone()[0], tuple(chosen))


def forget(batch: Batch) -> None:
    """It is finished, as of the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM integration_unfinishedbatch WHERE id = %s", [batch.id])


def let_go(batch: Batch) -> None:
    """This worker is no longer at it. If it is still noted, it wasn't finished."""
    with suppress(Error), connection.cursor() as cursor:  # with the session, its locks are gone
        cursor.execute(f"SELECT pg_advisory_unlock({_LOCK}) FROM (SELECT %s AS id) b", [batch.id])  # noqa: S608


def take(work: Work) -> Batch | None:
    """The next batch whose worker is dead: what nobody tried yet goes first, a batch that failed goes in pieces."""
    while (batch := _abandoned(work)) is not None:
        if batch.keys and not (batch.tries and len(batch.keys) > 1):
            return batch
        let_go(batch)
    return None


def connections_left() -> set[int]:
    """Connections with a batch so old that its worker is probably dead."""
    old = UnfinishedBatch.objects.filter(at__lt=timezone.now() - PROBABLY_DEAD)
    return set(old.values_list("connection_id", flat=True))


def part(work: Work, keys: Collection[Key]) -> tuple[set[Key], set[Key]]:
    """Which of these can be worked on now, and which belong to somebody else's batch. Those set aside are neither."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT x.kind, x.id FROM integration_unfinishedbatch b, unnest(b.kinds, b.record_ids) x(kind, id)"
            " WHERE b.connection_id = %s",
            [work.connection.pk],
        )
        busy = {Key(SIDES[kind], kind, pk) for kind, pk in cursor.fetchall()}
    free = set(keys) - _set_aside(work)
    return free - busy, free & busy


def revisions(work: Work, key: Key) -> tuple[Key, dict[Key, int], Key | None]:
    """What the record's dead letter goes by, found without reading the record: its pair's ends and their revisions."""
    end = f"{key.side.value}_kind", f"{key.side.value}_id"
    pairs = Link.objects.open().filter(connection=work.connection, **{end[0]: key.model, end[1]: key.pk})
    ends = pairs.values_list("crm_kind", "crm_id", "finance_kind", "finance_id").first()
    first, other = (key, None)
    if ends is not None:
        first, other = Key(Side.CRM, *ends[:2]), Key(Side.FINANCE, *ends[2:])
    revs = {}
    for one in filter(None, (first, other)):
        revs[one] = RecordState.objects.filter(kind=one.model, record_id=one.pk).values_list("rev", flat=True).get()
    return first, revs, other


@transaction.atomic
def _abandoned(work: Work) -> Batch | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, kinds, record_ids, tries FROM (SELECT * FROM integration_unfinishedbatch"  # noqa: S608
            " WHERE connection_id = %s ORDER BY tries, id FOR UPDATE SKIP LOCKED) b"
            f" WHERE pg_try_advisory_lock({_LOCK}) LIMIT 1",
            [work.connection.pk],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        pk, kinds, ids, tries = row
        found = {Key(SIDES[kind], kind, record_id) for kind, record_id in zip(kinds, ids, strict=True)}
        batch = Batch(pk, tuple(sorted(found - _set_aside(work))), tries)
        if not batch.keys:
            forget(batch)
        elif batch.tries and len(batch.keys) > 1:
            _split(work, batch)
        else:
            cursor.execute("UPDATE integration_unfinishedbatch SET tries = tries + 1 WHERE id = %s", [batch.id])
    return batch


def _split(work: Work, batch: Batch) -> None:
    """In its place: smaller ones, which nobody tried yet."""
    size = -(-len(batch.keys) // _PIECES)
    with connection.cursor() as cursor:
        for start in range(0, len(batch.keys), size):
            cursor.execute(
                "INSERT INTO integration_unfinishedbatch (connection_id, kinds, record_ids, tries)"
                " VALUES (%s, %s::varchar[], %s::bigint[], 0)",
                [work.connection.pk, *_columns(batch.keys[start : start + size])],
            )
    forget(batch)


def _set_aside(work: Work) -> set[Key]:
    """Records that killed their workers, and that nobody has changed or released since; both ends of their pairs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.kind, d.record_id FROM integration_deadletter d"
            " LEFT JOIN integration_recordstate s ON s.kind = d.kind AND s.record_id = d.record_id"
            " WHERE d.connection_id = %s AND d.code = 'crashed' AND d.quarantined AND d.generation = %s"
            " AND d.rev IS NOT DISTINCT FROM s.rev AND (d.other_rev = -1 OR d.other_rev IS NOT DISTINCT FROM ("
            "SELECT o.rev FROM integration_link l JOIN integration_recordstate o ON o.kind = l.finance_kind"
            " AND o.record_id = l.finance_id WHERE l.connection_id = d.connection_id AND l.crm_kind = d.kind"
            " AND l.crm_id = d.record_id AND l.state IN ('active', 'conflict', 'paused')))",
            [work.connection.pk, work.setting.generation],
        )
        found = {Key(SIDES[kind], kind, pk) for kind, pk in cursor.fetchall()}
    if not found:
        return found
    return found | {link.key(side) for link in open_links(work, found) for side in Side}


def _columns(keys: Sequence[Key]) -> tuple[list[str], list[int]]:
    return [key.model for key in keys], [key.pk for key in keys]
