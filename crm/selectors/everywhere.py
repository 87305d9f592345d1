"""Searching all modules of the CRM at once, and what was noted, as far as the person may see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from crm.access import Access
from crm.choices import Level, Module
from crm.models import RECORDS
from crm.selectors import search
from crm.selectors.best import Best, best
from crm.selectors.best_activities import FoundActivity, best_activities
from finsuite.kernel import terms as searched
from finsuite.kernel.terms import Terms
from finsuite.kernel.text import fold

_NAMED = {Module.CONTACTS: ("first_name", "last_name")}
_TOLD = {
    Module.ACCOUNTS: ("billing_city", "phone"),
    Module.CONTACTS: ("email", "phone"),
    Module.DEALS: ("stage__name",),
    Module.PRODUCTS: ("code", "category"),
    Module.VENDORS: ("city", "phone"),
}
_AT_ACCOUNT = (Module.CONTACTS, Module.DEALS)


@dataclass(frozen=True)
class Found:
    """One record: what it is called, and what tells it apart from others of that name."""

    module: Module
    id: int
    name: str
    details: tuple[str, ...]
    account_id: int | None = None

    @property
    def told(self) -> str:
        """The first of its details."""
        return self.details[0] if self.details else ""


@dataclass(frozen=True)
class Findings:
    """What was found, by module, and what was noted. `meant` is how the search was understood where nothing holds what
    was typed.
    """

    terms: Terms
    groups: dict[Module, list[Found]] = field(default_factory=dict)
    meant: str = ""
    activities: list[FoundActivity] = field(default_factory=list)

    def __iter__(self) -> Iterator[Found]:
        return (found for group in self.groups.values() for found in group)


def search_everywhere(
    access: Access, text: str, *, modules: Collection[Module] = tuple(Module), limit: int, activities: int = 0
) -> Findings:
    """The best so many of each module, and so many notes, calls, tasks and meetings.

    One statement for records, one for activities, one for accounts; where nothing matches, up to seven more.
    """
    terms = searched.read(text)
    seen = [module for module in Module if module in modules and access.may(module, Level.VIEW)]
    if not terms or not (seen or activities):
        return Findings(terms)

    def found(meant: search.Meant | None = None) -> tuple[dict[Module, list[Found]], list[FoundActivity]]:
        groups = _grouped(best(access, seen, terms, meant=meant, limit=limit)) if seen else {}
        return groups, best_activities(access, terms, meant=meant, limit=activities) if activities else []

    groups, noted = found()
    meant = ""
    if not groups and not noted and (near := search.corrections(access, terms)):
        groups, noted = found(near)
        terms, meant = _as_found(terms, near, groups, noted)
    return Findings(terms, _with_accounts(access, groups), meant, noted)


def named_everywhere(access: Access, keys: Sequence[tuple[Module, int]]) -> list[Found]:
    """These records, as far as the person may see them. One statement a module, one for accounts."""
    wanted: dict[Module, set[int]] = {}
    for module, record_id in keys:
        if access.may(module, Level.VIEW):
            wanted.setdefault(module, set()).add(record_id)
    groups = {
        module: _found(_rows(access, module).filter(pk__in=ids), module, len(ids)) for module, ids in wanted.items()
    }
    return [found for group in _with_accounts(access, groups).values() for found in group]


def _rows(access: Access, module: Module) -> QuerySet[Any]:
    return RECORDS[module].objects.of(access.organization).filter(access.visible(module))


def _found(rows: QuerySet[Any], module: Module, limit: int) -> list[Found]:
    named, told = _NAMED.get(module, ("name",)), _TOLD[module]
    at_account = ("account_id",) if module in _AT_ACCOUNT else ()
    answers = rows.values_list("pk", *named, *told, *at_account)[:limit]
    width = 1 + len(named)
    return [
        Found(
            module,
            row[0],
            " ".join(part for part in row[1:width] if part),
            tuple(part for part in row[width : width + len(told)] if part),
            row[-1] if at_account else None,
        )
        for row in answers
    ]


def _grouped(rows: Iterable[Best]) -> dict[Module, list[Found]]:
    groups: dict[Module, list[Found]] = {}
    for row in rows:
        name, details = " ".join(filter(None, row.names)), tuple(filter(None, row.details))
        groups.setdefault(row.module, []).append(Found(row.module, row.id, name, details, row.account_id))
    return groups


def _with_accounts(access: Access, groups: dict[Module, list[Found]]) -> dict[Module, list[Found]]:
    """Name the accounts that contacts and deals are at, where the person may see them. One statement if there are."""
    ids = {found.account_id for group in groups.values() for found in group if found.account_id}
    if not ids or not access.may(Module.ACCOUNTS, Level.VIEW):
        return groups
    names = dict(_rows(access, Module.ACCOUNTS).filter(pk__in=ids).values_list("pk", "name"))
    return {
        module: [
            Found(found.module, found.id, found.name, (names[found.account_id], *found.details), found.account_id)
            if found.account_id in names
            else found
            for found in group
        ]
        for module, group in groups.items()
    }


def _as_found(
    terms: Terms, near: search.Meant, groups: dict[Module, list[Found]], noted: Iterable[FoundActivity]
) -> tuple[Terms, str]:
    """The words that what was found does bear: a word that only records out of sight bear is not told."""
    names = " ".join(f" {fold(found.name)}" for group in groups.values() for found in group)
    names += " ".join(f" {fold(found.subject)} {fold(found.body)}" for found in noted)
    borne = {word: [known for known in meant if f" {known}" in names] for word, meant in near.items()}
    told = searched.corrected(terms, {word: known for word, known in borne.items() if known})
    return (told, told.folded) if names and told.words != terms.words else (terms, "")
