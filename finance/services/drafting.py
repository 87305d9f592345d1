"""Putting a document together, unsaved: its party, its lines with their items and taxes, and its figures.

Nothing here writes. What it reads, it reads at once for all lines: the statements don't grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from finance import figures, totals
from finance.models import Currency, Item, Organization
from finance.models.documents import Document, DocumentLine
from finance.selectors.rates import rate_on
from finance.selectors.taxes import resolve
from finance.services.document_kinds import Spec
from finance.services.document_references import keep_customer, unknown_customers
from finance.services.tax_treatment import bears_tax
from finance.wording import FAULTS, FIELDS
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import assign

MOST_LINES = 1000
BASE_FIGURES = (
    "sub_total",
    "discount_total",
    "shipping_charge",
    "tax_total",
    "adjustment",
    "round_off",
    "total",
)

Taxes = Mapping[int, tuple[totals.TaxRate, ...]]
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Around:
    """What the lines of one document refer to, read once."""

    items: Mapping[int, Item]
    taxes: Taxes


def read_around(document: Document, given: Sequence[Given], kept: Iterable[DocumentLine] = ()) -> Around:
    """The items and taxes that the lines name; one that isn't there is refused under its line."""
    organization = document.organization
    item_ids = {row["item_id"] for row in given if row.get("item_id")}
    items = Item.objects.of(organization).in_bulk(item_ids) if item_ids else {}
    faults = {
        f"lines/{place}/item_id": [_("There is no such item.")]
        for place, row in enumerate(given)
        if row.get("item_id") and row["item_id"] not in items
    }
    asked = {pk for row in given for pk in row.get("tax_ids") or ()}
    asked |= {pk for item in items.values() for pk in _taxes_of(item, document)}
    asked |= {pk for line in kept for pk in line.tax_ids}
    if document.shipping_tax_id:
        asked.add(document.shipping_tax_id)
    taxes = resolve(organization, asked) if asked else {}
    for place, row in enumerate(given):
        if any(pk not in taxes for pk in row.get("tax_ids") or ()):
            faults[f"lines/{place}/tax_ids"] = [_("There is no such tax.")]
    if document.shipping_tax_id and document.shipping_tax_id not in taxes:
        faults["shipping_tax_id"] = [_("There is no such tax.")]
    faults |= unknown_customers(document, given)
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    return Around(items, taxes)


def draw_lines(
    spec: Spec, document: Document, given: Sequence[Given], around: Around, kept: Mapping[int, DocumentLine]
) -> list[DocumentLine]:
    """The document's lines as they will be. A row with the `id` of a line changes that line; the others are new."""
    if len(given) > MOST_LINES:
        sentence = _("A document has at most %(most)d lines; this has %(count)d.")
        told = sentence % {"most": MOST_LINES, "count": len(given)}
        raise Refused(told, code="too_many_lines", fields={"lines": [told]})
    lines: list[DocumentLine] = []
    faults: dict[str, list[str]] = {}
    for place, row in enumerate(given):
        try:
            lines.append(_draw_line(spec, document, row, around, kept, place))
        except Refused as refused:
            faults |= {f"lines/{place}/{name}": said for name, said in refused.fields.items()}
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    return lines


def _draw_line(
    spec: Spec, document: Document, row: Given, around: Around, kept: Mapping[int, DocumentLine], place: int
) -> DocumentLine:
    pk = row.get("id")
    line = kept.get(pk) if pk else spec.line(document=document)  # type: ignore[misc]
    if line is None:
        sentence = _("This document has no such line.")
        raise Refused(sentence, code="not_found", fields={"id": [sentence]})
    values = {name: value for name, value in row.items() if name != "id"}
    item = around.items.get(values.get("item_id") or 0)
    if item is not None and item.pk != line.item_id:
        values = {**_from_item(item, document), **{name: value for name, value in values.items() if value is not None}}
    before = line.tax_ids
    keep_customer(line, values)
    assign(line, values, allowed=spec.line_writable)
    line.position = place
    if not bears_tax(document):
        line.tax_ids = []
    if not (line.name or line.description or line.header):
        sentence = _("Name what is sold, or choose an item.")
        raise Refused(sentence, code="required", fields={"name": [sentence]})
    if line.quantity <= 0:
        sentence = _("A quantity is above zero. For a deduction, give a negative rate.")
        raise Refused(sentence, fields={"quantity": [sentence]})
    # What was issued keeps the taxes it was issued with, unless others are chosen.
    if line.pk is None or line.tax_ids != before or not document.is_issued:
        line.taxes = [_kept(tax) for pk in line.tax_ids for tax in around.taxes[pk]]
    return line


