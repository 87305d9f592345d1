"""What the sync remembers after a batch: links and their bases, marks, exclusions, conflicts, failures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from integration.adapters.tables import Row
from integration.choices import ConflictState, IssueState
from integration.core.actions import Action, Kind
from integration.core.links import LinkState, Unmatched
from integration.core.mapping import Refusal
from integration.core.pairings import PAIRINGS, Pairing
from integration.core.records import Key, Side
from integration.models import Conflict, DeadLetter, Exclusion, Link, SyncIssue
from integration.models import Unmatched as UnmatchedRow
from integration.rows import insert, update
from integration.services.applying import Written, link_rows, made_pairing
from integration.services.claiming import by_kind, leave_hints
from integration.services.loading import Loaded
from integration.services.merges import note_followed
from integration.services.recording import conflict_rows
from integration.services.work import SIDES, Work

QUARANTINE_AFTER = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
_RETRYING = frozenset({"database", "not_read", "torn", "unexpected"})


def save_links(work: Work, loaded: Loaded, done: Sequence[Written]) -> None:
    """End, make and move on links; what was judged and needs nothing is marked as seen."""
    now = timezone.now().isoformat()
    rows = link_rows(work, loaded, done)
    update(Link, [{**row, "updated_at": now} for row in rows.ended])
    stamp = {"synced_at": now, "created_at": now, "updated_at": now}
    made = insert(Link, [{**row, **stamp} for _written, row in rows.new], returning="id, crm_kind, crm_id")
    ids = {(kind, pk): link_id for link_id, kind, pk in made}
    for written, row in rows.new:
        written.link_id = ids[row["crm_kind"], row["crm_id"]]
    update(Link, [{**row, "synced_at": now, "updated_at": now} for row in rows.moved_on.values()])
    note_followed(_gone_over(loaded, done))
    _mark_seen(work, loaded, done, now)


def _gone_over(loaded: Loaded, done: Iterable[Written]) -> Iterator[tuple[Key, int]]:
    """The links that went over to the survivor of a merge, each with the loser."""
    for written in done:
        action = written.action
        if written.is_done and action.kind is Kind.REPOINT and action.link is not None and action.side is not None:
            yield loaded.links[action.link].key(action.side), action.link


def _mark_seen(work: Work, loaded: Loaded, done: Iterable[Written], now: str) -> None:
    """Links on which there was nothing to do have seen these revisions, too."""
    touched = {written.action.link for written in done}
    rows = []
    for link in loaded.links.values():
        crm, finance = (loaded.batch.records.get(link.key(side)) for side in Side)
        if link.id in touched or crm is None or finance is None or link.id in work.held_links:
            continue
        seen = {"seen_crm": crm.rev, "seen_finance": finance.rev, "generation": work.setting.generation}
        if (link.seen_crm, link.seen_finance, link.mapping_generation) != tuple(seen.values()):
            rows.append({"id": link.id, **seen, "updated_at": now})
    update(Link, rows)


def save_marks(work: Work, loaded: Loaded, done: Sequence[Written]) -> None:
    """Why records have no link. Whoever has one now, or is gone, needs no mark."""
    rows: dict[Key, Row] = {}
    paired: set[Key] = set()
    for written in done:
        action = written.action
        if not written.is_done and action.kind is not Kind.REFUSE:
            continue
        for mark in action.marks:
            rows[mark.key] = _mark_row(work, loaded, action, mark)
        if action.makes_a_record or action.kind is Kind.LINK:
            paired.update(key for side in Side if (key := written.key(side)) is not None)
    gone = {key for key in loaded.batch.subjects if (one := loaded.batch.records.get(key)) is None or one.deleted}
    _drop_marks(work, ((paired - rows.keys()) | gone) & loaded.batch.unmatched.keys())
    insert(
        UnmatchedRow,
        list(rows.values()),
        conflict="(connection_id, kind, record_id) DO UPDATE SET rev = EXCLUDED.rev, generation = EXCLUDED.generation,"
        " reason = EXCLUDED.reason, dep = EXCLUDED.dep, candidate_kind = EXCLUDED.candidate_kind,"
        " candidates = EXCLUDED.candidates, candidate_revs = EXCLUDED.candidate_revs, at = EXCLUDED.at",
    )
    _keep_marks(work, loaded, {*rows, *paired, *gone})
    exclusions = {written.action.exclusion for written in done if written.is_done and written.action.exclusion}
    insert(Exclusion, [_exclusion_row(work, *one) for one in sorted(exclusions)], conflict="DO NOTHING")


def _mark_row(work: Work, loaded: Loaded, action: Action, mark: Unmatched) -> Row:
    others = [key for key in action.candidates if key.side is not mark.key.side]
    if not others and action.kind in (Kind.SKIP, Kind.REFUSE):
        others = [other for other in (action.key(side) for side in Side) if other is not None and other != mark.key]
    revs = [loaded.batch.records[key].rev if key in loaded.batch.records else -1 for key in others]
    return {
        "connection_id": work.connection.pk,
        "kind": mark.key.model,
        "record_id": mark.key.pk,
        "rev": mark.rev,
        "generation": work.setting.generation,
        "reason": mark.reason.value,
        "dep": mark.dep,
        "candidate_kind": others[0].model if others else "",
        "candidates": [key.pk for key in others],
        "candidate_revs": revs,
        "at": timezone.now().isoformat(),
    }


def _keep_marks(work: Work, loaded: Loaded, changed: Collection[Key]) -> None:
    """The same mark as before, on a record that was judged again: it holds for these revisions, too."""
    for key in loaded.batch.subjects:
        record, mark = loaded.batch.records.get(key), loaded.batch.unmatched.get(key)
        if record is None or mark is None or key in changed or mark.rev != record.rev:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE integration_unmatched u SET generation = %s, candidate_revs = coalesce(("
                "SELECT array_agg(s.rev ORDER BY x.place) FROM unnest(u.candidates) WITH ORDINALITY x(id, place)"
                " JOIN integration_recordstate s ON s.kind = u.candidate_kind AND s.record_id = x.id), '{}')"
                " WHERE u.connection_id = %s AND u.kind = %s AND u.record_id = %s",
                [work.setting.generation, work.connection.pk, key.model, key.pk],
            )


def _drop_marks(work: Work, keys: Iterable[Key]) -> None:
    for kind, ids in by_kind(keys).items():
        UnmatchedRow.objects.filter(connection=work.connection, kind=kind, record_id__in=ids).delete()


def _exclusion_row(work: Work, pairing: Pairing, crm_pk: int, finance_pk: int) -> Row:
    spec = PAIRINGS[pairing]
    return {
        "connection_id": work.connection.pk,
        "crm_kind": spec.crm_model,
        "crm_id": crm_pk,
        "finance_kind": spec.finance_model,
        "finance_id": finance_pk,
        "reason": "",
        "created_at": timezone.now().isoformat(),
    }


def save_conflicts(work: Work, loaded: Loaded, done: Sequence[Written]) -> None:
    """Open what waits for a person, close what was settled."""
    waiting = {
        written.link_id: (written.action, conflict_rows(written.action, work))
        for written in done
        if written.is_done
        and written.link_id is not None
        and any(one.winner is None for one in written.action.conflicts)
    }
    were_waiting = {link.id for link in loaded.links.values() if link.state is LinkState.CONFLICT}
    judged = {written.action.link for written in done if written.is_done and written.action.link is not None}
    over = (judged & were_waiting) - waiting.keys()
    open_ones = Conflict.objects.filter(state=ConflictState.OPEN)
    if over:
        now = timezone.now()
        settled = open_ones.filter(link_id__in=over)
        settled.exclude(resolution={}).update(state=ConflictState.RESOLVED, resolved_at=now, updated_at=now)
        settled.filter(resolution={}).update(state=ConflictState.GONE, resolved_at=now, updated_at=now)
    for link_id, (action, fields) in waiting.items():
        conflict, made = Conflict.objects.get_or_create(
            link_id=link_id,
            state=ConflictState.OPEN,
            defaults={"connection": work.connection, "label": action.label[:250], "fields": fields},
        )
        if not made and conflict.fields != fields:
            conflict.fields, conflict.resolution = fields, {}
            conflict.save(update_fields=["fields", "resolution", "updated_at"])


def save_failures(work: Work, loaded: Loaded, done: Sequence[Written]) -> None:
    """A dead letter and an issue for each record that could not be synced; all others that were judged are let go."""
    fine: set[Key] = {*loaded.batch.subjects, *(link.key(side) for link in loaded.links.values() for side in Side)}
    for written in done:
        if written.is_done:
            continue
        keys = [key for side in Side if (key := written.key(side)) is not None]
        if written.moved:
            fine.difference_update(keys)
        elif written.refusal is not None and keys:
            fine.difference_update(keys)
            other = keys[1] if len(keys) > 1 else None
            revs = {key: written.action.seen(key.side) for key in keys}
            fail(
                work,
                keys[0],
                revs,
                other,
                code=written.refusal.code,
                label=written.action.label,
                refusal=written.refusal,
            )
    release(work, fine)


def fail(
    work: Work,
    key: Key,
    revs: Mapping[Key, int],
    other: Key | None,
    *,
    code: str,
    label: str = "",
    message: str = "",
    refusal: Refusal | None = None,
    times: int = 1,
) -> None:
    """Note failed attempts. What only a person can mend isn't tried again by itself, nor anything for ever."""
    at: dict[str, Any] = {"connection": work.connection, "kind": key.model, "record_id": key.pk}
    letter = DeadLetter.objects.filter(**at).first()
    attempts = times + (letter.attempts if letter is not None else 0)
    quarantined = code not in _RETRYING or attempts >= QUARANTINE_AFTER
    now = timezone.now()
    next_at = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts - 1, 12))
    other_rev = revs.get(other, -1) if other is not None else -1
    params: dict[str, Any] = {"message": message[:500]} if message else {}
    if refusal is not None:
        params = {"side": refusal.side.value, "limit": refusal.limit, "length": refusal.length}
        if refusal.code == "database":
            params["message"] = refusal.field
    DeadLetter.objects.update_or_create(
        **at,
        defaults={
            "rev": revs.get(key, -1),
            "other_rev": other_rev,
            "generation": work.setting.generation,
            "attempts": attempts,
            "quarantined": quarantined,
            "next_at": next_at,
            "code": code[:40],
            "message": message,
        },
    )
    issue, _made = SyncIssue.objects.exclude(state=IssueState.RESOLVED).get_or_create(
        **at, defaults={"code": code[:40], "state": IssueState.RETRYING}
    )
    issue.run, issue.code, issue.params, issue.attempts = work.run, code[:40], params, attempts
    issue.label = (label or issue.label)[:250]
    issue.field = "" if refusal is None or refusal.code == "database" else refusal.field[:60]
    issue.state = IssueState.WAITING if quarantined else IssueState.RETRYING
    issue.next_at = None if quarantined else next_at
    issue.save()


