"""The base of every view of the API: who asks, how often, with which key, and how answers look."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.api import idempotency, throttling
from finsuite.kernel.api.fields import Field, read_body
from finsuite.kernel.api.formats import JSONParser, JSONRenderer, Negotiation
from finsuite.kernel.api.listing import refuse_unknown
from finsuite.kernel.api.problems import Problem, answer_error, not_found, problem_of
from finsuite.kernel.api.schema import Operation, OperationSchema

Handler = Callable[..., Response]

SAFE = ("GET", "HEAD", "OPTIONS")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class ApiView(APIView):
    """One address. A subclass has `get`, `post`… and, for each, an entry in `operations` that describes it.

    `is_public`: anonymous callers are let in. `needs`: the scope that a key must carry for each method, where that is
    not "read" for GET and "write" for the rest. `parameters`: the query parameters that the address knows.
    `keeps_answers`: False where an answer holds a secret, which is shown once and never stored.
    """

    is_public: ClassVar[bool] = False
    needs: ClassVar[dict[str, str]] = {}
    operations: ClassVar[dict[str, Operation]] = {}
    parameters: ClassVar[tuple[str, ...]] = ()
    keeps_answers: ClassVar[bool] = True

    renderer_classes = (JSONRenderer,)
    parser_classes = (JSONParser,)
    content_negotiation_class = Negotiation
    permission_classes = ()
    throttle_classes = ()
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    schema = OperationSchema()

    rate: throttling.Rate | None = None

    @cached_property
    def actor(self) -> Actor:
        """The caller, as services know them."""
        return Actor.person(self.request.user, via=Via.API)

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [import_string(name)() for name in settings.API["AUTHENTICATION"]]

    def get_exception_handler(self) -> Any:
        return answer_error

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.format_kwarg = None
        try:
            self.perform_authentication(request)
        except exceptions.APIException:
            self._count(request, None)
            raise
        user = request.user if request.user and request.user.is_authenticated else None
        self._count(request, user)
        accepted = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = accepted
        if user is None and not self.is_public:
            raise exceptions.NotAuthenticated
        self._check_scope(request)
        self.check_parameters(request)
        if user is not None and self.keeps_answers and _is_repeatable(request):
            claim = idempotency.claim(request, f"{user.pk}:{getattr(request.auth, 'pk', '')}")
            # DRF looks the handler up after this.
            setattr(self, "post", partial(self._once, claim, getattr(self, "post", self.http_method_not_allowed)))  # noqa: B010

    def check_parameters(self, request: Request) -> None:
        """Refuse query parameters that this address does not know."""
        refuse_unknown(request._request.GET, self.parameters)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
            exc.auth_header = self.get_authenticate_header(self.request)  # type: ignore[union-attr]
            exc.status_code = 401
        if problem_of(exc) is None:
            raise exc
        response = answer_error(exc, {})
        assert response is not None
        response.exception = True
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in {**_HEADERS, **(self.rate.headers() if self.rate else {})}.items():
            response.headers.setdefault(name, value)
        patch_vary_headers(response, ("Authorization", "Cookie"))
        return response

    def body(self, table: dict[str, Field], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
        """The values of a JSON object in the request, checked against this table of fields."""
        return read_body(self.json(), table, required=required)

    def json(self) -> Any:
        """The request's JSON; an absent body is an empty object."""
        if not self.request._request.body:
            return {}
        return self.request.data

    def version(self) -> str:
        """The version in If-Match, which a change of a record must name."""
        told = self.request.headers.get("If-Match", "").strip()
        if not told:
            raise Problem(428, "version_required", _("Name the version that you have seen, in If-Match."))
        if told == "*" or not (told.startswith('"') and told.endswith('"') and len(told) >= 2):
            raise Problem(412, "stale", _("If-Match must be the ETag of the record as you have seen it."))
        return told[1:-1]

    def _count(self, request: Request, user: Any) -> None:
        limits = settings.API["LIMITS"]
        if user is None:
            # The connection's own address: a header could claim any.
            self.rate = throttling.count(f"address:{request.META.get('REMOTE_ADDR', '')}", limits["anonymous"])
        else:
            caller = f"key:{request.auth.pk}" if request.auth else f"user:{user.pk}"
            self.rate = throttling.count(caller, limits["caller"])
        if self.rate.is_over:
            raise Problem(
                429,
                "too_many_requests",
                _("Too many requests. Wait a moment."),
                headers={"Retry-After": str(self.rate.resets_in)},
            )

    def _check_scope(self, request: Request) -> None:
        key: Any = request.auth
        if not key:
            return
        method = request.method or ""
        need = self.needs.get(method, "read" if method in SAFE else "write")
        if not key.allows(need):
            message = _('This needs a key with the scope "%(scope)s".') % {"scope": need}
            raise Problem(403, "scope", message)

    def _once(self, claim: idempotency.Claim, handler: Handler, *args: Any, **kwargs: Any) -> Response:
        """The handler's effect and its kept answer in one transaction, or the answer that is kept already."""
        with transaction.atomic():
            claim.lock()
            if (earlier := claim.earlier()) is not None:
                return earlier
            try:
                response = handler(*args, **kwargs)
            except Exception as error:  # noqa: BLE001  raised again unless it is a refusal
                response = self.handle_exception(error)
            claim.keep(response)
            return response


def _is_repeatable(request: Any) -> bool:
    return request.method == "POST" and "Idempotency-Key" in request.headers


class Nowhere(ApiView):
    """Every address below /api/v1/ that is none."""

    is_public = True

    def check_parameters(self, request: Request) -> None:
        raise not_found()
