"""All that happened around a record, newest first: what was noted, which files came, which stages a deal entered, and
who changed what.

A page of it is found by one union of ids, each part of which reads an index from the cursor on, and then one fetch a
source; so it costs the same at the end of a long story as at its start.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, Func, JSONField, Q, QuerySet, TextField, Value
from django.db.models.lookups import Exact
from django.utils.dateparse import parse_datetime

from audit.models import Entry
from audit.stories import Story
from crm.access import Access
from crm.choices import ActivityKind, Level, Module
from crm.models import RECORDS, Activity, Attachment, StageChange
from crm.models.record import Record
from crm.selectors.activities import Company, about, companies, record_names, seen_records
from crm.selectors.attachments import alive
from crm.selectors.history import told

PAGE = 25
MOST_PINNED = 20

ACTIVITY, FILE, HISTORY, STAGE = "activity", "file", "history", "stage"
KINDS = (*ActivityKind.values, FILE, STAGE, HISTORY)


@dataclass(frozen=True)
class Item:
    """One thing that happened. `subject` is the activity, file, stage change, or story; `of` is the record that it
    happened to, where that is another one than the page's."""

    source: str
    id: int
    at: datetime
    subject: Any
    company: Company | None = None
    of: tuple[str, int, str] | None = None


@dataclass(frozen=True)
class Timeline:
    """A page of it: its items, the cursor of the next one, and on the first page what is pinned to the top."""

    items: list[Item]
    next: str
    pinned: list[Item]


@dataclass(frozen=True)
class _Scope:
    """Whose timeline it is: the record, and on request what belongs to it, by module."""

    record: Record
    module: Module
    related: Mapping[Module, QuerySet[Any]]
    kinds: Sequence[str]


@dataclass(frozen=True)
class _Position:
    at: datetime
    source: str
    id: int

    def beyond(self, source: str, at: str) -> Q:
        """The rows of a source that come after this position, when `at` is their moment."""
        before = Q(**{f"{at}__lt": self.at})
        if source > self.source:
            return before
        same = Q(**{at: self.at}) if source < self.source else Q(**{at: self.at, "pk__lt": self.id})
        return before | same


def timeline(
    access: Access,
    record: Record,
    module: Module,
    *,
    kinds: Sequence[str] = (),
    cursor: str = "",
    related: Iterable[Module] = (),
) -> Timeline:
    """A page of what happened to a record that the person may see. `related` adds what belongs to it, as far as they
    may see that: the contacts and deals of an account."""
    wanted = [kind for kind in kinds if kind in KINDS] or list(KINDS)
    scope = _Scope(record, module, {other: _belonging(access, record, module, other) for other in related}, wanted)
    position = _read(cursor)
    parts = [
        part(access, scope)
        for source, part in _PARTS.items()
        if source in wanted or (source == ACTIVITY and set(wanted) & set(ActivityKind.values))
    ]
    keys = _keys(parts, position)
    more, keys = len(keys) > PAGE, keys[:PAGE]
    by_source: dict[str, list[int]] = {}
    for _at, source, key in keys:
        by_source.setdefault(source, []).append(key)
    pinned = _pinned(access, scope) if position is None and ActivityKind.NOTE in wanted else []
    by_source.setdefault(ACTIVITY, []).extend(pinned)
    found = {source: fetch(access, scope, by_source.get(source, [])) for source, fetch in _FETCHES.items()}
    items = [found[source][key] for _at, source, key in keys if key in found[source]]
    on_top = [found[ACTIVITY][key] for key in pinned if key in found[ACTIVITY]]
    return Timeline(items, _write(keys[-1]) if more else "", on_top)


# What a move to another stage changes by itself. The stage's own entry in the timeline tells it, so the history's does
# not tell it again; what else was changed with it (why the deal is lost, when it closes) it does tell.
_MOVED = ("stage_id", "pipeline_id", "probability")
_IS_MOVE = Q(kind="crm.deal", verb="updated", after__has_key="stage_id")
_BEYOND_MOVE = Exact(
    Func(
        F("after"),
        Value(list(_MOVED), output_field=ArrayField(TextField())),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=JSONField(),
    ),
    Value({}, output_field=JSONField()),
)


