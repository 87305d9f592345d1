"""What a person types, and what it is looked for in."""

from __future__ import annotations

import pytest

from finsuite.kernel.terms import distance, letters, nearest, parts, read, searchable


@pytest.mark.parametrize(
    ("texts", "search_text"),
    [
        (["Société Dupont", "", "Lyon"], " societe dupont lyon"),
        (["L'Oréal"], " l'oreal l oreal loreal"),
        (["S.N.C.F."], " s.n.c.f. s n c f sncf"),
        (["anna.muller@exemple.fr"], " anna.muller@exemple.fr anna muller exemple fr"),
        (["+33 4 72 11 22 33"], " +33 4 72 11 22 33 33 33472112233"),
        (["FR 83 404 833 048"], " fr 83 404 833 048 fr83404833048"),
        (["Studio 54"], " studio 54"),
    ],
)
def test_a_record_is_searched_by_its_words_their_pieces_and_its_bare_numbers(
    texts: list[str], search_text: str
) -> None:
    assert set(searchable(texts).split()) == set(search_text.split())
    assert searchable(texts).startswith(" ")


def test_the_name_stands_first_as_it_is_written() -> None:
    assert searchable(["Jean-Pierre Martin", "jp@exemple.fr"]).startswith(" jean-pierre martin ")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("04 72 11 22 33", "472112233"),
        ("+33 4 72 11 22 33", "472112233"),
        ("0033472112233", "472112233"),
        ("04 72 1", "4721"),
        ("FR83 404 833 048", "fr83404833048"),
        ("rue 12", ""),
        ("2024", "2024"),
    ],
)
def test_a_telephone_number_is_known_by_its_last_nine_digits(text: str, number: str) -> None:
    assert read(text).number == number


def test_words_are_folded_and_each_counts_once() -> None:
    assert read("  Été  ÉTÉ\x00 zoé ").words == ("ete", "zoe")
    assert not read(" \x00 ")
    assert len(read("a b c d e f g h i j").words) == 8


def test_words_may_be_turned() -> None:
    assert read("Zoé Lefèvre").turned == ("zoe lefevre", "lefevre zoe")


def test_numbers_and_short_words_are_not_corrected() -> None:
    assert letters("le dupont b2b 1234 l'oreal") == ["dupont", "oreal"]


@pytest.mark.parametrize(
    ("typed", "word", "slips"),
    [
        ("dupont", "dupont", 0),
        ("duppont", "dupont", 1),
        ("dupnot", "dupont", 1),
        ("upont", "dupont", 1),
        ("a", "bc", 2),
    ],
)
def test_a_slip_is_a_letter_left_out_added_mistaken_or_swapped(typed: str, word: str, slips: int) -> None:
    assert distance(typed, word) == slips


def test_a_longer_word_may_have_two_slips() -> None:
    assert nearest("generlle", ["generale", "general", "genre"], 3) == ["generale", "general"]
    assert nearest("durnd", ["durand", "durant"], 3) == ["durand"]


def test_a_slip_is_forgiven_while_the_word_is_still_being_typed() -> None:
    assert nearest("dupp", ["durant", "dupont"], 3) == ["dupont"]
    assert nearest("dup", ["dubois"], 3) == []


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Société Dupont", ["dup"], [("Société ", False), ("Dup", True), ("ont", False)]),
        ("Œuvre", ["oeu"], [("Œu", True), ("vre", False)]),
        ("Aldi Lyon", ["l"], [("Aldi ", False), ("L", True), ("yon", False)]),
        ("<b>", ["b"], [("<", False), ("b", True), (">", False)]),
        ("", ["b"], []),
    ],
)
def test_what_matches_is_marked_in_the_text_as_written(
    text: str, words: list[str], marked: list[tuple[str, bool]]
) -> None:
    assert parts(text, words) == marked
