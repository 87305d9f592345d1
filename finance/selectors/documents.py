"""Which records have documents. A record with documents is never deleted, and keeps its currency."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db.models import Model

from finance.models import Organization

# Each kind of document adds, from its own selectors, how to ask it: (organization, ids) → those that it knows.
Source = Callable[[Organization, Collection[int]], set[int]]

_customer_sources: list[Source] = []
_use_sources: dict[type[Model], list[Source]] = {}
_organization_sources: list[Callable[[Organization], bool]] = []


def tells_customers(source: Source) -> Source:
    """Ask the decorated function, too, which customers have documents."""
    if source not in _customer_sources:
        _customer_sources.append(source)
    return source


def tells_organization(source: Callable[[Organization], bool]) -> Callable[[Organization], bool]:
    """Ask the decorated function, too, whether the organization has documents."""
    if source not in _organization_sources:
        _organization_sources.append(source)
    return source


def tells_use(of: type[Model]) -> Callable[[Source], Source]:
    """Ask the decorated function, too, which items, vendors, taxes… documents name."""

    def register(source: Source) -> Source:
        sources = _use_sources.setdefault(of, [])
        if source not in sources:
            sources.append(source)
        return source

    return register


def ids_in_use(of: type[Model], organization: Organization, ids: Collection[int]) -> set[int]:
    """Those of these records that at least one document of any kind names."""
    found: set[int] = set()
    for source in _use_sources.get(of, ()):
        found |= source(organization, [pk for pk in ids if pk not in found])
    return found


def customer_ids_with_documents(organization: Organization, ids: Collection[int]) -> set[int]:
    """Those of these customers that have at least one document of any kind."""
    found: set[int] = set()
    for source in _customer_sources:
        found |= source(organization, [pk for pk in ids if pk not in found])
    return found


def organization_has_documents(organization: Organization) -> bool:
    """Whether any document of any kind exists."""
    return any(source(organization) for source in _organization_sources)
