"""The statements of customers on the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.api.mailing import LETTER, operation_of, pdf_of, pdf_operation, queued, wanted_of
from finance.api.payments import TAG
from finance.models import Customer
from finance.rights import Right
from finance.selectors.days import today
from finance.selectors.statements import Statement, statement, usual_start
from finance.services.account_letters import StatementLetter
from finance.services.correspondence import write
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, FieldError
from finsuite.kernel.api.fields import Kind as Shape
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from finsuite.kernel.money import trimmed

_LINE: schema.Schema = {
    "type": "object",
    "required": ["date", "kind", "record_kind", "id", "number", "amount", "balance"],
    "properties": {
        "date": {"type": "string", "format": "date"},
        "kind": {"type": "string"},
        "record_kind": {"type": "string", "description": "of what the id is"},
        "id": {"type": "integer"},
        "number": {"type": "string"},
        "amount": {"type": "string"},
        "balance": {"type": "string"},
    },
}
_STATEMENT: schema.Schema = {
    "type": "object",
    "required": ["currency", "since", "to", "opening", "closing", "lines"],
    "properties": {
        "currency": {"type": "string"},
        "since": {"type": "string", "format": "date"},
        "to": {"type": "string", "format": "date"},
        "opening": {"type": "string"},
        "closing": {"type": "string"},
        "lines": {"type": "array", "items": _LINE},
    },
}


PERIOD = (
    schema.parameter("since", {"type": "string", "format": "date"}, "First day"),
    schema.parameter("to", {"type": "string", "format": "date"}, "Last day"),
    schema.parameter("currency", {"type": "string"}, "Another currency than the customer's"),
)


class StatementView(ApiView):
    """`customers/7/statement`: by default the last 90 days, in the customer's currency."""

    parameters = ("since", "to", "currency")
    operations = {
        "get": Operation(
            id="FinanceCustomer_statement",
            summary="What a customer owed, what came and went, and what they owe now",
            tag=TAG,
            answer=ref("FinanceStatement"),
            parameters=PERIOD,
            components={"FinanceStatement": _STATEMENT},
        )
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        found = _asked(request, self.kwargs)[1]

        def plain(amount: Decimal) -> str:
            return str(trimmed(amount, found.currency))

        lines = [
            {
                "date": line.day,
                "kind": line.kind,
                "record_kind": line.record_kind,
                "id": line.record_id,
                "number": line.number,
                "amount": plain(line.amount),
                "balance": plain(line.balance),
            }
            for line in found.lines
        ]
        told = {"currency": found.currency, "since": found.since, "to": found.to, "opening": plain(found.opening)}
        return Response({**told, "closing": plain(found.closing), "lines": lines})


class StatementPdfView(ApiView):
    """`customers/7/statement/pdf`: the same days, drawn."""

    parameters = ("since", "to", "currency")
    operations = {
        "get": replace(pdf_operation("FinanceCustomer_statement_pdf", "A customer's statement", TAG), parameters=PERIOD)
    }

    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        about = StatementLetter(*_asked(request, self.kwargs))
        return pdf_of(*about.files(about.language))


class StatementMailView(ApiView):
    """`customers/7/statement/email`: the same days, with their PDF."""

    parameters = ("since", "to", "currency")
    operations = {
        "post": replace(
            operation_of("FinanceCustomer_statement_email", "Send a customer their statement", TAG), parameters=PERIOD
        )
    }

    def post(self, request: Request, **kwargs: Any) -> Response:
        access.require_role(access.membership(request.user, self.kwargs["organization"]).role, Right.EMAIL)
        about = StatementLetter(*_asked(request, self.kwargs))
        wanted = wanted_of(about.organization, about.kind, self.body(LETTER))
        email = write(actor=self.actor, organization=about.organization, about=about, wanted=wanted)
        return queued(request, self.actor, about.organization.pk, email)


def _asked(request: Request, names: dict[str, Any]) -> tuple[Customer, Statement]:
    """Whose statement is asked for, and of which days."""
    organization = access.membership(request.user, names["organization"]).organization
    customer = access.customer(organization, names["record"])
    asked = request._request.GET
    to = _day("to", asked.get("to", "")) or today(organization)
    since = _day("since", asked.get("since", "")) or usual_start(to)
    return customer, statement(customer, since=since, to=to, currency=asked.get("currency", "")[:3].upper())


def _day(name: str, text: str) -> date | None:
    try:
        return Field(kind=Shape.DATE).parse(text) if text else None
    except FieldError as error:
        raise invalid([fault(f"?{name}", error.code, error.message)]) from error


urlpatterns: list[URLPattern] = [
    path("customers/<id:record>/statement", StatementView.as_view(), name="customer-statement"),
    path("customers/<id:record>/statement/pdf", StatementPdfView.as_view(), name="customer-statement-pdf"),
    path("customers/<id:record>/statement/email", StatementMailView.as_view(), name="customer-statement-email"),
]
