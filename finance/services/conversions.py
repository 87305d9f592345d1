"""Making one document of another: an order or invoice of an estimate, an invoice of an order, a bill of orders.

What was made keeps the way back to where it came from, and the source knows how much of it is used. A document that is
deleted or voided gives back what it had taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance.choices import DocumentKind as Kind
from finance.events import DocumentMoved
from finance.models import (
    Bill,
    BillLine,
    CreditNote,
    Estimate,
    Invoice,
    InvoiceLine,
    PurchaseOrder,
    PurchaseOrderLine,
    SalesOrder,
    SalesOrderLine,
)
from finance.models.documents import Document, DocumentLine
from finance.selectors.custom_fields import carried_over
from finance.services import billing, documents
from finance.services import document_moves as moves
from finance.services.document_kinds import LINE, SPECS
from finance.wording import REFUSALS
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit
from finsuite.kernel.transitions import Table

CARRIED = (
    *("currency", "exchange_rate", "price_precision", "is_tax_inclusive", "discount", "is_discount_before_tax"),
    *("round_off_step", "shipping_charge", "shipping_tax_id", "adjustment", "adjustment_label"),
    *("reference", "notes", "terms", "language", "salesperson_id", "deal_id", "project_id"),
)
ONCE = ("shipping_charge", "shipping_tax_id", "adjustment", "adjustment_label")  # not again on a second invoice
Quantities = Mapping[int, Decimal]


@transaction.atomic
def estimate_to_sales_order(*, actor: Actor, estimate: Estimate, values: Mapping[str, Any] | None = None) -> SalesOrder:
    """The order of what was offered. The estimate stays accepted; a sent one becomes so."""
    estimate = _locked(estimate)
    if estimate.status == "sent":
        estimate = moves.move_document(actor=actor, document=estimate, verb="accept")
    _require_state(estimate, ("accepted",), _("Only an accepted estimate becomes a sales order."))
    made: SalesOrder = documents.create_document(
        actor=actor,
        organization=estimate.organization,
        kind=Kind.SALES_ORDER,
        values=_carried(estimate, Kind.SALES_ORDER, values),
        lines=[_line(line) for line in documents.lines_of(estimate)],
        drawn_from={"estimate_id": estimate.pk},
    )
    return made


@transaction.atomic
def estimate_to_invoice(*, actor: Actor, estimate: Estimate, values: Mapping[str, Any] | None = None) -> Invoice:
    """The invoice of what was offered, as a draft. The estimate is invoiced from then on; an expired one may be."""
    estimate = _locked(estimate)
    target = SPECS[Kind.ESTIMATE].table.target(estimate.status, "invoice", sentence=_sentence(estimate, "invoice"))
    made: Invoice = documents.create_document(
        actor=actor,
        organization=estimate.organization,
        kind=Kind.INVOICE,
        values=_carried(estimate, Kind.INVOICE, values),
        lines=[_line(line) for line in documents.lines_of(estimate)],
        drawn_from={"estimate_id": estimate.pk},
    )
    _book(actor, estimate, "invoice", target)
    return made


@transaction.atomic
def sales_order_to_invoice(
    *,
    actor: Actor,
    order: SalesOrder,
    quantities: Quantities | None = None,
    values: Mapping[str, Any] | None = None,
) -> Invoice:
    """An invoice of an order, as a draft: of what is left of every line, or of these quantities by line id.

    The order is invoiced once nothing is left. Shipping and adjustment go on the first invoice.
    """
    order = _locked(order)
    _require_state(order, ("open",), _("Only a confirmed sales order that isn't invoiced yet can be invoiced."))
    lines = documents.lines_of(order)
    chosen = _chosen(lines, "invoiced_quantity", quantities)
    carried = _carried(order, Kind.INVOICE, values)
    if order.invoiced_quantity:
        carried = {name: value for name, value in carried.items() if name not in ONCE}
    made: Invoice = documents.create_document(
        actor=actor,
        organization=order.organization,
        kind=Kind.INVOICE,
        values=carried,
        lines=_lines(lines, dict(chosen)),
        drawn_from={"estimate_id": order.estimate_id},
    )
    _point_back(InvoiceLine, made, "sales_order_line", [line for line, _quantity in chosen])
    _take(actor, order, "invoiced_quantity", "invoice", {line.pk: quantity for line, quantity in chosen})
    return made


@transaction.atomic
def purchase_orders_to_bill(
    *,
    actor: Actor,
    orders: Sequence[PurchaseOrder],
    number: str,
    quantities: Quantities | None = None,
    values: Mapping[str, Any] | None = None,
) -> Bill:
    """One bill of issued orders of the same vendor and currency, as a draft, under the vendor's number.

    It bills what is left of every line, or these quantities by line id. Faults name lines as counted through all orders
    in the order of their keys.
    """
    held = [_locked(order) for order in sorted(orders, key=lambda order: order.pk)]
    if not held or len({(order.vendor_id, order.currency) for order in held}) != 1:
        sentence = _("Choose orders of one vendor, in one currency.")
        raise Refused(sentence, code="mixed", fields={"orders": [sentence]})
    for order in held:
        _require_state(order, ("open",), _("Only an issued purchase order that isn't billed yet can be billed."))
    ordered = [(order, documents.lines_of(order)) for order in held]
    every = [line for _order, lines in ordered for line in lines]
    billed = dict(_chosen(every, "billed_quantity", quantities))
    giving = [(order, lines) for order, lines in ordered if any(line in billed for line in lines)]
    first, *others = [order for order, _lines in giving]
    given = {**(values or {}), "number": number}
    carried = _carried(first, Kind.BILL, given, *others)
    if first.billed_quantity:
        carried = {name: value for name, value in carried.items() if name not in ONCE or name in given}
    made: Bill = documents.create_document(
        actor=actor,
        organization=first.organization,
        kind=Kind.BILL,
        values=carried,
        lines=[row for _order, lines in giving for row in _lines(lines, billed)],
        drawn_from={},
    )
    _point_back(BillLine, made, "purchase_order_line", list(billed))
    for order, lines in giving:
        taken = {line.pk: billed[line] for line in lines if line in billed}
        _take(actor, order, "billed_quantity", "mark_billed", taken)
    return made


@transaction.atomic
def invoice_to_credit_note(
    *,
    actor: Actor,
    invoice: Invoice,
    quantities: Quantities | None = None,
    values: Mapping[str, Any] | None = None,
) -> CreditNote:
    """A credit note for what was invoiced, in whole or in part, as a draft; it names the invoice that it corrects."""
    invoice = _locked(invoice)
    _require_state(invoice, ("sent", "paid"), _("Only an invoice that was sent can be credited."))
    lines = documents.lines_of(invoice)
    wanted = {line.pk: line.quantity for line in lines} if quantities is None else quantities
    carried = _carried(invoice, Kind.CREDIT_NOTE, values)
    if quantities is not None:
        carried = {name: value for name, value in carried.items() if name not in ONCE}
    made: CreditNote = documents.create_document(
        actor=actor,
        organization=invoice.organization,
        kind=Kind.CREDIT_NOTE,
        values={**carried, "invoice_id": invoice.pk},
        lines=_lines(lines, {line: wanted[line.pk] for line in lines if wanted.get(line.pk)}),
        drawn_from={},
    )
    return made


def release(actor: Actor, document: Document) -> None:
    """Give back what a document that is deleted or voided had taken of its sources."""
    if isinstance(document, Invoice):
        lines = InvoiceLine.objects.filter(document=document, sales_order_line__isnull=False)
        for order, given in _by_order(lines, "sales_order_line"):
            _take(actor, order, "invoiced_quantity", "free", given)
        _free_estimate(actor, document)
        billing.free(actor, document)
    elif isinstance(document, Bill):
        rows = BillLine.objects.filter(document=document, purchase_order_line__isnull=False)
        for order, given in _by_order(rows, "purchase_order_line"):
            _take(actor, order, "billed_quantity", "unmark_billed", given)


def _free_estimate(actor: Actor, invoice: Invoice) -> None:
    """An estimate that no invoice is left of may be invoiced again."""
    if invoice.estimate is None:
        return
    others = invoice.estimate.invoices.exclude(pk=invoice.pk).exclude(status="void")
    estimate = _locked(invoice.estimate)
    if estimate.status == "invoiced" and not others.exists():
        _book(actor, estimate, "free", "accepted")


documents.BEFORE_DELETING.append(release)


@moves.guards(Kind.SALES_ORDER, "void")
@moves.guards(Kind.PURCHASE_ORDER, "cancel")
def _nothing_made_of_it(order: Any) -> None:
    """What is invoiced or billed, even in part, stays."""
    if getattr(order, order.done_field):
        sentence = _("%(number)s is invoiced or billed in part. Void or delete those documents first.")
        raise Refused(sentence % {"number": order.number}, code="in_use")


@moves.follows(Kind.INVOICE, "void")
@moves.follows(Kind.BILL, "void")
def _released(actor: Actor, document: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
    release(actor, document)
    return {}


@moves.follows(Kind.INVOICE, "to_draft")
@moves.follows(Kind.BILL, "reopen")
def _taken_again(actor: Actor, document: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What it bills must still be there to be billed."""
    if isinstance(document, Invoice):
        lines = InvoiceLine.objects.filter(document=document, sales_order_line__isnull=False)
        for order, quantities in _by_order(lines, "sales_order_line"):
            _take(actor, order, "invoiced_quantity", "invoice", {pk: -taken for pk, taken in quantities.items()})
        billing.take_again(actor, document)
    else:
        rows = BillLine.objects.filter(document=document, purchase_order_line__isnull=False)
        for order, quantities in _by_order(rows, "purchase_order_line"):
            _take(actor, order, "billed_quantity", "mark_billed", {pk: -taken for pk, taken in quantities.items()})
    return {}


