"""A toast that offers to take back what was just done."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.utils.translation import gettext as _


def with_undo(response: HttpResponse, message: str, url: str) -> HttpResponse:
    """The answer to htmx, with a toast that says what was done; its button posts to the address that undoes it."""
    toast = {"tone": "success", "message": message, "action": {"label": _("Undo"), "url": url}}
    response.headers["HX-Trigger"] = json.dumps({"toasts": [toast]})
    return response
