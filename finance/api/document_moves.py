"""The verbs on a document: `POST invoices/7/void {"reason": …}`. finance/workflow.py says which there are."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from rest_framework.request import Request
from rest_framework.response import Response

from finance.services.document_moves import TAKES_RIGHT_TO_DELETE, move_document
from finance.wording import BUTTONS
from finance.workflow import BOOKED
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind
from finsuite.kernel.api.resource_views import ResourceView
from finsuite.kernel.api.resources import Need, etag
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.errors import TransitionRefused

REASON = {"reason": Field(kind=Kind.TEXT, writable=True, max_length=500, help="why; it is kept in the history")}


class MoveView(ResourceView):
    """One verb of one kind of document."""

    verb: ClassVar[str]

    @classmethod
    def by(cls, verb: str) -> type[Self]:
        """The view of this verb, as addresses say it: "mark-sent"."""
        return type(f"{verb.title().replace('-', '')}{cls.__name__}", (cls,), {"verb": verb.replace("-", "_")})

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        needs = "; illegal moves are a 409 with `state`, `verb` and the `legal` ones"
        return {
            "post": Operation(
                id=f"{resource.component}_{cls.verb}",
                summary=f"{BUTTONS[cls.verb]}{needs}",
                tag=resource.tag,
                answer=ref(resource.component),
                body=schema.of_input(REASON),
                body_required=False,
                refusals=("412",),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.DELETE if self.verb in TAKES_RIGHT_TO_DELETE else Need.EDIT)
        document = self.resource.record(self.kwargs["record"])
        given = self.body(REASON)
        version = self.version() if "If-Match" in request.headers else None
        moved = move_document(actor=self.actor, document=document, verb=self.verb, version=version, **given)
        row = self.resource.read_written(moved.pk)
        return Response(row, headers={"ETag": etag(row)})

    def renamed(self, error: Exception) -> Exception:
        if isinstance(error, TransitionRefused):
            error.verb = error.verb.replace("_", "-")
            error.legal = [verb.replace("_", "-") for verb in error.legal if verb not in BOOKED]
        return super().renamed(error)
