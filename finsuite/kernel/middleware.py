"""What surrounds every page: its headers, the reader's language and time zone, and what becomes of a refusal."""

from __future__ import annotations

import json
import secrets
import zoneinfo
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from finsuite.kernel import error_pages, switcher
from finsuite.kernel.errors import DomainError, Misconfigured, Refused

log = structlog.get_logger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

_POLICY = {
    "default-src": "'none'",
    "script-src": "'nonce-{nonce}'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}


def security_headers(get_response: GetResponse) -> GetResponse:
    """A content security policy without any inline code or style, with a nonce for the page's own scripts.

    settings.CONTENT_SECURITY_POLICY_FOR loosens single directives below an address, for pages that aren't ours.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.csp_nonce = SimpleLazyObject(lambda: secrets.token_urlsafe(16))  # type: ignore[attr-defined]
        response = get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        # Django's own debug pages are nothing but inline style; they exist for developers alone.
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.headers.setdefault("Content-Security-Policy", _policy_for(request))
        return response

    return middleware


def _policy_for(request: HttpRequest) -> str:
    policy = dict(_POLICY)
    for prefix, looser in settings.CONTENT_SECURITY_POLICY_FOR.items():
        if request.path.startswith(prefix):
            policy |= looser
    text = "; ".join(f"{directive} {sources}" for directive, sources in policy.items())
    return text.replace("{nonce}", str(request.csp_nonce))  # type: ignore[attr-defined]


def readers_habits(get_response: GetResponse) -> GetResponse:
    """The signed-in person's language and time zone, for the length of the request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if not user.is_authenticated:
            return get_response(request)
        with translation.override(user.language), timezone.override(_zone(user.time_zone)):
            request.LANGUAGE_CODE = translation.get_language()
            response = get_response(request)
            response.headers["Content-Language"] = user.language
            return response

    return middleware


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def last_organization(get_response: GetResponse) -> GetResponse:
    """The organization of the page shown is the one to come back to."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        switcher.remember(request, response)
        return response

    return middleware


class Refusals:
    """A refusal that a view lets through becomes a page that says what to do next, or a toast for htmx.

    Also gives the bare answers that Django makes by itself (405) a page, and hands messages to htmx as toasts.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.status_code == 405 and not response.content and _is_page(request):
            response = error_pages.not_allowed(request, response)
        if _takes_toasts(request, response):
            _messages_as_toasts(request, response)
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Nobody types a NUL, and no column can hold one: a page that is sent one is not even asked."""
        if _is_page(request) and _has_nul(request):
            refused = Refused(_("This contains a character that cannot be kept (NUL)."))
            return error_pages.refusal(request, refused)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """API addresses shape their own refusals; everything that is no DomainError is Django's to handle."""
        if not isinstance(exception, DomainError) or not _is_page(request):
            return None
        if isinstance(exception, Misconfigured):
            log.error("page.misconfigured", exc_info=exception, path=request.path)
        return error_pages.refusal(request, exception)


def _has_nul(request: HttpRequest) -> bool:
    sent = (text for values in (request.GET, request.POST) for name, texts in values.lists() for text in (name, *texts))
    return any("\x00" in text for text in sent)


def _is_page(request: HttpRequest) -> bool:
    return not request.path.startswith("/api/")


def _takes_toasts(request: HttpRequest, response: HttpResponse) -> bool:
    """An htmx answer that stays on the page; one that leads away leaves its messages to the next page."""
    leads_away = {"HX-Redirect", "HX-Refresh", "HX-Location"} & set(response.headers)
    return bool(getattr(request, "htmx", False)) and not leads_away and not 300 <= response.status_code < 400


def _messages_as_toasts(request: HttpRequest, response: HttpResponse) -> None:
    toasts = [{"tone": m.level_tag or "info", "message": str(m)} for m in get_messages(request)]
    if toasts:
        triggers = json.loads(response.headers.get("HX-Trigger") or "{}")
        response.headers["HX-Trigger"] = json.dumps(triggers | {"toasts": triggers.get("toasts", []) + toasts})
