"""Names as people would compare them: without accents, punctuation and legal form."""

from __future__ import annotations

import re

from finsuite.kernel.text import fold

_FORMS = (
    # French, Belgian, Swiss, Luxembourgish
    "sa sas sasu sarl eurl snc sci sca scs scop scm selarl selas gie ei eirl srl sprl asbl cie compagnie sagl"
    # German, Austrian
    " gmbh mbh ag kg kgaa ohg ug gbr eg ev ek aktiengesellschaft haftungsbeschrankt"
    # English
    " ltd limited plc llc llp lp inc incorporated corp corporation co company pty pte"
    # Dutch, Italian, Spanish, Portuguese
    " bv nv vof cv spa srls snc sapa sas sl slu slne sau lda ltda eireli"
    # Nordic, Baltic, Eastern
    " oy oyj ab as asa aps ehf hf ou uab sia doo dd kft zrt nyrt rt spzoo sro ead ood eood ooo oao zao pao"
    # anywhere
    " se sce"
)
_LEADING = "sa sas sasu sarl eurl snc sci scop selarl gie srl sprl gmbh ab ooo oao zao pao pt"
FORMS = frozenset(_FORMS.split())
LEADING = frozenset(_LEADING.split())
AND = frozenset({"and", "et", "und", "y", "og", "och", "en"})

_DOTTED = re.compile(r"(?<=\b\w)\.\s?(?=\w\b)")  # S.A., S. p. A.
_FORM_DOTS = re.compile(r"\b(?:g\.\s?m\.\s?b\.\s?h|sp\.?\s?z\s?o\.?\s?o|d\.\s?o\.\s?o|s\.\s?r\.\s?o)\b\.?")
_APART = re.compile(r"[^\w&]+|_+")


def name_words(name: str) -> list[str]:
    """The words of a name: folded, without punctuation; every “and” is “&”, and spelled-out initials are one word."""
    text = fold(name).replace("+", "&").replace("&", " & ")
    text = _FORM_DOTS.sub(lambda found: re.sub(r"[.\s]", "", found.group()), text)
    text = _DOTTED.sub("", text)
    words: list[str] = []
    was_letter = False
    for word in _APART.split(text):
        if not word:
            continue
        word = "&" if word in AND else word
        is_letter = len(word) == 1 and word.isalpha()
        if is_letter and was_letter:
            words[-1] += word
        else:
            words.append(word)
        was_letter = is_letter
    return words


def core_words(name: str) -> list[str]:
    """The words without the legal form at either end. A name that is nothing but a legal form keeps it."""
    words = name_words(name)
    last = len(words)
    while last > 1 and (words[last - 1] in FORMS or words[last - 1] == "&"):
        last -= 1
    first = 0
    while first < last - 1 and words[first] in LEADING:
        first += 1
    return words[first:last]


def name_core(name: str) -> str:
    """The form under which two companies' names are alike: “Dupont & Fils, S.A.” and “DUPONT et fils”."""
    return "".join(core_words(name))


def person_core(name: str) -> str:
    """The form under which two people's names are alike, whichever name comes first."""
    return " ".join(sorted(name_words(name)))
