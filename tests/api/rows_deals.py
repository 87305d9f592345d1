"""Who gets which answer at deals, and at pipelines, stages and lost reasons, on the API and on the pages."""

from __future__ import annotations

from typing import Any

from crm.models import LostReason, Organization, Pipeline, Stage
from crm.services.lost_reasons import create_lost_reason
from crm.services.pipelines import create_pipeline
from tests import factories
from tests.api.permissions import HTMX, World, page, read, write


def furnish(world: World) -> None:
    organizations = (world.crm, world.foreign_crm)
    pipelines = [_pipeline(organization) for organization in organizations]
    world.add("pipeline", *pipelines)
    world.add("stage", *(_stage(pipeline) for pipeline in pipelines))
    world.add("lost_reason", *(_reason(organization) for organization in organizations))
    world.add("deal", *(factories.deal(organization) for organization in organizations))
    won = [factories.stage(organization, "Closed won") for organization in organizations]
    world.add("won_stage", *won)


def _pipeline(organization: Organization) -> Pipeline:
    return create_pipeline(actor=factories.SYSTEM, organization=organization, values={"name": "Partners"})


def _stage(pipeline: Pipeline) -> Stage:
    return Stage.objects.get(pipeline=pipeline, name="Needs analysis")


def _reason(organization: Organization) -> LostReason:
    return create_lost_reason(actor=factories.SYSTEM, organization=organization, values={"name": "Bankrupt"})


def _setup(name: str, one: str, body: dict[str, Any], change: dict[str, Any]) -> list[Any]:
    """What every member reads, and only those write whose profile opens Setup."""
    at = f"/api/v1/crm/{{crm}}/{name}"
    place = f"{at}/{{{one}}}"
    version = {"If-Match": f'"{{{one}_version}}"'}
    return [
        read(at, none=200),
        write("POST", at, body=body, none=403, edit=403, admin=201),
        write("POST", f"{at}/bulk", body={"records": [body]}, none=403, edit=403, admin=200),
        read(place, none=200),
        write("PATCH", place, body=change, headers=version, none=403, edit=403, admin=200),
        write("DELETE", place, headers=version, none=403, edit=403, admin=204),
        read(f"{place}/history", none=200),
    ]


def _setup_page(path: str, **more: Any) -> Any:
    return page(f"/crm/{{crm}}/setup/pipelines/{path}", none=403, view=403, edit=403, **more)


STAGE_FORM = {"stage_id": "{won_stage}", "currency": "EUR"}
DEALS = "/api/v1/crm/{crm}/deals"
DEAL = f"{DEALS}/{{deal}}"
VERSION = {"If-Match": '"{deal_version}"'}
PAGES = "/crm/{crm}/deals"
PAGE = f"{PAGES}/{{deal}}"
WON = {"stage": "{won_stage}"}
WON_FORM = {**WON, "closing_date": "2026-11-30"}
LINE_FORM = {"line": "0", "name-0": "Desk", "quantity-0": "1", "price-0": "10"}

