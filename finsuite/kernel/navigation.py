"""What the left bar offers. Each app registers its entries; a person sees those that they may open.

    navigation.add(Item("accounts", _("Accounts"), icon="building-2", url_name="crm:account_list",
                        group=CRM, kind="crm", order=10, allowed=may_view_accounts))

An entry with a `kind` is about an organization: it is reversed with `organization=<id>` of the one of that kind the
person works in, and is absent where they belong to none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from finsuite.kernel.switcher import places
from finsuite.kernel.tenants import Tenant


@dataclass(frozen=True)
class Group:
    """A heading in the left bar."""

    name: str
    label: Any
    order: int


CRM = Group("crm", _("CRM"), 10)
FINANCE = Group("finance", _("Finance"), 20)
SETUP = Group("setup", _("Setup"), 90)

Predicate = Callable[[HttpRequest, Tenant | None], bool]


Below = Callable[[HttpRequest, Tenant | None], Sequence[tuple[str, str]]]


def nothing(request: HttpRequest, tenant: Tenant | None) -> Sequence[tuple[str, str]]:
    return ()


def everyone(request: HttpRequest, tenant: Tenant | None) -> bool:
    return True


@dataclass(frozen=True)
class Item:
    """One entry. `allowed` is asked with the request and the organization the entry would open."""

    name: str
    label: Any
    icon: str
    url_name: str
    group: Group
    kind: str = ""
    order: int = 100
    allowed: Predicate = everyone
    below: Below = nothing  # what the person keeps below the entry: (what it is called, its address)


@dataclass(frozen=True)
class Link:
    """What a person keeps below an entry."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Entry:
    """An item as one person sees it on one page."""

    item: Item
    url: str
    is_current: bool = False
    below: Sequence[Link] = ()


_items: dict[str, Item] = {}


def add(item: Item) -> None:
    """Offer this entry. The same name again replaces it."""
    _items[item.name] = item


def menu(request: HttpRequest) -> list[tuple[Group, list[Entry]]]:
    """The groups and entries for this request, in order; empty groups are left out."""
    shown = [(item, url) for item in _items.values() if (url := _address(item, request)) is not None]
    current = max((url for _item, url in shown if request.path.startswith(url)), key=len, default=None)
    groups: dict[Group, list[Entry]] = {}
    for item, url in sorted(shown, key=lambda pair: (pair[0].group.order, pair[0].order)):
        below = _below(item, request)
        # A page of its own below it is where one is, more exactly.
        is_current = url == current and not any(link.is_current for link in below)
        groups.setdefault(item.group, []).append(Entry(item, url, is_current, below))
    return list(groups.items())


def _below(item: Item, request: HttpRequest) -> list[Link]:
    tenant = places(request).chosen(item.kind) if item.kind else None
    here = f"{request.path}?view={request.GET.get('view', '')}"
    return [Link(label, url, url == here) for label, url in item.below(request, tenant)]


def _address(item: Item, request: HttpRequest) -> str | None:
    """Where the entry leads, or None where the person is not to see it."""
    tenant = places(request).chosen(item.kind) if item.kind else None
    if (item.kind and tenant is None) or not item.allowed(request, tenant):
        return None
    return reverse(item.url_name, kwargs={"organization": tenant.id} if tenant else {})
