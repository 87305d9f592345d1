"""The engine on PostgreSQL against the oracle that the core is held to: the same people, the same histories.

`SYNC_PG_EXAMPLES=400 SYNC_PG_STEPS=30 pytest tests/integration/services/test_property.py` for more of it.
"""

from __future__ import annotations

import os

import pytest

from integration.core.policy import Extent, Policy
from tests.integration.core import machine
from tests.integration.core.test_property import run
from tests.integration.services.engine import engine

EXAMPLES = int(os.environ.get("SYNC_PG_EXAMPLES", "100"))
STEPS = int(os.environ.get("SYNC_PG_STEPS", "20"))


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_whatever_people_do_the_engine_comes_to_what_they_agreed_on(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "engine", engine)
    run(number, examples=EXAMPLES // 4, steps=STEPS)


@pytest.mark.django_db
def test_a_match_that_cannot_be_linked_is_refused_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "engine", engine)
    people = machine.People()
    people.begin(first_contact=Policy.OVERWRITE, both_changed=Policy.SKIP, extent=Extent.BOTH)
    people.create_twins(left=0, name="Gus", right=3)  # the customer says more than an account can hold
    assert [action.kind for action in people.engine.run().actions] == ["refuse"]
    assert people.engine.settle() == 0
