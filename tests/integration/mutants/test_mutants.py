"""Each seeded bug is noticed by the property test. A test that notices nothing proves nothing.

On demand, each bug under every seed: `SYNC_MUTANT_SEEDS=all pytest tests/integration/mutants`.
"""

from __future__ import annotations

import os

import pytest

from tests.integration.mutants.runner import broken_copy, patches, verdict

SEEDS = (1, 2, 3, 4, 5)
EXAMPLES = int(os.environ.get("SYNC_MUTANT_EXAMPLES", "150"))
EQUIVALENT = {"no_exclusion"}
"""Bugs that change nothing that people could see (other marks cover for them); the tables in test_plan.py kill them."""


def test_the_copy_without_a_bug_survives(tmp_path):
    assert verdict(broken_copy(None, tmp_path), examples=40, steps=30, seeds=(1,)) == "SURVIVED"


@pytest.mark.parametrize("patch", [one for one in patches() if one.stem not in EQUIVALENT], ids=lambda one: one.stem)
def test_the_property_test_notices(patch, tmp_path):
    root = broken_copy(patch, tmp_path)
    if os.environ.get("SYNC_MUTANT_SEEDS") == "all":
        for seed in SEEDS:
            assert verdict(root, examples=EXAMPLES * 4, steps=30, seeds=(seed,)).startswith("KILLED")
    else:
        assert verdict(root, examples=EXAMPLES, steps=30, seeds=SEEDS).startswith("KILLED")
