"""From what both sides hold to what is to be done: the one place where a sync is decided."""

from __future__ import annotations

from collections import defaultdict

from integration.core.actions import Action, Kind, Reason, SyncPlan
from integration.core.batch import PairBatch
from integration.core.context import Planning
from integration.core.first_contact import FirstContact
from integration.core.guards import hold_mass_changes
from integration.core.linked import plan_link
from integration.core.links import Link, Unmatched, UnmatchedReason
from integration.core.pairings import ACCOUNT, CONTACT, PAIRINGS, Pairing
from integration.core.policy import SyncSettings
from integration.core.records import Record


def plan_pairs(batch: PairBatch, settings: SyncSettings) -> SyncPlan:
    """Decide every link and every unlinked record of the batch. Same input, same plan; nothing is read or written.

    Pairs on which there is nothing to do are not in the plan. Parents come before children.
    """
    planning = Planning(batch, settings)
    links = _links_by_pairing(batch)
    subjects, outside = _subjects_by_pairing(planning)
    for pairing in Pairing:
        for link in links[pairing]:
            action = plan_link(planning, link)
            if action is not None:
                planning.add(action)
        again = [batch.records[key] for key in planning.judge_again if _is_of(planning, batch.records[key], pairing)]
        if subjects[pairing] or again:
            FirstContact(planning, pairing).plan([*subjects[pairing], *again])
    for record in outside:
        _note_outside(planning, record)
    return hold_mass_changes(planning.actions, batch.link_totals, settings, batch.heavy_so_far)


def _links_by_pairing(batch: PairBatch) -> dict[Pairing, list[Link]]:
    found: dict[Pairing, list[Link]] = defaultdict(list)
    for link in batch.links:
        if link.state.is_open:
            found[link.pairing].append(link)
    return found


def _subjects_by_pairing(planning: Planning) -> tuple[dict[Pairing, list[Record]], list[Record]]:
    """The subjects in the order of judging (the leading side first, then by pk), and those that the mode leaves out."""
    found: dict[Pairing, list[Record]] = defaultdict(list)
    outside = []
    for key in planning.batch.subjects:
        record = planning.batch.records.get(key)
        if record is None or record.deleted:
            continue
        pairing = planning.pairing_of(record)
        if pairing is None:
            outside.append(record)
        else:
            found[pairing].append(record)
    for pairing, records in found.items():
        leading = PAIRINGS[pairing].leading
        records.sort(key=lambda record: (record.key.side is not leading, record.key.pk))
    return found, outside


def _is_of(planning: Planning, record: Record, pairing: Pairing) -> bool:
    return planning.pairing_of(record) is pairing


def _note_outside(planning: Planning, record: Record) -> None:
    """The mode leaves this record out; said once."""
    mark = Unmatched(key=record.key, rev=record.rev, reason=UnmatchedReason.FILTERED)
    known = planning.batch.unmatched.get(record.key)
    if known == mark or (known is not None and known.reason.is_final):
        return
    if any(planning.ends.has(pairing, record.key.side, record.key.pk) for pairing in _pairings_of(record)):
        return
    is_crm = record.key.model in (ACCOUNT, CONTACT)
    planning.add(
        Action(
            id=planning.next_id,
            kind=Kind.SKIP,
            pairing=_pairings_of(record)[0],
            reason=Reason.LEFT_MODE,
            crm_pk=record.key.pk if is_crm else None,
            finance_pk=None if is_crm else record.key.pk,
            seen_crm=record.rev if is_crm else -1,
            seen_finance=-1 if is_crm else record.rev,
            marks=(mark,),
            label=record.label,
        )
    )


def _pairings_of(record: Record) -> list[Pairing]:
    """Every pairing that a record of this model can be in."""
    model = record.key.model
    return [pairing for pairing, spec in PAIRINGS.items() if model in (spec.crm_model, spec.finance_model)]
