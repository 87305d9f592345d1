"""The sync against the oracle, over thousands of histories.

In CI five fixed seeds. On demand: `SYNC_EXAMPLES=20000 SYNC_STEPS=50 pytest tests/integration/core/test_property.py`.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.core.machine import People

SEEDS = (1, 2, 3, 4, 5)
EXAMPLES = int(os.environ.get("SYNC_EXAMPLES", "500"))
STEPS = int(os.environ.get("SYNC_STEPS", "30"))


def run(number: int, *, examples: int, steps: int, phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    """One seed's histories. Without the shrinking phase the first failure is told as it is."""

    class Seeded(People):
        pass

    seed(number)(Seeded)
    run_state_machine_as_test(
        Seeded,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


@pytest.mark.parametrize("number", SEEDS)
def test_whatever_people_do_the_sync_comes_to_what_they_agreed_on(number):
    run(number, examples=EXAMPLES // len(SEEDS), steps=STEPS)
