"""The statements of customers on the API."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.api.payments import TAG
from finance.selectors.days import today
from finance.selectors.statements import statement
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, FieldError
from finsuite.kernel.api.fields import Kind as Shape
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from finsuite.kernel.money import trimmed

_LINE: schema.Schema = {
    "type": "object",
    "required": ["date", "kind", "id", "number", "amount", "balance"],
    "properties": {
        "date": {"type": "string", "format": "date"},
        "kind": {"type": "string"},
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


class StatementView(ApiView):
    """`customers/7/statement`: by default the last 90 days, in the customer's currency."""

    parameters = ("since", "to", "currency")
    operations = {
        "get": Operation(
            id="FinanceCustomer_statement",
            summary="What a customer owed, what came and went, and what they owe now",
            tag=TAG,
            answer=ref("FinanceStatement"),
            parameters=(
                schema.parameter("since", {"type": "string", "format": "date"}, "First day"),
                schema.parameter("to", {"type": "string", "format": "date"}, "Last day"),
                schema.parameter("currency", {"type": "string"}, "Another currency than the customer's"),
            ),
            components={"FinanceStatement": _STATEMENT},
        )
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        organization = access.membership(request.user, self.kwargs["organization"]).organization
        customer = access.customer(organization, self.kwargs["record"])
        asked = request._request.GET
        to = _day("to", asked.get("to", "")) or today(organization)
        since = _day("since", asked.get("since", "")) or to - timedelta(days=90)
        found = statement(customer, since=since, to=to, currency=asked.get("currency", "")[:3].upper())

        def plain(amount: Decimal) -> str:
            return str(trimmed(amount, found.currency))

        lines = [
            {
                "date": line.day,
                "kind": line.kind,
                "id": line.record_id,
                "number": line.number,
                "amount": plain(line.amount),
                "balance": plain(line.balance),
            }
            for line in found.lines
        ]
        told = {"currency": found.currency, "since": since, "to": to, "opening": plain(found.opening)}
        return Response({**told, "closing": plain(found.closing), "lines": lines})


def _day(name: str, text: str) -> date | None:
    try:
        return Field(kind=Shape.DATE).parse(text) if text else None
    except FieldError as error:
        raise invalid([fault(f"?{name}", error.code, error.message)]) from error


urlpatterns: list[URLPattern] = [
    path("customers/<id:record>/statement", StatementView.as_view(), name="customer-statement"),
]