def release(work: Work, keys: Iterable[Key]) -> None:
    """These are fine now: no dead letter, no open issue."""
    chosen = [Q(kind=kind, record_id__in=ids) for kind, ids in by_kind(keys).items()]
    if not chosen:
        return
    which = Q()
    for one in chosen:
        which |= one
    now = timezone.now()
    if DeadLetter.objects.filter(which, connection=work.connection).delete()[0]:
        issues = SyncIssue.objects.filter(which, connection=work.connection).exclude(state=IssueState.RESOLVED)
        issues.update(state=IssueState.RESOLVED, resolved_at=now, next_at=None, updated_at=now)


def wake_up_dependants(work: Work, done: Sequence[Written]) -> None:
    """Whoever waits for what this batch did is looked at again: children of new pairs, rivals of linked records."""
    parents = made_pairing(done, Pairing.ACCOUNT_CUSTOMER)
    accounts = [pk for written in parents if (pk := written.pk(Side.CRM)) is not None]
    customers = [pk for written in parents if (pk := written.pk(Side.FINANCE)) is not None]
    keys: set[Key] = set()
    with connection.cursor() as cursor:
        for side, table, parent, ids in (
            (Side.CRM, "crm_contact", "account_id", accounts),
            (Side.FINANCE, "finance_contactperson", "customer_id", customers),
        ):
            if not ids:
                continue
            model = "contact" if side is Side.CRM else "contact_person"
            cursor.execute(
                f"SELECT c.id FROM {table} c WHERE c.{parent} = ANY(%s) AND (EXISTS ("  # noqa: S608
                "SELECT 1 FROM integration_unmatched u WHERE u.connection_id = %s AND u.kind = %s"
                f" AND u.record_id = c.id AND u.reason = 'parent') OR EXISTS ("
                "SELECT 1 FROM integration_link l WHERE l.connection_id = %s"
                f" AND l.pairing = 'contact_person' AND l.{side.value}_id = c.id"
                " AND l.state IN ('active', 'conflict', 'paused')))",
                [ids, work.connection.pk, model, work.connection.pk],
            )
            keys.update(Key(side, model, pk) for (pk,) in cursor.fetchall())
        newly = {
            key
            for written in done
            if written.is_done and written.action.kind is Kind.LINK
            for side in Side
            if (key := written.key(side)) is not None
        }
        for kind, ids in by_kind(newly).items():
            cursor.execute(
                "SELECT kind, record_id FROM integration_unmatched WHERE connection_id = %s AND candidate_kind = %s"
                " AND candidates && %s::bigint[]",
                [work.connection.pk, kind, ids],
            )
            keys.update(Key(SIDES[other], other, pk) for other, pk in cursor.fetchall())
    if keys:
        keys -= {key for written in done for side in Side if (key := written.key(side)) is not None}
        leave_hints(work.connection.pk, keys)
