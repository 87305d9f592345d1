"""From what both sides hold to what is to be done: the one place where a sync is decided."""

from __future__ import annotations

from integration.core.actions import SyncPlan
from integration.core.batch import PairBatch
from integration.core.policy import SyncSettings


def plan_pairs(batch: PairBatch, settings: SyncSettings) -> SyncPlan:
    """Decide every link and every unlinked record of the batch. Same input, same plan; nothing is read or written.

    Pairs on which there is nothing to do are not in the plan. Parents come before children.
    """
    raise NotImplementedError
