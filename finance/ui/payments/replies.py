"""What a button of a dialog could not do is told on the page that it was pressed on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from finance.models import Membership
from finsuite.kernel.errors import Conflict, Refused, TransitionRefused


def refusals_told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Go back to where the button was pressed, and say there what was refused."""

    @wraps(view)
    def press(request: HttpRequest, member: Membership, **names: Any) -> HttpResponse:
        try:
            return view(request, member, **names)
        except (Refused, Conflict, TransitionRefused) as refusal:
            messages.error(request, refusal.message)
            return redirect(back(request, f"/finance/{member.organization_id}/customers/"))

    return press


def back(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that the request came from."""
    came = urlsplit(request.headers.get("Referer", ""))
    return came.path if came.netloc == request.get_host() and came.path.startswith("/") else otherwise
