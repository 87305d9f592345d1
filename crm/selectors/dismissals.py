"""Which records people said are not the same, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from crm.access import Access
from crm.choices import Module
from crm.models import DuplicateSuggestion
from crm.selectors.records import record_rows
from users.models import User

SHOWN = 50


@dataclass(frozen=True)
class Dismissed:
    """Two records that are not the same, said by whom and when; nobody's name once that person is gone."""

    one: Any
    other: Any
    by: User | None
    at: datetime


def dismissed_of(access: Access, module: Module, record_id: int) -> list[Dismissed]:
    """What is said not to be this record, as far as the person may see it, the last first: this one is always `one`.

    One statement, and one for the records if there are any.
    """
    found = _told(access, module, Q(low_id=record_id) | Q(high_id=record_id))
    return [pair if pair.one.pk == record_id else Dismissed(pair.other, pair.one, pair.by, pair.at) for pair in found]


def dismissed_pairs(access: Access, module: Module) -> list[Dismissed]:
    """The last pairs of the module that are said not to be the same. Two statements at most."""
    return _told(access, module, Q())


def _told(access: Access, module: Module, which: Q) -> list[Dismissed]:
    rows = DuplicateSuggestion.objects.of(access.organization).filter(which, module=module, dismissed_at__isnull=False)
    ends = (Exists(record_rows(access, module).filter(pk=OuterRef(end))) for end in ("low_id", "high_id"))
    pairs = list(rows.filter(*ends).select_related("dismissed_by").order_by("-dismissed_at", "-id")[:SHOWN])
    records = _records(access, module, {pk for pair in pairs for pk in (pair.low_id, pair.high_id)})
    return [
        Dismissed(records[pair.low_id], records[pair.high_id], pair.dismissed_by, pair.dismissed_at)
        for pair in pairs
        if pair.dismissed_at and pair.low_id in records and pair.high_id in records
    ]


def _records(access: Access, module: Module, ids: Iterable[int]) -> dict[int, Any]:
    wanted = list(ids)
    return {record.pk: record for record in record_rows(access, module).filter(pk__in=wanted)} if wanted else {}
