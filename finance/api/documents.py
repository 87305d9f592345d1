"""Estimates, sales orders, invoices, credit notes, purchase orders and bills on the API: one resource for the six."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.urls import URLPattern, path

from finance import derived
from finance.api.base import ExtendedResource
from finance.api.document_conversions import CONVERSIONS, ConvertManyView, ConvertView
from finance.api.document_fields import FIGURES, SETTLED, fields_of, flags, verbs
from finance.api.document_moves import MoveView
from finance.api.document_pdf import PdfView
from finance.api.mailing import views_of
from finance.choices import Derived
from finance.choices import DocumentKind as Kind
from finance.models.documents import Document
from finance.selectors import shown
from finance.selectors.days import today
from finance.selectors.document_lists import search
from finance.selectors.document_papers import all_lines
from finance.services import documents as services
from finance.services.document_kinds import SPECS, Spec
from finsuite.kernel.api.fields import Field
from finsuite.kernel.api.resources import Need
from finsuite.kernel.custom_fields.api import CUSTOM
from finsuite.kernel.money import quantize, to_base, trimmed

NOTHING = Decimal(0)


class DocumentResource(ExtendedResource):
    """`/api/v1/finance/{organization}/invoices`, and the like of the other kinds.

    Figures are told as they are stored, with their currency's decimals; the status is the one that is shown today.
    """

    spec: ClassVar[Spec]
    flags: ClassVar[tuple[str, ...]]
    ordering = "-date"

    def __init_subclass__(cls, of: Kind, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.spec = SPECS[of]
        cls.model = cls.spec.model
        cls.name = of.value.replace("_", "-") + "s"
        cls.singular = cls.name.removesuffix("s")
        cls.rights = {Need.CREATE: cls.spec.edit, Need.EDIT: cls.spec.edit, Need.DELETE: cls.spec.delete}
        cls.extended = cls.spec.extended
        cls.fields = {**fields_of(cls.spec), **CUSTOM}
        cls.flags = tuple(flags(of))
        RESOURCES[of] = cls

    @classmethod
    def targets(cls) -> dict[str, type[DocumentResource]]:
        """What such a document can be converted into."""
        return {target.value: RESOURCES[target] for source, target in CONVERSIONS if source is cls.spec.kind}

    @classmethod
    def urls(cls) -> list[URLPattern]:
        one = f"{cls.name}/<id:record>"
        views = {"pdf": PdfView.of(cls), **{verb: MoveView.by(verb).of(cls) for verb in verbs(cls.spec.kind)}}
        views |= {name: view.of(cls) for name, view in views_of(cls.spec.kind).items()}
        if cls.targets():
            views["convert"] = ConvertView.of(cls)
        moves = [path(f"{one}/{verb}", view, name=f"{cls.singular}-{verb}") for verb, view in views.items()]
        if cls.spec.kind is Kind.PURCHASE_ORDER:
            moves.append(path(f"{cls.name}/convert", ConvertManyView.of(cls), name=f"{cls.singular}-convert-many"))
        return [*super().urls(), *moves]

    @cached_property
    def today(self) -> date:
        """The organization's day."""
        return today(self.organization)

    @property
    def table(self) -> dict[str, Field]:
        marks = {name: replace(self.fields[name], matches=self._marked(name)) for name in self.flags}
        return {**super().table, **marks, "status": replace(self.fields["status"], matches=self._in_status)}

    def rows(self) -> QuerySet[Document]:
        rows: QuerySet[Document] = self.spec.model.objects.of(self.organization)
        return rows

    def search(self, rows: QuerySet[Document], text: str) -> QuerySet[Document]:
        return search(rows, text)

    def create(self, values: dict[str, Any]) -> Document:
        given = dict(values)
        lines = given.pop("lines")
        document: Document = services.create_document(
            actor=self.actor, organization=self.organization, kind=self.spec.kind, values=given, lines=lines
        )
        return document

    def update(self, record: Document, values: dict[str, Any], version: str) -> Document:
        given = dict(values)
        lines = given.pop("lines", None)
        document: Document = services.update_document(
            actor=self.actor, document=record, values=given, lines=lines, version=version
        )
        return document

    def delete(self, record: Document, version: str) -> None:
        services.delete_document(actor=self.actor, document=record, version=version)

    def attach(self, name: str, rows: list[dict[str, Any]]) -> None:
        table = self.fields["lines"].of or {}
        found: dict[int, list[dict[str, Any]]] = defaultdict(list)
        lines = all_lines(self.spec.model, [row["id"] for row in rows])
        for line in lines.values("document_id", *(field.source for field in table.values())):
            found[line["document_id"]].append({name: line[field.source] for name, field in table.items()})
        for row in rows:
            row["lines"] = [_shape_line(line, row["currency"]) for line in found[row["id"]]]

    def unsaved(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "id": None, "lines": [{**line, "id": None} for line in row["lines"]]}

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        base, rate = self.organization.base_currency, row["exchange_rate"]
        for name in _BASE_FIGURES:
            row[name] = quantize(row[name], base)
        for name in SETTLED.keys() & row.keys():
            row[f"{name}_base"] = to_base(row[name], rate, base) if row[name] else quantize(NOTHING, base)
        if "balance_base" in row:
            row["balance_base"] = quantize(row["balance_base"], base)
        state = self._state(row)
        row["status"] = derived.shown(state, self.today)
        for name in self.flags:
            row[name] = _TELLS[name](state, self.today)
        for name in _BARE & row.keys():
            row[name] = _bare(row[name])
        row["taxes"] = [_shape_tax(tax) for tax in row["taxes"]]
        return row

    def _state(self, row: dict[str, Any]) -> derived.State:
        model = self.spec.model
        is_payable = "balance" in row
        return derived.State(
            kind=self.spec.kind,
            status=row["status"],
            until=row[model.until_field],
            done=row["total"] - row["balance"] if is_payable else row.get(model.done_field, NOTHING),
            open=row["balance"] if is_payable else NOTHING,
        )

    def _in_status(self, suffix: str, asked: Any) -> Q:
        among = asked if suffix == "among" else [asked]
        return reduce(or_, (shown.showing(self.spec.model, status, self.today) for status in among))

    def _marked(self, name: str) -> Callable[[str, Any], Q]:
        tell = _FINDS[name]
        return lambda _suffix, asked: tell(self.spec.model, self.today) if asked else ~tell(self.spec.model, self.today)


