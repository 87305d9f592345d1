"""The search for duplicates: keys noted, pairs found, and what people say to them.

The keys are a cache of what records say. Nobody has to write them: whoever asks catches up first with what has changed
since (a bounded number of records at a time), so no path of writing can be forgotten.
"""

from __future__ import annotations

# Table names come from model definitions, values are always parameters:
# ruff: noqa: S608
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from crm.access import Access, of_actor
from crm.choices import Level, Module
from crm.duplicates.facts import COLUMNS, Facts
from crm.duplicates.likeness import judge
from crm.models import RECORDS, DuplicateScan, DuplicateSuggestion, Organization
from crm.selectors.duplicates import MOST_ALIKE, key_of, read_facts
from crm.selectors.records import ABSENT, record_rows
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound
from finsuite.kernel.imports.work import send

AT_ONCE = 2_000  # records that are noted in one transaction
WHILE_ONE_WAITS = 500  # the same, while a page is being made; the rest is left to the background
MARGIN = timedelta(minutes=10)  # how long a transaction may run and still not hide its changes
MOST_PAIRS, MOST_SUGGESTIONS = 100_000, 10_000
TASK = "crm.find_duplicates"


def catch_up(organization: Organization, module: Module, *, at_most: int = WHILE_ONE_WAITS) -> int:
    """Note the keys of records that have changed since they were noted. Answers how many; at its bound, more wait."""
    scan = DuplicateScan.objects.of(organization).filter(module=module).first()
    since = scan.noted_until if scan is not None and scan.noted_until else datetime(1970, 1, 1, tzinfo=UTC)
    rows = _changed(organization, module, since, at_most)
    if not rows and scan is not None and scan.noted_until and timezone.now() - scan.noted_until < 2 * MARGIN:
        return 0
    until = rows[-1]["updated_at"] if len(rows) == at_most else timezone.now() - MARGIN
    with transaction.atomic():
        _note(organization, module, rows)
        DuplicateScan.objects.update_or_create(
            organization=organization, module=module, defaults={"noted_until": max(since, until)}
        )
    return len(rows)


def _changed(organization: Organization, module: Module, since: datetime, at_most: int) -> list[dict[str, Any]]:
    table = RECORDS[module]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.id FROM {table} r LEFT JOIN crm_duplicatekeys k ON k.organization_id = r.organization_id"
            " AND k.module = %s AND k.record_id = r.id WHERE r.organization_id = %s AND r.updated_at >= %s"
            " AND k.of IS DISTINCT FROM r.updated_at ORDER BY r.updated_at, r.id LIMIT %s",
            [module.value, organization.pk, since, at_most],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    if not ids:
        return []
    rows = RECORDS[module].objects.of(organization).filter(pk__in=ids).order_by("updated_at", "pk")
    return list(rows.values("pk", "updated_at", *COLUMNS[module]))


def _note(organization: Organization, module: Module, rows: Sequence[dict[str, Any]]) -> None:
    told = [
        {
            "organization_id": organization.pk,
            "module": module.value,
            "record_id": row["pk"],
            "keys": [key_of(organization, module, key) for key in read_facts(organization, module, row).stored_keys()],
            "of": row["updated_at"],
        }
        for row in rows
    ]
    if not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO crm_duplicatekeys (organization_id, module, record_id, keys, of)"
            " SELECT organization_id, module, record_id, keys, of"
            " FROM json_populate_recordset(NULL::crm_duplicatekeys, %s) ORDER BY record_id"
            " ON CONFLICT (organization_id, module, record_id) DO UPDATE SET keys = EXCLUDED.keys, of = EXCLUDED.of",
            [orjson.dumps(told).decode()],
        )


# the whole module


@transaction.atomic
def ask_for_duplicates(*, actor: Actor, organization: Organization, module: str) -> None:
    """Have the module searched in the background. For those who may see its records."""
    of_actor(actor, organization).require(module, Level.VIEW)
    scan, _made = DuplicateScan.objects.update_or_create(
        organization=organization, module=module, defaults={"asked_at": timezone.now()}
    )
    send(TASK, scan.pk)


def find_duplicates(organization: Organization, module: Module) -> int:
    """Search the whole module and store what is alike, the most likely first. Answers how many pairs there are."""
    while catch_up(organization, module, at_most=AT_ONCE) == AT_ONCE:
        pass
    forget_missing(organization, module)
    started = timezone.now()
    pairs = _scored(organization, module, list(_candidates(organization, module)))
    with transaction.atomic():
        _store(organization, module, pairs[:MOST_SUGGESTIONS])
        DuplicateScan.objects.of(organization).filter(module=module).update(found_at=started)
    return len(pairs)


def _candidates(organization: Organization, module: Module) -> Iterator[tuple[int, int]]:
    """Pairs of records that share a key, each once."""
    table = RECORDS[module]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(record_id ORDER BY record_id) FROM ("
            f" SELECT unnest(k.keys) AS key, k.record_id FROM crm_duplicatekeys k JOIN {table} r ON r.id = k.record_id"
            " WHERE k.organization_id = %s AND k.module = %s) x GROUP BY key HAVING count(*) BETWEEN 2 AND %s",
            [organization.pk, module.value, MOST_ALIKE],
        )
        seen: set[tuple[int, int]] = set()
        while batch := cursor.fetchmany(1000):
            for (ids,) in batch:
                for pair in combinations(ids, 2):
                    if pair not in seen and len(seen) < MOST_PAIRS:
                        seen.add(pair)
                        yield pair


