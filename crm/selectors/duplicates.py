"""Which records look like one another, and why, as far as a person may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from crm.access import Access
from crm.choices import Module
from crm.duplicates.facts import COLUMNS, Facts, facts_of
from crm.duplicates.likeness import Judgement, Likeness, judge, likeness_of, reasons
from crm.duplicates.marks import region_of
from crm.models import DuplicateScan, DuplicateSuggestion, Organization, Record
from crm.selectors.records import record_rows

MOST_ALIKE = 40  # a key that more records share tells nothing
MOST_SHOWN = 20
MOST_IN_GROUP = 10
GROUPS = 20


@dataclass(frozen=True)
class Duplicate:
    """A record that may be the same as another one."""

    record: Any
    score: int
    reasons: list[str]

    @property
    def likeness(self) -> Likeness:
        return likeness_of(self.score)


@dataclass(frozen=True)
class Pair:
    """Two records of a group, and why they may be one."""

    one: Any
    other: Any
    score: int
    reasons: list[str]


@dataclass(frozen=True)
class Group:
    """Records that may all be one, with the pairs that hold them together. The most likely pair gives the score."""

    records: list[Any]
    pairs: list[Pair]

    @property
    def score(self) -> int:
        return max(pair.score for pair in self.pairs)

    @property
    def likeness(self) -> Likeness:
        return likeness_of(self.score)

    @property
    def ids(self) -> list[int]:
        return [record.pk for record in self.records]


@dataclass(frozen=True)
class Found:
    """One page of a module's groups; `found_at` is when it was searched last, None if it never was."""

    groups: list[Group]
    total: int
    found_at: datetime | None
    is_searching: bool


def key_of(organization: Organization, module: str, key: str) -> str:
    """A key as it is stored: with organization and module before it."""
    return f"{organization.pk}.{module}.{key}"


def read_facts(organization: Organization, module: Module, values: Mapping[str, Any]) -> Facts:
    """The facts of a record from its columns."""
    return facts_of(module, values, region=region_of(organization.country))


def duplicates_of(access: Access, module: Module, record: Record) -> list[Duplicate]:
    """What looks like this record, the most likely first. A draft that is not saved yet will do.

    At most three statements, each by an index. Whoever asks catches up first: services/duplicates.py.
    """
    values = {name: getattr(record, name) for name in COLUMNS[module]}
    own = read_facts(access.organization, module, values)
    ids = _sharing(access.organization, module, own) - {record.pk}
    if not ids:
        return []
    if record.pk is not None:
        ids -= _dismissed(access.organization, module, record.pk)
    rows = record_rows(access, module).filter(pk__in=ids).select_related("owner")
    found = [(other, facts) for other in rows if (facts := _facts(access, module, other))]
    judged = [(other, facts, judge(module, own, facts)) for other, facts in found]
    told = [
        Duplicate(other, verdict.score, reasons(own, facts, verdict))
        for other, facts, verdict in judged
        if verdict.is_worth_telling
    ]
    return sorted(told, key=lambda one: (-one.score, one.record.pk))[:MOST_SHOWN]


def duplicate_groups(access: Access, module: Module, *, page: int = 1) -> Found:
    """The module's groups of duplicates that the person may see. A few statements, however many there are."""
    scan = DuplicateScan.objects.of(access.organization).filter(module=module).first()
    pairs = list(suggestions(access, module).values_list("low_id", "high_id", "score"))
    groups = _grouped(pairs)
    shown = groups[(page - 1) * GROUPS : page * GROUPS]
    ids = {pk for group in shown for pk in group}
    rows = record_rows(access, module).filter(pk__in=ids).select_related("owner")
    records = {record.pk: record for record in rows}
    made = [group for ids in shown if (group := _told(access, module, [records[pk] for pk in ids if pk in records]))]
    found_at = scan.found_at if scan else None
    asked_at = scan.asked_at if scan else None
    is_searching = asked_at is not None and (found_at is None or found_at < asked_at)
    return Found(made, len(groups), found_at, is_searching)


def suggestions(access: Access, module: str) -> QuerySet[DuplicateSuggestion]:
    """The pairs that nobody has dismissed, of records that the person may see, the most likely first."""
    rows = DuplicateSuggestion.objects.of(access.organization).filter(module=module, dismissed_at=None)
    ends = (Exists(record_rows(access, module).filter(pk=OuterRef(end))) for end in ("low_id", "high_id"))
    return rows.filter(*ends).order_by("-score", "id")


def explain(access: Access, module: Module, one: Record, other: Record) -> tuple[Judgement, list[str]]:
    """How alike two records are as they are now, and why."""
    ones, others = _facts(access, module, one), _facts(access, module, other)
    verdict = judge(module, ones, others)
    return verdict, reasons(ones, others, verdict)


def _facts(access: Access, module: Module, record: Record) -> Facts:
    return read_facts(access.organization, module, {name: getattr(record, name) for name in COLUMNS[module]})


def _sharing(organization: Organization, module: Module, own: Facts) -> set[int]:
    """The records with a key in common; a key that very many share is no lead."""
    keys = [key_of(organization, module, key) for key in own.stored_keys()]
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT found.ids FROM unnest(%s::text[]) wanted(key), LATERAL ("
            " SELECT array_agg(x.record_id) AS ids FROM ("
            "  SELECT k.record_id FROM crm_duplicatekeys k WHERE k.keys @> ARRAY[wanted.key] LIMIT %s) x"
            ") found WHERE cardinality(found.ids) <= %s",
            [keys, MOST_ALIKE + 2, MOST_ALIKE + 1],
        )
        return {pk for (ids,) in cursor.fetchall() for pk in ids}


def _dismissed(organization: Organization, module: Module, record_id: int) -> set[int]:
    rows = DuplicateSuggestion.objects.of(organization).filter(module=module, dismissed_at__isnull=False)
    low = rows.filter(low_id=record_id).values_list("high_id")
    high = rows.filter(high_id=record_id).values_list("low_id")
    return {pk for (pk,) in low.union(high)}


def _grouped(pairs: Iterable[tuple[int, int, int]]) -> list[list[int]]:
    """The records that hang together, the likeliest pair first; a group stays small enough to be looked at."""
    groups: dict[int, list[int]] = {}
    for low, high, _score in pairs:
        one, other = groups.setdefault(low, [low]), groups.setdefault(high, [high])
        if one is not other and len(one) + len(other) <= MOST_IN_GROUP:
            one.extend(other)
            for pk in other:
                groups[pk] = one
    seen, found = set(), []
    for group in groups.values():
        if id(group) not in seen and len(group) > 1:
            seen.add(id(group))
            found.append(group)
    return found


def _told(access: Access, module: Module, records: Sequence[Any]) -> Group | None:
    pairs = []
    for place, one in enumerate(records):
        for other in records[place + 1 :]:
            verdict, why = explain(access, module, one, other)
            if verdict.is_worth_telling:
                pairs.append(Pair(one, other, verdict.score, why))
    return Group(list(records), sorted(pairs, key=lambda pair: -pair.score)) if pairs else None
