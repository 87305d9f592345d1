"""The verbs on an expense report: `POST expense-reports/7/reject {"reason": …}`."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from rest_framework.request import Request
from rest_framework.response import Response

from finance import workflow
from finance.choices import PaidThrough
from finance.services.expense_reports import move_report
from finance.wording import REPORT_BUTTONS
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind
from finsuite.kernel.api.resource_views import ResourceView
from finsuite.kernel.api.resources import Need, Resource, etag
from finsuite.kernel.api.schema import Operation, ref

VERBS = tuple(dict.fromkeys(move.verb for move in workflow.EXPENSE_REPORT.moves))
PAYING = tuple(value for value in PaidThrough.values if value != PaidThrough.EMPLOYEE)
BODIES: dict[str, dict[str, Field]] = {
    "reject": {
        "reason": Field(
            kind=Kind.TEXT, writable=True, required=True, max_length=500, help="why; whoever handed it in reads it"
        )
    },
    "reimburse": {
        "paid_on": Field(kind=Kind.DATE, writable=True, help="left out, it is the organization's today"),
        "through": Field(kind=Kind.CHOICE, writable=True, choices=PAYING, help="left out, it is the bank account"),
        "reference": Field(kind=Kind.TEXT, writable=True, max_length=100, help="of the transfer"),
    },
}


class ReportMoveView(ResourceView):
    """One verb. If-Match may be given; the state decides in any case."""

    verb: ClassVar[str]

    @classmethod
    def by(cls, verb: str) -> type[Self]:
        """The view of this verb."""
        return type(f"{verb.title()}{cls.__name__}", (cls,), {"verb": verb})

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        needs = "; illegal moves are a 409 with `state`, `verb` and the `legal` ones"
        body = BODIES.get(cls.verb)
        required = tuple(name for name, field in (body or {}).items() if field.required)
        return {
            "post": Operation(
                id=f"{resource.component}_{cls.verb}",
                summary=f"{REPORT_BUTTONS[cls.verb]}{needs}",
                tag=resource.tag,
                answer=ref(resource.component),
                body=schema.of_input(body, required=required) if body else None,
                body_required=bool(required),
                refusals=("409", "412"),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.EDIT)
        report = self.resource.record(self.kwargs["record"])
        table = BODIES.get(self.verb, {})
        given = self.body(table, required=tuple(name for name, field in table.items() if field.required))
        version = self.version() if "If-Match" in request.headers else None
        moved = move_report(actor=self.actor, report=report, verb=self.verb, version=version, **given)
        row = self.resource.read_written(moved.pk)
        return Response(row, headers={"ETag": etag(row)})
