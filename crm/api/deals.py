"""Deals on the API: with their lines and the roles of their contacts, moved by a verb, followed by their stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, F, OuterRef, QuerySet, When
from django.db.models.functions import Cast, JSONObject
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from crm.access import Access
from crm.api.deal_board import BoardView, ForecastView
from crm.api.records import ModuleResource, fields_of
from crm.choices import Module
from crm.models import Deal, DealContact, DealLine, StageChange
from crm.services import deals as services
from crm.services import records as record_services
from crm.services.deal_contacts import MOST_ROLES
from crm.services.deal_lines import MOST_LINES
from crm.services.kinds import KINDS
from finsuite.kernel.api import resource_views as views
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, FieldError, Kind, of_model
from finsuite.kernel.api.listing import read_page, read_query, refuse_unknown
from finsuite.kernel.api.resources import Need, etag
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.errors import DomainError, Refused
from finsuite.kernel.money import trimmed

LINE_FIELDS = {
    **of_model(
        DealLine,
        read=(),
        write=("product", "name", "description", "quantity", "price", "discount_percent", "discount_amount"),
    ),
    "total": replace(of_model(DealLine, read=("total",))["total"], help="computed by the server"),
}
ROLE_FIELDS = of_model(DealContact, read=(), write=("contact", "role"), required=("contact",))
MOVE_FIELDS = {
    "stage": Field(kind=Kind.ID, write_as="stage_id", writable=True, required=True),
    **of_model(Deal, read=(), write=("lost_reason", "lost_note", "closing_date", "probability")),
}
STAGE_CHANGE_FIELDS = {
    **of_model(
        StageChange,
        read=("id", "at", "from_stage", "to_stage", "from_name", "to_name", "probability", "amount", "currency"),
    ),
    **of_model(StageChange, read=("closing_date", "user", "actor_name", "seconds_before")),
}
PARTS = {"lines": (LINE_FIELDS, MOST_LINES), "contact_roles": (ROLE_FIELDS, MOST_ROLES)}
_MONEY = ("price", "discount_amount", "total")


def _part(name: str, help_: str) -> Field:
    table, most = PARTS[name]
    items = schema.of_table(table) | {"required": [each for each, known in table.items() if known.required]}
    return Field(
        kind=Kind.JSON,
        source=f"told_{name}",
        write_as=name,
        writable=True,
        help=help_,
        schema={"type": "array", "maxItems": most, "items": items},
    )


class DealResource(ModuleResource):
    """`/api/v1/crm/{organization}/deals`. `lines` and `contact_roles` are replaced as a whole; the amount of a deal
    with lines is their sum, and can't be set."""

    name = "deals"
    singular = "deal"
    component = "CrmDeal"
    model = Deal
    module = Module.DEALS
    fields = {
        **fields_of(
            Module.DEALS,
            name="name",
            orderable=("amount", "closing_date", "probability"),
            expand={
                "account": ("id", "name"),
                "contact": ("id", "first_name", "last_name"),
                "pipeline": ("id", "name"),
                "stage": ("id", "name", "category", "probability"),
                "lost_reason": ("id", "name"),
            },
        ),
        **of_model(
            Deal,
            read=(
                *("expected_revenue", "amount_home", "expected_home"),
                *("has_lines", "stage_entered_at", "closed_at"),
            ),
            orderable=("expected_revenue", "amount_home", "expected_home", "stage_entered_at"),
        ),
        "lines": _part("lines", "products, quantities, prices and discounts; `total` is computed"),
        "contact_roles": _part("contact_roles", "the people who have a say in the deal, and which one"),
    }

    def rows(self) -> QuerySet[Any]:
        parts = {"told_lines": _lines(self.access), "told_contact_roles": _roles(self.access)}
        rows: QuerySet[Any] = super().rows().annotate(**parts)
        return rows

    def create(self, values: dict[str, Any]) -> Deal:
        return services.create_deal(actor=self.actor, organization=self.organization, values=_read_parts(values))

    def create_many(self, rows: list[dict[str, Any]]) -> list[Any | DomainError]:
        if any(name in row for row in rows for name in PARTS):
            return [self._attempt(row) for row in rows]
        kind = KINDS[self.module]
        return [*record_services.create(kind, actor=self.actor, organization=self.organization, rows=rows)]

    def update(self, record: Deal, values: dict[str, Any], version: str) -> Deal:
        return services.update_deal(actor=self.actor, deal=record, values=_read_parts(values), version=version)

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        for name in ("amount_home", "expected_home"):
            if row[name] is not None:
                row[name] = trimmed(row[name], self.organization.home_currency)
        for line in row["lines"]:
            for name in _MONEY:
                if line[name] is not None:
                    line[name] = trimmed(Decimal(line[name]), row["currency"])
            for name in ("quantity", "discount_percent"):
                if line[name] is not None:
                    line[name] = format(Decimal(line[name]).normalize(), "f")
        return row

    @classmethod
    def urls(cls) -> list[URLPattern]:
        at = f"{cls.name}/<id:record>"
        return [
            path(f"{cls.name}/board", BoardView.of(cls), name=f"{cls.singular}-board"),
            path(f"{cls.name}/forecast", ForecastView.of(cls), name=f"{cls.singular}-forecast"),
            *super().urls(),
            path(f"{at}/move", MoveView.of(cls), name=f"{cls.singular}-move"),
            path(f"{at}/stage-changes", StageChangesView.of(cls), name=f"{cls.singular}-stage-changes"),
        ]


