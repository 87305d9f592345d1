"""Changing or deleting many records at once: each by the same rules as one, the refused ones told, all of it undoable.

Up to 500 records are changed while the person waits, more by a worker, 1,000 in each transaction with their rows. The
selection is written down first, so that a worker that dies leaves whole batches behind and the next one goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from celery import current_app
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import audit.services
from crm.access import Access, of_actor
from crm.choices import Level, Module
from crm.models import (
    BulkChange,
    BulkChangeRow,
    BulkKind,
    BulkResult,
    BulkState,
    DeletedRecord,
    Organization,
)
from crm.selectors.custom_fields import custom_fields
from crm.selectors.exports import export_selection
from crm.selectors.records import named, record_rows
from crm.services import record_kinds, records
from crm.services.kinds import KINDS
from crm.services.record_kinds import Kind
from crm.services.surroundings import Values
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.bulk import insert_rows, update_many
from finsuite.kernel.errors import NotPermitted, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.records import refuse_unknown

AT_ONCE = 500
BATCH = 1_000
MOST = 50_000
SAMPLES = 10
SELECTING = ("ids", "view", "criteria", "search")
ADD, REMOVE = "add_tags", "remove_tags"
LEVELS = {BulkKind.EDIT: Level.EDIT, BulkKind.OWNER: Level.EDIT, BulkKind.DELETE: Level.DELETE}
_WRITTEN = ("label", "result", "reason", "before", "after", "version", "deleted_id")


@dataclass
class BulkPlan:
    """What a bulk change would do."""

    total: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    samples: list[tuple[int, str, str]] = field(default_factory=list)  # (id, name, why) of refused ones
    first: list[tuple[int, str]] = field(default_factory=list)  # (id, name) of some that change
    let_go: dict[str, int] = field(default_factory=dict)  # "contacts.account_id" → how many are left without it


@transaction.atomic
def start_bulk(
    *,
    actor: Actor,
    organization: Organization,
    module: str,
    kind: str,
    selection: Mapping[str, Any],
    values: Values | None = None,
) -> BulkChange:
    """Change these records, or delete them. `selection` is `ids`, or what a list shows: `view`, `criteria`, `search`.

    `values` are as a record's service takes them; `add_tags` and `remove_tags` change the tags that each one has.
    """
    access = _entered(actor, organization, module, kind)
    asked, values = selection_of(selection), _values(access, module, kind, values or {})
    ids = _ids(access, module, asked)
    if not ids:
        raise Refused(_("No record is selected."), code="empty")
    change = BulkChange.objects.create(
        organization=organization,
        module=module,
        kind=kind,
        values=values,
        selection=asked,
        total=len(ids),
        user_id=actor.user_id,
        actor_name=actor.label[:250],
        via=actor.via.value,
    )
    insert_rows(BulkChangeRow, [_row(change, number, key) for number, key in enumerate(ids)])
    if len(ids) <= AT_ONCE:
        do_batch(change.pk, actor=actor)
        change.refresh_from_db()
    else:
        transaction.on_commit(lambda: send("crm.run_bulk_change", change.pk), robust=True)
    return change


def plan_bulk(
    *,
    actor: Actor,
    organization: Organization,
    module: str,
    kind: str,
    selection: Mapping[str, Any],
    values: Values | None = None,
) -> BulkPlan:
    """What `start_bulk` would do, and nothing done."""
    access = _entered(actor, organization, module, kind)
    asked, values = selection_of(selection), _values(access, module, kind, values or {})
    ids = _ids(access, module, asked)
    plan = BulkPlan(total=len(ids))
    for batch in _batches(ids):
        if kind == BulkKind.DELETE:
            _plan_deletion(plan, access, module, batch)
        else:
            _plan_edit(plan, actor, access, module, batch, values)
    return plan


@transaction.atomic
def do_batch(change_id: int, *, actor: Actor | None = None) -> bool:
    """Do the next batch of a bulk change. Answers whether there may be more."""
    rows = BulkChange.objects.select_for_update(of=("self",)).select_related("organization", "user")
    change = rows.filter(pk=change_id, state=BulkState.RUNNING).first()
    if change is None:
        return False
    with translation.override(change.user.language if change.user and actor is None else None):
        actor = actor or actor_of(change)
        todo = list(BulkChangeRow.objects.filter(change=change, result="").order_by("number")[:BATCH])
        if todo:
            _do(change, actor, todo)
        is_more = len(todo) == BATCH
        _advance(change, actor, todo, is_more=is_more)
    return is_more


def actor_of(change: BulkChange) -> Actor:
    """The person behind a bulk change, for the worker: with the rights that they have now."""
    return person(change.user, change.via)


def person(user: Any, via: str) -> Actor:
    """Somebody who is still there, acting."""
    if user is None:
        raise NotPermitted(_("The person who started this no longer exists."))
    return Actor.person(user, Via(via))


def send(task: str, change_id: int) -> None:
    """Ask a worker."""
    current_app.send_task(task, args=[change_id], queue="sync.bulk")


def _entered(actor: Actor, organization: Organization, module: str, kind: str) -> Access:
    if module not in KINDS or kind not in BulkKind.values:
        raise _fault("module" if module not in KINDS else "kind", _("There is no such module."))
    access = of_actor(actor, organization)
    access.require(module, LEVELS[BulkKind(kind)])
    return access


def selection_of(selection: Mapping[str, Any]) -> dict[str, Any]:
    """What is selected, put in order."""
    refuse_unknown(selection, SELECTING)
    if "ids" in selection:
        if len(selection) > 1:
            raise _fault("ids", _("Select records either by their ids, or by what a list shows."))
        ids = selection["ids"]
        if not isinstance(ids, (list, tuple)) or not all(type(key) is int and 0 < key < 2**63 for key in ids):
            raise _fault("ids", _("This must be a list of ids."))
        return {"ids": [*dict.fromkeys(ids)]}
    asked: dict[str, Any] = {}
    if (given := selection.get("view")) not in (None, ""):
        asked["view"] = read_id(str(given))
        if asked["view"] is None:
            raise _fault("view", _("There is no such list view."))
    if criteria := selection.get("criteria"):
        asked["criteria"] = criteria
    if search := selection.get("search"):
        asked["search"] = str(search)[:200]
    return asked


def _values(access: Access, module: str, kind: str, given: Values) -> dict[str, Any]:
    """The values, as JSON; what no record of the module has is refused by name."""
    if kind == BulkKind.DELETE:
        refuse_unknown(given, ())
        return {}
    writable = ("owner_id",) if kind == BulkKind.OWNER else (*KINDS[Module(module)].writable, ADD, REMOVE)
    custom = custom_fields(access.organization, module).by_name if kind == BulkKind.EDIT else {}
    refuse_unknown(given, {*writable, *custom})
    if not given or (kind == BulkKind.OWNER and "owner_id" not in given):
        raise Refused(_("Choose what is to be changed."), code="empty")
    for name in (ADD, REMOVE):
        if name in given and (
            not isinstance(given[name], (list, tuple)) or not all(isinstance(tag, str) for tag in given[name])
        ):
            raise _fault(name, _("Tags are a list of texts."))
    if "tags" in given and (ADD in given or REMOVE in given):
        raise _fault("tags", _("Either replace the tags, or add and remove some."))
    return plain(given)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them; services read them back."""
    return orjson.loads(orjson.dumps(dict(values), default=str))  # type: ignore[no-any-return]


