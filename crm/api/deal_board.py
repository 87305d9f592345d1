"""The board and the forecast of deals on the API: counts and sums that a program need not add up itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from crm.access import Access
from crm.choices import Module, StageCategory
from crm.models import Pipeline
from crm.selectors.board import FIRST, BoardColumn, Row, board
from crm.selectors.criteria import calendar_of
from crm.selectors.deals import FIGURES, Expected, forecast, month_after
from crm.selectors.list_views import get_list_view, view_filter
from crm.selectors.pipelines import get_pipeline, pipelines
from crm.selectors.search import matches
from finsuite.kernel.api import resource_views as views
from finsuite.kernel.api import schema
from finsuite.kernel.api.listing import refuse_unknown
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resources import Need
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.money import trimmed

LONGEST, MOST_CARDS, MOST_MONTHS = 200, 200, 24

_MONEY: schema.Schema = {"type": "string", "format": "decimal"}
_ID: schema.Schema = {"type": "integer", "format": "int64"}
_MAYBE_ID: schema.Schema = {"type": ["integer", "null"], "format": "int64"}


def _object(**properties: schema.Schema) -> schema.Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


_CARD = _object(
    id=_ID,
    name={"type": "string"},
    account=_MAYBE_ID,
    amount={"type": ["string", "null"], "format": "decimal"},
    currency={"type": "string"},
    closing_date={"type": ["string", "null"], "format": "date"},
    owner=_MAYBE_ID,
    tags={"type": "array", "items": {"type": "string"}},
    updated_at={"type": "string", "format": "date-time"},
)
_STAGE = _object(
    stage=_ID,
    name={"type": "string"},
    category={"type": "string", "enum": StageCategory.values},
    probability={"type": "integer"},
    count={"type": "integer", "description": "Of all its deals, whether or not they are among `deals`."},
    amounts={"type": "object", "additionalProperties": _MONEY, "description": "The sum in each currency."},
    amount_home=_MONEY,
    expected_home=_MONEY,
    deals={"type": "array", "items": ref("CrmBoardCard"), "description": "The first by closing date."},
)
_BOARD = _object(pipeline=_ID, currency={"type": "string"}, stages={"type": "array", "items": ref("CrmBoardStage")})
_FIGURES = {**dict.fromkeys(FIGURES, _MONEY), "count": {"type": "integer"}}
_FORECAST = _object(
    currency={"type": "string"},
    months={
        "type": "array",
        "items": _object(month={"type": "string", "description": "2026-11"}, **_FIGURES),
    },
    late=ref("CrmForecastFigures"),
    undated=ref("CrmForecastFigures"),
    owners={"type": "array", "items": _object(owner=_MAYBE_ID, name={"type": "string"}, **_FIGURES)},
    total=ref("CrmForecastFigures"),
)
_NARROWED = (
    schema.parameter("view", _ID, "The id of a list view: only the deals that it selects."),
    schema.parameter("search", {"type": "string", "maxLength": LONGEST}, "Only deals that hold these words."),
)


class _DealsView(views.ResourceView):
    """What both have in common: entering, and which deals are meant."""

    known: tuple[str, ...] = ()

    def check_parameters(self, request: Request) -> None:
        refuse_unknown(request._request.GET, ("view", "search", *self.known))

    def kept(self, request: Request, access: Access) -> Q:
        """The filter of `view` and `search`."""
        parameters = request._request.GET
        text, kept = parameters.get("search", ""), Q()
        if len(text) > LONGEST:
            raise invalid([fault("?search", "too_long", _("This is longer than 200 characters."))])
        if "view" in parameters:
            organization, user_id = access.organization, self.resource.user.pk
            view = get_list_view(organization, parameters["view"], user_id=user_id, module=Module.DEALS)
            kept = view_filter(view, access)
        return kept & matches(text)

    def number(self, request: Request, name: str, usual: int, most: int) -> int:
        """A whole number from 1 up to `most`."""
        text = request._request.GET.get(name, str(usual))
        if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
            message = _("This must be a whole number from 1 to %(most)d.") % {"most": most}
            raise invalid([fault(f"?{name}", "range", message)])
        return int(text)


class BoardView(_DealsView):
    """`deals/board`: the stages of a pipeline with their sums and first deals."""

    known = ("pipeline", "limit")

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {
            "get": Operation(
                id=f"{resource.component}_board",
                summary="A pipeline's stages in order, with count, sums and the first deals of each",
                tag=resource.tag,
                answer=ref("CrmBoard"),
                parameters=(
                    schema.parameter("pipeline", _ID, "The id of a pipeline; without it, the default one."),
                    schema.parameter(
                        "limit",
                        {"type": "integer", "minimum": 1, "maximum": MOST_CARDS, "default": FIRST},
                        "How many deals of each stage.",
                    ),
                    *_NARROWED,
                ),
                components={"CrmBoardCard": _CARD, "CrmBoardStage": _STAGE, "CrmBoard": _BOARD},
            )
        }

    def get(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.VIEW)
        access: Access = self.resource.access  # type: ignore[attr-defined]
        pipeline = self._pipeline(request, access)
        kept, first = self.kept(request, access), self.number(request, "limit", FIRST, MOST_CARDS)
        needs = ("account_id", "account__owner_id", "amount", "currency", "owner_id", "tags")
        columns = board(access, pipeline, kept, needs=needs, first=first)
        home = access.organization.home_currency
        stages = [_told_stage(column, access, home) for column in columns]
        return Response({"pipeline": pipeline.pk, "currency": home, "stages": stages})

    def _pipeline(self, request: Request, access: Access) -> Pipeline:
        wanted = request._request.GET.get("pipeline")
        if wanted is not None:
            return get_pipeline(access.organization, wanted)
        found: Pipeline = pipelines(access.organization)[0]
        return found


class ForecastView(_DealsView):
    """`deals/forecast`: what is to be expected month by month, and of whom."""

    known = ("from", "months")

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {
            "get": Operation(
                id=f"{resource.component}_forecast",
                summary="What is to be expected by month of the closing date and by owner, in home currency",
                tag=resource.tag,
                answer=ref("CrmForecast"),
                parameters=(
                    schema.parameter(
                        "from",
                        {"type": "string", "format": "date"},
                        "A day of the first month; without it, the fiscal quarter's that today is in.",
                    ),
                    schema.parameter(
                        "months",
                        {"type": "integer", "minimum": 1, "maximum": MOST_MONTHS, "default": 6},
                        "How many months.",
                    ),
                    *_NARROWED,
                ),
                components={"CrmForecastFigures": _object(**_FIGURES), "CrmForecast": _FORECAST},
            )
        }

    def get(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.VIEW)
        access: Access = self.resource.access  # type: ignore[attr-defined]
        kept, months = self.kept(request, access), [self._first(request, access)]
        while len(months) < self.number(request, "months", 6, MOST_MONTHS):
            months.append(month_after(months[-1]))
        found, home = forecast(access, kept, months=months), access.organization.home_currency
        by_month = [
            {"month": month.strftime("%Y-%m"), **_told(expected, home)} for month, expected in found.months.items()
        ]
        by_owner = [{"owner": row.owner_id, "name": row.name, **_told(row.expected, home)} for row in found.owners]
        rest = {name: _told(getattr(found, name), home) for name in ("late", "undated", "total")}
        return Response({"currency": home, "months": by_month, "owners": by_owner, **rest})

    def _first(self, request: Request, access: Access) -> date:
        text = request._request.GET.get("from")
        if text is None:
            first: date = calendar_of(access).span("this_quarter").start
            return first
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise invalid([fault("?from", "date", _("This must be a date: YYYY-MM-DD."))]) from None
        if not 1900 <= day.year <= 2200:
            raise invalid([fault("?from", "range", _("This must be a date: YYYY-MM-DD."))])
        return day.replace(day=1)


def _told_stage(column: BoardColumn, access: Access, home: str) -> dict[str, Any]:
    sums = column.sums
    return {
        "stage": column.stage.pk,
        "name": column.stage.name,
        "category": column.stage.category,
        "probability": column.stage.probability,
        "count": sums.count,
        "amounts": {code: _money(amount, code) for code, amount in sums.by_currency.items()},
        "amount_home": _money(sums.home, home),
        "expected_home": _money(sums.weighted, home),
        "deals": [_told_card(card, access) for card in column.cards],
    }


def _told_card(card: Row, access: Access) -> dict[str, Any]:
    is_seen = access.sees(Module.ACCOUNTS, card["account__owner_id"])
    return {
        "id": card["id"],
        "name": card["name"],
        "account": card["account_id"] if is_seen else None,
        "amount": None if card["amount"] is None else _money(card["amount"], card["currency"]),
        "currency": card["currency"],
        "closing_date": card["closing_date"],
        "owner": card["owner_id"],
        "tags": card["tags"],
        "updated_at": card["updated_at"],
    }


def _told(expected: Expected, home: str) -> dict[str, Any]:
    return {**{name: _money(getattr(expected, name), home) for name in FIGURES}, "count": expected.count}


def _money(amount: Decimal, currency: str) -> str:
    return str(trimmed(amount, currency))
