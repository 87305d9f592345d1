"""Every refusal of the API as `application/problem+json` (RFC 9457): one shape, whatever went wrong, and never a 500
for what a program sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from finsuite.kernel import errors
from finsuite.kernel.api import formats

MEDIA_TYPE = "application/problem+json"

# PostgreSQL: deadlock, serialization failure, lock not available, query cancelled. They pass by themselves.
_PASSING = {"40P01", "40001", "55P03", "57014"}

_STATUS: dict[type[errors.DomainError], int] = {
    errors.Refused: 400,
    errors.NotPermitted: 403,
    errors.NotFound: 404,
    errors.TransitionRefused: 409,
    errors.Conflict: 409,
    errors.Retryable: 503,
    errors.Misconfigured: 503,
}


class Problem(Exception):
    """An answer other than success, complete: raise it from anywhere in a view."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        found: Iterable[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.found = [dict(item) for item in found]
        self.headers = dict(headers or {})
        self.extra = extra

    def document(self) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "type": f"urn:finsuite:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "errors": self.found,
            **self.extra,
        }


def fault(pointer: str, code: str, message: str) -> dict[str, str]:
    """One entry of `errors`. The pointer is a JSON pointer into the body ("/name"), or a parameter ("?limit")."""
    return {"pointer": pointer, "code": code, "message": message}


def invalid(found: Iterable[Mapping[str, str]], detail: str | None = None) -> Problem:
    """What was sent is not acceptable, and `found` says where."""
    return Problem(400, "invalid", detail or _("What was sent has errors."), found=found)


def not_found() -> Problem:
    """Absent, or not the caller's: the same words in every case, and nothing of what was asked for."""
    return Problem(404, "not_found", _("There is no such thing here."))


def problem_of(error: Exception) -> Problem | None:
    """The problem that this error stands for; None when it is a defect of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, errors.DomainError):
        return _of_domain(error)
    if isinstance(error, Http404 | exceptions.NotFound):
        return not_found()
    if isinstance(error, PermissionDenied):
        return Problem(403, "not_permitted", _("You may not do this."))
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "too_large", _("The request is too large."))
    if isinstance(error, SuspiciousOperation):
        return Problem(400, "malformed", _("The request cannot be read."))
    if isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", None) in _PASSING:
        return Problem(503, "busy", _("The record is busy. Try again."), headers={"Retry-After": "1"})
    return None


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler: the problem as an answer, or None to let a defect be seen as one."""
    problem = problem_of(error)
    if problem is None:
        return None
    response = Response(problem.document(), status=problem.status, headers=problem.headers)
    response.content_type = MEDIA_TYPE
    return response


def plain_answer(problem: Problem) -> HttpResponse:
    """The same answer outside DRF: for Django's own error handlers."""
    return HttpResponse(formats.dumps(problem.document()), status=problem.status, content_type=MEDIA_TYPE)


def server_error(request: HttpRequest) -> HttpResponse:
    """What a program gets when finsuite itself failed; the log has the rest."""
    return plain_answer(Problem(500, "failed", _("finsuite failed to answer this. It has been recorded.")))


def _of_domain(error: errors.DomainError) -> Problem:
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    if isinstance(error, errors.Refused):
        found = [fault(f"/{name}", error.code, message) for name, said in error.fields.items() for message in said]
        return Problem(status, error.code, error.message, found=found)
    if isinstance(error, errors.TransitionRefused):
        return Problem(status, error.code, error.message, state=error.state, verb=error.verb, legal=error.legal)
    if isinstance(error, errors.Conflict) and error.code == "stale":
        return Problem(412, error.code, error.message)
    if isinstance(error, errors.NotFound):
        return not_found()
    if isinstance(error, errors.Retryable):
        return Problem(status, error.code, error.message, headers={"Retry-After": str(error.after)})
    return Problem(status, error.code, error.message)


def _of_framework(error: exceptions.APIException) -> Problem:
    if isinstance(error, exceptions.ValidationError):
        return invalid(_flatten("", error.detail))
    code = _FRAMEWORK_CODES.get(type(error), "refused")
    headers = {}
    if (challenge := getattr(error, "auth_header", None)) is not None:
        headers["WWW-Authenticate"] = challenge
    return Problem(error.status_code, code, str(error.detail), headers=headers)


_FRAMEWORK_CODES: dict[type[exceptions.APIException], str] = {
    exceptions.ParseError: "malformed",
    exceptions.AuthenticationFailed: "not_signed_in",
    exceptions.NotAuthenticated: "not_signed_in",
    exceptions.PermissionDenied: "not_permitted",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
}


def _flatten(pointer: str, detail: Any) -> list[dict[str, str]]:
    if isinstance(detail, Mapping):
        return [item for name, inner in detail.items() for item in _flatten(f"{pointer}/{name}", inner)]
    if isinstance(detail, list):
        return [item for inner in detail for item in _flatten(pointer, inner)]
    return [fault(pointer, getattr(detail, "code", "invalid"), str(detail))]