def _ids(access: Access, module: str, asked: Mapping[str, Any]) -> list[int]:
    if "ids" in asked:
        ids = list(asked["ids"])
    else:
        rows = export_selection(access, module, dict(asked)).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        said = _("At most %(limit)d records can be changed at once. Narrow them down.") % {"limit": MOST}
        raise Refused(said, code="too_many")
    return ids


def _row(change: BulkChange, number: int, key: int) -> dict[str, Any]:
    fresh: dict[str, Any] = {"change_id": change.pk, "number": number, "record_id": key}
    fresh |= {
        "label": "",
        "result": "",
        "reason": "",
        "before": {},
        "after": {},
        "undo": "",
        "undo_reason": "",
        "kept": [],
    }
    return fresh


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _plan_edit(plan: BulkPlan, actor: Actor, access: Access, module: str, ids: Sequence[int], values: Values) -> None:
    kind = KINDS[Module(module)]
    labels: dict[int, Any] = record_rows(access, module).in_bulk(ids)
    changes = _changes(labels, ids, values)
    for key, entry in zip(ids, records.plan(kind, actor=actor, access=access, changes=changes), strict=True):
        name = str(labels.get(key, ""))
        if isinstance(entry, Refused):
            plan.refused += 1
            if len(plan.samples) < SAMPLES:
                plan.samples.append((key, name, entry.message))
        elif entry.change:
            plan.changed += 1
            if len(plan.first) < SAMPLES:
                plan.first.append((key, name))
        else:
            plan.unchanged += 1