def _scored(
    organization: Organization, module: Module, pairs: Sequence[tuple[int, int]]
) -> list[tuple[int, tuple[int, int]]]:
    facts = _facts(organization, module, {pk for pair in pairs for pk in pair})
    found = []
    for low, high in pairs:
        if low in facts and high in facts:
            judged = judge(module, facts[low], facts[high])
            if judged.is_worth_telling:
                found.append((judged.score, (low, high)))
    return sorted(found, key=lambda one: (-one[0], one[1]))


def _facts(organization: Organization, module: Module, ids: Iterable[int]) -> dict[int, Facts]:
    wanted, found = sorted(ids), {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = RECORDS[module].objects.of(organization).filter(pk__in=wanted[start : start + AT_ONCE])
        for row in rows.values("pk", *COLUMNS[module]):
            found[row["pk"]] = read_facts(organization, module, row)
    return found


def _store(organization: Organization, module: Module, pairs: Sequence[tuple[int, tuple[int, int]]]) -> None:
    """What is alike now, and nothing else; pairs that a person dismissed stay dismissed."""
    known = DuplicateSuggestion.objects.of(organization).filter(module=module)
    there = {pair for _score, pair in pairs}
    gone = [
        pk
        for pk, low, high in known.filter(dismissed_at=None).values_list("pk", "low_id", "high_id")
        if (low, high) not in there
    ]
    known.filter(pk__in=gone).delete()
    DuplicateSuggestion.objects.bulk_create(
        [
            DuplicateSuggestion(organization=organization, module=module, low_id=low, high_id=high, score=score)
            for score, (low, high) in pairs
        ],
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=["organization", "module", "low_id", "high_id"],
        update_fields=["score"],
    )


def work_on(scan_id: int) -> None:
    """Do one search, if nobody else is at it."""
    with transaction.atomic():
        scan = (
            DuplicateScan.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("organization")
            .filter(pk=scan_id)
            .first()
        )
        if scan is None or (scan.found_at and scan.asked_at and scan.found_at > scan.asked_at):
            return
        find_duplicates(scan.organization, Module(scan.module))


def work_on_all(*, older_than: timedelta = timedelta(days=1), at_most: int = 5) -> int:
    """Look after searches whose message was lost, and renew lists that are a day old. Answers how many."""
    late = Q(asked_at__isnull=False) & (Q(found_at=None) | Q(found_at__lt=F("asked_at")))
    old = Q(found_at__lt=timezone.now() - older_than)
    waiting = list(DuplicateScan.objects.filter(late | old).order_by("found_at", "pk")[:at_most])
    for scan in waiting:
        if scan.asked_at is None or (scan.found_at and scan.found_at > scan.asked_at):
            DuplicateScan.objects.filter(pk=scan.pk).update(asked_at=timezone.now())
        work_on(scan.pk)
    return len(waiting)


# what people say


@transaction.atomic
def dismiss(*, actor: Actor, organization: Organization, module: str, ids: Sequence[int]) -> int:
    """Say of these records that no two of them are the same. Answers how many pairs that were."""
    access = of_actor(actor, organization)
    access.require(module, Level.EDIT)
    _require_visible(access, module, ids)
    pairs = list(combinations(sorted(set(ids)), 2))
    now = timezone.now()
    DuplicateSuggestion.objects.bulk_create(
        [
            DuplicateSuggestion(
                organization=organization,
                module=module,
                low_id=low,
                high_id=high,
                score=0,
                dismissed_at=now,
                dismissed_by_id=actor.user_id,
            )
            for low, high in pairs
        ],
        update_conflicts=True,
        unique_fields=["organization", "module", "low_id", "high_id"],
        update_fields=["dismissed_at", "dismissed_by"],
    )
    return len(pairs)


@transaction.atomic
def recall(*, actor: Actor, organization: Organization, module: str, ids: Sequence[int]) -> None:
    """Take that back: the records may be the same after all. The pair is in the list again with the next search."""
    access = of_actor(actor, organization)
    access.require(module, Level.EDIT)
    _require_visible(access, module, ids)
    known = DuplicateSuggestion.objects.of(organization).filter(module=module)
    for low, high in combinations(sorted(set(ids)), 2):
        known.filter(low_id=low, high_id=high, score=0).delete()
        known.filter(low_id=low, high_id=high).update(dismissed_at=None, dismissed_by=None)


def _require_visible(access: Access, module: str, ids: Sequence[int]) -> None:
    wanted = set(ids)
    if len(wanted) < 2 or record_rows(access, module).filter(pk__in=wanted).count() != len(wanted):
        raise NotFound(str(ABSENT[module]))


def forget_missing(organization: Organization, module: Module) -> int:
    """Drop the keys of records that are gone. They are never found by them, and only take room."""
    table = RECORDS[module]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM crm_duplicatekeys k WHERE k.organization_id = %s AND k.module = %s AND NOT EXISTS ("
            f"SELECT 1 FROM {table} r WHERE r.id = k.record_id)",
            [organization.pk, module.value],
        )
        return int(cursor.rowcount)
