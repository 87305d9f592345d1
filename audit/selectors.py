"""Reading history."""

from __future__ import annotations

from django.db.models import QuerySet

from audit.models import Entry


class EntryHistory:
    """What the API's kernel asks of the history (finsuite/kernel/api/plugs.py)."""

    def of_record(self, *, tenant: str, kind: str, record_id: int) -> QuerySet[Entry]:
        """Everything that was done to one record."""
        return of_record(tenant=tenant, kind=kind, record_id=record_id)

    def tombstones(self, *, tenant: str, kind: str) -> QuerySet[Entry]:
        """The entries that tell of a record's deletion."""
        return Entry.objects.filter(tenant=tenant, kind=kind, verb="deleted")


history = EntryHistory()


def of_record(*, tenant: str, kind: str, record_id: int) -> QuerySet[Entry]:
    """Everything that was done to one record, newest first."""
    return Entry.objects.filter(tenant=tenant, kind=kind, record_id=record_id).order_by("-id")
