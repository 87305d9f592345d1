"""Plans and subscriptions on the API: offered, subscribed to, and moved by their verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import F, QuerySet
from django.db.models.functions import ExtractDay
from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from finance.api.base import ExtendedResource, names
from finance.choices import Extended
from finance.models import Plan, Subscription
from finance.rights import Right
from finance.selectors import subscriptions as selectors
from finance.services import plans, subscriptions
from finance.wording import SUBSCRIPTION_BUTTONS
from finance.workflow import OF_DAYS, SUBSCRIPTION
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.listing import read_page, read_query
from finsuite.kernel.api.resource_views import BulkView, CollectionView, HistoryView, RecordView, ResourceView, listed
from finsuite.kernel.api.resources import Need, etag
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.errors import TransitionRefused
from finsuite.kernel.money import trimmed
from finsuite.kernel.transitions import Table

EDITS = {Need.CREATE: Right.SALES_EDIT, Need.EDIT: Right.SALES_EDIT, Need.DELETE: Right.SALES_DELETE}
TAX = ("id", "name", "rate", "is_group")
CUSTOMER = ("id", "number", "display_name")


class PlanResource(ExtendedResource):
    """`/api/v1/finance/{organization}/plans`. Prices are in base currency."""

    name = "plans"
    singular = "plan"
    component = "FinancePlan"
    model = Plan
    extended = Extended.PLANS
    ordering = "code"
    rights = EDITS
    fields = of_model(
        Plan,
        write=names(plans.WRITABLE),
        required=("code", "name", "price"),
        orderable=("code", "name", "price"),
        order_by={"code": "code_key"},
        expand={"tax": TAX},
    )

    def rows(self) -> QuerySet[Plan]:
        return selectors.plans(self.organization)

    def search(self, rows: QuerySet[Plan], text: str) -> QuerySet[Plan]:
        return selectors.search_plans(rows, text)

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        for name in ("price", "setup_fee"):
            row[name] = trimmed(row[name], self.organization.base_currency)
        return row

    def create(self, values: dict[str, Any]) -> Plan:
        return plans.create_plan(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Plan, values: dict[str, Any], version: str) -> Plan:
        return plans.update_plan(actor=self.actor, plan=record, values=values, version=version)

    def delete(self, record: Plan, version: str) -> None:
        plans.delete_plan(actor=self.actor, plan=record, version=version)


def _of_subscription() -> dict[str, Field]:
    columns = [name for name in names(subscriptions.WRITABLE) if name not in ("trial_days", "deal", "project")]
    known = of_model(
        Subscription,
        read=(
            *("id", "number", "status", "unit", "interval", "first_bill_on", "next_bill_on", "billed", "reminded"),
            *("cancelled_on", "fault", "created_at", "updated_at"),
        ),
        write=(*columns, "deal_id", "project_id"),
        required=("customer", "plan"),
        orderable=("number", "next_bill_on", "starts_on", "price"),
        expand={"customer": CUSTOMER, "plan": ("id", "code", "name"), "tax": TAX},
    )
    for name in ("price", "setup_fee"):
        known[name] = replace(known[name], money="currency")
    for name in ("deal", "project"):
        known[name] = replace(known.pop(f"{name}_id"), kind=Kind.ID)
    known["trial_days"] = Field(
        kind=Kind.INTEGER,
        source="trial_days",
        write_as="trial_days",
        writable=True,
        minimum=0,
        maximum=3650,
        help="days from its start to the first day that is paid for; set when it is made, else the plan's",
    )
    return known


class SubscriptionResource(ExtendedResource):
    """`/api/v1/finance/{organization}/subscriptions`. Once made, what is agreed may change; it is never deleted."""

    name = "subscriptions"
    singular = "subscription"
    component = "FinanceSubscription"
    model = Subscription
    extended = Extended.SUBSCRIPTIONS
    ordering = "-id"
    rights = EDITS
    fields = _of_subscription()

    def rows(self) -> QuerySet[Subscription]:
        found = selectors.subscriptions(self.organization)
        return found.annotate(trial_days=ExtractDay(F("first_bill_on") - F("starts_on")))

    def search(self, rows: QuerySet[Subscription], text: str) -> QuerySet[Subscription]:
        return selectors.search(rows, text)

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        row["quantity"] = f"{Decimal(row['quantity']).normalize():f}"
        return row

    def create(self, values: dict[str, Any]) -> Subscription:
        return subscriptions.create_subscription(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Subscription, values: dict[str, Any], version: str) -> Subscription:
        return subscriptions.update_subscription(actor=self.actor, subscription=record, values=values, version=version)

    def move(self, record: Any, verb: str, version: str | None) -> Subscription:
        """Take it where the verb leads."""
        return subscriptions.move_subscription(actor=self.actor, subscription=record, verb=verb, version=version)

    @classmethod
    def urls(cls) -> list[URLPattern]:
        one = f"{cls.name}/<id:record>"
        return [
            path(cls.name, CollectionView.of(cls), name=cls.name),
            path(f"{cls.name}/bulk", BulkView.of(cls), name=f"{cls.name}-bulk"),
            path(one, KeptView.of(cls), name=cls.singular),
            path(f"{one}/history", HistoryView.of(cls), name=f"{cls.singular}-history"),
            path(f"{one}/invoices", TermsView.of(cls), name=f"{cls.singular}-invoices"),
            *verb_urls(cls, SUBSCRIPTION),
        ]


class KeptView(RecordView):
    """Of what is read and changed, but never deleted."""

    http_method_names = ["get", "head", "patch"]

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {method: told for method, told in super().describe(resource).items() if method != "delete"}


class VerbView(ResourceView):
    """`subscriptions/7/pause`: one verb. Which there are, and from which states, the table of moves says."""

    verb: ClassVar[str]
    table: ClassVar[Table]

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {
            "post": Operation(
                id=f"{resource.component}_{cls.verb}",
                summary=f"{SUBSCRIPTION_BUTTONS[cls.verb]}; illegal moves are a 409 with `state`, `verb`, `legal`",
                tag=resource.tag,
                answer=ref(resource.component),
                refusals=("409", "412"),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.EDIT)
        record = self.resource.record(self.kwargs["record"])
        version = self.version() if "If-Match" in request.headers else None
        moved = self.resource.move(record, self.verb, version)  # type: ignore[attr-defined]
        row = self.resource.read_written(moved.pk)
        return Response(row, headers={"ETag": etag(row)})

    def renamed(self, error: Exception) -> Exception:
        if isinstance(error, TransitionRefused):
            error.verb = error.verb.replace("_", "-")
            error.legal = [verb.replace("_", "-") for verb in error.legal if verb not in OF_DAYS]
        return super().renamed(error)


def verb_urls(resource: Any, table: Table) -> list[URLPattern]:
    """The addresses of the verbs that a program may ask for."""
    verbs = [move.verb for move in table.moves if move.verb not in OF_DAYS]
    return [
        path(f"{resource.name}/<id:record>/{told}", view, name=f"{resource.singular}-{told}")
        for told, view in ((verb.replace("_", "-"), _doing(resource, verb, table)) for verb in verbs)
    ]


def _doing(resource: Any, verb: str, table: Table) -> Callable[..., Any]:
    name = f"{resource.singular.title()}{verb.title()}View".replace("-", "").replace("_", "")
    return type(name, (VerbView,), {"verb": verb, "table": table}).of(resource)  # type: ignore[attr-defined, no-any-return]


TERM: Mapping[str, Field] = {
    "id": Field(kind=Kind.ID, source="id", orderable=True),
    "since": Field(kind=Kind.DATE, source="since", help="the first day of the term"),
    "until": Field(kind=Kind.DATE, source="until", help="its last day"),
    "invoice": Field(kind=Kind.ID, source="invoice_id"),
    **{
        name: Field(kind=kind, source=f"invoice__{name}", digits=21, places=4)
        for name, kind in (
            ("number", Kind.TEXT),
            ("status", Kind.TEXT),
            ("date", Kind.DATE),
            ("due_date", Kind.DATE),
            ("currency", Kind.TEXT),
            ("total", Kind.DECIMAL),
            ("balance", Kind.DECIMAL),
        )
    },
}


class TermsView(ResourceView):
    """`subscriptions/7/invoices`: the terms that were invoiced, the latest first, with their invoices."""

    parameters = ("limit", "cursor", "count")

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {
            "get": Operation(
                id=f"{resource.component}_invoices",
                summary="The terms of a subscription that were invoiced, with their invoices",
                tag=resource.tag,
                answer=ref("FinanceSubscriptionTermList"),
                parameters=(schema.LIMIT, schema.CURSOR, schema.COUNT),
                components={
                    "FinanceSubscriptionTerm": schema.of_table(TERM),
                    "FinanceSubscriptionTermList": schema.page_of("FinanceSubscriptionTerm"),
                },
            )
        }

    def get(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.VIEW)
        subscription = self.resource.record(self.kwargs["record"])
        query = read_query(request._request.GET, {"id": TERM["id"]}, ordering="-id", can_search=())
        rows = selectors.terms_of(subscription)
        page = read_page(rows, query, [field.source for field in TERM.values()])
        total = rows.count() if query.wants_count else None
        return Response(listed(request, _terms(page.rows), page.next, page.previous, total))


def _terms(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    told = [{name: row[field.source] for name, field in TERM.items()} for row in rows]
    for row in told:
        for name in ("total", "balance"):
            row[name] = trimmed(row[name], row["currency"])
    return told