def _kept(tax: totals.TaxRate) -> dict[str, Any]:
    return {"id": tax.key, "name": tax.name, "rate": str(tax.rate), "is_compound": tax.is_compound}


def _taxes_of(item: Item, document: Document) -> list[int]:
    tax_id = item.sales_tax_id if hasattr(document, "customer_id") else item.purchase_tax_id
    return [tax_id] if tax_id else []


def _from_item(item: Item, document: Document) -> dict[str, Any]:
    """What a line takes from its item; the price in the document's currency."""
    is_sale = hasattr(document, "customer_id")
    price = item.sales_rate if is_sale else item.purchase_rate
    return {
        "name": item.name,
        "description": item.sales_description if is_sale else item.purchase_description,
        "unit": item.unit,
        "rate": price_in(price, document.exchange_rate, document.price_precision),
        "tax_ids": _taxes_of(item, document),
    }


def price_in(price: Decimal, rate: Decimal, places: int) -> Decimal:
    """A price in base currency as one in a currency that `rate` base is one unit of, to so many decimals."""
    return figures.rounded(figures.CONTEXT.divide(price, rate), (figures.RATE[0], places), "rate")


def compute(document: Document, lines: Sequence[DocumentLine], taxes: Taxes) -> None:
    """Set every figure of the document and of its lines. Raises Refused that names the line and the field at fault."""
    shipping_taxes = taxes[document.shipping_tax_id] if document.shipping_tax_id and bears_tax(document) else ()
    rules = totals.Rules(
        currency=document.currency,
        price_precision=document.price_precision,
        is_tax_inclusive=document.is_tax_inclusive,
        discount=document.discount,
        is_discount_before_tax=document.is_discount_before_tax,
        shipping_charge=document.shipping_charge,
        shipping_taxes=shipping_taxes,
        adjustment=document.adjustment,
        round_off=document.round_off_step,
    )
    try:
        found = totals.compute([_computed_from(line) for line in lines], rules)
        base = totals.to_base(found, document.exchange_rate, document.organization.base_currency)
    except totals.Faulty as faulty:
        raise _refused(faulty) from faulty
    for line, row in zip(lines, found.lines, strict=True):
        line.rate, line.item_total = row.rate, row.item_total
        line.taxable, line.tax_total = row.taxable, row.tax
    for name in BASE_FIGURES:
        setattr(document, name, getattr(found, name))
        setattr(document, f"{name}_base", getattr(base, name))
    document.taxes = [
        {
            "key": row.key,
            "name": row.name,
            "rate": str(row.rate),
            "is_compound": row.is_compound,
            "taxable": str(row.taxable),
            "amount": str(row.amount),
            "taxable_base": str(in_base.taxable),
            "amount_base": str(in_base.amount),
        }
        for row, in_base in zip(found.taxes, base.taxes, strict=True)
    ]


def _computed_from(line: DocumentLine) -> totals.Line:
    taxes = tuple(
        totals.TaxRate(key=str(tax["id"]), name=tax["name"], rate=Decimal(tax["rate"]), is_compound=tax["is_compound"])
        for tax in line.taxes
    )
    return totals.Line(quantity=line.quantity, rate=line.rate, discount=line.discount, taxes=taxes)


def _refused(faulty: totals.Faulty) -> Refused:
    sentence = str(FAULTS[faulty.code])
    name = FIELDS.get(faulty.field, faulty.field)
    name = name if faulty.line is None else f"lines/{faulty.line}/{name}"
    return Refused(sentence, code=faulty.code, fields={name: [sentence]})


def rate_of(organization: Organization, code: str, day: date) -> Decimal:
    """The exchange rate that a new document of this day begins with; a currency that isn't worked in is refused."""
    if code != organization.base_currency:
        if not Currency.objects.of(organization).filter(code=code, is_active=True).exists():
            sentence = _("%(organization)s does not work in %(currency)s. Add it under Settings, Currencies first.") % {
                "organization": organization.name,
                "currency": code,
            }
            raise Refused(sentence, code="unknown_currency", fields={"currency": [sentence]})
        return rate_on(organization, code, day)
    return Decimal(1)
