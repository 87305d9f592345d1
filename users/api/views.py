"""Who am I, and my keys."""

from __future__ import annotations

from typing import Any, cast

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind
from finsuite.kernel.api.listing import read_page, read_query
from finsuite.kernel.api.problems import Problem, fault, invalid
from finsuite.kernel.api.resource_views import listed
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from finsuite.kernel.tenants import Tenant, tenants_of
from users.models import ApiToken, User
from users.services.sign_ins import note_failed_sign_in
from users.services.tokens import DEFAULT_SCOPES, create_token, revoke_token

TAG = "People and keys"
LOCKED_FOR = 15 * 60

TOKEN = {
    "id": Field(kind=Kind.ID, source="id", orderable=True),
    "name": Field(kind=Kind.TEXT, source="name"),
    "prefix": Field(kind=Kind.TEXT, source="prefix"),
    "last_four": Field(kind=Kind.TEXT, source="last_four"),
    "scopes": Field(kind=Kind.TEXTS, source="scopes"),
    "created_at": Field(kind=Kind.TIME, source="created_at"),
    "expires_at": Field(kind=Kind.TIME, source="expires_at", nullable=True),
    "last_used_at": Field(kind=Kind.TIME, source="last_used_at", nullable=True),
    "revoked_at": Field(kind=Kind.TIME, source="revoked_at", nullable=True),
}
NEW_TOKEN = {
    "email": Field(kind=Kind.TEXT, writable=True, max_length=254),
    "password": Field(kind=Kind.TEXT, writable=True, max_length=1000),
    "name": Field(kind=Kind.TEXT, writable=True, max_length=100),
    "scopes": Field(kind=Kind.TEXTS, writable=True, max_length=10),
    "expires_at": Field(kind=Kind.TIME, writable=True, nullable=True),
}
_ID: schema.Schema = {"type": "integer"}
_TEXT: schema.Schema = {"type": "string"}


def _object(**properties: schema.Schema) -> schema.Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


class MeView(ApiView):
    """`me`: the caller, and where they belong."""

    operations = {
        "get": Operation(
            id="me",
            summary="The caller, and the organizations they belong to",
            tag=TAG,
            answer=_object(
                user=_object(id=_ID, email=_TEXT, first_name=_TEXT, last_name=_TEXT, language=_TEXT, time_zone=_TEXT),
                crm={"type": "array", "items": _object(id=_ID, name=_TEXT, profile=_TEXT)},
                finance={
                    "type": "array",
                    "items": _object(id=_ID, name=_TEXT, role=_TEXT, apps={"type": "array", "items": _TEXT}),
                },
                portals={"type": "array", "items": _object(id=_ID, name=_TEXT, role=_TEXT)},
            ),
        )
    }

    def get(self, request: Request) -> Response:
        user = cast("User", request.user)
        tenants = tenants_of(user)
        names = ("id", "email", "first_name", "last_name", "language", "time_zone")
        return Response(
            {
                "user": {name: getattr(user, name) for name in names},
                "crm": [_tenant(tenant, "profile") for tenant in tenants if tenant.kind == "crm"],
                "finance": [_tenant(tenant, "role") for tenant in tenants if tenant.kind == "finance"],
                "portals": [_tenant(tenant, "role") for tenant in tenants if tenant.kind == "portal"],
            }
        )


class TokensView(ApiView):
    """`tokens`: make one with e-mail and password; list one's own."""

    operations = {
        "get": Operation(
            id="tokens_list",
            summary="List your keys",
            tag=TAG,
            answer=ref("TokenList"),
            parameters=(schema.LIMIT, schema.CURSOR, schema.COUNT),
            components={"Token": schema.of_table(TOKEN), "TokenList": schema.page_of("Token")},
        ),
        "post": Operation(
            id="tokens_create",
            summary="Make a key, with e-mail and password; it is shown once",
            tag=TAG,
            status=201,
            body=schema.of_input(NEW_TOKEN, required=("email", "password", "name")),
            answer=ref("NewToken"),
            components={"NewToken": _object(token=_TEXT, **schema.of_table(TOKEN)["properties"])},
            is_public=True,
        ),
    }

    @property
    def is_public(self) -> bool:  # type: ignore[override]
        return self.request.method == "POST"

    def check_parameters(self, request: Request) -> None:
        if request.method == "POST":
            super().check_parameters(request)

    def get_authenticators(self) -> Any:
        # Making a key asks for the password; whatever else the request carries says nothing about who sent it.
        return [] if self.request is not None and self.request.method == "POST" else super().get_authenticators()

    def get(self, request: Request) -> Response:
        query = read_query(request._request.GET, {"id": TOKEN["id"]}, ordering="-id", can_search=())
        rows = ApiToken.objects.filter(user=cast("User", request.user))
        page = read_page(rows, query, list(TOKEN))
        return Response(
            listed(request, page.rows, page.next, page.previous, rows.count() if query.wants_count else None)
        )

    def post(self, request: Request) -> Response:
        values = self.body(NEW_TOKEN, required=("email", "password", "name"))
        user = self._signed_in(values.pop("email"), values.pop("password"))
        values.setdefault("scopes", list(DEFAULT_SCOPES))
        token, plain = create_token(actor=Actor.person(user, via=Via.API), user=user, **values)
        return Response({"token": plain, **{name: getattr(token, name) for name in TOKEN}}, status=201)

    def _signed_in(self, email: str, password: str) -> User:
        """The person, or one refusal for every reason; five wrong tries lock the pair of e-mail and address."""
        plain = self.request._request
        email = email.strip().lower()
        try:
            if not AxesProxyHandler.is_allowed(plain, {"username": email}):
                raise _locked()
            user = authenticate(plain, username=email, password=password)
            if user is None:
                note_failed_sign_in(request=plain, email=email, via=Via.API)
            if user is None and not AxesProxyHandler.is_allowed(plain, {"username": email}):
                raise _locked()
        finally:
            plain.axes_locked_out = False  # type: ignore[attr-defined]  # else axes answers in our place
        if not isinstance(user, User):
            message = _("E-mail and password do not match.")
            raise invalid([fault("/password", "wrong_credentials", message)], message)
        return user


class TokenView(ApiView):
    """`tokens/7`: revoke one."""

    operations = {
        "delete": Operation(id="tokens_revoke", summary="Revoke one of your keys, at once", tag=TAG, status=204)
    }

    def delete(self, request: Request, record: int) -> Response:
        key: Any = request.auth
        if key and key.pk != record and not key.allows("admin"):
            raise Problem(403, "scope", _("Only a key with the scope “admin” may revoke another."))
        revoke_token(actor=self.actor, user=cast("User", request.user), token_id=record)
        return Response(status=204)


def _tenant(tenant: Tenant, role: str) -> dict[str, Any]:
    return {"id": tenant.id, "name": tenant.name, role: tenant.role, **tenant.extra}


def _locked() -> Problem:
    return Problem(
        429,
        "locked",
        _("Too many wrong tries. Wait a quarter of an hour."),
        headers={"Retry-After": str(LOCKED_FOR)},
    )
