"""A table of moves: what it allows, what it refuses, and what it says then."""

from __future__ import annotations

import pytest

from finsuite.kernel.errors import TransitionRefused
from finsuite.kernel.transitions import Table, move

LAMP = Table((move("light", ["off", "dim"], "on"), move("dim", ["on"], "dim"), move("put out", ["on", "dim"], "off")))


def test_a_legal_move_leads_to_its_target() -> None:
    assert LAMP.target("off", "light", sentence="") == "on"


def test_an_illegal_move_is_refused_with_the_legal_ones() -> None:
    with pytest.raises(TransitionRefused) as refused:
        LAMP.target("off", "dim", sentence="Light it first.")
    assert refused.value.message == "Light it first."
    assert (refused.value.state, refused.value.verb, refused.value.legal) == ("off", "dim", ["light"])


def test_the_buttons_come_in_the_tables_order() -> None:
    assert LAMP.verbs("dim") == ["light", "put out"]
    assert LAMP.allows("dim", "light")
    assert not LAMP.allows("off", "put out")


def test_a_table_with_two_targets_for_one_move_is_an_error() -> None:
    with pytest.raises(ValueError, match="two moves of one verb"):
        Table((move("light", ["off"], "on"), move("light", ["off"], "dim")))
