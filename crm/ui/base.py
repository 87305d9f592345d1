"""What every page of the CRM begins with: who is it, in which organization, with which rights."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from crm.access import Access, access
from finsuite.kernel.actors import Actor

Page = Callable[..., HttpResponse]  # (request, access, what the address names) → the page


def in_organization(page: Page) -> Page:
    """Call the page with the person's access to the organization in its address; 404 where they have none."""

    @login_required
    @wraps(page)
    def guarded(request: HttpRequest, organization: int, *args: Any, **kwargs: Any) -> HttpResponse:
        return page(request, access(request.user, organization), *args, **kwargs)

    return guarded


def in_setup(page: Page) -> Page:
    """The same, for pages that only those see whose profile opens Setup."""

    @wraps(page)
    def guarded(request: HttpRequest, found: Access, *args: Any, **kwargs: Any) -> HttpResponse:
        found.require_setup()
        return page(request, found, *args, **kwargs)

    return in_organization(guarded)


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person, acting on a page."""
    return Actor.person(request.user)
