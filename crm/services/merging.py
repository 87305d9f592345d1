"""Making one record out of two or three: its fields chosen one by one, and everything that hangs on the others moved.

`plan_merge` says what would happen, `merge_records` does it; services/unmerging.py takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.core import serializers
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

import audit.services
from crm.access import Access, of_actor
from crm.choices import Level, Module
from crm.events import RecordsMerged
from crm.models import RECORDS, Merge, MergedRecord, Organization, Record
from crm.models.modules import references
from crm.selectors.records import ABSENT, record_rows
from crm.services import record_kinds, records
from crm.services.deal_lines import follow_lines
from crm.services.hanging import Hanging, Way, hanging_on
from crm.services.kinds import KINDS
from crm.services.merge_lines import LinePlan, line_plan
from crm.services.merge_values import Acceptable, FieldChoice, field_choices, tags_of, values_to_write
from crm.services.record_kinds import Kind
from crm.services.surroundings import ancestors
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.versions import require_version

MOST = 3


@dataclass(frozen=True)
class Move:
    """Rows that will go over: how many from each loser."""

    hanging: Hanging
    counts: Mapping[int, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class MergePlan:
    """What a merge would do. `values` is what changes in the survivor."""

    module: Module
    survivor: Any
    losers: Sequence[Any]
    fields: Sequence[FieldChoice]
    tags: list[str]
    values: Mapping[str, Any]
    moves: Sequence[Move] = field(default_factory=list)
    lines: LinePlan = field(default_factory=LinePlan)

    @property
    def changing(self) -> list[str]:
        """The names of what changes in the survivor, with what follows from lines that go over."""
        return list({**self.values, **(self.lines.computed if self.lines.goes_over else {})})


def plan_merge(
    access: Access, module: str, *, survivor_id: int, loser_ids: Sequence[int], choices: Mapping[str, int] | None = None
) -> MergePlan:
    """What merging these records would do, and nothing done. For those who may do it."""
    _enter(access, module)
    ids = _checked(survivor_id, loser_ids)
    referred = [column.removesuffix("_id") for column in references(RECORDS[Module(module)])]
    found = record_rows(access, module).filter(pk__in=ids).select_related(*referred).in_bulk()
    plan = _planned(Module(module), found, ids, choices or {})
    return MergePlan(**{**vars(plan), "moves": _counted(plan)})


@transaction.atomic
def merge_records(
    *,
    actor: Actor,
    organization: Organization,
    module: str,
    survivor_id: int,
    loser_ids: Sequence[int],
    choices: Mapping[str, int] | None = None,
    versions: Mapping[int, str | None] | None = None,
) -> Merge:
    """Merge the losers into the survivor. `versions` (by id) are those that the actor has seen; a stale one raises."""
    access = of_actor(actor, organization)
    _enter(access, module)
    kind, ids = KINDS[Module(module)], _checked(survivor_id, loser_ids)
    held = records.hold(kind, access=access, ids=ids)
    for pk, version in (versions or {}).items():
        if pk in held:
            require_version(held[pk], version)
    plan = _planned(kind.module, held, ids, choices or {})
    merge = Merge(
        organization=organization,
        module=module,
        survivor_id=survivor_id,
        survivor_label=str(plan.survivor)[:250],
        choices={one.name: one.taken for one in plan.fields if one.differs},
        before={name: value_of(plan.survivor, name) for name in plan.changing},
        user_id=actor.user_id,
        actor_name=actor.label[:250],
    )
    away = [_row(loser) for loser in plan.losers]
    _move_all(actor, organization, merge, plan)
    merge.save()
    _let_the_losers_go(kind, actor, organization, merge, plan, away)
    if plan.lines.goes_over:
        follow_lines(actor=actor, organization=organization, deal_id=survivor_id)
    # Only now: what only one record may say (a unique custom field) is free.
    if values := {name: value for name, value in plan.values.items() if name not in plan.lines.computed}:
        changes = [(survivor_id, values)]
        records.accepted(records.update(kind, actor=actor, organization=organization, changes=changes)[0])
    survivor = kind.model.objects.get(pk=survivor_id)
    merge.survivor_label = str(survivor)[:250]
    merge.after = {name: value_of(survivor, name) for name in plan.changing}
    merge.save(update_fields=["survivor_label", "after"])
    _tell(kind, actor, organization, survivor, plan.losers)
    return merge


def _enter(access: Access, module: str) -> None:
    access.require(module, Level.EDIT)
    access.require(module, Level.DELETE)


def _checked(survivor_id: int, loser_ids: Sequence[int]) -> list[int]:
    ids = [survivor_id, *loser_ids]
    if len(set(ids)) != len(ids):
        raise Refused(_("A record can't be merged with itself."), code="same")
    if not 2 <= len(ids) <= MOST:
        raise Refused(_("Merge two or three records at a time."), code="count")
    return ids


def _planned(module: Module, found: Mapping[int, Any], ids: Sequence[int], choices: Mapping[str, int]) -> MergePlan:
    if any(pk not in found for pk in ids):
        raise NotFound(str(ABSENT[module]))
    kind = KINDS[module]
    survivor, *losers = (found[pk] for pk in ids)
    lines = line_plan(survivor, losers) if module is Module.DEALS else LinePlan()
    acceptable = _acceptable(kind, [survivor, *losers])
    fields = field_choices(kind, survivor, losers, choices, acceptable, lines.computed)
    tags = tags_of(survivor, losers)
    return MergePlan(module, survivor, losers, fields, tags, values_to_write(survivor, fields, tags), lines=lines)


def _acceptable(kind: Kind[Any], merged: Sequence[Record]) -> Acceptable:
    """Whether the survivor may hang on this record: not where that one hangs on any of the merged."""
    group = {record.pk for record in merged}
    given = {getattr(record, kind.tree) for record in merged} - {None} if kind.tree else set()
    above = ancestors(kind.model, kind.tree, sorted(given)) if given else {}

    def acceptable(name: str, value: Any) -> bool:
        if name != kind.tree or value is None:
            return True
        step, seen = value, set()
        while step is not None and step not in seen:
            if step in group:
                return False
            seen.add(step)
            step = above.get(step)
        return True

    return acceptable


def _counted(plan: MergePlan) -> list[Move]:
    """How much would go over, one statement for each thing that can hang on a record."""
    ids = {record.pk for record in plan.losers}
    group = {*ids, plan.survivor.pk}
    moves = []
    for hanging in hanging_on(plan.module):
        if hanging.way is Way.STAY:
            continue
        rows = hanging.rows(ids).filter(**hanging.live).order_by()
        rows = rows.exclude(pk__in=group) if hanging.module is plan.module else rows
        counts = dict(rows.values_list(hanging.column).annotate(number=Count("pk")))
        if hanging.way is Way.FILL:
            counts = {pk: number for pk, number in counts.items() if plan.lines.goes_over and pk == plan.lines.giver}
        if counts:
            moves.append(Move(hanging, counts))
    return moves


def _move_all(actor: Actor, organization: Organization, merge: Merge, plan: MergePlan) -> None:
    """Hang everything of the losers' on the survivor; what can't go over is kept in the merge."""
    losers = [record.pk for record in plan.losers]
    group = {*losers, plan.survivor.pk}
    for hanging in hanging_on(plan.module):
        own = hanging.rows(losers)
        if hanging.module is plan.module:
            own = own.exclude(pk__in=group)
        if hanging.kind is None:
            own = own.select_for_update(of=("self",))
        hung = list(own)
        goes = _takes(hanging, hung, plan)
        left = [row for row in hung if row.pk not in goes]
        if goes:
            merge.moved[hanging.name] = {
                str(loser): [row.pk for row in hung if row.pk in goes and getattr(row, hanging.column) == loser]
                for loser in losers
            }
            hang(hanging, actor, organization, dict.fromkeys(goes, plan.survivor.pk))
        if left:
            merge.kept += [_row(row) for row in left]
            hanging.model._base_manager.filter(pk__in=[row.pk for row in left]).delete()


def _takes(hanging: Hanging, hung: Sequence[Any], plan: MergePlan) -> set[int]:
    """Which of the rows go over."""
    if hanging.way is Way.STAY or not hung:
        return set()
    if hanging.way is Way.FILL:
        giver = plan.lines.giver if plan.lines.goes_over else None
        return {row.pk for row in hung if getattr(row, hanging.column) == giver}
    losers = [loser.pk for loser in plan.losers]
    if not hanging.once:
        return {row.pk for row in hung}
    there = set(hanging.rows([plan.survivor.pk]).order_by().values_list(*hanging.once))
    goes = set()
    for row in sorted(hung, key=lambda row: losers.index(getattr(row, hanging.column))):
        known = tuple(getattr(row, name) for name in hanging.once)
        if known not in there:
            there.add(known)
            goes.add(row.pk)
    return goes


def hang(hanging: Hanging, actor: Actor, organization: Organization, targets: Mapping[int, int]) -> None:
    if hanging.kind is not None:
        records.rehang(hanging.kind, hanging.column, actor=actor, organization=organization, targets=targets)
        return
    for target in set(targets.values()):
        ids = [pk for pk, wanted in targets.items() if wanted == target]
        hanging.model._base_manager.filter(pk__in=ids).update(**{hanging.column: target})


def _let_the_losers_go(
    kind: Kind[Any],
    actor: Actor,
    organization: Organization,
    merge: Merge,
    plan: MergePlan,
    away: Sequence[dict[str, Any]],
) -> None:
    losers, into = plan.losers, str(plan.values.get(kind.required) or plan.survivor)
    audit.services.record_many(
        actor=actor,
        tenant=organization.tenant,
        verb="deleted",
        changes=[(loser, record_kinds.content(kind, loser), {"merged_into": into}) for loser in losers],
    )
    MergedRecord.objects.bulk_create(
        MergedRecord(
            merge=merge,
            organization=organization,
            module=merge.module,
            record_id=loser.pk,
            label=str(loser)[:250],
            content=content,
        )
        for loser, content in zip(losers, away, strict=True)
    )
    kind.model.objects.of(organization).filter(pk__in=[loser.pk for loser in losers]).delete()


def _tell(
    kind: Kind[Any], actor: Actor, organization: Organization, survivor: Record, losers: Sequence[Record]
) -> None:
    gone = tuple(loser.pk for loser in losers)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=survivor,
        verb="merged",
        after={"merged_with": [str(loser) for loser in losers]},
    )
    emit(kind.deleted(actor=actor, organization_id=organization.pk, ids=gone))
    emit(
        RecordsMerged(
            actor=actor,
            organization_id=organization.pk,
            module=kind.module.value,
            survivor_id=survivor.pk,
            loser_ids=gone,
        )
    )


def _row(row: Any) -> dict[str, Any]:
    """The whole row, as the undo can read it."""
    plain: Any = serializers.serialize("python", [row])[0]
    return orjson.loads(orjson.dumps(plain, default=str))  # type: ignore[no-any-return]


def value_of(record: Any, name: str) -> Any:
    return record.custom.get(name.removeprefix("cf_")) if name.startswith("cf_") else getattr(record, name)
