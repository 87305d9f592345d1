"""Making one document of another: `POST estimates/7/convert {"to": "invoice"}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from finance.choices import DocumentKind as Kind
from finance.models.documents import Document
from finance.services import conversions
from finance.services.documents import lines_of
from finsuite.kernel.actors import Actor
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, FieldError, api_name
from finsuite.kernel.api.fields import Kind as As
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resource_views import ResourceView
from finsuite.kernel.api.resources import Need, etag
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.errors import NotFound, Refused

Quantities = Mapping[int, Decimal] | None
Values = dict[str, Any]
Conversion = Callable[[Actor, Any, Quantities, Values], Document]


def _order(actor: Actor, estimate: Any, _quantities: Quantities, values: Values) -> Document:
    return conversions.estimate_to_sales_order(actor=actor, estimate=estimate, values=values)


def _invoice(actor: Actor, estimate: Any, _quantities: Quantities, values: Values) -> Document:
    return conversions.estimate_to_invoice(actor=actor, estimate=estimate, values=values)


def _invoice_of_order(actor: Actor, order: Any, quantities: Quantities, values: Values) -> Document:
    return conversions.sales_order_to_invoice(actor=actor, order=order, quantities=quantities, values=values)


def _credit_note(actor: Actor, invoice: Any, quantities: Quantities, values: Values) -> Document:
    return conversions.invoice_to_credit_note(actor=actor, invoice=invoice, quantities=quantities, values=values)


def _bill(actor: Actor, order: Any, quantities: Quantities, values: Values) -> Document:
    number = values.pop("number", "")
    return conversions.purchase_orders_to_bill(
        actor=actor, orders=[order], number=number, quantities=quantities, values=values
    )


CONVERSIONS: dict[tuple[Kind, Kind], Conversion] = {
    (Kind.ESTIMATE, Kind.SALES_ORDER): _order,
    (Kind.ESTIMATE, Kind.INVOICE): _invoice,
    (Kind.SALES_ORDER, Kind.INVOICE): _invoice_of_order,
    (Kind.INVOICE, Kind.CREDIT_NOTE): _credit_note,
    (Kind.PURCHASE_ORDER, Kind.BILL): _bill,
}
IN_PARTS = frozenset({Kind.SALES_ORDER, Kind.INVOICE, Kind.PURCHASE_ORDER})
"""What can be converted line by line, some of each."""

QUANTITY = {
    "line": Field(kind=As.ID, writable=True, required=True, help="its id"),
    "quantity": Field(kind=As.DECIMAL, digits=18, places=6, writable=True, required=True),
}


ORDERS = {
    "to": Field(kind=As.CHOICE, choices=("bill",), writable=True, required=True),
    "orders": Field(
        kind=As.ROWS,
        of={"order": Field(kind=As.ID, writable=True, required=True, help="its id")},
        most=100,
        writable=True,
        required=True,
    ),
    "quantities": Field(
        kind=As.ROWS,
        of=QUANTITY,
        most=1000,
        writable=True,
        help="how many of which lines of these orders; without it, whatever is left of all",
    ),
    "values": Field(kind=As.JSON, schema={"type": "object"}, writable=True, help="the vendor's `number`, and the like"),
}


class ConvertView(ResourceView):
    """`convert`: the draft that is made of a document."""

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        targets = resource.targets()
        answers = [ref(target.component) for target in targets.values()]
        return {
            "post": Operation(
                id=f"{resource.component}_convert",
                summary=f"Make another document of one of the {resource.name}: a draft",
                tag=resource.tag,
                status=201,
                answer=answers[0] if len(answers) == 1 else {"anyOf": answers},
                body=schema.of_input(_asked(resource), required=("to",)),
                components={target.component: schema.of_table(target.fields) for target in targets.values()},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.EDIT)
        source = self.resource.record(self.kwargs["record"])
        resource: Any = self.resource_class
        asked = self.body(_asked(resource), required=("to",))
        target = resource.targets()[asked["to"]](self.request.user, self.actor)
        target.organization = self.resource.organization
        values = _read_values(target, asked.get("values", {}))
        rows = asked.get("quantities")
        lines = [line.pk for line in lines_of(source)] if rows is not None else []
        quantities = None if rows is None else _read_quantities(rows, lines)
        convert = CONVERSIONS[source.kind, target.spec.kind]
        try:
            made = convert(self.actor, source, quantities, values)
        except Refused as refused:
            refused.fields = {_place(name, target, rows or [], lines): said for name, said in refused.fields.items()}
            raise
        row = target.read_written(made.pk)
        root = request.path.rsplit(f"/{resource.name}/", 1)[0]
        headers = {"ETag": etag(row), "Location": f"{root}/{target.name}/{made.pk}"}
        return Response(row, status=201, headers=headers)

    def renamed(self, error: Exception) -> Exception:
        return error  # told in the words of what is made, not of what it is made of


class ConvertManyView(ResourceView):
    """`purchase-orders/convert`: one bill, a draft, of several orders of one vendor: of what is left, or a part."""

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        target = resource.targets()["bill"]
        return {
            "post": Operation(
                id=f"{resource.component}_convertMany",
                summary="Make one bill of several orders of one vendor, in one currency: a draft",
                tag=resource.tag,
                status=201,
                answer=ref(target.component),
                body=schema.of_input(ORDERS, required=("to", "orders")),
                components={target.component: schema.of_table(target.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.EDIT)
        resource: Any = self.resource_class
        asked = self.body(ORDERS, required=("to", "orders"))
        target = resource.targets()["bill"](self.request.user, self.actor)
        target.organization = self.resource.organization
        values = _read_values(target, asked.get("values", {}))
        orders = self._orders([row["order"] for row in asked["orders"]])
        rows = asked.get("quantities")
        lines = [line.pk for order in orders for line in lines_of(order)] if rows is not None else []
        quantities = None if rows is None else _read_quantities(rows, lines)
        number = values.pop("number", "")
        try:
            made = conversions.purchase_orders_to_bill(
                actor=self.actor, orders=orders, number=number, quantities=quantities, values=values
            )
        except Refused as refused:
            refused.fields = {
                name if name == "orders" else _place(name, target, rows or [], lines): said
                for name, said in refused.fields.items()
            }
            raise
        row = target.read_written(made.pk)
        root = request.path.rsplit(f"/{resource.name}/", 1)[0]
        headers = {"ETag": etag(row), "Location": f"{root}/{target.name}/{made.pk}"}
        return Response(row, status=201, headers=headers)

    def _orders(self, keys: Sequence[int]) -> list[Any]:
        """The orders, by their keys: as the service counts their lines."""
        found, faults = [], []
        for place, pk in enumerate(keys):
            pointer = f"/orders/{place}/order"
            if pk in keys[:place]:
                faults.append(fault(pointer, "repeated", _("This order is named twice.")))
                continue
            try:
                found.append(self.resource.record(pk))
            except NotFound as absent:
                faults.append(fault(pointer, "not_found", absent.message))
        if faults:
            raise invalid(faults)
        return sorted(found, key=lambda order: int(order.pk))

    def renamed(self, error: Exception) -> Exception:
        return error


def _asked(resource: Any) -> dict[str, Field]:
    """What a conversion of such a document takes."""
    table = {
        "to": Field(kind=As.CHOICE, choices=tuple(resource.targets()), writable=True, required=True),
        "values": Field(kind=As.JSON, schema={"type": "object"}, writable=True, help="what is to be otherwise"),
    }
    if resource.spec.kind in IN_PARTS:
        told = "how many of which lines; without it, whatever is left"
        table["quantities"] = Field(kind=As.ROWS, of=QUANTITY, most=1000, writable=True, help=told)
    return table


def _read_values(target: Any, given: Any) -> Values:
    """What the new document is to have otherwise. It stays with its party, in its currency, and has the lines it is
    made of."""
    fixed = ("lines", target.spec.party, "currency")
    free = {
        name: replace(field, required=False)
        for name, field in target.fields.items()
        if field.writable and name not in fixed
    }
    try:
        values: Values = Field(kind=As.OBJECT, of=free).parse(given)
    except FieldError as error:
        raise invalid(error.faults("/values")) from error
    return values


def _read_quantities(rows: list[dict[str, Any]], lines: list[int]) -> dict[int, Decimal]:
    found = []
    for place, row in enumerate(rows):
        if row["line"] not in lines:
            found.append(fault(f"/quantities/{place}/line", "not_found", _("This document has no such line.")))
        elif row["line"] in [other["line"] for other in rows[:place]]:
            found.append(fault(f"/quantities/{place}/line", "repeated", _("This line is named twice.")))
    if found:
        raise invalid(found)
    return {row["line"]: row["quantity"] for row in rows}


def _place(name: str, target: Any, rows: list[dict[str, Any]], lines: list[int]) -> str:
    """Where in the body a fault lies that the service tells by a line of the source, or by a field of the target."""
    if name.startswith("lines"):
        parts = name.split("/")
        asked = [row["line"] for row in rows]
        if len(parts) == 3 and parts[2] == "quantity" and lines and lines[int(parts[1])] in asked:
            return f"quantities/{asked.index(lines[int(parts[1])])}/quantity"
        return "quantities"
    return f"values/{api_name(target.fields, name)}"
