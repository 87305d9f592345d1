"""The organization that a page is about, and the ones that the person worked in last.

A page's own organization is the one in its address: the URL keyword `organization`, under a namespace that is a kind of
tenant (`crm`, `finance`) or that `pages_of` has counted to one. The last ones used are kept in a cookie, which only
ever chooses among organizations that the person belongs to.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from finsuite.kernel.ids import read_id
from finsuite.kernel.tenants import Tenant, tenants_of

COOKIE = "organizations"
_COOKIE_AGE = 365 * 24 * 3600

KINDS: dict[str, Promise] = {"crm": _("CRM"), "finance": _("Finance"), "portal": _("Projects")}

_kind_of_namespace: dict[str, str] = {kind: kind for kind in KINDS}


def pages_of(kind: str, namespace: str) -> None:
    """Count the pages of this URL namespace to that kind: `organization` in their addresses is one of them."""
    _kind_of_namespace[namespace] = kind


class Places:
    """All organizations of one person, as seen from one request."""

    def __init__(self, request: HttpRequest) -> None:
        self._last = _read_cookie(request)
        self._address = address_of(request)
        user: Any = getattr(request, "user", None)
        self.all = tenants_of(user) if user is not None and user.is_authenticated else []

    def groups(self) -> list[tuple[Promise, list[Tenant]]]:
        """The organizations by kind, for the switcher; kinds without any are left out."""
        found = ((label, [t for t in self.all if t.kind == kind]) for kind, label in KINDS.items())
        return [(label, tenants) for label, tenants in found if tenants]

    def chosen(self, kind: str) -> Tenant | None:
        """The organization of this kind to link to: that of the address, the last one used, or the first."""
        wanted = self._address[1] if self._address and self._address[0] == kind else dict(self._last).get(kind)
        mine = [tenant for tenant in self.all if tenant.kind == kind]
        return next((tenant for tenant in mine if tenant.id == wanted), mine[0] if mine else None)

    @property
    def current(self) -> Tenant | None:
        """The organization that the page is about, else the last one used, else the first."""
        kinds = [self._address[0]] if self._address else []
        for kind in [*kinds, *(kind for kind, _id in self._last)]:
            if tenant := self.chosen(kind):
                return tenant
        return self.all[0] if self.all else None


def places(request: HttpRequest) -> Places:
    """The person's organizations; the rooms are asked once a request."""
    found: Places | None = getattr(request, "_places", None)
    if found is None:
        found = Places(request)
        request._places = found  # type: ignore[attr-defined]
    return found


def address_of(request: HttpRequest) -> tuple[str, int] | None:
    """The (kind, id) of the organization in the request's address, whether or not the person belongs to it."""
    match = request.resolver_match
    organization = match.kwargs.get("organization") if match else None
    if match is None or not isinstance(organization, int):
        return None
    kinds = (_kind_of_namespace[name] for name in match.namespaces if name in _kind_of_namespace)
    return next(((kind, organization) for kind in kinds), None)


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Keep the organization of a page that was shown as the last one used."""
    address = address_of(request)
    if address is None or response.status_code >= 400:
        return
    last = _read_cookie(request)
    ordered = [address, *(entry for entry in last if entry[0] != address[0])]
    if ordered != last:
        value = "|".join(f"{kind}:{identity}" for kind, identity in ordered)
        response.set_cookie(
            COOKIE, value, max_age=_COOKIE_AGE, httponly=True, samesite="Lax", secure=request.is_secure()
        )


def _read_cookie(request: HttpRequest) -> list[tuple[str, int]]:
    """Last used organizations, the most recent kind first. Anything unreadable is as if absent."""
    found = []
    for entry in request.COOKIES.get(COOKIE, "").split("|")[:10]:
        kind, _colon, identity = entry.partition(":")
        pk = read_id(identity)
        if kind in KINDS and pk is not None:
            found.append((kind, pk))
    return found
