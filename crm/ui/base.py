"""What every page of the CRM begins with: who is it, in which organization, with which rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from crm.access import Access, access
from crm.choices import Module
from crm.models.modules import singular
from crm.selectors.merges import visible_survivor
from crm.ui.addresses import address
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound

Page = Callable[..., HttpResponseBase]  # (request, access, what the address names) → the page


def in_organization(page: Page) -> Page:
    """Call the page with the person's access to the organization in its address; 404 where they have none."""

    @login_required
    @wraps(page)
    def guarded(request: HttpRequest, organization: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        entered = access(request.user, organization)
        try:
            return page(request, entered, *args, **kwargs)
        except NotFound:
            if request.method in ("GET", "HEAD") and (place := _merged_into(request, entered, kwargs)):
                return redirect(place)  # not for good: a merge can be undone
            raise

    return guarded


def _merged_into(request: HttpRequest, entered: Access, named: Mapping[str, Any]) -> str:
    """The page of the record that the one in the address was merged into; "" where it was not."""
    for module in Module:
        record_id = named.get(f"{singular(module)}_id")
        found = visible_survivor(entered, module, record_id) if isinstance(record_id, int) else None
        if found is not None:
            messages.info(request, _("The record that was here has been merged into this one."))
            return address(module, "detail", entered.organization.pk, found)
    return ""


def in_setup(page: Page) -> Page:
    """The same, for pages that only those see whose profile opens Setup."""

    @wraps(page)
    def guarded(request: HttpRequest, found: Access, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found.require_setup()
        return page(request, found, *args, **kwargs)

    return in_organization(guarded)


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person, acting on a page."""
    return Actor.person(request.user)
