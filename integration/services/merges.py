"""Merges, as the sync remembers them: links follow the survivor, and come back when a merge is undone.

All of it happens in the transaction of the merge (or of its undo) itself; the engine reads the map when it finds a link
whose end is gone, and `integration/core/deletion.py` decides what becomes of that link.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from integration.choices import OPEN_LINK_STATES, LinkState, UnmatchedReason
from integration.core.records import Key, Side
from integration.models import Link, MergeMap, Unmatched
from integration.services.claiming import by_kind
from integration.services.work import SIDES

LONGEST_CHAIN = 100

_CHAIN = """
    WITH RECURSIVE way AS (
        SELECT loser_id, survivor_id, 1 AS step FROM integration_mergemap
        WHERE kind = %(kind)s AND loser_id = ANY(%(ids)s)
        UNION
        SELECT m.loser_id, m.survivor_id, way.step + 1 FROM way
        JOIN integration_mergemap m ON m.kind = %(kind)s AND m.loser_id = way.survivor_id WHERE way.step < %(most)s
    ) SELECT loser_id, survivor_id FROM way
"""

_BELOW = """
    WITH RECURSIVE below AS (
        SELECT id, loser_id, 1 AS step FROM integration_mergemap WHERE kind = %(kind)s AND loser_id = %(id)s
        UNION
        SELECT m.id, m.loser_id, below.step + 1 FROM below
        JOIN integration_mergemap m ON m.kind = %(kind)s AND m.survivor_id = below.loser_id WHERE below.step < %(most)s
    ) SELECT id FROM below
"""


def remember(kind: str, *, survivor_id: int, loser_ids: Sequence[int]) -> None:
    """These records of the kind were merged into that one."""
    for loser_id in sorted(loser_ids):
        MergeMap.objects.update_or_create(
            kind=kind, loser_id=loser_id, defaults={"survivor_id": survivor_id, "link_ids": []}
        )


def merges_of(gone: Collection[Key]) -> dict[Key, Key]:
    """Loser → survivor for those of these records that were merged away, and for what they were merged into."""
    found: dict[Key, Key] = {}
    for kind, ids in by_kind(gone).items():
        with connection.cursor() as cursor:
            cursor.execute(_CHAIN, {"kind": kind, "ids": ids, "most": LONGEST_CHAIN})
            side = SIDES[kind]
            found |= {Key(side, kind, loser): Key(side, kind, survivor) for loser, survivor in cursor.fetchall()}
    return found


def note_followed(followed: Iterable[tuple[Key, int]]) -> None:
    """Note which links have gone over to a survivor: (the loser, the link) each."""
    for loser, link_id in followed:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE integration_mergemap SET link_ids = array_append(link_ids, %s)"
                " WHERE kind = %s AND loser_id = %s",
                [link_id, loser.model, loser.pk],
            )


def take_back(kind: str, *, survivor_id: int, loser_ids: Sequence[int]) -> None:
    """The merge was undone: links that went over come back to the losers, aliases are pairs again."""
    end = "crm" if SIDES[kind] is Side.CRM else "finance"
    ends = {f"{end}_kind": kind, f"{end}_id__in": [survivor_id, *loser_ids]}
    # Links first, then the map: the order in which the engine takes them.
    held = {link.pk: link for link in Link.objects.filter(**ends).order_by("pk").select_for_update(of=("self",))}
    for loser_id in sorted(loser_ids):
        went_over = _went_over(kind, loser_id)
        for link in held.values():
            at = getattr(link, f"{end}_id")
            if link.pk in went_over and at == survivor_id and link.state in OPEN_LINK_STATES:
                setattr(link, f"{end}_id", loser_id)
                _wake(link, f"{end}_id")
            elif at == loser_id and link.state == LinkState.ALIAS:
                _reopen(link, other="finance" if end == "crm" else "crm")
    MergeMap.objects.filter(kind=kind, loser_id__in=loser_ids).delete()


def _went_over(kind: str, loser_id: int) -> set[int]:
    """The links that are the loser's by right: its own, and those of what had been merged into it before."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, {"kind": kind, "id": loser_id, "most": LONGEST_CHAIN})
        ids = [pk for (pk,) in cursor.fetchall()]
    rows = MergeMap.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    return {link for row in rows for link in row.link_ids}


def _wake(link: Link, *changed: str) -> None:
    """Both ends are looked at again, from the bases that they had."""
    link.seen_crm = link.seen_finance = -1
    link.generation = 0
    link.save(update_fields=[*changed, "seen_crm", "seen_finance", "generation", "updated_at"])


def _reopen(link: Link, *, other: str) -> None:
    """The alias is a pair of its own again, unless its counterpart has found another one since."""
    kind, pk = getattr(link, f"{other}_kind"), getattr(link, f"{other}_id")
    same = {f"{other}_kind": kind, f"{other}_id": pk, "connection": link.connection_id}
    if Link.objects.open().filter(**same).exists():
        return
    link.state, link.alias_of = LinkState.ACTIVE, None
    _wake(link, "state", "alias_of")
    marks = Unmatched.objects.filter(connection=link.connection_id, kind=kind, record_id=pk)
    marks.filter(reason=UnmatchedReason.DETACHED).delete()
