"""Taking records to work on, so that no other worker does; nobody is ever waited for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils.translation import gettext as _

from finsuite.kernel.errors import Refused
from integration.choices import OPEN_LINK_STATES, ConnectionState
from integration.core.records import Key, Side
from integration.models import Dirty
from integration.rows import insert
from integration.services.work import SIDES, Work

_KINDS = tuple(SIDES)
_PATIENCE = {"lock_timeout": "100ms", "statement_timeout": "30s"}
UNHURRIED = {"synchronous_commit": "off"}
_BY_KEY = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "jit": "off"}
"""Whatever the engine reads, it looks up by key, through an index. The planner may not know: right after an import or a
restore its statistics say that the tables are empty, and it would read them whole, once per record."""


class NotActive(Refused):
    """The connection is switched off, or was a moment ago: nothing is read or written by it."""

    def __init__(self) -> None:
        super().__init__(_("Activate the connection first."), code="not_active")


@dataclass
class Claim:
    """The keys that are ours for this transaction, and the ids of the open links that they are in."""

    keys: set[Key] = field(default_factory=set)
    link_ids: list[int] = field(default_factory=list)
    busy: set[Key] = field(default_factory=set)


def take_hints(connection_id: int, *, at_most: int) -> list[Key]:
    """Take hints out of the queue, oldest first. If this transaction fails, they are back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM integration_dirty WHERE id IN (SELECT id FROM integration_dirty WHERE connection_id = %s"
            " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING kind, record_id",
            [connection_id, at_most],
        )
        return sorted({Key(SIDES[kind], kind, pk) for kind, pk in cursor.fetchall()})


def leave_hints(connection_id: int, keys: Iterable[Key]) -> None:
    """Have these looked at again soon."""
    rows = [{"connection_id": connection_id, "kind": key.model, "record_id": key.pk} for key in sorted(keys)]
    insert(Dirty, rows)


def claim(work: Work, keys: Collection[Key]) -> Claim:
    """Claim keys: an advisory lock on each, a row lock on the links that they are in.

    Raises NotActive where the connection is switched off. Switching it off waits until this transaction is over, so
    that nothing is written after it.
    """
    claimed = Claim()
    with connection.cursor() as cursor:
        _set({**_PATIENCE, **_BY_KEY, "finsuite.connection": str(work.connection.pk)})
        if work.in_background:
            _set(UNHURRIED)
        cursor.execute(
            "SELECT 1 FROM integration_connection WHERE id = %s AND state = %s FOR KEY SHARE",
            [work.connection.pk, ConnectionState.ACTIVE.value],
        )
        if cursor.fetchone() is None:
            raise NotActive
        numbers = {_number(work.connection.pk, key): key for key in keys}
        cursor.execute("SELECT n FROM unnest(%s::bigint[]) n WHERE pg_try_advisory_xact_lock(n)", [sorted(numbers)])
        claimed.keys = {numbers[number] for (number,) in cursor.fetchall()}
        found = _links_of(work, claimed.keys)
        if found:
            cursor.execute(
                "SELECT id FROM integration_link WHERE id = ANY(%s) AND state = ANY(%s)"
                " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
                [list(found), list(OPEN_LINK_STATES)],
            )
            claimed.link_ids = [pk for (pk,) in cursor.fetchall()]
            for pk in found.keys() - set(claimed.link_ids):
                claimed.keys -= found[pk]
    claimed.busy = set(keys) - claimed.keys
    return claimed


def let_go() -> None:
    """The engine's part of the transaction is over: whatever the caller writes after it is a change like any other."""
    names = [*_PATIENCE, *_BY_KEY]
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL finsuite.connection = ''; " + "; ".join(f"SET LOCAL {name} TO DEFAULT" for name in names)
        )


@contextmanager
def looking_up() -> Iterator[None]:
    """A transaction that only looks things up by key."""
    with transaction.atomic():
        _set(_BY_KEY)
        yield
        with connection.cursor() as cursor:
            cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in _BY_KEY))


def _set(settings: Mapping[str, str]) -> None:
    """Set these for the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join("set_config(%s, %s, true)" for _ in settings),
            [part for item in settings.items() for part in item],
        )


def _links_of(work: Work, keys: Collection[Key]) -> dict[int, set[Key]]:
    """Open links by id, with those of the keys that are an end of them."""
    found: dict[int, set[Key]] = defaultdict(set)
    for kind, ids in by_kind(keys).items():
        end = "crm" if SIDES[kind] is Side.CRM else "finance"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {end}_id FROM integration_link WHERE {end}_kind = %s AND {end}_id = ANY(%s)"  # noqa: S608
                " AND connection_id + 0 = %s AND state IN ('active', 'conflict', 'paused')",
                [kind, ids, work.connection.pk],
            )
            for pk, record_id in cursor.fetchall():
                found[pk].add(Key(SIDES[kind], kind, record_id))
    return found


def by_kind(keys: Iterable[Key]) -> dict[str, list[int]]:
    """Ids by kind of record, in a fixed order."""
    ids: dict[str, list[int]] = defaultdict(list)
    for key in sorted(set(keys)):
        ids[key.model].append(key.pk)
    return ids


def _number(connection_id: int, key: Key) -> int:
    """One number for one record of one connection, for the advisory lock."""
    return (connection_id % 2**14) << 48 | _KINDS.index(key.model) << 44 | key.pk % 2**44
