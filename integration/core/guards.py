"""What keeps a plan from doing harm: no mass change unasked, no second clone, no two records of one name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b

from integration.core.actions import Action, Kind, MassChange, Reason, SyncPlan
from integration.core.links import Link
from integration.core.pairings import Pairing
from integration.core.policy import SyncSettings
from integration.core.records import to_json

_HEAVY_KINDS = frozenset({Kind.DELETE, Kind.DEACTIVATE})
_HEAVY_REASONS = frozenset({Reason.DELETED, Reason.BOTH_DELETED, Reason.EDIT_BEATS_DELETE, Reason.CONFLICT_OVERWRITTEN})


def is_heavy(action: Action) -> bool:
    """Deletes, deactivates or overwrites an existing pair: what a mistake elsewhere would cause by the hundred."""
    return action.kind in _HEAVY_KINDS or action.reason in _HEAVY_REASONS


def mass_limit(total: int, settings: SyncSettings) -> int:
    """How many heavy actions a pairing with so many links bears without asking."""
    return max(settings.guard_floor, total * settings.guard_percent // 100)


def hold_mass_changes(
    actions: Sequence[Action],
    totals: Mapping[Pairing, int],
    settings: SyncSettings,
    so_far: Mapping[Pairing, int],
) -> SyncPlan:
    """The plan, less every pairing with too many heavy actions at once (and less what depends on held actions)."""
    counts = dict(so_far)
    for action in actions:
        if is_heavy(action):
            counts[action.pairing] = counts.get(action.pairing, 0) + 1
    found = tuple(
        MassChange(pairing=pairing, count=count, limit=limit)
        for pairing, count in sorted(counts.items())
        if pairing not in settings.confirmed and count > (limit := mass_limit(totals.get(pairing, 0), settings))
    )
    if not found:
        return SyncPlan(actions=tuple(actions))
    stopped = {change.pairing for change in found}
    held: dict[int, Action] = {}
    for action in actions:
        waits_for = None if action.parent is None else action.parent.action
        if action.pairing in stopped or waits_for in held:
            held[action.id] = action
    going = tuple(action for action in actions if action.id not in held)
    return SyncPlan(actions=going, held=tuple(held.values()), mass_changes=found)


def clone_key(link: Link) -> str:
    """The same for the same link at the same base: a conflict is cloned once only."""
    parts = (link.id, sorted(to_json(link.base_crm).items()), sorted(to_json(link.base_finance).items()))
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def unique_name(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """The name, with the first free number behind it if it is taken: "Dupont", "Dupont (2)", "Dupont (3)"…"""
    name, number = wanted, 1
    while is_taken(name):
        number += 1
        name = f"{wanted} ({number})"
    return name
