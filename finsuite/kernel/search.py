"""The command palette: records, actions and pages of all rooms, as far as the person may see and do them.

A room registers what it can answer: `register` for records that match what is typed, `commands` for what can be done
anywhere, `on_record` for what can be done with the record whose page is open, `recent` for naming records that the
person has opened. Each is asked about the person's own organization of its kind, and answers only what they may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from finsuite.kernel import navigation
from finsuite.kernel.switcher import places
from finsuite.kernel.templatetags.ui import icon
from finsuite.kernel.tenants import Tenant
from finsuite.kernel.terms import distance, parts, read, tolerance
from finsuite.kernel.text import fold

LIMIT = 5
MOST_ACTIONS = 7
MOST_RECENT = 10
LANGUAGES = ("en", "fr")
"""In whichever of these one types, what can be done is found."""


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is called, what tells it apart from others of that name, and where it is."""

    label: str
    url: str
    icon: str = "file"
    detail: str = ""
    group: str = ""  # its heading, where a source finds several sorts
    meant: str = ""  # how the search was understood, where nothing holds what was typed


@dataclass(frozen=True)
class Action:
    """One thing that can be done: a page to go to, or a dialog of every page to open (its id)."""

    label: Any
    url: str = ""
    icon: str = "chevron-right"
    detail: str = ""
    opens: str = ""
    words: Sequence[Any] = ()  # what else one may call it


# Called with the person's organization of the provider's kind, what they typed, and how many hits are wanted.
Provider = Callable[[HttpRequest, Tenant, str, int], Iterable[Hit]]
Commands = Callable[[HttpRequest, Tenant | None], Iterable[Action]]
OnRecord = Callable[[HttpRequest, Tenant, ResolverMatch], Iterable[Action]]
Recent = Callable[[HttpRequest, Tenant, Sequence[ResolverMatch]], Iterable[Hit]]


@dataclass(frozen=True)
class Source:
    name: str
    label: Any
    kind: str
    order: int
    provider: Provider


_sources: dict[str, Source] = {}
_commands: dict[str, tuple[str, Commands]] = {}
_on_record: dict[str, tuple[str, OnRecord]] = {}
_recent: dict[str, tuple[str, Recent]] = {}


def register(name: str, *, label: Any, kind: str, order: int = 100) -> Callable[[Provider], Provider]:
    """Let the decorated function search one sort of record in an organization of this kind."""

    def add(provider: Provider) -> Provider:
        _sources[name] = Source(name, label, kind, order, provider)
        return provider

    return add


def commands(name: str, *, kind: str = "") -> Callable[[Commands], Commands]:
    """Let the decorated function offer actions; with a kind, only to who belongs to an organization of it."""

    def add(offered: Commands) -> Commands:
        _commands[name] = (kind, offered)
        return offered

    return add


def on_record(name: str, *, kind: str) -> Callable[[OnRecord], OnRecord]:
    """Let the decorated function offer actions on the record whose page is open."""

    def add(offered: OnRecord) -> OnRecord:
        _on_record[name] = (kind, offered)
        return offered

    return add


def recent(name: str, *, kind: str) -> Callable[[Recent], Recent]:
    """Let the decorated function name records by the addresses of their pages."""

    def add(named: Recent) -> Recent:
        _recent[name] = (kind, named)
        return named

    return add


def find(request: HttpRequest, query: str) -> list[tuple[Any, list[Hit]]]:
    """What matches, by sort of record. Sources of organizations that the person is not in are not asked."""
    mine = places(request)
    found = []
    for source in sorted(_sources.values(), key=lambda source: source.order):
        tenant = mine.chosen(source.kind)
        hits = source.provider(request, tenant, query, LIMIT) if tenant else ()
        found += [(group or source.label, list(same)) for group, same in groupby(hits, key=lambda hit: hit.group)]
    return found


@require_GET
@login_required
def search(request: HttpRequest) -> JsonResponse:
    """What the command palette asks while one types: records that match, what can be done, pages to go to."""
    query = request.GET.get("q", "").strip()[:100]
    found = find(request, query) if query else [(_("Opened last"), _opened(request))]
    at_once, others = _actions(request, query)
    groups = [*at_once, *found, *others, *_pages(request, query)]
    words = read(query).words
    meant = next((hit.meant for _label, hits in found for hit in hits if hit.meant), "")
    told = [
        {"label": str(label), "hits": [_told(hit, meant.split() or words) for hit in hits]}
        for label, hits in groups
        if hits
    ]
    icons = {hit.icon: str(icon(hit.icon)) for _label, hits in groups for hit in hits}
    return JsonResponse({"query": query, "meant": meant, "groups": told, "icons": icons})


