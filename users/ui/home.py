"""The start page: straight on to the organization that one works in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from finsuite.kernel.switcher import places


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """On to the organization used last, else the first; a page saying so where there is none."""
    current = places(request).current
    if current is not None:
        return redirect(current.url)
    return render(request, "users/home.html")
