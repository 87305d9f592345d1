"""ZSC keys on the API. Their text is in the one answer that makes it, and that answer is stored nowhere."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.choices import App
from finance.models import Membership, ZscKey
from finance.rights import Right
from finance.selectors.organizations import live_keys
from finance.services import zsc_keys
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind
from finsuite.kernel.api.listing import read_page, read_query
from finsuite.kernel.api.resource_views import listed
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView

TAG = "Finance"

FIELDS = {
    "id": Field(kind=Kind.ID, source="id", orderable=True),
    "user": Field(kind=Kind.ID, source="user_id", filterable=True),
    "email": Field(kind=Kind.TEXT, source="user__email", filterable=True),
    "app": Field(kind=Kind.CHOICE, source="app", choices=tuple(App.values), filterable=True),
    "last_four": Field(kind=Kind.TEXT, source="last_four"),
    "issued_at": Field(kind=Kind.TIME, source="issued_at", orderable=True),
    "last_used_at": Field(kind=Kind.TIME, source="last_used_at", nullable=True),
}
NEW = {"app": Field(kind=Kind.CHOICE, choices=tuple(App.values), writable=True, required=True)}

_KEY = schema.of_table(FIELDS)
_NEW_KEY: schema.Schema = {
    **_KEY,
    "required": ["key", *FIELDS],
    "properties": {"key": {"type": "string", "description": "Shown this once."}, **_KEY["properties"]},
}


class KeyView(ApiView):
    """What the addresses below share. Everything about keys takes an administrator, and a token of scope "admin"."""

    needs = dict.fromkeys(("GET", "HEAD", "POST", "DELETE"), "admin")
    keeps_answers = False

    def enter(self) -> Membership:
        member = access.membership(self.request.user, self.kwargs["organization"])
        access.require_role(member.role, Right.KEYS)
        return member

    def key(self) -> ZscKey:
        return access.zsc_key(self.enter().organization, self.kwargs["record"])


class KeysView(KeyView):
    """`zsc-keys`: list the live ones, and generate one's own for an app."""

    operations = {
        "get": Operation(
            id="FinanceZscKey_list",
            summary="List the ZSC keys that are in use",
            tag=TAG,
            answer=ref("FinanceZscKeyList"),
            parameters=schema.list_parameters(FIELDS, can_search=False),
            components={"FinanceZscKey": _KEY, "FinanceZscKeyList": schema.page_of("FinanceZscKey")},
        ),
        "post": Operation(
            id="FinanceZscKey_generate",
            summary="Generate your ZSC key for an app; it is shown once",
            tag=TAG,
            status=201,
            body=schema.of_input(NEW, required=("app",)),
            answer=ref("NewFinanceZscKey"),
            components={"NewFinanceZscKey": _NEW_KEY},
        ),
    }

    def check_parameters(self, request: Request) -> None:
        if request.method == "POST":
            super().check_parameters(request)

    def get(self, request: Request, **kwargs: Any) -> Response:
        rows = live_keys(self.enter().organization)
        query = read_query(request._request.GET, FIELDS, ordering="id", can_search=())
        found = rows.filter(query.filters)
        page = read_page(found, query, [field.source for field in FIELDS.values()])
        told = [{name: row[field.source] for name, field in FIELDS.items()} for row in page.rows]
        total = found.count() if query.wants_count else None
        return Response(listed(request, told, page.next, page.previous, total))

    def post(self, request: Request, **kwargs: Any) -> Response:
        organization = self.enter().organization
        values = self.body(NEW, required=("app",))
        made = zsc_keys.generate_key(actor=self.actor, organization=organization, app=values["app"])
        return Response(_shown_once(made), status=201)


class OneKeyView(KeyView):
    """`zsc-keys/7`: revoke it."""

    operations = {
        "delete": Operation(
            id="FinanceZscKey_revoke",
            summary="Revoke a ZSC key; connections that were made with it pause",
            tag=TAG,
            status=204,
        )
    }

    def delete(self, request: Request, **kwargs: Any) -> Response:
        zsc_keys.revoke_key(actor=self.actor, key=self.key())
        return Response(status=204)


class RegenerateView(KeyView):
    """`zsc-keys/7/regenerate`: a new text for one's own key; the old one is dead at once."""

    operations = {
        "post": Operation(
            id="FinanceZscKey_regenerate",
            summary="Replace your ZSC key; the new one is shown once",
            tag=TAG,
            answer=ref("NewFinanceZscKey"),
            components={"NewFinanceZscKey": _NEW_KEY},
        )
    }

    def post(self, request: Request, **kwargs: Any) -> Response:
        made = zsc_keys.regenerate_key(actor=self.actor, key=self.key())
        return Response(_shown_once(made))


def _shown_once(made: zsc_keys.NewKey) -> dict[str, Any]:
    row = {"user__email": made.key.user.email}
    return {
        "key": made.secret,
        **{name: row.get(field.source, getattr(made.key, name, None)) for name, field in FIELDS.items()},
        "user": made.key.user_id,
    }
