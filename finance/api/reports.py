"""Reports on the API: the figures of the pages, with the same questions as query parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.ageing import NAMES
from finance.rights import Right
from finance.selectors.reports.asking import APPROVED, COMPARISONS, PERIODS, UNUSED, Asked, read
from finance.selectors.reports.catalogue import REPORTS, Definition
from finance.selectors.reports.shapes import Column, Row, Shape
from finsuite.kernel.api import schema
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from finsuite.kernel.errors import Refused
from finsuite.kernel.money import trimmed

TAG = "Finance"

_ID: schema.Schema = {"type": "integer", "minimum": 1}
_DAY: schema.Schema = {"type": "string", "format": "date"}
_PARAMETERS: dict[str, tuple[schema.Schema, str]] = {
    "period": ({"type": "string", "enum": list(PERIODS)}, "This fiscal year, unless days are given"),
    "since": (_DAY, "First day of a custom period"),
    "to": (_DAY, "Last day of a custom period"),
    "as_of": (_DAY, "The day at whose end it was owed; today, unless given"),
    "compare": ({"type": "string", "enum": list(COMPARISONS)}, "Adds the columns `before` and `change`"),
    "customer": (_ID, "Of one customer alone"),
    "vendor": (_ID, "Of one vendor alone"),
    "item": (_ID, "Of the lines of one item alone"),
    "salesperson": (_ID, "Of one member alone"),
    "spender": (_ID, "Of one member alone"),
    "currency": ({"type": "string"}, "Documents in this currency alone; the figures stay in base currency"),
    "status": ({"type": "string", "enum": [APPROVED]}, "Only what is approved, or paid by the organization"),
    "step": ({"type": "string", "enum": [*NAMES, UNUSED]}, "The documents behind one step of age"),
}
_ROW: schema.Schema = {"type": "object", "additionalProperties": True, "description": "Values by the columns' names"}
_REPORT: schema.Schema = {
    "type": "object",
    "required": ["name", "currency", "columns", "rows", "total"],
    "properties": {
        "name": {"type": "string"},
        "currency": {"type": "string", "description": "The base currency, in which amounts of the shape `money` are"},
        "since": _DAY,
        "to": _DAY,
        "compared_since": _DAY,
        "compared_to": _DAY,
        "as_of": _DAY,
        "columns": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "label", "shape"],
                "properties": {
                    "name": {"type": "string"},
                    "label": {"type": "string"},
                    "shape": {"type": "string", "enum": [shape.value for shape in Shape]},
                },
            },
        },
        "rows": {"type": "array", "items": _ROW},
        "total": {"anyOf": [_ROW, {"type": "null"}]},
    },
}
_INDEX: schema.Schema = {
    "type": "object",
    "required": ["results"],
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "title", "sentence", "parameters"],
                "properties": {
                    **{name: {"type": "string"} for name in ("name", "title", "sentence")},
                    "parameters": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}


class ReportsView(ApiView):
    """`reports`: which there are."""

    operations = {
        "get": Operation(
            id="Finance_reports",
            summary="The reports that there are, and what each can be asked",
            tag=TAG,
            answer=ref("FinanceReports"),
            components={"FinanceReports": _INDEX},
        )
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        member = access.membership(request.user, self.kwargs["organization"])
        access.require_role(member.role, Right.REPORTS)
        told = [
            {
                "name": one.name,
                "title": str(one.title),
                "sentence": str(one.sentence),
                "parameters": list(one.asked),
            }
            for one in REPORTS.values()
        ]
        return Response({"results": told})


class ReportView(ApiView):
    """`reports/<name>`: all of it in one answer."""

    definition: ClassVar[Definition]

    def get(self, request: Request, **kwargs: Any) -> Response:
        member = access.membership(request.user, self.kwargs["organization"])
        access.require_role(member.role, Right.REPORTS)
        try:
            asked = read(member.organization, self.definition.asked, request._request.GET.dict())
        except Refused as refused:
            found = [fault(f"?{name}", "invalid", said) for name, told in refused.fields.items() for said in told]
            raise invalid(found) from refused
        report = self.definition.find(asked)
        return Response(
            {
                "name": self.definition.name,
                "currency": asked.base,
                **_days(self.definition, asked),
                "columns": [_column(column) for column in report.columns],
                "rows": [_row(report.columns, row, asked.base) for row in report.rows],
                "total": _row(report.columns, report.total, asked.base) if report.total else None,
            }
        )


def _days(definition: Definition, asked: Asked) -> dict[str, date]:
    if definition.has_period:
        then = {"compared_since": asked.compared.since, "compared_to": asked.compared.to} if asked.compared else {}
        return {"since": asked.span.since, "to": asked.span.to, **then}
    return {"as_of": asked.as_of}


def _column(column: Column) -> dict[str, str]:
    return {"name": column.name, "label": str(column.label), "shape": column.shape.value}


def _row(columns: Any, row: Row, base: str) -> dict[str, Any]:
    told = {column.name: _value(column, row, base) for column in columns}
    if any(column.shape is Shape.AMOUNT for column in columns) and row.get("currency"):
        told["currency"] = row["currency"]
    return told


def _value(column: Column, row: Mapping[str, Any], base: str) -> Any:
    """A value as the API writes it: amounts and exact numbers as text, days by ISO 8601, months by their first day."""
    value = row.get(column.name)
    if value is None or column.shape in (Shape.ID, Shape.DAY):
        return value
    if column.shape is Shape.COUNT:
        return int(value)
    if column.shape is Shape.MONEY:
        return str(trimmed(Decimal(value), base))
    if column.shape is Shape.AMOUNT:
        return str(trimmed(Decimal(value), row["currency"]))
    if column.shape is Shape.SHARE:
        return f"{round(value, 6):f}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _view(definition: Definition) -> Any:
    operation = Operation(
        id=f"Finance_{definition.route}",
        summary=f"Report: {definition.name.replace('-', ' ')}",
        tag=TAG,
        answer=ref("FinanceReport"),
        parameters=tuple(schema.parameter(name, *_PARAMETERS[name]) for name in definition.asked),
        components={"FinanceReport": _REPORT},
    )
    attributes = {"operations": {"get": operation}, "definition": definition, "parameters": definition.asked}
    return type(f"{definition.route.title().replace('_', '')}View", (ReportView,), attributes).as_view()  # type: ignore[attr-defined]


urlpatterns: list[URLPattern] = [
    path("reports", ReportsView.as_view(), name="reports"),
    *(path(f"reports/{one.name}", _view(one), name=one.route) for one in REPORTS.values()),
]