ROWS = [
    read(DEALS),
    write("POST", DEALS, body={"name": "New"}, edit=201, admin=201),
    write("POST", f"{DEALS}/bulk", body={"records": [{"name": "New"}]}, edit=200, admin=200),
    read(DEAL),
    write("PATCH", DEAL, body={"next_step": "Call"}, headers=VERSION, edit=200, admin=200),
    write("DELETE", DEAL, headers=VERSION, edit=403, admin=204),
    read(f"{DEAL}/history"),
    read(f"{DEAL}/stage-changes"),
    write("POST", f"{DEAL}/move", body=WON, edit=200, admin=200),
    read(f"{DEALS}/board"),
    read(f"{DEALS}/forecast"),
    page(f"{PAGES}/"),
    page(f"{PAGES}/board"),
    page(f"{PAGES}/board/{{stage}}"),
    page(f"{PAGES}/forecast"),
    page(f"{PAGES}/forecast.csv"),
    page(f"{PAGE}/move-card", method="POST", body=WON, view=403),
    page(f"{PAGE}/move-card", method="POST", body={**WON_FORM, "asked": "1"}, view=403),
    page(f"{PAGE}/move-card/undo", method="POST", view=403, edit=400, admin=400),
    page(f"{PAGES}/new", view=403),
    page(f"{PAGES}/new", method="POST", body={"name": "New", "stage_id": ""}, view=403, edit=422, admin=422),
    page(f"{PAGES}/new", method="POST", body={"name": "New", **STAGE_FORM}, view=403, edit=302, admin=302),
    page(f"{PAGES}/lookup?q=b"),
    page(PAGE),
    page(f"{PAGE}/lines"),
    page(f"{PAGE}/lines", method="POST", body=LINE_FORM, view=403, edit=302, admin=302),
    page(f"{PAGE}/lines/line?index=3", view=403),
    page(f"{PAGE}/lines/totals", method="POST", body=LINE_FORM, view=403),
    page(f"{PAGE}/contacts"),
    page(f"{PAGE}/contacts", method="POST", body={"line": "0"}, view=403, edit=302, admin=302),
    page(f"{PAGE}/contacts/line?index=3", view=403),
    page(f"{PAGE}/stages"),
    page(f"{PAGE}/history"),
    page(f"{PAGE}/move", view=403),
    page(f"{PAGE}/move", method="POST", body=WON_FORM, view=403, edit=302, admin=302),
    page(f"{PAGE}/peek"),
    page(f"{PAGE}/cell?column=tags", view=403),
    page(f"{PAGE}/cell?column=tags", method="POST", body={"tags": "vip"}, view=403),
    page(f"{PAGE}/owner", view=403, headers=HTMX),
    page(f"{PAGE}/owner", method="POST", body={"owner_id": ""}, view=403, edit=302, admin=302),
    page(f"{PAGE}/edit", view=403),
    page(f"{PAGE}/edit", method="POST", body={"name": "New", **STAGE_FORM}, view=403, edit=302, admin=302),
    page(f"{PAGE}/delete", method="POST", body={}, view=403, edit=403, admin=302),
    page("/crm/{crm}/accounts/{account}/deals"),
    page("/crm/{crm}/contacts/{contact}/deals"),
    *_setup("pipelines", "pipeline", {"name": "Tenders"}, {"name": "New name"}),
    *_setup("stages", "stage", {"pipeline": "{pipeline}", "name": "Trial"}, {"name": "New name"}),
    *_setup("lost-reasons", "lost_reason", {"name": "Moved"}, {"name": "New name"}),
    _setup_page(""),
    _setup_page("add", method="POST", body={"name": "Tenders", "is_active": "on"}, admin=302),
    _setup_page("{pipeline}"),
    _setup_page("{pipeline}", method="POST", body={"name": "New name", "is_active": "on"}, admin=302),
    _setup_page("{pipeline}/delete", method="POST", body={}, admin=302),
    _setup_page("{pipeline}/stages", method="POST", body={"name": "Trial", "category": "open"}, admin=302),
    _setup_page("{pipeline}/order", method="POST", body={"row": "{stage}"}, admin=302),
    _setup_page("stages/{stage}"),
    _setup_page("stages/{stage}", method="POST", body={"name": "New name", "category": "open"}, admin=302),
    _setup_page("stages/{stage}/delete"),
    _setup_page("stages/{stage}/delete", method="POST", body={"version": ""}, admin=302),
    _setup_page("lost-reasons", method="POST", body={"name": "Moved"}, admin=302),
    _setup_page("lost-reasons/order", method="POST", body={"row": "{lost_reason}"}, admin=302),
    _setup_page("lost-reasons/{lost_reason}"),
    _setup_page("lost-reasons/{lost_reason}", method="POST", body={"name": "New", "is_active": "on"}, admin=302),
    _setup_page("lost-reasons/{lost_reason}/delete", method="POST", body={}, admin=302),
]
