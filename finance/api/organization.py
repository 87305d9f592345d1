"""The organization itself and its document preferences on the API: one of each, read and changed."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.api.base import names
from finance.models import Organization, Preferences
from finance.models.preferences import TEXTS
from finance.rights import Right
from finance.selectors.preferences import preferences
from finance.services.organizations import WRITABLE, update_organization
from finance.services.preferences import WRITABLE as OF_PREFERENCES
from finance.services.preferences import update_preferences
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.resources import etag
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from finsuite.kernel.versions import version_of

Fields = dict[str, Field]

ORGANIZATION: Fields = of_model(Organization, write=names(WRITABLE))

_TEXTS: schema.Schema = {
    "type": "object",
    "description": "By kind of document, what its notes and terms begin with.",
    "properties": {
        kind: {
            "type": "object",
            "properties": {name: {"type": "string", "maxLength": longest} for name, longest in known.items()},
        }
        for kind, known in TEXTS.items()
    },
}
PREFERENCES: Fields = {
    **of_model(Preferences, read=("created_at", "updated_at"), write=names(OF_PREFERENCES)),
    "texts": Field(kind=Kind.JSON, source="texts", write_as="texts", writable=True, schema=_TEXTS),
}


def _operations(component: str, what: str, table: Fields) -> dict[str, Operation]:
    components = {component: schema.of_table(table)}
    changed = {**components, f"{component}Change": schema.of_input(table)}
    return {
        "get": Operation(
            id=f"{component}_read", summary=f"Read {what}", tag="Finance", answer=ref(component), components=components
        ),
        "patch": Operation(
            id=f"{component}_change",
            summary=f"Change {what}",
            tag="Finance",
            answer=ref(component),
            body=ref(f"{component}Change"),
            parameters=(schema.IF_MATCH,),
            refusals=("409", "412", "428"),
            components=changed,
        ),
    }


class OneView(ApiView):
    """What both share. Every member reads them; changing takes an administrator, and a token of scope "admin"."""

    needs: ClassVar[dict[str, str]] = {"PATCH": "admin"}
    table: ClassVar[Fields]

    def enter(self, right: Right) -> Organization:
        member = access.membership(self.request.user, self.kwargs["organization"])
        access.require_role(member.role, right)
        return member.organization

    def told(self, record: Any) -> Response:
        row = {name: getattr(record, field.source) for name, field in self.table.items()}
        row["updated_at"] = version_of(record)
        return Response(row, headers={"ETag": etag(row)})


class OrganizationView(OneView):
    """`organization`: its own fields."""

    table = ORGANIZATION
    operations = _operations("FinanceOrganization", "the organization's own fields", ORGANIZATION)

    def get(self, request: Request, **kwargs: Any) -> Response:
        return self.told(self.enter(Right.VIEW))

    def patch(self, request: Request, **kwargs: Any) -> Response:
        organization = self.enter(Right.SETTINGS)
        version = self.version()
        values = self.body(self.table)
        return self.told(
            update_organization(actor=self.actor, organization=organization, values=values, version=version)
        )


class PreferencesView(OneView):
    """`preferences`: what new documents begin with."""

    table = PREFERENCES
    operations = _operations("FinancePreferences", "what new documents begin with", PREFERENCES)

    def get(self, request: Request, **kwargs: Any) -> Response:
        return self.told(preferences(self.enter(Right.VIEW)))

    def patch(self, request: Request, **kwargs: Any) -> Response:
        organization = self.enter(Right.SETTINGS)
        version = self.version()
        values = self.body(self.table)
        return self.told(
            update_preferences(actor=self.actor, organization=organization, values=values, version=version)
        )
