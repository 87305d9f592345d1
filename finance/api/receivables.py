"""What customers owe and what is owed to vendors, on the API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.ageing import NAMES, Summary
from finance.api.payments import TAG
from finance.selectors import receivables
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, FieldError
from finsuite.kernel.api.fields import Kind as Shape
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from finsuite.kernel.money import trimmed


def _amounts(names_: tuple[str, ...]) -> dict[str, Any]:
    return {name: {"type": "string"} for name in names_}


_SUMMARY: schema.Schema = {
    "type": "object",
    "required": ["currency", "outstanding", "overdue", "unused", "ageing"],
    "properties": {
        "currency": {"type": "string"},
        **_amounts(("outstanding", "overdue", "unused")),
        "ageing": {"type": "object", "required": list(NAMES), "properties": _amounts(NAMES)},
    },
}
_OWED: schema.Schema = {
    "type": "object",
    "required": ["base", "currencies"],
    "properties": {"base": _SUMMARY, "currencies": {"type": "array", "items": _SUMMARY}},
}


def _told(summary: Summary) -> dict[str, Any]:
    def plain(amount: Decimal) -> str:
        return str(trimmed(amount, summary.currency))

    return {
        "currency": summary.currency,
        "outstanding": plain(summary.outstanding),
        "overdue": plain(summary.overdue),
        "unused": plain(summary.unused),
        "ageing": {name: plain(amount) for name, amount in summary.ageing.items()},
    }


class OwedView(ApiView):
    """`receivables` and `payables`: what is owed, since when, and what is unused."""

    party: ClassVar[str]

    def get(self, request: Request, **kwargs: Any) -> Response:
        organization = access.membership(request.user, self.kwargs["organization"]).organization
        text = request._request.GET.get(self.party, "")
        party_id = _id(self.party, text) if text else None
        if self.party == "customer":
            owed = receivables.receivables(organization, customer_id=party_id)
        else:
            owed = receivables.payables(organization, vendor_id=party_id)
        return Response({"base": _told(owed.base), "currencies": [_told(one) for one in owed.currencies]})


def _owed_view(name: str, party: str, summary: str) -> Any:
    parameter = schema.parameter(party, {"type": "integer", "minimum": 1}, "One alone, by id")
    operation = Operation(
        id=f"Finance_{name}",
        summary=summary,
        tag=TAG,
        answer=ref("FinanceOwed"),
        parameters=(parameter,),
        components={"FinanceOwed": _OWED},
    )
    attributes = {"operations": {"get": operation}, "party": party, "parameters": (party,)}
    return type(f"{name.title()}View", (OwedView,), attributes).as_view()  # type: ignore[attr-defined]


def _id(name: str, text: str) -> int:
    try:
        found: int = Field(kind=Shape.ID).parse_text(text)
    except FieldError as error:
        raise invalid([fault(f"?{name}", error.code, error.message)]) from error
    return found


urlpatterns: list[URLPattern] = [
    path(
        "receivables",
        _owed_view("receivables", "customer", "What customers owe, since when, and their unused credit"),
        name="receivables",
    ),
    path(
        "payables",
        _owed_view("payables", "vendor", "What is owed to vendors, since when, and advances to them"),
        name="payables",
    ),
]