def _locked(document: Any) -> Any:
    return documents.lock(document)


def _require_state(document: Any, states: tuple[str, ...], sentence: str) -> None:
    if document.status not in states:
        told = _("%(number)s is in the state “%(status)s”.") % {
            "number": document.number,
            "status": document.get_status_display(),
        }
        raise Refused(f"{sentence} {told}", code="wrong_state")


def _carried(source: Any, kind: Kind, values: Mapping[str, Any] | None, *others: Any) -> dict[str, Any]:
    """What the new document takes over: of its source, and of custom values what the `others` do not contradict."""
    spec = SPECS[kind]
    carried = {name: getattr(source, name) for name in CARRIED}
    carried[f"{spec.party}_id"] = getattr(source, f"{spec.party}_id")
    if spec.is_sale:
        carried |= {name: getattr(source, name) for name in ("contact_person_ids", "billing", "shipping")}
    currency = (values or {}).get("currency") or source.currency
    carried |= carried_over(source.organization, spec.extended, [source, *others], currency=currency)
    return {**carried, **(values or {})}


def _line(line: DocumentLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in sorted(LINE)}


def _lines(lines: Sequence[Any], chosen: Mapping[Any, Decimal]) -> list[dict[str, Any]]:
    """The rows of the lines that are chosen. A heading whose line is left out stands above the next of its section."""
    rows, heading = [], ""
    for line in lines:
        heading = line.header or heading
        if line in chosen:
            rows.append({**_line(line), "header": heading, "quantity": chosen[line]})
            heading = ""
    return rows


