"""What was decided and what was written, for people: the run's actions and counts, the journal, and the history."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from audit.models import Entry
from finsuite.kernel.actors import Actor, Via
from integration.adapters.tables import Row
from integration.choices import UNFINISHED, ActionState, RunState
from integration.core.actions import Action, FieldConflict, Kind, SyncPlan
from integration.core.mapping import Refusal
from integration.core.pairings import PAIRINGS, Pairing
from integration.core.records import Key, Side, to_json
from integration.core.undo import JournalOp
from integration.models import Action as ActionRow
from integration.models import Journal, Run
from integration.rows import dumps, insert
from integration.services.applying import Written
from integration.services.work import MODELS, Work

COUNTED = {
    Kind.CREATE: "created",
    Kind.CLONE: "created",
    Kind.LINK: "linked",
    Kind.UPDATE: "updated",
    Kind.ADVANCE: "unchanged",
    Kind.CONFLICT: "conflicts",
    Kind.DECIDE: "undecided",
    Kind.PAUSE: "paused",
    Kind.REPOINT: "updated",
    Kind.ALIAS: "unlinked",
    Kind.UNLINK: "unlinked",
    Kind.DEACTIVATE: "deactivated",
    Kind.DELETE: "deleted",
    Kind.SKIP: "skipped",
    Kind.REFUSE: "failed",
}
"""Kind of action → what the run page counts it under."""

Counts = dict[str, dict[str, int]]


def record(work: Work, plan: SyncPlan) -> list[Row]:
    """What the plan says, as the rows that the preview and the run page show; held actions stay planned."""
    return [_row(work, action, ActionState.PLANNED) for action in (*plan.actions, *plan.held) if _is_told(action)]


def save(rows: Sequence[Row]) -> None:
    """Keep the rows of a preview."""
    insert(ActionRow, rows)


def save_outcome(work: Work, plan: SyncPlan, done: Sequence[Written]) -> None:
    """Keep what became of each action, and count it."""
    if work.run is None:
        return
    rows = [_outcome_row(work, written) for written in done if _is_told(written.action)]
    rows += [_row(work, action, ActionState.PLANNED) for action in plan.held if _is_told(action)]
    insert(ActionRow, rows)
    count(work.run, outcome_counts(done))


def plan_counts(plan: SyncPlan) -> Counts:
    """How many of each, for a preview."""
    found: Counts = {}
    for action in (*plan.actions, *plan.held):
        _add(found, action.pairing, COUNTED[action.kind])
        if action.makes_a_record and action.side is not None:
            _add(found, action.pairing, f"created_in_{action.side.value}")
    return found


def outcome_counts(done: Iterable[Written]) -> Counts:
    """How many of each were really done."""
    found: Counts = {}
    for written in done:
        action = written.action
        if written.moved:
            continue
        _add(found, action.pairing, COUNTED[action.kind] if written.is_done else "failed")
        if written.is_done and action.makes_a_record and action.side is not None:
            _add(found, action.pairing, f"created_in_{action.side.value}")
    return found


def add_counts(one: Counts, other: Counts) -> Counts:
    """The sum of both."""
    return {
        pairing: dict(Counter(one.get(pairing, {})) + Counter(other.get(pairing, {})))
        for pairing in sorted({*one, *other})
    }


def count(run: Run, counts: Counts) -> None:
    """Add to the run's counts; its row is locked last, and briefly."""
    if not counts:
        return
    locked = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    run.counts = add_counts(locked.counts, counts)
    Run.objects.filter(pk=run.pk).update(counts=run.counts, updated_at=timezone.now())


def advance(run: Run, *, done: int, cursor: Mapping[str, Any]) -> None:
    """Move the run's progress on."""
    run.cursor = dict(cursor)
    with transaction.atomic(), connection.cursor() as session:
        session.execute("SET LOCAL synchronous_commit = off")  # it only tells how far the run has come
        Run.objects.filter(pk=run.pk).update(done=F("done") + done, cursor=run.cursor, updated_at=timezone.now())


