"""Where a person belongs: each room tells which of its organizations they are a member of.

The room registers a provider (in its apps.py, or a module that it imports); the switcher and `GET /api/v1/me` ask here,
without importing the room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """One organization (or portal) that a person belongs to, and as what."""

    kind: str  # "crm", "finance", "portal"
    id: int
    name: str
    role: str  # the profile's or role's name, as shown
    url: str  # its first page
    extra: dict[str, Any] = field(default_factory=dict)  # {"apps": [...]} for finance; told to programs
    rights: dict[str, Any] = field(default_factory=dict)  # what the room's own menu entries ask; told to nobody

    @property
    def key(self) -> str:
        """The tenant's name in the audit history: "crm:1"."""
        return f"{self.kind}:{self.id}"


Provider = Callable[[Any], list[Tenant]]

_providers: dict[str, Provider] = {}


def provides(kind: str) -> Callable[[Provider], Provider]:
    """Ask the decorated function (user → tenants, in one query, by name) for this kind of tenant."""

    def register(provider: Provider) -> Provider:
        _providers[kind] = provider
        return provider

    return register


def tenants_of(user: Any) -> list[Tenant]:
    """Everything that the person belongs to, in the order in which the rooms registered."""
    return [tenant for provider in _providers.values() for tenant in provider(user)]
