"""How names are compared."""

from __future__ import annotations

import pytest

from finsuite.kernel.text import fold, name_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("  Acme \t SA\n", "acme sa"),
        ("ACMÉ", "acmé"),
        ("Straße", "strasse"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("a\x1fb", "a b"),
        ("", ""),
    ],
)
def test_a_name_is_the_same_whatever_its_case_and_spaces(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Zoé LEFÈVRE", "zoe lefevre"), ("Cœur d’Ørsted", "coeur d'orsted"), ("Ångström", "angstrom"), ("plain", "plain")],
)
def test_search_does_without_accents(text: str, folded: str) -> None:
    assert fold(text) == folded