def _chosen(lines: Sequence[Any], taken: str, quantities: Quantities | None) -> list[tuple[Any, Decimal]]:
    """The lines to bill with their quantities; more than is left is refused under its line."""
    left = {line.pk: line.quantity - getattr(line, taken) for line in lines}
    wanted = {pk: rest for pk, rest in left.items() if rest > 0} if quantities is None else quantities
    faults: dict[str, list[str]] = {}
    for place, line in enumerate(lines):
        asked = wanted.get(line.pk, Decimal(0))
        if asked < 0 or asked > left[line.pk]:
            told = {"left": f"{left[line.pk].normalize():f}", "line": line}
            faults[f"lines/{place}/quantity"] = [_("Of “%(line)s”, %(left)s are left to be billed.") % told]
    if faults:
        raise Refused(_("Some quantities are more than what is left."), fields=faults)
    chosen = [(line, wanted[line.pk]) for line in lines if wanted.get(line.pk)]
    if not chosen:
        sentence = _("There is nothing left to bill.")
        raise Refused(sentence, code="nothing_left", fields={"lines": [sentence]})
    return chosen


def _point_back(model: Any, made: Document, column: str, sources: Sequence[Any]) -> None:
    lines = documents.lines_of(made)
    for line, source in zip(lines, sources, strict=True):
        setattr(line, column, source)
    model.objects.bulk_update(lines, [column])


def _by_order(lines: Any, column: str) -> list[tuple[Any, dict[int, Decimal]]]:
    """The orders that these lines bill, held in the order of their keys, with what each line gives back."""
    given: dict[int, dict[int, Decimal]] = {}
    orders: dict[int, Any] = {}
    for line in lines.select_related(f"{column}__document__organization"):
        source = getattr(line, column)
        orders[source.document_id] = source.document
        back = given.setdefault(source.document_id, {})
        back[source.pk] = back.get(source.pk, Decimal(0)) - line.quantity
    return [(_locked(orders[pk]), given[pk]) for pk in sorted(given)]


def _take(actor: Actor, order: Any, column: str, verb: str, quantities: Mapping[int, Decimal]) -> None:
    """Add these quantities to what is taken of the order's lines (below zero gives back), and move it accordingly."""
    model: Any = SalesOrderLine if isinstance(order, SalesOrder) else PurchaseOrderLine
    lines = documents.lines_of(order)
    for line in lines:
        setattr(line, column, getattr(line, column) + quantities.get(line.pk, Decimal(0)))
        if getattr(line, column) > line.quantity:
            sentence = _("“%(line)s” of %(number)s is billed by another document by now.")
            raise Refused(sentence % {"line": line, "number": order.number}, code="taken")
    model.objects.bulk_update(lines, [column])
    setattr(order, column, sum((getattr(line, column) for line in lines), Decimal(0)))
    is_whole = all(getattr(line, column) == line.quantity for line in lines)
    table: Table = SPECS[order.kind].table
    if is_whole == (verb in ("invoice", "mark_billed")) and table.allows(order.status, verb):
        _book(actor, order, verb, table.target(order.status, verb, sentence=""))
    else:
        order.save(update_fields=[column, "updated_at"])


def _book(actor: Actor, document: Any, verb: str, target: str) -> None:
    before, document.status = document.status, target
    document.save()
    audit.services.record(
        actor=actor,
        tenant=document.organization.tenant,
        subject=document,
        verb=verb,
        before={"status": before},
        after={"status": target},
    )
    emit(DocumentMoved(**documents.facts_of(document, actor), verb=verb, before=before, after=target))


def _sentence(document: Any, verb: str) -> str:
    return str(REFUSALS[verb]) % {"number": document.number, "status": document.get_status_display()}
