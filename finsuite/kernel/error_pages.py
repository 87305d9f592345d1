"""Refusals and mishaps as pages: what happened, in plain words, and what to do next."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext_lazy as _

from finsuite.kernel import errors
from finsuite.kernel.api import problems


@dataclass(frozen=True)
class Mishap:
    """What the page for one status says."""

    status: int
    icon: str
    title: Any
    remedy: Any


BAD_REQUEST = Mishap(
    400, "circle-alert", _("This can't be done"), _("Go back, change what the message names, and try again.")
)
FORBIDDEN = Mishap(
    403,
    "lock",
    _("You don't have permission for this"),
    _("Ask an administrator of your organization for the right to do it."),
)
MISSING = Mishap(
    404,
    "search-x",
    _("This page can't be found"),
    _("It may have been deleted or moved, or it belongs to an organization that you are not in."),
)
NOT_ALLOWED = Mishap(
    405,
    "circle-slash",
    _("This address can't be opened that way"),
    _("Open the page that the link or button is on, and use it from there."),
)
CONFLICT = Mishap(
    409,
    "git-compare",
    _("Somebody else was faster"),
    _("Go back, reload the page to see how things stand now, and repeat your change."),
)
TOO_MANY = Mishap(429, "timer", _("Too many attempts"), _("Wait a while, then try again."))
BROKEN = Mishap(
    500,
    "unplug",
    _("Something broke on our side"),
    _("Nothing that you had saved is lost. Try again; if it happens again, tell an administrator what you were doing."),
)
UNAVAILABLE = Mishap(503, "hourglass", _("Not available just now"), _("It passes by itself: try again in a moment."))

_BY_KIND: list[tuple[type[errors.DomainError], Mishap]] = [
    (errors.NotFound, MISSING),
    (errors.NotPermitted, FORBIDDEN),
    (errors.TransitionRefused, CONFLICT),
    (errors.Conflict, CONFLICT),
    (errors.Retryable, UNAVAILABLE),
    (errors.Misconfigured, BROKEN),
    (errors.DomainError, BAD_REQUEST),
]


def mishap_of(error: errors.DomainError) -> Mishap:
    return next(mishap for kind, mishap in _BY_KIND if isinstance(error, kind))


def refusal(request: HttpRequest, error: errors.DomainError) -> HttpResponse:
    """The page, or for htmx the toast, of a refusal that its view didn't answer itself."""
    response = _answer(request, mishap_of(error), error.message)
    if isinstance(error, errors.Retryable):
        response.headers["Retry-After"] = str(error.after)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was opened before a sign-in or sign-out, or didn't come from here."""
    return _answer(request, FORBIDDEN, _("This form is too old or came from elsewhere. Open it again and resend it."))


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, MISSING)


def not_allowed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    answer = _answer(request, NOT_ALLOWED)
    answer.headers["Allow"] = response.headers.get("Allow", "")
    return answer


def too_many(request: HttpRequest, message: str, *, after: int) -> HttpResponse:
    answer = _answer(request, TOO_MANY, message)
    answer.headers["Retry-After"] = str(after)
    return answer


def broken(request: HttpRequest) -> HttpResponse:
    """Drawn without the shell and without the database, as either may be what broke."""
    if request.path.startswith("/api/"):
        return problems.server_error(request)
    html = loader.render_to_string("errors/broken.html", {"mishap": BROKEN})
    return HttpResponse(html, status=BROKEN.status)


def _answer(request: HttpRequest, mishap: Mishap, message: Any = "") -> HttpResponse:
    if getattr(request, "htmx", False):
        toast = {"tone": "danger", "message": str(message or mishap.title)}
        return HttpResponse(status=mishap.status, headers={"HX-Trigger": json.dumps({"toasts": [toast]})})
    user: Any = getattr(request, "user", None)
    frame = "shell.html" if user is not None and user.is_authenticated else "gate.html"
    context = {"mishap": mishap, "message": message, "frame": frame}
    return render(request, "errors/page.html", context, status=mishap.status)