def _told(hit: Hit | Action, words: Sequence[str]) -> dict[str, Any]:
    label = str(hit.label)
    told = {"label": label, "url": hit.url, "icon": hit.icon, "detail": hit.detail}
    if isinstance(hit, Action):
        return {**told, "opens": hit.opens, "parts": [[label, False]]}
    return {**told, "parts": parts(label, words)}


def _opened(request: HttpRequest) -> list[Hit]:
    """The records that the browser remembers to have opened, as far as the person may (still) see them."""
    paths = list(dict.fromkeys(request.GET.getlist("recent")))[:MOST_RECENT]
    matches = [match for path in paths if (match := _resolved(path)) is not None]
    if not matches:
        return []
    mine = places(request)
    hits: dict[str, Hit] = {}
    for kind, named in _recent.values():
        if tenant := mine.chosen(kind):
            hits |= {hit.url: hit for hit in named(request, tenant, [m for m in matches if _is_in(m, tenant)])}
    return [hits[path] for path in paths if path in hits]


def _actions(request: HttpRequest, query: str) -> tuple[list[tuple[Any, list[Action]]], list[tuple[Any, list[Action]]]]:
    """What can be done: with the open record, then anywhere. What is named just so comes before the records."""
    here = _of_record(request)
    everywhere = _offered(request)
    if not query:
        return [(_("This record"), here)], [(_("Actions"), everywhere[:MOST_ACTIONS])]
    words = fold(query).split()
    ranked = [(rank, at, action) for at, action in enumerate([*here, *everywhere]) if (rank := _rank(action, words))]
    best = [action for rank, _at, action in sorted(ranked, key=lambda entry: entry[:2])][:MOST_ACTIONS]
    group = [(_("Actions"), best)]
    is_named = len(query) > 2 and any(rank == 1 for rank, _at, _action in ranked)
    return (group, []) if is_named else ([], group)


def _offered(request: HttpRequest) -> list[Action]:
    mine = places(request)
    found: list[Action] = []
    for kind, offered in sorted(_commands.values(), key=lambda entry: not entry[0]):  # what is everybody's comes last
        tenant = mine.chosen(kind) if kind else None
        if tenant or not kind:
            found += offered(request, tenant)
    switched = [
        Action(
            _("Switch to %(organization)s") % {"organization": tenant.name},
            url=tenant.url,
            icon="arrow-left-right",
            detail=tenant.role,
            words=[_("Organization")],
        )
        for tenant in mine.all
        if len(mine.all) > 1
    ]
    return [*found, *switched]


def _of_record(request: HttpRequest) -> list[Action]:
    match = _resolved(request.GET.get("at", ""))
    if match is None:
        return []
    mine = places(request)
    found: list[Action] = []
    for kind, offered in _on_record.values():
        tenant = mine.chosen(kind)
        if tenant and _is_in(match, tenant):
            found += offered(request, tenant, match)
    return found


def _resolved(path: str) -> ResolverMatch | None:
    try:
        return resolve(path) if path.startswith("/") and len(path) < 200 else None
    except Resolver404:
        return None


def _is_in(match: ResolverMatch, tenant: Tenant) -> bool:
    return match.namespace == tenant.kind and match.kwargs.get("organization") == tenant.id


def _pages(request: HttpRequest, query: str) -> list[tuple[Any, list[Hit]]]:
    """The entries of the left bar that are called so, in any language, whatever its accents and capitals."""
    words = fold(query).split()
    groups = [
        (
            group.label,
            [
                Hit(str(entry.item.label), entry.url, entry.item.icon)
                for entry in entries
                if not words or _rank(Action(entry.item.label), words)
            ],
        )
        for group, entries in navigation.menu(request)
    ]
    return [(label, hits) for label, hits in groups if hits]


def _rank(action: Action, words: Sequence[str]) -> int:
    """1: every word begins one of its name; 2: of what else it is called; 3: nearly so; 0: not at all."""
    names = _in_all_languages([action.label])
    if any(all(any(own.startswith(word) for own in name) for word in words) for name in names):
        return 1
    known = {own for name in [*names, *_in_all_languages(action.words)] for own in name}
    if all(any(own.startswith(word) for own in known) for word in words):
        return 2
    return 3 if all(any(_nearly(word, own) for own in known) for word in words) else 0


def _in_all_languages(names: Iterable[Any]) -> list[list[str]]:
    told = {fold(str(name)) for name in names}
    for language in LANGUAGES:
        with translation.override(language):
            told |= {fold(str(name)) for name in names}
    return [name.replace("-", " ").split() for name in sorted(told)]


def _nearly(typed: str, own: str) -> bool:
    if own.startswith(typed):
        return True
    slips = min(distance(typed, own), distance(typed, own[: len(typed)]))
    return len(typed) > 3 and slips <= tolerance(typed)