RESOURCES: dict[Kind, type[DocumentResource]] = {}

_BASE_FIGURES = tuple(f"{name}_base" for name in FIGURES)
_BARE = frozenset({"exchange_rate", "round_off_step", "invoiced_quantity", "billed_quantity"})
_PARTIAL = ("is_partially_paid", "is_partially_invoiced", "is_partially_billed")

_TELLS: dict[str, Callable[[derived.State, date], bool]] = {
    "is_expired": lambda state, day: derived.shown(state, day) == Derived.EXPIRED,
    "is_overdue": derived.is_overdue,
    **dict.fromkeys(_PARTIAL, lambda state, _day: derived.is_partial(state)),
}
_FINDS: dict[str, Callable[[type[Document], date], Q]] = {
    "is_expired": shown.expired,
    "is_overdue": shown.overdue,
    **dict.fromkeys(_PARTIAL, lambda model, _day: shown.partial(model)),
}


class EstimateResource(DocumentResource, of=Kind.ESTIMATE):
    """What customers are offered."""

    component = "FinanceEstimate"


class SalesOrderResource(DocumentResource, of=Kind.SALES_ORDER):
    """What customers have ordered."""

    component = "FinanceSalesOrder"


class InvoiceResource(DocumentResource, of=Kind.INVOICE):
    """What customers owe."""

    component = "FinanceInvoice"


class CreditNoteResource(DocumentResource, of=Kind.CREDIT_NOTE):
    """What customers get back."""

    component = "FinanceCreditNote"


class PurchaseOrderResource(DocumentResource, of=Kind.PURCHASE_ORDER):
    """What is ordered from vendors."""

    component = "FinancePurchaseOrder"


class BillResource(DocumentResource, of=Kind.BILL):
    """What vendors are owed."""

    component = "FinanceBill"


def _shape_line(line: dict[str, Any], currency: str) -> dict[str, Any]:
    line["rate"] = trimmed(line["rate"], currency)
    for name in ("item_total", "taxable", "tax_total"):
        line[name] = quantize(line[name], currency)
    for name in ("quantity", "invoiced_quantity", "billed_quantity"):
        if name in line:
            line[name] = _bare(line[name])
    return line


def _shape_tax(tax: dict[str, Any]) -> dict[str, Any]:
    """A row of the taxes as it is stored, with its amounts as they are and its rate without needless zeros."""
    told = {name: value for name, value in tax.items() if name != "key"}
    return {"tax": int(tax["key"]), **told, "rate": _bare(Decimal(tax["rate"]))}


def _bare(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"
