"""The best notes, calls, tasks and meetings for a search: those whose subject holds the words, then the last touched.

Written by hand as selectors/best.py is, and for the same reason. Who sees what is what `activities.activities` says; a
test holds the two to the same answers. What an activity is about is looked up by its key, one at a time and only until
enough is found: PostgreSQL would else read all records of a module to tell which of them are there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from crm.access import Access
from crm.choices import ActivityKind, Level, Module
from crm.models import RECORDS
from crm.selectors.best import contains, holding, holding_meant, seen
from crm.selectors.search import OTHERS, RECENT, Meant
from finsuite.kernel import terms as searched
from finsuite.kernel.terms import Terms

MOST_TEXT = 2_000  # of a text, to find the words in again
LOOKED_AT = 3_000  # of those that hold the words, whether one sees them; what one owns is looked for besides

_FOUND = """
SELECT found.id, found.kind, found.subject, left(found.body, {most_text}), {about}, found.updated_at
FROM crm_activity found
WHERE found.id IN (
    (SELECT act.id FROM (
        SELECT * FROM crm_activity WHERE {alive} ORDER BY updated_at DESC, id DESC LIMIT {recent}
    ) act WHERE {kept} AND {visible})
    UNION ALL
    (SELECT act.id FROM (
        SELECT * FROM crm_activity WHERE {alive} AND {kept} LIMIT {looked_at}
    ) act WHERE {visible} LIMIT {others}){own}
)
ORDER BY {rank}, found.updated_at DESC, found.id DESC LIMIT %(limit)s
"""
_ALIVE = "organization_id = %(organization)s AND deleted_at IS NULL"
_OWN = """
    UNION ALL
    (SELECT act.id FROM crm_activity act WHERE {alive} AND act.owner_id = %(person)s AND {kept} LIMIT {others})"""
_ABOUT_SEEN = """
    UNION ALL
    (SELECT act.id FROM (SELECT id AS seen_id FROM {table} WHERE {seen}) there JOIN crm_activity act
        ON act.record_id = there.seen_id AND act.module = '{module}' WHERE {alive} AND {kept} LIMIT {others})"""
_THERE = "(SELECT TRUE FROM {table} WHERE id = {of}.record_id AND {seen})"
_LINKED = """(SELECT TRUE FROM crm_activitylink link
    WHERE link.activity_id = act.id AND link.organization_id = %(organization)s AND ({there}) LIMIT 1)"""


@dataclass(frozen=True)
class FoundActivity:
    """An activity as it was found; `about` is its record's name, empty where the person may not see that."""

    id: int
    kind: ActivityKind
    subject: str
    body: str
    about: str

    @property
    def name(self) -> str:
        """What it is called: its subject, else the beginning of its text."""
        first = self.body.strip().splitlines()[0][:80] if self.body.strip() else ""
        return self.subject or first or str(self.kind.label)


def best_activities(access: Access, terms: Terms, *, limit: int, meant: Meant | None = None) -> list[FoundActivity]:
    """So many of those that hold the terms, or what they were meant to be. One statement."""
    bound: dict[str, Any] = {
        "organization": access.organization.pk,
        "person": access.user_id,
        "limit": limit,
    }
    kept = holding(terms, bound) if meant is None else holding_meant(terms, meant, bound)
    if meant:
        terms = searched.corrected(terms, meant)
    named = " AND ".join(contains("fold_text(found.subject)", word, bound) for word in terms.words)
    statement = _FOUND.format(
        most_text=MOST_TEXT,
        about=_by_module(access, "found", bound, _name),
        alive=_ALIVE,
        kept=kept,
        visible=_visible(access, bound),
        rank=f"CASE WHEN {named} THEN 0 ELSE 1 END",
        recent=RECENT,
        others=OTHERS,
        looked_at=LOOKED_AT,
        own=_own(access, kept, bound),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, bound)
        rows = cursor.fetchall()
    return [
        FoundActivity(pk, ActivityKind(kind), subject, body, about or "")
        for pk, kind, subject, body, about, _at in rows
    ]


def _own(access: Access, kept: str, bound: dict[str, Any]) -> str:
    """For whoever does not see everybody's records: what is theirs, so that it is found among very many others."""
    if not access.owners:
        return ""
    parts = [_OWN.format(alive=_ALIVE, kept=kept, others=OTHERS)]
    parts += [
        _ABOUT_SEEN.format(
            table=RECORDS[module]._meta.db_table,
            seen=seen(access, module, bound),
            module=module.value,
            alive=_ALIVE,
            kept=kept,
            others=OTHERS,
        )
        for module in Module
        if module in access.owners and access.may(module, Level.VIEW)
    ]
    return "".join(parts)


def _visible(access: Access, bound: dict[str, Any]) -> str:
    """What `activities.activities` says: one's own, and what is about a record that one sees."""
    there = _by_module(access, "act", bound, _there)
    linked = _LINKED.format(there=_by_module(access, "link", bound, _there))
    return f"(act.owner_id = %(person)s OR (act.module = '' AND act.created_by_id = %(person)s) OR {there} OR {linked})"


def _by_module(
    access: Access, of: str, bound: dict[str, Any], said: Callable[[Access, Module, str, dict[str, Any]], str]
) -> str:
    """What is said of the record, by its module; nothing of those that the person may not see at all."""
    cases = [
        f"WHEN '{module.value}' THEN {said(access, module, of, bound)}"
        for module in Module
        if access.may(module, Level.VIEW)
    ]
    return f"CASE {of}.module {' '.join(cases)} END" if cases else "NULL"


def _there(access: Access, module: Module, of: str, bound: dict[str, Any]) -> str:
    return _THERE.format(table=RECORDS[module]._meta.db_table, of=of, seen=seen(access, module, bound))


def _name(access: Access, module: Module, of: str, bound: dict[str, Any]) -> str:
    model = RECORDS[module]
    name = f"btrim(concat_ws(' ', {', '.join(model.named_by)}))"
    there = _THERE.replace("TRUE", name)
    return there.format(table=model._meta.db_table, of=of, seen=seen(access, module, bound))