def _plan_deletion(plan: BulkPlan, access: Access, module: str, ids: Sequence[int]) -> None:
    there = record_rows(access, module).in_bulk(ids)
    plan.changed += len(there)
    plan.refused += len(ids) - len(there)
    plan.first += [(key, str(record)) for key, record in there.items()][: SAMPLES - len(plan.first)]
    absent = [key for key in ids if key not in there][: SAMPLES - len(plan.samples)]
    plan.samples += [(key, "", _("There is no such record.")) for key in absent]
    for dependent, column in KINDS[Module(module)].dependents():
        if access.may(dependent.module, Level.VIEW):
            rows = record_rows(access, dependent.module).filter(**{f"{column}__in": list(there)})
            name = f"{dependent.module.value}.{column}"
            plan.let_go[name] = plan.let_go.get(name, 0) + rows.order_by().count()


def _changes(held: Mapping[int, Any], ids: Sequence[int], values: Values) -> list[tuple[int, Values]]:
    """The new values of each record: the same for all, but for tags that are added to those it has."""
    if ADD not in values and REMOVE not in values:
        return [(key, values) for key in ids]
    rest = {name: value for name, value in values.items() if name not in (ADD, REMOVE)}
    return [(key, {**rest, "tags": _tags(held[key].tags, values)} if key in held else rest) for key in ids]


def _tags(tags: Sequence[str], values: Values) -> list[str]:
    gone = {tag.strip() for tag in values.get(REMOVE, ())}
    return [*(tag for tag in tags if tag not in gone), *(tag for tag in values.get(ADD, ()) if tag.strip() not in tags)]


def _do(change: BulkChange, actor: Actor, rows: Sequence[BulkChangeRow]) -> None:
    kind = KINDS[Module(change.module)]
    if change.kind == BulkKind.DELETE:
        _delete(change, actor, kind, rows)
    else:
        _edit(change, actor, kind, rows)
    update_many(rows, _WRITTEN)


def _edit(change: BulkChange, actor: Actor, kind: Kind[Any], rows: Sequence[BulkChangeRow]) -> None:
    organization = change.organization
    ids = [row.record_id for row in rows]
    held: Mapping[int, Any] = {}
    if ADD in change.values or REMOVE in change.values:
        held = records.hold(kind, access=of_actor(actor, organization), ids=ids)
    outcomes = records.change(kind, actor=actor, organization=organization, changes=_changes(held, ids, change.values))
    for row, outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, Refused):
            row.result, row.reason = BulkResult.REFUSED, outcome.message
            continue
        row.label = outcome.record.label[:250]
        row.version = outcome.record.updated_at
        row.result = BulkResult.CHANGED if outcome.change else BulkResult.UNCHANGED
        row.before = plain(record_kinds.told(kind, outcome.change.before))
        row.after = plain(record_kinds.told(kind, outcome.change.after))
    if refused := [row for row in rows if row.result == BulkResult.REFUSED]:
        known = named(of_actor(actor, organization), kind.module, {row.record_id for row in refused})
        for row in refused:
            row.label = known.get(row.record_id, "")[:250]


def _delete(change: BulkChange, actor: Actor, kind: Kind[Any], rows: Sequence[BulkChangeRow]) -> None:
    ids = [row.record_id for row in rows]
    gone = records.delete(kind, actor=actor, organization=change.organization, ids=ids)
    binned = DeletedRecord.objects.of(change.organization).filter(
        module=change.module, record_id__in=gone, restored_at=None
    )
    kept = {one.record_id: one for one in binned.only("id", "record_id", "label").order_by("pk")}
    for row in rows:
        if row.record_id in kept:
            one = kept[row.record_id]
            row.result, row.label, row.deleted_id = BulkResult.CHANGED, one.label, one.pk
        else:
            row.result, row.reason = BulkResult.REFUSED, _("There is no such record.")


def _advance(change: BulkChange, actor: Actor, rows: Sequence[BulkChangeRow], *, is_more: bool) -> None:
    counts = Counter(change.results)
    counts.update(str(row.result) for row in rows)
    change.results = dict(counts)
    if not is_more:
        change.state, change.finished_at = BulkState.DONE, timezone.now()
        audit.services.record(
            actor=actor,
            tenant=change.organization.tenant,
            subject=change,
            verb="finished",
            after={"module": change.module, "kind": change.kind, **change.values, **change.results},
        )
    change.save()


def _fault(name: str, sentence: str) -> Refused:
    return Refused(sentence, fields={name: [sentence]})
