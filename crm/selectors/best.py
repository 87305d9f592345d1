"""The best records of each module for a search, in one statement for all of them.

It is the query of `search.ranked`, written by hand: Django takes several times longer to compose it, once a module,
than PostgreSQL to answer it. Tests hold the two to the same answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from crm.access import Access
from crm.choices import Module
from crm.models import RECORDS
from crm.selectors.search import BEGINNING, OTHERS, RECENT, Meant, meant_words
from finsuite.kernel import terms as searched
from finsuite.kernel.terms import Terms, pattern

_STAGE = "(SELECT stage.name FROM crm_stage stage WHERE stage.id = found.stage_id)"
_DETAILS = {
    Module.ACCOUNTS: ("found.billing_city", "found.phone"),
    Module.CONTACTS: ("found.email", "found.phone"),
    Module.DEALS: (_STAGE,),
    Module.PRODUCTS: ("found.code", "found.category"),
    Module.VENDORS: ("found.city", "found.phone"),
}
_AT_ACCOUNT = (Module.CONTACTS, Module.DEALS)

_OF_MODULE = """(
    SELECT {place} AS place, found.id, ARRAY[{names}]::text[] AS names, ARRAY[{details}]::text[] AS details,
        {account} AS account_id, {rank} AS rank, found.updated_at
    FROM {table} found
    WHERE {seen} AND id IN (
        (SELECT id FROM {table} WHERE {seen} AND sort_key = ANY(%(turned)s) LIMIT {beginning})
        UNION ALL
        (SELECT id FROM {table} WHERE {seen} AND sort_key LIKE %(begins)s ORDER BY sort_key, id LIMIT {beginning})
        UNION ALL
        (SELECT id FROM {table} WHERE {seen} AND {kept} AND id IN (
            SELECT id FROM {table} WHERE {seen} ORDER BY updated_at DESC, id DESC LIMIT {recent}))
        UNION ALL
        (SELECT id FROM {table} WHERE {seen} AND {kept} LIMIT {others})
    )
    ORDER BY rank, updated_at DESC, id DESC LIMIT %(limit)s
)"""
_ALL = "SELECT place, id, names, details, account_id FROM ({parts}) best ORDER BY place, rank, updated_at DESC, id DESC"


@dataclass(frozen=True)
class Best:
    """One record, as it was found: the parts of its name, and of what tells it apart from others."""

    module: Module
    id: int
    names: Sequence[str]
    details: Sequence[str]
    account_id: int | None


def best(
    access: Access, modules: Sequence[Module], terms: Terms, *, limit: int, meant: Meant | None = None
) -> Iterator[Best]:
    """So many of each module as hold the terms, or what they were meant to be; the best first. One statement."""
    bound: dict[str, Any] = {"organization": access.organization.pk, "limit": limit}
    kept = holding(terms, bound) if meant is None else holding_meant(terms, meant, bound)
    if meant:
        terms = searched.corrected(terms, meant)
    rank = _rank(terms, bound)
    bound |= {"turned": list(terms.turned), "begins": _beginning(terms.folded)}
    parts = [_of_module(access, module, kept, rank, bound) for module in modules]
    with connection.cursor() as cursor:
        cursor.execute(_ALL.format(parts=" UNION ALL ".join(parts)), bound)
        rows = cursor.fetchall()
    places = list(Module)
    return (Best(places[place], *rest) for place, *rest in rows)


def _of_module(access: Access, module: Module, kept: str, rank: str, bound: dict[str, Any]) -> str:
    model = RECORDS[module]
    return _OF_MODULE.format(
        place=list(Module).index(module),
        table=model._meta.db_table,
        names=", ".join(f"found.{name}" for name in model.named_by),
        details=", ".join(_DETAILS[module]),
        account="found.account_id" if module in _AT_ACCOUNT else "NULL::bigint",
        seen=seen(access, module, bound),
        kept=kept,
        rank=rank,
        beginning=BEGINNING,
        recent=RECENT,
        others=OTHERS,
    )


def seen(access: Access, module: Module, bound: dict[str, Any]) -> str:
    """What `access.visible` says."""
    owners = access.owners.get(module)
    if owners is None:
        return "organization_id = %(organization)s"
    bound[f"owners_{module}"] = sorted(owners)
    return f"organization_id = %(organization)s AND owner_id = ANY(%(owners_{module})s::bigint[])"


def holding(terms: Terms, bound: dict[str, Any]) -> str:
    """What `search.holding` says."""
    kept = " AND ".join(contains("search_text", pattern(word), bound) for word in terms.words)
    return f"({kept} OR {contains('search_text', terms.number, bound)})" if terms.number else f"({kept})"


def holding_meant(terms: Terms, meant: Meant, bound: dict[str, Any]) -> str:
    """What `search.holding_meant` says."""
    either = [
        " OR ".join(contains("search_text", word, bound) for word in group) for group in meant_words(terms, meant)
    ]
    return " AND ".join(f"({group})" for group in either) or "FALSE"


def _rank(terms: Terms, bound: dict[str, Any]) -> str:
    """What `search.ranked` puts first."""
    bound["all_begins"] = _beginning(f" {terms.folded}")
    begins = " AND ".join(
        f"({_bound('sort_key', _beginning(word), bound)} OR {contains('sort_key', f' {word}', bound)})"
        for word in terms.words
    )
    within = " AND ".join(contains("sort_key", word, bound) for word in terms.words)
    return (
        "CASE WHEN sort_key = ANY(%(turned)s) THEN 0"
        " WHEN sort_key LIKE %(begins)s OR search_text LIKE %(all_begins)s THEN 1"
        f" WHEN {begins} THEN 2 WHEN {within} THEN 3 ELSE 4 END"
    )


def _beginning(text: str) -> str:
    return f"{connection.ops.prep_for_like_query(text)}%"


def contains(column: str, text: str, bound: dict[str, Any]) -> str:
    return _bound(column, f"%{_beginning(text)}", bound)


def _bound(column: str, like: str, bound: dict[str, Any]) -> str:
    name = f"like_{len(bound)}"
    bound[name] = like
    return f"{column} LIKE %({name})s"
