"""The outbox on the API: what was written to whom and what became of it; tried again, or taken out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.api.base import PERSON, FinanceResource
from finance.models import Email, Organization
from finance.rights import Right
from finance.selectors import emails as selectors
from finance.services import emails as services
from finsuite.kernel.api import resource_views as views
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.resources import Need, Resource, etag
from finsuite.kernel.api.schema import Operation, ref

_FILTERED = ("id", "kind", "record_kind", "record_id", "state", "sender", "created_at", "updated_at", "sent_at")
_READ = (
    *("subject", "from_name", "from_address", "reply_to", "to", "cc", "bcc", "body", "language", "message_id"),
    *("attempts", "next_try_at", "problem", "answer"),
)


class EmailResource(FinanceResource):
    """`/api/v1/finance/{organization}/emails`: read only, but for its verbs. Whoever doesn't manage the outbox sees
    what they sent themselves."""

    name = "emails"
    singular = "email"
    component = "FinanceEmail"
    model = Email
    ordering = "-id"
    can_write = False
    rights = dict.fromkeys(Need, Right.EMAIL)
    fields = {
        **of_model(Email, read=(*_FILTERED, *_READ), expand={"sender": PERSON}),
        "refused": Field(
            kind=Kind.JSON,
            source="refused",
            help="What the mail server said to each address that it refused.",
            schema={"type": "object", "additionalProperties": {"type": "string"}},
        ),
    }

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.member = access.membership(self.user, organization_id)
        access.require_role(self.member.role, self.rights[need])
        return self.member.organization

    def rows(self) -> QuerySet[Email]:
        return selectors.visible_to(self.member, Email.objects.of(self.organization))

    def search(self, rows: QuerySet[Email], text: str) -> QuerySet[Email]:
        return selectors.search(rows, text)

    @classmethod
    def urls(cls) -> list[URLPattern]:
        at = f"{cls.name}/<id:record>"
        verbs = [path(f"{at}/{verb}", VerbView.doing(cls, verb), name=f"{cls.singular}-{verb}") for verb in VERBS]
        return [*super().urls(), *verbs]


VERBS: dict[str, tuple[str, Callable[..., Email]]] = {
    "retry": ("Have it tried again now", services.retry_email),
    "cancel": ("Take it out of the outbox", services.cancel_email),
}


class VerbView(views.ResourceView):
    """`emails/7/retry` and `emails/7/cancel`."""

    verb: ClassVar[str]

    @classmethod
    def doing(cls, resource: type[Resource], verb: str) -> Callable[..., Any]:
        """The view of one verb."""
        return type(f"Email{verb.title()}View", (cls,), {"verb": verb}).of(resource)  # type: ignore[attr-defined, no-any-return]

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        return {
            "post": Operation(
                id=f"FinanceEmail_{cls.verb}",
                summary=VERBS[cls.verb][0],
                tag=resource.tag,
                answer=ref(resource.component),
                refusals=("409",),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.EDIT)
        record = self.resource.record(self.kwargs["record"])
        moved = VERBS[self.verb][1](actor=self.actor, email=record)
        row = self.resource.read(moved.pk)
        return Response(row, headers={"ETag": etag(row)})
