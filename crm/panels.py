"""What the CRM shows on pages that are nobody's room."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from finsuite.kernel import panels


@panels.fill("home.start", order=10)
def start(request: HttpRequest, user: Any) -> str:
    """For somebody who belongs nowhere yet: the way to a CRM organization of their own."""
    return render_to_string("crm/home_start.html", request=request)
