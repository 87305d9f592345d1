"""Recurring invoices on the API: the calendar, what each invoice says, and its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern

from finance.api.base import ExtendedResource, names
from finance.api.document_fields import fields_of, lines_of
from finance.api.subscriptions import CUSTOMER, EDITS, verb_urls
from finance.choices import DocumentKind, Extended
from finance.models import RecurringInvoice
from finance.selectors import subscriptions as selectors
from finance.services import recurring_invoices as services
from finance.services.document_kinds import SPECS
from finance.services.drafting import MOST_LINES
from finance.workflow import RECURRING_INVOICE
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.errors import Refused

_SPEC = SPECS[DocumentKind.INVOICE]
_OWN = services.OF_THE_DAY | {"lines"}  # what each invoice has of its own, and what stands beside it


def _of_calendar() -> dict[str, Field]:
    known = of_model(
        RecurringInvoice,
        read=(
            *("id", "number", "status", "customer", "currency", "total", "made", "next_on", "invoice_ids"),
            *("fault", "created_at", "updated_at"),
        ),
        write=names(services.WRITABLE),
        required=("name",),
        orderable=("number", "name", "next_on", "starts_on"),
        expand={"customer": CUSTOMER},
    )
    known["total"] = replace(known["total"], money="currency")
    known["invoices"] = replace(known.pop("invoice_ids"), help="the invoices that were made, in their order")
    return known


INVOICE = {name: field for name, field in fields_of(_SPEC).items() if field.writable and name not in _OWN}
OF_ONE = frozenset({"id", "expense", "bill_line"})  # what is billed once is not billed again and again
LINE = {name: field for name, field in lines_of(_SPEC).items() if field.writable and name not in OF_ONE}
_NAMES = {field.write_as or name: name for name, field in INVOICE.items()}


class RecurringInvoiceResource(ExtendedResource):
    """`/api/v1/finance/{organization}/recurring-invoices`

    `invoice` and `lines` are as invoices have them; what they leave out each invoice takes from its customer, from the
    items and from the preferences on its day.
    """

    name = "recurring-invoices"
    singular = "recurring-invoice"
    component = "FinanceRecurringInvoice"
    model = RecurringInvoice
    extended = Extended.RECURRING_INVOICES
    ordering = "-id"
    rights = EDITS
    fields = {
        **_of_calendar(),
        "invoice": Field(
            kind=Kind.OBJECT,
            source="content",
            write_as="invoice",
            writable=True,
            required=True,
            of=INVOICE,
            schema=schema.of_input(INVOICE, required=("customer",)),
            help="what each invoice says; sent again, it replaces what was there",
        ),
        "lines": Field(
            kind=Kind.ROWS,
            source="content",
            write_as="lines",
            writable=True,
            required=True,
            of=LINE,
            most=MOST_LINES,
            schema={"type": "array", "items": schema.of_input(LINE), "maxItems": MOST_LINES},
            help="its lines; sent again, they replace those that were there",
        ),
    }

    def rows(self) -> QuerySet[RecurringInvoice]:
        return selectors.recurring_invoices(self.organization)

    def search(self, rows: QuerySet[RecurringInvoice], text: str) -> QuerySet[RecurringInvoice]:
        return selectors.search(rows, text)

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        content = row["invoice"]
        row["invoice"] = _told(content["values"], INVOICE)
        row["lines"] = [_told(line, LINE) for line in content["lines"]]
        return row

    def create(self, values: dict[str, Any]) -> RecurringInvoice:
        invoice, lines = values.pop("invoice"), values.pop("lines")
        with _named_within():
            return services.create_recurring_invoice(
                actor=self.actor, organization=self.organization, values=values, invoice=invoice, lines=lines
            )

    def update(self, record: RecurringInvoice, values: dict[str, Any], version: str) -> RecurringInvoice:
        invoice, lines = values.pop("invoice", None), values.pop("lines", None)
        with _named_within():
            return services.update_recurring_invoice(
                actor=self.actor, recurring=record, values=values, invoice=invoice, lines=lines, version=version
            )

    def move(self, record: Any, verb: str, version: str | None) -> RecurringInvoice:
        """Take it where the verb leads."""
        return services.move_recurring_invoice(actor=self.actor, recurring=record, verb=verb, version=version)

    def delete(self, record: RecurringInvoice, version: str) -> None:
        services.delete_recurring_invoice(actor=self.actor, recurring=record, version=version)

    @classmethod
    def urls(cls) -> list[URLPattern]:
        return [*super().urls(), *verb_urls(cls, RECURRING_INVOICE)]


def _told(kept: Mapping[str, Any], table: Mapping[str, Field]) -> dict[str, Any]:
    """What was kept under the services' names, under the API's. What was left out stays out."""
    by = {field.write_as or name: name for name, field in table.items()}
    return {by[name]: value for name, value in kept.items() if name in by and value is not None}


@contextmanager
def _named_within() -> Iterator[None]:
    """A fault of what each invoice says is told where that stands: "/invoice/customer"."""
    try:
        yield
    except Refused as refused:
        told = {f"invoice/{_NAMES[name]}" if name in _NAMES else name: said for name, said in refused.fields.items()}
        refused.fields = told
        raise
