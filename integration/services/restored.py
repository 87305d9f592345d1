"""Records that come back from the recycle bin: their pairs hold again.

Nothing that was deleted is paired again by the sync itself. That a person restores the record is the word that it
belongs where it was; all of it happens in the transaction of the restoring.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from integration.choices import LinkState, UnmatchedReason
from integration.core.records import Side
from integration.models import Link, RecordState, Unmatched
from integration.services.work import SIDES


def take_up(kind: str, *, ids: Collection[int]) -> list[Link]:
    """Open the last link of each of these records again, where its counterpart is still there and still alone."""
    end, other = ("crm", "finance") if SIDES[kind] is Side.CRM else ("finance", "crm")
    closed = Link.objects.filter(**{f"{end}_kind": kind, f"{end}_id__in": ids}, state=LinkState.CLOSED)
    last = {
        (link.connection_id, getattr(link, f"{end}_id")): link
        for link in closed.order_by("pk").select_for_update(of=("self",))
    }
    links = [link for link in last.values() if _is_free(link, other) and _is_free(link, end)]
    for link in links:
        link.state = LinkState.ACTIVE
        # Both ends are looked at again, from the bases that they had.
        link.seen_crm = link.seen_finance = -1
        link.generation = 0
        link.save(update_fields=["state", "seen_crm", "seen_finance", "generation", "updated_at"])
        _forget_marks(link)
    return links


def _is_free(link: Link, end: str) -> bool:
    """Whether this end of the link is there, and in no other pair."""
    kind, pk = getattr(link, f"{end}_kind"), getattr(link, f"{end}_id")
    same = {f"{end}_kind": kind, f"{end}_id": pk, "connection": link.connection_id}
    is_there = RecordState.objects.filter(kind=kind, record_id=pk, deleted=False).exists()
    return is_there and not Link.objects.open().filter(**same).exists()


def _forget_marks(link: Link) -> None:
    """Neither end is without a pair any more."""
    either = Q(kind=link.crm_kind, record_id=link.crm_id) | Q(kind=link.finance_kind, record_id=link.finance_id)
    Unmatched.objects.filter(either, connection=link.connection_id, reason=UnmatchedReason.ORPHAN).delete()
