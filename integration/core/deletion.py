"""What a deletion on one side means for the pair. Nothing comes back by itself, and nothing with documents goes."""

from __future__ import annotations

from integration.core.actions import Action, Kind, Reason
from integration.core.context import Planning
from integration.core.creation import Replaced, Why, plan_creation
from integration.core.diff import changed
from integration.core.links import Link, LinkState, Unmatched, UnmatchedReason
from integration.core.pairings import PAIRINGS
from integration.core.policy import OnDelete
from integration.core.records import Key, Record, Side


def plan_deleted(planning: Planning, link: Link, crm: Record, finance: Record) -> Action:
    """The action for a link of which one end, or both, are gone."""
    if crm.deleted and finance.deleted:
        return _part(planning, link, (crm, finance), Reason.BOTH_DELETED)
    gone, live = (crm, finance) if crm.deleted else (finance, crm)
    survivor = _survivor(planning, gone.key)
    if survivor is not None:
        return _go_over(planning, link, gone, live, survivor)
    return _lose(planning, link, gone, live)


def _lose(planning: Planning, link: Link, gone: Record, live: Record) -> Action:
    """One end was deleted: unlink by default, and whatever the administrator chose where that harms nothing."""
    spec, settings = PAIRINGS[link.pairing], planning.settings
    wish = settings.on_deleted(gone.key.side)
    if wish is OnDelete.RESTORE and settings.may_write(gone.key.side, spec.leading):
        restored = _restore(planning, link, gone, live)
        if restored is not None:
            return restored
    base = link.base_crm if live.key.side is Side.CRM else link.base_finance
    if changed(planning.mapping(link.pairing).merged, live.values, base, live.key.side):
        return _part(planning, link, (gone, live), Reason.EDIT_BEATS_DELETE)
    if settings.may_write(live.key.side, spec.leading):
        if wish is OnDelete.DELETE and not live.has_documents:
            return _part(planning, link, (gone, live), Reason.DELETED, Kind.DELETE)
        if wish in (OnDelete.DEACTIVATE, OnDelete.DELETE) and live.key.side in spec.deactivates:
            return _part(planning, link, (gone, live), Reason.DELETED, Kind.DEACTIVATE)
    return _part(planning, link, (gone, live), Reason.DELETED)


def _part(
    planning: Planning, link: Link, ends: tuple[Record, Record], reason: Reason, kind: Kind = Kind.UNLINK
) -> Action:
    """The link ends; an end that lives on is an orphan."""
    revs = {one.key.side: one.rev for one in ends}
    live = [one for one in ends if not one.deleted]
    lost = {one.key.side: dict(one.values) for one in live if kind is Kind.DELETE}
    planning.ends.drop(link)
    return Action(
        id=planning.next_id,
        kind=kind,
        pairing=link.pairing,
        reason=reason,
        side=live[0].key.side if live else None,
        link=link.id,
        crm_pk=link.crm_pk,
        finance_pk=link.finance_pk,
        seen_crm=revs[Side.CRM],
        seen_finance=revs[Side.FINANCE],
        was_crm=lost.get(Side.CRM, {}),
        was_finance=lost.get(Side.FINANCE, {}),
        state=LinkState.CLOSED,
        marks=tuple(Unmatched(key=one.key, rev=one.rev, reason=UnmatchedReason.ORPHAN) for one in live),
        label=live[0].label if live else "",
    )


def _restore(planning: Planning, link: Link, gone: Record, live: Record) -> Action | None:
    """Make the deleted record again from what is left; None where its parent is in no pair."""
    spec = PAIRINGS[link.pairing]
    parent = planning.parent_of(spec, live, gone.key.side)
    if spec.parent is not None and parent is None:
        return None
    replaced = Replaced(link=link.id, state=LinkState.CLOSED, other_pk=gone.key.pk, seen=gone.rev)
    why = Why(kind=Kind.CREATE, reason=Reason.RESTORED, parent=parent, replaced=replaced)
    return plan_creation(planning, spec, live, why)


def _survivor(planning: Planning, loser: Key) -> Key | None:
    """The record that the loser was merged into, at the end of the chain of merges; None if that one is gone, too."""
    merges, seen, at = planning.batch.merges, {loser}, loser
    while at in merges and merges[at] not in seen:
        at = merges[at]
        seen.add(at)
    found = planning.batch.records.get(at)
    return None if at == loser or (found is not None and found.deleted) else at


def _go_over(planning: Planning, link: Link, gone: Record, live: Record, survivor: Key) -> Action:
    """After a merge: the link goes over to the survivor, or becomes an alias of the survivor's own link."""
    side = gone.key.side
    is_free = not planning.ends.has(link.pairing, side, survivor.pk)
    planning.ends.drop(link)
    crm_pk = survivor.pk if side is Side.CRM else link.crm_pk
    finance_pk = survivor.pk if side is Side.FINANCE else link.finance_pk
    action = Action(
        id=planning.next_id,
        kind=Kind.REPOINT if is_free else Kind.ALIAS,
        pairing=link.pairing,
        reason=Reason.MERGED,
        link=link.id,
        crm_pk=crm_pk if is_free else link.crm_pk,
        finance_pk=finance_pk if is_free else link.finance_pk,
        side=side,
        seen_crm=-1 if side is Side.CRM else live.rev,
        seen_finance=-1 if side is Side.FINANCE else live.rev,
        state=LinkState.ACTIVE if is_free else LinkState.ALIAS,
        alias_of=None if is_free else planning.ends.link_id(link.pairing, side, survivor.pk),
        marks=() if is_free else (Unmatched(key=live.key, rev=live.rev, reason=UnmatchedReason.DETACHED),),
        label=live.label,
    )
    if is_free:
        planning.ends.add(action)
    return action
