"""Which tags an organization uses, and on how many records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import CharField, Count, Func, Value

from crm.access import Access
from crm.choices import Level, Module
from crm.selectors.activities import seen_records
from finsuite.kernel.text import fold

SUGGESTIONS = 8


@dataclass(frozen=True)
class UsedTag:
    """A tag, and how many records of each module carry it, as far as the person may see them."""

    name: str
    by_module: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        return sum(number for _module, number in self.by_module)


def used_tags(access: Access) -> list[UsedTag]:
    """The tags of the records that the person may see, by name: one statement."""
    branches = [
        seen_records(access, module)
        .annotate(tag=Func("tags", function="unnest", output_field=CharField()), of=Value(module))
        .order_by()
        .values("tag", "of")
        .annotate(number=Count("pk"))
        .values_list("tag", "of", "number")
        for module in Module.values
        if access.may(module, Level.VIEW)
    ]
    if not branches:
        return []
    rows = branches[0].union(*branches[1:], all=True) if branches[1:] else branches[0]
    found: dict[str, Counter[str]] = {}
    for tag, module, number in rows:
        found.setdefault(tag, Counter())[module] += number
    told = (UsedTag(name, tuple(sorted(numbers.items()))) for name, numbers in found.items())
    return sorted(told, key=lambda tag: (fold(tag.name), tag.name))


def suggested_tags(access: Access, text: str) -> list[str]:
    """Tags to choose from while one types: those that begin like it first, then those that contain it."""
    wanted = fold(text)
    names = [tag.name for tag in used_tags(access) if wanted in fold(tag.name)]
    return sorted(names, key=lambda name: (not fold(name).startswith(wanted), fold(name)))[:SUGGESTIONS]
