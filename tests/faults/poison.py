"""For a worker under test (`celery worker --include tests.faults.poison`): one label that no worker survives.

Nothing outside the tests knows of it. Each death leaves a line in a file: how many records were in the batch.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from integration.core.actions import SyncPlan
from integration.core.batch import PairBatch
from integration.core.plan import plan_pairs
from integration.core.policy import SyncSettings
from integration.services import sync

KILLED = 137


def plan(batch: PairBatch, settings: SyncSettings) -> SyncPlan:
    """Die in the middle of a batch's transaction, as a process that the kernel kills."""
    if any(batch.records[key].label == os.environ["POISON"] for key in batch.subjects):
        with Path(os.environ["POISON_DEATHS"]).open("a") as deaths:
            deaths.write(f"{len(batch.subjects)}\n")
        os._exit(KILLED)
    return plan_pairs(batch, settings)


sync.sync_keys = partial(sync.sync_keys, planner=plan)
