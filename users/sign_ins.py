"""Whom a try at signing in is counted against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


def email_of(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str | None:
    """The e-mail that was tried, written in one way, so that capitals and spaces open no second count."""
    tried = {str(name): value for name, value in (credentials or request.POST).items()}
    email = tried.get("username") or tried.get("email")
    return str(email).strip().lower()[:254] if email else None
