"""What a person types into a search box, and what it is looked for in. PURE: no query, no clock.

A record's search text holds its words folded (`text.fold`), each after a space, so that " du" finds words that begin
with "du" and "pont" finds what is anywhere; words with punctuation also by their pieces and without it, and numbers
(telephone, tax, customer) also without their spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from finsuite.kernel.text import fold

MOST_WORDS = 8
LONGEST = 200
SHORT = 3  # shorter words are looked for where a word begins: anywhere in it they would be everywhere

_PUNCTUATION = re.compile(r"[\W_]+")
_HAS_PUNCTUATION = re.compile(r"[^\w\s]|_")
_FEWEST = 4  # digits that make a number
_NATIONAL = 9  # so many last digits tell a telephone number, whatever stands before them


@dataclass(frozen=True)
class Terms:
    """A search, understood: its words, and the number that they may be together."""

    folded: str
    words: tuple[str, ...]
    number: str = ""  # what is left of a telephone or tax number without its spaces and prefix

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def turned(self) -> tuple[str, ...]:
        """The words in every order that turning them gives: "zoe lefevre" is the contact "lefevre zoe", too."""
        turns = (" ".join(self.words[at:] + self.words[:at]) for at in range(len(self.words)))
        return tuple(dict.fromkeys(turns))


def read(text: str) -> Terms:
    """What is searched for; what could not be in a database is left out."""
    folded = fold(text.replace("\x00", " ")[:LONGEST])
    words = tuple(dict.fromkeys(folded.split()))[:MOST_WORDS]
    return Terms(" ".join(words), words, _number(folded))


def searchable(texts: Iterable[str]) -> str:
    """The search text of a record that says this."""
    words: dict[str, None] = {}
    for text in texts:
        if not text:
            continue
        folded = fold(text)
        words.update(dict.fromkeys(folded.split()))
        if _HAS_PUNCTUATION.search(folded):
            for word in folded.split():
                if _HAS_PUNCTUATION.search(word):
                    words.update(dict.fromkeys(_pieces(word)))
        if _is_number(folded):
            words[_PUNCTUATION.sub("", folded)] = None
    return "".join(f" {word}" for word in words)


def pattern(word: str) -> str:
    """What a search text that has this word contains."""
    return f" {word}" if len(word) < SHORT else word


def letters(folded: str) -> list[str]:
    """The words of a folded text that can be misspelt: no numbers, no e-mail addresses, and none too short to tell."""
    words = (part for word in folded.split() if "@" not in word for part in _PUNCTUATION.split(word))
    return [word for word in words if len(word) >= SHORT and not _has_digit(word)]


def corrected(typed: Terms, meant: Mapping[str, Sequence[str]]) -> Terms:
    """The terms as they were most likely meant."""
    words = tuple(next(iter(meant.get(word, ())), word) for word in typed.words)
    return replace(typed, folded=" ".join(words), words=words, number="") if words != typed.words else typed


def distance(typed: str, word: str) -> int:
    """How many letters were left out, added, mistaken or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for at, letter in enumerate(typed, 1):
        before, last, row = row, before, [at]
        for other, other_letter in enumerate(word, 1):
            cost = min(before[other] + 1, row[other - 1] + 1, before[other - 1] + (letter != other_letter))
            if at > 1 and other > 1 and letter == word[other - 2] and typed[at - 2] == other_letter:
                cost = min(cost, last[other - 2] + 1)
            row.append(cost)
    return row[-1]


def tolerance(word: str) -> int:
    """How many slips a word of this length may have and still be meant."""
    return 1 if len(word) < 7 else 2


def nearest(typed: str, words: Sequence[str], most: int) -> list[str]:
    """Those of the words that may be meant, or be meant to begin so, the nearest first."""
    slips = {word: (distance(typed, word[: len(typed)]), distance(typed, word)) for word in words}
    near = [word for word in words if min(slips[word]) <= (tolerance(typed) if len(typed) > SHORT else 0)]
    close = [word for word in words if word not in near and slips[word][1] <= tolerance(typed)]
    return sorted([*near, *close], key=lambda word: (slips[word][1], word))[:most]


def _pieces(word: str) -> list[str]:
    """The parts between the punctuation, and, unless it is an address, all of them in one."""
    pieces = [piece for piece in _PUNCTUATION.split(word) if piece]
    return pieces if "@" in word or "/" in word else [*pieces, "".join(pieces)]


def _is_number(folded: str) -> bool:
    digits = sum(map(str.isdigit, folded))
    return digits >= _FEWEST and digits * 2 > sum(map(str.isalnum, folded))


def _number(folded: str) -> str:
    if not _is_number(folded):
        return ""
    bare = _PUNCTUATION.sub("", folded)
    if not bare.isdigit():
        return bare
    national = bare[-_NATIONAL:] if len(bare) > _NATIONAL else bare.lstrip("0")
    return national if len(national) >= _FEWEST else bare


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def parts(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is what was searched for; for drawing matches."""
    folded, origins = _folded_with_origins(text)
    found = [False] * len(text)
    for word in words:
        for match in re.finditer(rf"(?<!\w){re.escape(word)}" if len(word) < SHORT else re.escape(word), folded):
            for at in range(match.start(), match.end()):
                found[origins[at]] = True
    pieces: list[tuple[str, bool]] = []
    for character, is_match in zip(text, found, strict=True):
        if pieces and pieces[-1][1] == is_match:
            pieces[-1] = (pieces[-1][0] + character, is_match)
        else:
            pieces.append((character, is_match))
    return pieces


def _folded_with_origins(text: str) -> tuple[str, list[int]]:
    """The text folded sign by sign, and for each sign of it the place that it comes from."""
    folded: list[str] = []
    origins: list[int] = []
    for at, character in enumerate(text):
        plain = " " if character.isspace() else fold(character)
        folded.append(plain)
        origins += [at] * len(plain)
    return "".join(folded), origins