# Which ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    source: str
    at: str
    rows: QuerySet[Any]


def _keys(parts: Sequence[_Part], position: _Position | None) -> list[tuple[datetime, str, int]]:
    branches = []
    for part in parts:
        rows = part.rows.filter(position.beyond(part.source, part.at)) if position else part.rows
        told = rows.order_by(F(part.at).desc(), "-pk").annotate(
            happened=F(part.at), source=Value(part.source, output_field=CharField())
        )
        branches.append(told.values_list("happened", "source", "pk")[: PAGE + 1])
    if not branches:
        return []
    first, *rest = branches
    union = first.union(*rest, all=True) if rest else first
    if rest:
        union = union.order_by("-happened", "-source", "-pk")
    return list(union[: PAGE + 1])


def _activities(access: Access, scope: _Scope) -> _Part:
    kept = about(scope.module, scope.record.pk)
    for module, ids in scope.related.items():
        kept |= Q(module=module, record_id__in=ids)
    rows = Activity.objects.of(access.organization).filter(kept, deleted_at=None, is_pinned=False)
    chosen = [kind for kind in scope.kinds if kind in ActivityKind.values]
    return _Part(ACTIVITY, "created_at", rows if len(chosen) == len(ActivityKind) else rows.filter(kind__in=chosen))


def _pinned(access: Access, scope: _Scope) -> list[int]:
    """The notes that stay on top, and are not told again further down."""
    rows = Activity.objects.of(access.organization).filter(about(scope.module, scope.record.pk), is_pinned=True)
    return list(rows.filter(deleted_at=None).order_by("-created_at", "-pk").values_list("pk", flat=True)[:MOST_PINNED])


def _files(access: Access, scope: _Scope) -> _Part:
    kept = Q(module=scope.module, record_id=scope.record.pk)
    for module, ids in scope.related.items():
        kept |= Q(module=module, record_id__in=ids)
    rows = Attachment.objects.of(access.organization).filter(kept, alive(), deleted_at=None)
    return _Part(FILE, "created_at", rows)


def _stages(access: Access, scope: _Scope) -> _Part:
    kept = Q(deal_id=scope.record.pk) if scope.module is Module.DEALS else Q(pk__in=[])
    if Module.DEALS in scope.related:
        kept |= Q(deal_id__in=scope.related[Module.DEALS])
    return _Part(STAGE, "at", StageChange.objects.of(access.organization).filter(kept))


def _history(access: Access, scope: _Scope) -> _Part:
    kept = Q(kind=_table(scope.module), record_id=scope.record.pk)
    for module, ids in scope.related.items():
        kept |= Q(kind=_table(module), record_id__in=ids)
    rows = Entry.objects.filter(kept, tenant=access.organization.tenant)
    if STAGE in scope.kinds and Module.DEALS in (scope.module, *scope.related):
        rows = rows.exclude(_IS_MOVE, _BEYOND_MOVE)
    return _Part(HISTORY, "at", rows)


_PARTS: dict[str, Callable[[Access, _Scope], _Part]] = {
    ACTIVITY: _activities,
    FILE: _files,
    STAGE: _stages,
    HISTORY: _history,
}


def _belonging(access: Access, record: Record, module: Module, other: Module) -> QuerySet[Any]:
    """The ids of another module's records that belong to an account."""
    rows = seen_records(access, other)
    if module is not Module.ACCOUNTS or other not in (Module.CONTACTS, Module.DEALS):
        return rows.none().values("pk")
    return rows.filter(account_id=record.pk).values("pk")


# What -------------------------------------------------------------------------------------------------------------


def _fetch_activities(access: Access, scope: _Scope, ids: Sequence[int]) -> dict[int, Item]:
    people = ("owner", "created_by", "completed_by")
    rows = list(Activity.objects.of(access.organization).select_related(*people).filter(pk__in=ids)) if ids else []
    company = companies(access, rows)
    items = {}
    for row in rows:
        row.organization = access.organization
        others = [named for named in company[row.pk].records if (named.module, named.id) != _key(scope)]
        company[row.pk].records = others
        items[row.pk] = Item(ACTIVITY, row.pk, row.created_at, row, company[row.pk])
    return items


