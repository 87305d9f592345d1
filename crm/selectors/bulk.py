"""Reading bulk changes: one's own; whoever opens Setup sees everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.choices import Level, Module
from crm.models import RECORDS, BulkChange, BulkChangeRow, DeletedRecord
from crm.selectors.history import seen_entries
from crm.selectors.records import named
from finsuite.kernel.errors import NotFound


def bulk_changes(access: Access) -> QuerySet[BulkChange]:
    """The bulk changes that the person may look into, the latest first."""
    rows = BulkChange.objects.of(access.organization).filter(module__in=_modules(access)).order_by("-id")
    return rows if access.profile.can_setup else rows.filter(user=access.user_id)


def get_bulk_change(access: Access, change_id: int | str) -> BulkChange:
    """One of them; NotFound for any other."""
    found = bulk_changes(access).select_related("organization").filter(pk=as_id(change_id)).first()
    if found is None:
        raise NotFound(_("There is no such bulk change."))
    return found


def bulk_rows(change: BulkChange) -> QuerySet[BulkChangeRow]:
    """What became of each record, in the order of the selection."""
    return BulkChangeRow.objects.filter(change=change).order_by("number")


def told_rows(access: Access, change: BulkChange, rows: Sequence[BulkChangeRow]) -> list[dict[str, Any]]:
    """The rows as far as the person may see the records now: what they may not see has neither name nor values.

    One statement for those that are there, one for the deleted; one more for each module not all of which they see.
    """
    module = Module(change.module)
    there = named(access, module, {row.record_id for row in rows})
    binned = [row.deleted_id for row in rows if row.deleted_id]
    gone: set[int] = set()
    if binned:
        visible = DeletedRecord.objects.of(access.organization).filter(access.visible(module), pk__in=binned)
        gone = set(visible.values_list("pk", flat=True))
    told: list[dict[str, Any]] = []
    for row in rows:
        is_seen = row.record_id in there or row.deleted_id in gone
        told.append(
            {
                "number": row.number,
                "record_id": row.record_id,
                "label": there.get(row.record_id, row.label) if is_seen else "",
                "is_there": row.record_id in there,
                "is_seen": is_seen,
                "result": row.result,
                "reason": row.reason,
                "before": dict(row.before) if is_seen else {},
                "after": dict(row.after) if is_seen else {},
                "undo": row.undo,
                "undo_reason": row.undo_reason,
                "kept": row.kept,
            }
        )
    return seen_entries(access, RECORDS[module], told)


def _modules(access: Access) -> list[str]:
    return [module for module in Module if access.may(module, Level.VIEW)]
