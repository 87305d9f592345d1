"""Bulk changes on the API: change, give away or delete many records, and undo it; restore a deleted record."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from crm.access import Access, access
from crm.api.accounts import AccountResource
from crm.api.base import RecordResource
from crm.api.contacts import ContactResource
from crm.api.deals import DealResource
from crm.api.merges import ModuleView
from crm.api.products import ProductResource
from crm.api.vendors import VendorResource
from crm.choices import Level, Module
from crm.models import BulkChange, BulkChangeRow, BulkKind
from crm.selectors.bulk import bulk_changes, bulk_rows, get_bulk_change, told_rows
from crm.selectors.recycling import binned
from crm.services.bulk import ADD, MOST, REMOVE, BulkPlan, plan_bulk, start_bulk
from crm.services.bulk_undo import undo_bulk
from crm.services.recycling import restore_record
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind, of_model, read_body
from finsuite.kernel.api.listing import read_page, read_query
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resource_views import listed
from finsuite.kernel.api.resources import Need
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView

TAG = "CRM"
RESOURCES: dict[Module, type[RecordResource]] = {
    Module.ACCOUNTS: AccountResource,
    Module.CONTACTS: ContactResource,
    Module.DEALS: DealResource,
    Module.PRODUCTS: ProductResource,
    Module.VENDORS: VendorResource,
}
PARTS = ("lines", "contact_roles")  # what one deal has, many can't be given

CHANGE = of_model(
    BulkChange,
    read=(
        *("id", "module", "kind", "values", "selection", "total", "results", "undo_results", "state", "fault"),
        *("actor_name", "created_at", "finished_at", "undone_at", "undone_by_name"),
    ),
    unfiltered=("values", "selection", "results", "undo_results"),
)
ROW = of_model(
    BulkChangeRow,
    read=("id", "number", "record_id", "label", "result", "reason", "before", "after", "undo", "undo_reason", "kept"),
    orderable=("number",),
    unfiltered=("before", "after", "kept", "label", "reason", "undo_reason"),
)
ASKED = {
    "kind": Field(
        kind=Kind.CHOICE, choices=tuple(BulkKind.values), writable=True, required=True, help="what to do with them"
    ),
    "values": Field(kind=Kind.JSON, writable=True, help="as a PATCH of one record takes them; an owner for `owner`"),
    "add_tags": Field(kind=Kind.TEXTS, writable=True, help="tags that each record is to have beside its own"),
    "remove_tags": Field(kind=Kind.TEXTS, writable=True, help="tags that each record is to lose"),
    "ids": Field(kind=Kind.JSON, writable=True, help=f"the records, at most {MOST}; or else all that a list shows:"),
    "view": Field(kind=Kind.ID, writable=True, help="the id of a list view"),
    "criteria": Field(kind=Kind.JSON, writable=True, help="as a list view's"),
    "search": Field(kind=Kind.TEXT, writable=True, help="text to find"),
}
SELECTING = ("ids", "view", "criteria", "search")
_COMPONENTS = {
    "CrmBulkChange": schema.of_table(CHANGE),
    "CrmBulkChangeList": schema.page_of("CrmBulkChange"),
    "CrmBulkRow": schema.of_table(ROW),
    "CrmBulkRowList": schema.page_of("CrmBulkRow"),
}


class BulkChangeView(ModuleView):
    """`accounts/bulk-change`: do it, or with `dry_run=true` say what it would do."""

    parameters = ("dry_run",)

    @classmethod
    def describe(cls, module: Module) -> dict[str, Operation]:
        return {
            "post": Operation(
                id=f"Crm{module.value.title()}_bulk_change",
                summary="Change or delete many records; with dry_run=true, say what that would do, and do nothing",
                tag=TAG,
                answer=ref("CrmBulkChange"),
                components={"CrmBulkChange": _COMPONENTS["CrmBulkChange"]},
                status=201,
                body=schema.of_input(ASKED, required=("kind",)),
                parameters=(schema.parameter("dry_run", {"type": "boolean"}, "Rehearse, and save nothing."),),
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        entered = self.entered(Level.VIEW)
        body = self.body(ASKED, required=("kind",))
        asked = {
            "actor": self.actor,
            "organization": entered.organization,
            "module": self.module.value,
            "kind": body["kind"],
            "selection": {name: body[name] for name in SELECTING if name in body},
            "values": self._values(body),
        }
        if _is_dry_run(request):
            return Response(_planned(plan_bulk(**asked)))
        return Response(_told(start_bulk(**asked)), status=201)

    def _values(self, body: dict[str, Any]) -> dict[str, Any]:
        fields = {name: field for name, field in RESOURCES[self.module].fields.items() if name not in PARTS}
        values = read_body(body.get("values") or {}, fields)
        return values | {name: body[name] for name in (ADD, REMOVE) if name in body}


class BulkChangesView(ApiView):
    """`bulk-changes`: what was changed in bulk, the newest first."""

    operations: ClassVar[dict[str, Operation]] = {
        "get": Operation(
            id="CrmBulkChange_list",
            summary="One's own bulk changes, the newest first; for administrators everybody's",
            tag=TAG,
            answer=ref("CrmBulkChangeList"),
            parameters=schema.list_parameters(CHANGE, can_search=False),
            components={name: _COMPONENTS[name] for name in ("CrmBulkChange", "CrmBulkChangeList")},
        )
    }

    def check_parameters(self, request: Request) -> None:
        """The table of fields does."""

    def get(self, request: Request, **kwargs: Any) -> Response:
        query = read_query(request._request.GET, CHANGE, ordering="-id", can_search=())
        found = bulk_changes(_entered(self)).filter(query.filters)
        page = read_page(found, query, [field.source for field in CHANGE.values()])
        told = [{name: row[field.source] for name, field in CHANGE.items()} for row in page.rows]
        total = found.count() if query.wants_count else None
        return Response(listed(request, told, page.next, page.previous, total))


class BulkChangeOneView(ApiView):
    """`bulk-changes/7`."""

    operations: ClassVar[dict[str, Operation]] = {
        "get": Operation(
            id="CrmBulkChange_read",
            summary="How far a bulk change has come, and what came of it",
            tag=TAG,
            answer=ref("CrmBulkChange"),
            components={"CrmBulkChange": _COMPONENTS["CrmBulkChange"]},
        )
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(_told(get_bulk_change(_entered(self), self.kwargs["change"])))


class BulkRowsView(ApiView):
    """`bulk-changes/7/rows`: what became of each record."""

    operations: ClassVar[dict[str, Operation]] = {
        "get": Operation(
            id="CrmBulkChange_rows",
            summary="What became of each record of a bulk change",
            tag=TAG,
            answer=ref("CrmBulkRowList"),
            parameters=schema.list_parameters(ROW, can_search=False),
            components={name: _COMPONENTS[name] for name in ("CrmBulkRow", "CrmBulkRowList")},
        )
    }

    def check_parameters(self, request: Request) -> None:
        """The table of fields does."""

    def get(self, request: Request, **kwargs: Any) -> Response:
        entered = _entered(self)
        change = get_bulk_change(entered, self.kwargs["change"])
        query = read_query(request._request.GET, ROW, ordering="number", can_search=())
        found = bulk_rows(change).filter(query.filters)
        page = read_page(found, query, ["id", "number"])
        ids = [row["id"] for row in page.rows]
        rows = sorted(BulkChangeRow.objects.filter(pk__in=ids), key=lambda row: ids.index(row.pk))
        told = [
            {"id": row.pk, **{name: line[name] for name in ROW if name != "id"}}
            for row, line in zip(rows, told_rows(entered, change, rows), strict=True)
        ]
        total = found.count() if query.wants_count else None
        return Response(listed(request, told, page.next, page.previous, total))


class BulkUndoView(ApiView):
    """`bulk-changes/7/undo`."""

    operations: ClassVar[dict[str, Operation]] = {
        "post": Operation(
            id="CrmBulkChange_undo",
            summary="Take a bulk change back, as far as nobody has changed it since",
            tag=TAG,
            answer=ref("CrmBulkChange"),
            components={"CrmBulkChange": _COMPONENTS["CrmBulkChange"]},
        )
    }

    def post(self, request: Request, **kwargs: Any) -> Response:
        change = get_bulk_change(_entered(self), self.kwargs["change"])
        return Response(_told(undo_bulk(actor=self.actor, change=change)))


class RestoreView(ModuleView):
    """`accounts/7/restore`: a deleted record, there again."""

    @classmethod
    def describe(cls, module: Module) -> dict[str, Operation]:
        resource = RESOURCES[module]
        return {
            "post": Operation(
                id=f"Crm{module.value.title()}_restore",
                summary="Restore a record that was deleted in the last 60 days, with what hung on it",
                tag=TAG,
                answer=ref(resource.component),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        entered = self.entered(Level.VIEW)
        deleted = binned(entered, self.module, self.kwargs["record"])
        record = restore_record(actor=self.actor, deleted=deleted)
        resource = RESOURCES[self.module](request.user, self.actor)
        resource.organization = resource.enter(entered.organization.pk, Need.VIEW)
        return Response(resource.read_written(record.pk))


def bulk_urls() -> list[URLPattern]:
    """The addresses of bulk changes, below an organization's."""
    found = [
        path("bulk-changes", BulkChangesView.as_view(), name="bulk-changes"),
        path("bulk-changes/<id:change>", BulkChangeOneView.as_view(), name="bulk-change"),
        path("bulk-changes/<id:change>/rows", BulkRowsView.as_view(), name="bulk-change-rows"),
        path("bulk-changes/<id:change>/undo", BulkUndoView.as_view(), name="bulk-change-undo"),
    ]
    for module in RESOURCES:
        found += [
            path(f"{module}/bulk-change", BulkChangeView.of(module), name=f"{module}-bulk-change"),
            path(f"{module}/<id:record>/restore", RestoreView.of(module), name=f"{module}-restore"),
        ]
    return found


def _entered(view: ApiView) -> Access:
    found = access(view.request.user, view.kwargs["organization"])
    if not any(found.may(module, Level.VIEW) for module in Module):
        found.require(Module.ACCOUNTS, Level.VIEW)
    return found


def _told(change: BulkChange) -> dict[str, Any]:
    return {name: getattr(change, field.source) for name, field in CHANGE.items()}


def _planned(plan: BulkPlan) -> dict[str, Any]:
    """In the shape of a bulk change that has no id."""
    results = {"changed": plan.changed, "unchanged": plan.unchanged, "refused": plan.refused}
    refused = [{"id": key, "label": name, "reason": why} for key, name, why in plan.samples]
    texts = {"fault": "", "actor_name": "", "undone_by_name": ""}
    return {**dict.fromkeys(CHANGE), **texts, "total": plan.total, "results": results, "refused": refused}


def _is_dry_run(request: Request) -> bool:
    told = request._request.GET.get("dry_run", "false")
    if told not in ("true", "false"):
        raise invalid([fault("?dry_run", "boolean", _("This must be true or false."))])
    return told == "true"
