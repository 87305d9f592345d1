"""What may be an id, and what can't."""

from __future__ import annotations

import pytest

from finsuite.kernel.ids import read_id


@pytest.mark.parametrize(("text", "found"), [("7", 7), ("007", 7), ("0", 0), ("9" * 18, 10**18 - 1)])
def test_digits_are_an_id(text: str, found: int) -> None:
    assert read_id(text) == found


@pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "٣", " 7", "7\n", "9" * 19, "9" * 5000, "0x1"])
def test_anything_else_is_the_id_of_nothing(text: str) -> None:
    assert read_id(text) is None
