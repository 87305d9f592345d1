"""One search box over everything. Each app registers a provider; it answers only what the person may see."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from finsuite.kernel import navigation
from finsuite.kernel.switcher import places
from finsuite.kernel.tenants import Tenant

LIMIT = 6


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is called, what tells it apart from others of that name, and where it is."""

    label: str
    url: str
    icon: str = "file"
    detail: str = ""


# Called with the person's organization of the provider's kind, what they typed, and how many hits are wanted.
Provider = Callable[[HttpRequest, Tenant, str, int], Iterable[Hit]]


@dataclass(frozen=True)
class Source:
    name: str
    label: Any
    kind: str
    order: int
    provider: Provider


_sources: dict[str, Source] = {}


def register(name: str, *, label: Any, kind: str, order: int = 100) -> Callable[[Provider], Provider]:
    """Let the decorated function search one sort of record in an organization of this kind."""

    def add(provider: Provider) -> Provider:
        _sources[name] = Source(name, label, kind, order, provider)
        return provider

    return add


def find(request: HttpRequest, query: str) -> list[tuple[Any, list[Hit]]]:
    """What matches, by sort of record. Sources of organizations that the person is not in are not asked."""
    mine = places(request)
    found = []
    for source in sorted(_sources.values(), key=lambda source: source.order):
        tenant = mine.chosen(source.kind)
        if tenant and (hits := list(source.provider(request, tenant, query, LIMIT))):
            found.append((source.label, hits))
    return found


@require_GET
@login_required
def search(request: HttpRequest) -> JsonResponse:
    """What the command palette asks while one types: records that match, then pages to go to."""
    query = request.GET.get("q", "").strip()[:100]
    groups = [
        {
            "label": str(label),
            "hits": [{"label": h.label, "url": h.url, "icon": h.icon, "detail": h.detail} for h in hits],
        }
        for label, hits in [*(find(request, query) if query else []), *_pages(request, query)]
    ]
    return JsonResponse({"query": query, "groups": groups})


def _pages(request: HttpRequest, query: str) -> list[tuple[Any, list[Hit]]]:
    """The entries of the left bar whose name has the query in it, whatever its accents and capitals."""
    wanted = _plain(query)
    groups = [
        (group.label, [Hit(str(e.item.label), e.url, e.item.icon) for e in entries if wanted in _plain(e.item.label)])
        for group, entries in navigation.menu(request)
    ]
    return [(label, hits) for label, hits in groups if hits]


def _plain(text: Any) -> str:
    decomposed = unicodedata.normalize("NFKD", str(text).casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))