class MoveView(views.ResourceView):
    """`deals/7/move`: to another stage, with what the stage asks for."""

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {
            "post": Operation(
                id=f"{resource.component}_move",
                summary="Move a deal to another stage; a lost one needs a reason. If-Match is optional",
                tag=resource.tag,
                answer=ref(resource.component),
                body=schema.of_input(MOVE_FIELDS, required=("stage",)),
                refusals=("412",),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.EDIT)
        deal = self.resource.record(self.kwargs["record"])
        values = self.body(MOVE_FIELDS, required=("stage",))
        version = self.version() if "If-Match" in request.headers else None
        stage_id = values.pop("stage_id")
        moved = services.move_deal(actor=self.actor, deal=deal, stage_id=stage_id, values=values, version=version)
        row = self.resource.read_written(moved.pk)
        return Response(row, headers={"ETag": etag(row)})


class StageChangesView(views.ResourceView):
    """`deals/7/stage-changes`: the stages that the deal has entered, newest first."""

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {
            "get": Operation(
                id=f"{resource.component}_stage_changes",
                summary="The stages that a deal has entered: when, by whom, and what it was worth then",
                tag=resource.tag,
                answer=ref("CrmStageChangeList"),
                parameters=(schema.LIMIT, schema.CURSOR, schema.COUNT),
                components={
                    "CrmStageChange": schema.of_table(STAGE_CHANGE_FIELDS),
                    "CrmStageChangeList": schema.page_of("CrmStageChange"),
                },
            )
        }

    def check_parameters(self, request: Request) -> None:
        refuse_unknown(request._request.GET, ("limit", "cursor", "count"))

    def get(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.VIEW)
        deal = self.resource.record(self.kwargs["record"])
        ids = {"id": STAGE_CHANGE_FIELDS["id"]}
        query = read_query(request._request.GET, ids, ordering="-id", can_search=())
        rows = StageChange.objects.of(self.resource.organization).filter(deal=deal)
        page = read_page(rows, query, [field.source for field in STAGE_CHANGE_FIELDS.values()])
        told = [{name: row[field.source] for name, field in STAGE_CHANGE_FIELDS.items()} for row in page.rows]
        for row in told:
            row["amount"] = None if row["amount"] is None else trimmed(row["amount"], row["currency"])
        total = rows.count() if query.wants_count else None
        return Response(views.listed(request, told, page.next, page.previous, total))


def _lines(access: Access) -> ArraySubquery:
    """A deal's lines as one value, so that a page of deals is read in one statement. Decimals as text, to be exact."""
    texts = {
        name: Cast(name, models.TextField())
        for name in ("quantity", "price", "discount_percent", "discount_amount", "total")
    }
    told = JSONObject(product=_seen_product(access), name="name", description="description", **texts)
    return ArraySubquery(DealLine.objects.filter(deal=OuterRef("pk")).order_by("position").values(told=told))


def _seen_product(access: Access) -> Any:
    if Module.PRODUCTS not in access.owners:
        return F("product_id")
    return Case(When(access.visible(Module.PRODUCTS, "product__"), then=F("product_id")), default=None)


def _roles(access: Access) -> ArraySubquery:
    rows = DealContact.objects.filter(access.visible(Module.CONTACTS, "contact__"), deal=OuterRef("pk"))
    return ArraySubquery(rows.order_by("id").values(told=JSONObject(contact="contact_id", role="role")))


def _read_parts(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with their lines and roles read; a fault is told under `lines/0/price`."""
    read = dict(values)
    for name, (table, _most) in PARTS.items():
        if name in read:
            read[name] = _read_list(name, read[name], table)
    return read


def _read_list(name: str, given: Any, table: Mapping[str, Field]) -> list[dict[str, Any]]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        sentence = _("This must be a list.")
        raise Refused(sentence, fields={name: [sentence]})
    faults: dict[str, list[str]] = {}
    rows = [_read_row(f"{name}/{place}", row, table, faults) for place, row in enumerate(given)]
    if faults:
        raise Refused(next(iter(faults.values()))[0], fields=faults)
    return rows


def _read_row(at: str, given: Any, table: Mapping[str, Field], faults: dict[str, list[str]]) -> dict[str, Any]:
    if not isinstance(given, dict):
        faults[at] = [_("This must be a JSON object.")]
        return {}
    values: dict[str, Any] = {}
    for name, value in given.items():
        field = table.get(name)
        pointer = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
        if field is None:
            faults[pointer] = [_("There is no such field.")]
        elif not field.writable:
            faults[pointer] = [_("This field cannot be set.")]
        else:
            try:
                values[field.write_as or name] = field.parse(value)
            except FieldError as error:
                faults[pointer] = [error.message]
    for name, field in table.items():
        if field.required and name not in given:
            faults[f"{at}/{name}"] = [_("This field is required.")]
    return values