def finish(run: Run, state: RunState, message: str = "") -> bool:
    """The run is over, or waits for an answer. False where it was over already: a person had cancelled it."""
    now = timezone.now()
    unfinished = Run.objects.filter(pk=run.pk, state__in=UNFINISHED)
    if not unfinished.update(state=state, message=message, finished_at=now, updated_at=now):
        return False
    run.state, run.message, run.finished_at = state.value, message, now
    return True


def write_history(work: Work, done: Sequence[Written]) -> None:
    """Journal every write with the values it replaced, and tell it in each record's history under its author."""
    writing = [written for written in done if written.is_done and (written.stored or written.action.kind is Kind.LINK)]
    if not writing:
        return
    authors = _authors(work, writing)
    batch, now = str(uuid.uuid4()), timezone.now().isoformat()
    journal, history = [], []
    for written in writing:
        if written.action.kind is Kind.LINK:
            journal.append(_journal_row(work, written, Side.CRM, JournalOp.LINK, batch, authors))
        for side, stored in written.stored.items():
            op = _op(written, side)
            row = _journal_row(work, written, side, op, batch, authors)
            journal.append(row)
            history.append(_history_row(work, side, op, row, now, stored.label or written.action.label))
    insert(Journal, journal)
    insert(Entry, history)


def conflict_rows(action: Action, work: Work) -> list[Row]:
    """The undecided conflicts of an action, each with both values and both bases."""
    fields = {pair.name: pair for pair in work.settings.mappings[action.pairing].pairs}
    return [_conflict_row(found, fields) for found in action.conflicts if found.winner is None]


def refusal_row(found: Refusal) -> Row:
    """A refusal as JSON."""
    return {
        "code": found.code,
        "remedy": found.remedy,
        "side": found.side.value,
        "field": found.field,
        "limit": found.limit,
        "length": found.length,
    }


def _conflict_row(found: FieldConflict, fields: Mapping[str, Any]) -> Row:
    pair = fields.get(found.pair)
    values = to_json(
        {"crm": found.crm, "finance": found.finance, "base_crm": found.base_crm, "base_finance": found.base_finance}
    )
    return {
        "name": found.pair,
        "crm_field": pair.crm_field if pair else found.pair,
        "finance_field": pair.finance_field if pair else found.pair,
        **values,
    }


def _is_told(action: Action) -> bool:
    return action.kind is not Kind.ADVANCE


def _row(work: Work, action: Action, state: ActionState) -> Row:
    spec = PAIRINGS[action.pairing]
    before = {side.value: was for side in Side if (was := action.was(side))}
    after: Row = {side.value: writes for side in Side if (writes := action.writes(side))}
    if action.conflicts:
        after["conflicts"] = conflict_rows(action, work)
    if action.refusal is not None:
        after["refusal"] = refusal_row(action.refusal)
    if action.candidates:
        after["candidates"] = [[key.model, key.pk] for key in action.candidates]
    written = next((side for side in Side if action.writes(side)), action.side)
    return {
        "run_id": work.run.pk if work.run else None,
        "pairing": action.pairing.value,
        "op": action.kind.value,
        "kind": "" if written is None else spec.key(written, 0).model,
        "crm_id": action.crm_pk,
        "finance_id": action.finance_pk,
        "label": action.label[:250],
        "reason": action.reason.value,
        "before": before,
        "after": after,
        "crm_rev": action.seen_crm,
        "finance_rev": action.seen_finance,
        "state": state.value,
    }


def _outcome_row(work: Work, written: Written) -> Row:
    row = _row(work, written.action, ActionState.DONE if written.is_done else ActionState.FAILED)
    row["crm_id"], row["finance_id"] = written.pk(Side.CRM), written.pk(Side.FINANCE)
    if written.refusal is not None:
        row["after"]["refusal"] = refusal_row(written.refusal)
    return row


def _add(counts: Counts, pairing: Pairing, name: str) -> None:
    of_pairing = counts.setdefault(pairing.value, {})
    of_pairing[name] = of_pairing.get(name, 0) + 1


