"""How alike two records are, from what they share and what speaks against it; and why, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.choices import Module
from crm.duplicates.facts import Facts, Sign
from crm.duplicates.names import name_words
from finsuite.kernel.text import fold

LIKELY, POSSIBLE = 80, 50

_COMPANY = {Sign.NAME: 0.85, Sign.DOMAIN: 0.55, Sign.PHONE: 0.5, Sign.TAX: 0.95, Sign.EMAIL: 0.6}
WEIGHTS: dict[Module, dict[Sign, float]] = {
    Module.ACCOUNTS: _COMPANY,
    Module.VENDORS: _COMPANY,
    Module.CONTACTS: {Sign.NAME: 0.5, Sign.PLACED_NAME: 0.8, Sign.EMAIL: 0.9, Sign.PHONE: 0.3},
    Module.PRODUCTS: {Sign.NAME: 0.8, Sign.CODE: 0.9},
    Module.DEALS: {Sign.PLACED_NAME: 0.85},
}
"""How sure one thing in common makes that two records are the same."""

AGAINST = 0.65
CONTRADICTIONS: dict[Module, tuple[Sign, ...]] = {
    Module.ACCOUNTS: (Sign.TAX,),
    Module.VENDORS: (Sign.TAX,),
    Module.PRODUCTS: (Sign.CODE,),
}
"""What each thing has but one of: where both have one, and they differ, the two are less likely the same."""


class Likeness(StrEnum):
    """The score in a word."""

    LIKELY = "likely"
    POSSIBLE = "possible"

    @property
    def label(self) -> str:
        """As pages say it."""
        return str(_LABELS[self])


_LABELS = {
    Likeness.LIKELY: pgettext_lazy("duplicate", "Likely"),
    Likeness.POSSIBLE: pgettext_lazy("duplicate", "Possible"),
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """Two records compared. `score` is 0 to 100; `shared` what speaks for it, `against` what does not."""

    score: int
    shared: tuple[Sign, ...] = ()
    against: tuple[Sign, ...] = ()

    @property
    def is_worth_telling(self) -> bool:
        return self.score >= POSSIBLE

    @property
    def likeness(self) -> Likeness:
        return likeness_of(self.score)


def likeness_of(score: int) -> Likeness:
    """The word for a score that is worth telling."""
    return Likeness.LIKELY if score >= LIKELY else Likeness.POSSIBLE


def judge(module: Module, one: Facts, other: Facts) -> Judgement:
    """How alike the two are. Each thing in common adds to the certainty; a contradiction takes from it."""
    common = {sign for sign, _key in one.signs.keys() & other.signs.keys()}
    if Sign.PLACED_NAME in common:
        common.discard(Sign.NAME)  # the same thing, told better
    doubt = 1.0
    for sign in common:
        doubt *= 1 - WEIGHTS[module][sign]
    against = tuple(
        sign for sign in CONTRADICTIONS.get(module, ()) if sign not in common and one.has(sign) and other.has(sign)
    )
    score = (1 - doubt) * AGAINST ** len(against)
    return Judgement(round(score * 100), tuple(sign for sign in Sign if sign in common), against)


def reasons(one: Facts, other: Facts, judged: Judgement) -> list[str]:
    """Why the two may be the same, and what speaks against it, one sentence each."""
    told = [_TOLD[sign](one, other, _values(one, other, sign)) for sign in judged.shared]
    return [*told, *(str(_AGAINST[sign]) for sign in judged.against)]


def _values(one: Facts, other: Facts, sign: Sign) -> tuple[str, str]:
    """The first value of that kind that both have, as each writes it."""
    shared = sorted(key for found, key in one.signs.keys() & other.signs.keys() if found is sign)
    return one.signs[sign, shared[0]], other.signs[sign, shared[0]]


def _name(one: Facts, other: Facts, values: tuple[str, str]) -> str:
    first, second = values
    named = {"one": first, "other": second}
    if fold(first) == fold(second):
        return _("Same name: “%(one)s”") % named
    ones, others = (Counted(name_words(value)) for value in values)
    if ones.text == others.text:
        return _("Same name but for spaces and signs: “%(one)s” and “%(other)s”") % named
    if ones.letters == others.letters:
        return _("Same names in another order: “%(one)s” and “%(other)s”") % named
    return _("Same name without its legal form: “%(one)s” and “%(other)s”") % named


class Counted:
    """A name's words, joined and sorted."""

    def __init__(self, words: Iterable[str]) -> None:
        given = list(words)
        self.text, self.letters = "".join(given), sorted(given)


def _phone(one: Facts, other: Facts, values: tuple[str, str]) -> str:
    first, second = values
    if first == second:
        return _("Same phone number: %(one)s") % {"one": first}
    return _("Same phone number: %(one)s and %(other)s") % {"one": first, "other": second}


def _tax(one: Facts, other: Facts, values: tuple[str, str]) -> str:
    return _("Same tax number: %(number)s") % {"number": values[0]}


def _domain(one: Facts, other: Facts, values: tuple[str, str]) -> str:
    return _("Same domain: %(domain)s") % {"domain": values[0]}


def _email(one: Facts, other: Facts, values: tuple[str, str]) -> str:
    return _("Same e-mail address: %(email)s") % {"email": values[0]}


def _code(one: Facts, other: Facts, values: tuple[str, str]) -> str:
    return _("Same product code: %(code)s") % {"code": values[0]}


def _placed(one: Facts, other: Facts, values: tuple[str, str]) -> str:
    return _("Same name at the same account: “%(one)s”") % {"one": values[0]}


_TOLD: dict[Sign, Callable[[Facts, Facts, tuple[str, str]], str]] = {
    Sign.NAME: _name,
    Sign.DOMAIN: _domain,
    Sign.EMAIL: _email,
    Sign.PHONE: _phone,
    Sign.TAX: _tax,
    Sign.CODE: _code,
    Sign.PLACED_NAME: _placed,
}
_AGAINST = {
    Sign.TAX: gettext_lazy("But their tax numbers differ."),
    Sign.CODE: gettext_lazy("But their product codes differ."),
}
