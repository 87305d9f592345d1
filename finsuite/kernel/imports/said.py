"""What the rooms' own rules say against a record, in words of theirs: kept in every language that the house speaks, so
that whoever reads of it later reads it in theirs.

Such a sentence has no code that it could be worded from again. So what was refused is tried once more in each further
language; it must be something that can be, a calculation or what is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.conf import settings
from django.utils.translation import get_language, override

from finsuite.kernel.imports.problems import Particular, Problem

SAID = "said"


def said(sentence: str, field: str = "", **particulars: Particular) -> Problem:
    """A problem that is told by this sentence, in the language that is spoken now."""
    return Problem(SAID, field, {"sentence": sentence, f"sentence_{get_language()}": sentence, **particulars})


def in_every_language(problems: Sequence[Problem], again: Callable[[], Sequence[Problem]]) -> list[Problem]:
    """The problems, those that are told by a sentence with it in every language. `again` finds the same ones anew."""
    if all(problem.code != SAID for problem in problems):
        return list(problems)
    told = [dict(problem.particulars) for problem in problems]
    for language, _name in settings.LANGUAGES:
        if language == get_language():
            continue
        with override(language):
            found = again()
        for particulars, problem in zip(told, found, strict=False):
            name = f"sentence_{language}"
            if name in problem.particulars:
                particulars[name] = problem.particulars[name]
    return [
        Problem(problem.code, problem.field, particulars) for problem, particulars in zip(problems, told, strict=True)
    ]