def _fetch_files(access: Access, scope: _Scope, ids: Sequence[int]) -> dict[int, Item]:
    if not ids:
        return {}
    rows = list(Attachment.objects.of(access.organization).select_related("uploaded_by").filter(pk__in=ids))
    of = _others(access, scope, ((row.module, row.record_id) for row in rows if row.record_id))
    return {
        row.pk: Item(FILE, row.pk, row.created_at, row, of=of.get((row.module, row.record_id or 0))) for row in rows
    }


def _fetch_stages(access: Access, scope: _Scope, ids: Sequence[int]) -> dict[int, Item]:
    if not ids:
        return {}
    rows = list(StageChange.objects.of(access.organization).filter(pk__in=ids))
    of = _others(access, scope, ((Module.DEALS.value, row.deal_id) for row in rows))
    return {row.pk: Item(STAGE, row.pk, row.at, row, of=of.get((Module.DEALS.value, row.deal_id))) for row in rows}


def _fetch_history(access: Access, scope: _Scope, ids: Sequence[int]) -> dict[int, Item]:
    if not ids:
        return {}
    entries = list(Entry.objects.filter(tenant=access.organization.tenant, pk__in=ids))
    if STAGE in scope.kinds:
        _leave_moves_out(entries)
    items: dict[int, Item] = {}
    for module in (scope.module, *scope.related):
        mine = [entry for entry in entries if entry.kind == _table(module)]
        spoken: Sequence[Story] = told(access, RECORDS[module], mine) if mine else []
        for entry, story in zip(mine, spoken, strict=True):
            is_own = (module, entry.record_id) == (scope.module, scope.record.pk)
            of = None if is_own or entry.record_id is None else (module.value, entry.record_id, entry.record_label)
            items[entry.pk] = Item(HISTORY, entry.pk, entry.at, story, of=of)
    return items


def _leave_moves_out(entries: Iterable[Entry]) -> None:
    for entry in entries:
        if entry.kind == _table(Module.DEALS) and entry.verb == "updated" and "stage_id" in entry.after:
            for name in _MOVED:
                entry.before.pop(name, None)
                entry.after.pop(name, None)


_FETCHES: dict[str, Callable[[Access, _Scope, Sequence[int]], dict[int, Item]]] = {
    ACTIVITY: _fetch_activities,
    FILE: _fetch_files,
    STAGE: _fetch_stages,
    HISTORY: _fetch_history,
}


def _others(
    access: Access, scope: _Scope, mentioned: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], tuple[str, int, str]]:
    """The records beside the page's own, by name."""
    wanted = {key for key in mentioned if key != _key(scope)}
    return {key: (*key, name) for key, name in record_names(access, wanted).items()}


def _key(scope: _Scope) -> tuple[str, int]:
    return scope.module.value, scope.record.pk


def _table(module: Module) -> str:
    return RECORDS[module]._meta.label_lower


# Where ------------------------------------------------------------------------------------------------------------


def _write(key: tuple[datetime, str, int]) -> str:
    at, source, pk = key
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{source}|{pk}".encode()).rstrip(b"=").decode()


def _read(cursor: str) -> _Position | None:
    """The position that a cursor marks; one that marks none is the beginning."""
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        moment, source, key = text.split("|")
        at = parse_datetime(moment)
        if at is None or at.tzinfo is None or source not in _PARTS or not key.isdecimal() or len(key) > 18:
            return None
        return _Position(at, source, int(key))
    except (ValueError, binascii.Error):
        return None


def may_relate(access: Access, module: Module) -> tuple[Module, ...]:
    """What can be added to the timeline of this module's records, for this person."""
    if module is not Module.ACCOUNTS:
        return ()
    return tuple(other for other in (Module.CONTACTS, Module.DEALS) if access.may(other, Level.VIEW))