def _op(written: Written, side: Side) -> JournalOp:
    if side is not written.action.side:
        return JournalOp.UPDATE
    if written.action.makes_a_record:
        return JournalOp.CREATE
    return {Kind.DELETE: JournalOp.DELETE, Kind.DEACTIVATE: JournalOp.DEACTIVATE}.get(
        written.action.kind, JournalOp.UPDATE
    )


def _journal_row(
    work: Work, written: Written, side: Side, op: JournalOp, batch: str, authors: Mapping[Key, Actor]
) -> Row:
    key = written.key(side)
    assert key is not None
    actor = _author(work, written, side, authors)
    before, after = _before_after(written, side, op)
    return {
        "run_id": work.run.pk if work.run else 0,
        "connection_id": work.connection.pk,
        "batch": batch,
        "pairing": written.action.pairing.value,
        "link_id": written.link_id,
        "kind": key.model,
        "record_id": key.pk,
        "op": op.value,
        "before": before,
        "after": after,
        "reason": written.action.reason.value,
        "user_id": actor.user_id,
        "actor_label": actor.label[:250],
    }


def _before_after(written: Written, side: Side, op: JournalOp) -> tuple[Row, Row]:
    action = written.action
    if op is JournalOp.LINK:
        return {}, {}
    if op is JournalOp.DELETE:
        return written.deleted_row or {}, {}
    if op is JournalOp.DEACTIVATE:
        return {"status": "active"}, {"status": "inactive"}
    return dict(action.was(side)), _stored_values(written, side)


def _stored_values(written: Written, side: Side) -> Row:
    """The written columns as the database holds them: rounding and trimming included."""
    writes = written.action.writes(side)
    return {**writes, **{name: value for name, value in written.stored[side].values.items() if name in writes}}


_VERBS = {
    JournalOp.CREATE: "created",
    JournalOp.UPDATE: "updated",
    JournalOp.DELETE: "deleted",
    JournalOp.DEACTIVATE: "updated",
}


def _history_row(work: Work, side: Side, op: JournalOp, journaled: Row, now: str, label: str) -> Row:
    return {
        "tenant": work.tenant(side),
        "kind": MODELS[journaled["kind"]]._meta.label_lower,
        "record_id": journaled["record_id"],
        "record_label": label[:250],
        "verb": _VERBS[op],
        "before": journaled["before"],
        "after": journaled["after"],
        "user_id": journaled["user_id"],
        "actor_label": journaled["actor_label"],
        "via": Via.SYNC.value,
        "at": now,
    }


def _author(work: Work, written: Written, side: Side, authors: Mapping[Key, Actor]) -> Actor:
    """Whose change caused this write: the last person who wrote the record on the other side, where known."""
    if work.actor is not None:
        return work.actor
    source = written.key(side.other)
    return (authors.get(source) if source is not None else None) or Actor.system()


def _authors(work: Work, writing: Sequence[Written]) -> dict[Key, Actor]:
    if work.actor is not None:
        return {}
    sources = {key for written in writing for side in written.stored if (key := written.key(side.other)) is not None}
    labels = {model._meta.label_lower: name for name, model in MODELS.items()}
    wanted = [[MODELS[key.model]._meta.label_lower, key.pk] for key in sorted(sources)]
    by_label = {(MODELS[key.model]._meta.label_lower, key.pk): key for key in sources}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT x.kind, x.id, e.user_id, e.actor_label FROM ("
            "SELECT w->>0 AS kind, (w->>1)::bigint AS id FROM json_array_elements(%s::json) w) x"
            " CROSS JOIN LATERAL (SELECT user_id, actor_label FROM audit_entry a WHERE a.kind = x.kind"
            " AND a.record_id = x.id AND a.via <> 'sync' ORDER BY a.id DESC LIMIT 1) e",
            [dumps(wanted)],
        )
        return {
            by_label[kind, pk]: Actor(user_id=user_id, label=label, via=Via.SYNC)
            for kind, pk, user_id, label in cursor.fetchall()
            if kind in labels
        }
