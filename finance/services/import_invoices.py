"""Entering an imported invoice: with its number and figures as they were, sent or void as it was, and what was paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finance.choices import DocumentKind, ImportedKind, InvoiceStatus, PaymentMode
from finance.imports import invoicing
from finance.imports.reading import Entry
from finance.imports.words import SENT, VOID
from finance.models import Customer, Invoice
from finance.selectors.import_known import invoice_numbered, items_meant, known_by_source, named, term_meant
from finance.services.customers import create_customer
from finance.services.document_moves import move_document
from finance.services.documents import create_document
from finance.services.import_books import Applied, Books, Unfit, member_of, on_lines, one, remember
from finance.services.import_taxes import Taxes
from finance.services.payments import record_payment
from finance.services.write_offs import write_off
from finsuite.kernel.imports.problems import Particular, Problem
from finsuite.kernel.imports.tables import ImportOutcome
from finsuite.kernel.money import quantize

PLAIN = (
    *("number", "date", "due_date", "reference", "currency", "is_tax_inclusive", "is_discount_before_tax"),
    *("shipping_charge", "notes", "terms"),
)
Given = dict[str, Any]


def apply_invoice(books: Books, entry: Entry) -> Applied:
    """Enter the invoice. One whose number is here already is compared, and never changed."""
    problems = invoicing.amount_problems(entry.values)
    if problems:
        raise Unfit(*problems)
    known = invoice_numbered(books.organization, entry.values["number"])
    if known is not None:
        return _compared(books, entry, known)
    applied = Applied(ImportOutcome.CREATE, ImportedKind.INVOICE)
    customer = _customer(books, entry, applied)
    taxes = Taxes(books, applied)
    values = _values(books, entry, customer, taxes)
    lines = _lines(books, entry, taxes)
    with on_lines(entry.lines):
        invoice = _created(books, entry, values, lines, applied)
    remember(books, ImportedKind.INVOICE, entry.values.get("source_id", ""), invoice)
    applied.record = _moved(books, entry, invoice, applied)
    return applied


def _compared(books: Books, entry: Entry, known: Invoice) -> Applied:
    """The invoice that is here under this number: it must say the same; what is paid of it may have moved on."""
    said = entry.values
    differing = [
        Problem("exists_differently", name, {"here": here, "there": there, **how})
        for name, here, there, how in (
            ("total", _amount(known.total, known), _amount(said.get("total"), known), {"currency": known.currency}),
            ("date", known.date.isoformat(), said["date"].isoformat(), {"kind": "day"}),
            ("currency", known.currency, said.get("currency", ""), {}),
            ("customer", known.customer.display_name, _customer_name(books, entry, known), {}),
        )
        if there and here != there
    ]
    if differing:
        raise Unfit(*differing)
    remember(books, ImportedKind.INVOICE, said.get("source_id", ""), known)
    if (known.status == InvoiceStatus.VOID) != (invoicing.state_of(said) == VOID):
        return _skipped(known, Problem("is_void_here", "", {"here": known.status, "kind": "status"}))
    settled = invoicing.settled_of(said)
    is_settled = settled.paid or settled.written_off or settled.credited
    if books.job.records_payments and is_settled and said["balance"] != known.balance:
        return _skipped(known, Problem("moved_on", "balance", _told(known, here=known.balance)))
    return Applied(ImportOutcome.UNCHANGED, ImportedKind.INVOICE, known)


def _skipped(known: Invoice, note: Problem) -> Applied:
    return Applied(ImportOutcome.SKIP, ImportedKind.INVOICE, known, notes=[note])


def _customer_name(books: Books, entry: Entry, known: Invoice) -> str:
    """The customer as the file means it, by the name that it has here if it is the invoice's."""
    meant = known_by_source(books.organization, ImportedKind.CUSTOMER, entry.values.get("customer_source_id", ""))
    if meant is None:
        same = named(books.organization, Customer, entry.values["customer"], entry.values.get("email", ""))
        meant = next((customer for customer in same if customer.pk == known.customer_id), None)
    return str(meant.display_name) if meant is not None else str(entry.values["customer"])


def _customer(books: Books, entry: Entry, applied: Applied) -> Customer:
    said = entry.values
    source_id = said.get("customer_source_id", "")
    told = (source_id, said["customer"], said.get("email", ""))
    found: Customer | None = books.known.customers.get(told)
    if found is None:
        found = known_by_source(books.organization, ImportedKind.CUSTOMER, source_id)
    if found is None:
        same = named(books.organization, Customer, said["customer"], said.get("email", ""))
        found = one(same, "several_customers", "customer", said["customer"])
    if found is not None:
        books.known.customers[told] = found
        return found
    if not books.job.creates_customers:
        raise Unfit(Problem("no_such_customer", "customer", {"value": said["customer"][:60]}))
    values: Given = {"display_name": said["customer"], "email": said.get("email", "")}
    if said.get("currency"):
        values["currency"] = said["currency"]
    for which in ("billing", "shipping"):
        values |= {f"{which}_{part}": told for part, told in invoicing.address_of(said, which).items()}
    made = create_customer(actor=books.actor, organization=books.organization, values=values)
    remember(books, ImportedKind.CUSTOMER, source_id, made)
    applied.made.append({"kind": "customer", "id": made.pk, "label": made.display_name})
    return made


def _values(books: Books, entry: Entry, customer: Customer, taxes: Taxes) -> Given:
    said = entry.values
    currency = said.get("currency") or customer.currency
    values: Given = {name: said[name] for name in PLAIN if name in said}
    values |= {
        "customer_id": customer.pk,
        "currency": currency,
        "is_tax_inclusive": said.get("is_tax_inclusive", False),
        "is_discount_before_tax": said.get("is_discount_before_tax", True),
        "discount": invoicing.discount_of(said),
        "adjustment": invoicing.adjustment_of(said),
        "notes": said.get("notes", ""),
        "terms": said.get("terms", ""),
        "price_precision": invoicing.precision_of(entry.parts, books.known.price_precision(currency)),
    }
    if values["adjustment"]:
        values["adjustment_label"] = said.get("adjustment_label", "")
    if currency != books.organization.base_currency and said.get("exchange_rate"):
        values["exchange_rate"] = said["exchange_rate"]
    if values.get("shipping_charge"):
        name, rate = said.get("shipping_tax_name", ""), said.get("shipping_tax_rate")
        tax = taxes.meant(name, rate, "shipping_tax_name")
        values["shipping_tax_id"] = tax.pk if tax else None
    label, days = said.get("payment_terms_label", ""), said.get("payment_terms")
    term = term_meant(books.known.terms, label, days) if label or days is not None else None
    if term is not None:
        values["payment_term_id"] = term.pk
    salesperson_id = member_of(books, entry, "salesperson", taxes.applied.notes)
    if salesperson_id is not None:
        values["salesperson_id"] = salesperson_id
    for which in ("billing", "shipping"):
        address = invoicing.address_of(said, which)
        if address:
            values[which] = address
    return values


def _lines(books: Books, entry: Entry, taxes: Taxes) -> list[Given]:
    asked = [(part.get("item_source_id", ""), part.get("sku", ""), part.get("item_name", "")) for part in entry.parts]
    lines: list[Given] = []
    for part, line, item_id in zip(entry.parts, entry.lines, items_meant(books.organization, asked), strict=True):
        if item_id is None and part.get("item_name"):
            told = {"value": part["item_name"][:60], "on_line": line}
            taxes.applied.notes.append(Problem("no_such_item", "", told))
        lines.append(
            {
                "item_id": item_id,
                "name": part.get("item_name", ""),
                "description": part.get("description", ""),
                "quantity": part["quantity"],
                "unit": part.get("unit", ""),
                "rate": part["rate"],
                "discount": invoicing.line_discount_of(entry.values, part),
                "tax_ids": _tax_ids(part, taxes),
            }
        )
    return lines


def _tax_ids(part: Given, taxes: Taxes) -> list[int]:
    found = [
        taxes.meant(part.get(name, ""), part.get(rate), name)
        for name, rate in (("tax_name", "tax_rate"), ("tax2_name", "tax2_rate"))
    ]
    return [tax.pk for tax in found if tax is not None]


def _created(books: Books, entry: Entry, values: Given, lines: list[Given], applied: Applied) -> Invoice:
    """The invoice as a draft, with the total that the file says; a small difference is made good where one agreed."""
    total = entry.values.get("total")
    with transaction.atomic():
        invoice = _drafted(books, values, lines)
        if total is None or total == invoice.total:
            return invoice
        difference = total - invoice.total
        transaction.set_rollback(True)
    if abs(difference) > invoicing.TOLERANCE or not books.job.accepts_differences:
        raise Unfit(Problem("total_differs", "total", _told(invoice, there=total, here=invoice.total)))
    applied.notes.append(Problem("total_adjusted", "total", _told(invoice, difference=difference)))
    label = values.get("adjustment_label") or _("Rounding difference")
    adjusted = {**values, "adjustment": values["adjustment"] + difference, "adjustment_label": label}
    return _drafted(books, adjusted, lines)


def _drafted(books: Books, values: Given, lines: list[Given]) -> Invoice:
    """It bears the taxes that it bore, however its customer is treated by now. What the other books rounded the total
    off by is part of the adjustment, so it is not rounded off again."""
    as_it_was: Given = {"round_off_step": None}
    if values.get("shipping_tax_id") or any(line["tax_ids"] for line in lines):
        as_it_was |= {"is_taxable": True, "exemption": {}}
    made: Invoice = create_document(
        actor=books.actor,
        organization=books.organization,
        kind=DocumentKind.INVOICE,
        values=values,
        lines=lines,
        drawn_from=as_it_was,
    )
    return made


def _moved(books: Books, entry: Entry, invoice: Invoice, applied: Applied) -> Invoice:
    """Sent or void as it was in the other books, and settled as far as it was there. Nobody gets an e-mail."""
    state = invoicing.state_of(entry.values)
    if state == VOID:
        reason = _("It was void in the books that it is imported from.")
        return move_document(actor=books.actor, document=invoice, verb="void", reason=reason)  # type: ignore[no-any-return]
    if state != SENT:
        return invoice
    invoice = move_document(actor=books.actor, document=invoice, verb="mark_sent")
    settled = invoicing.settled_of(entry.values)
    left_open = settled.paid + settled.credited
    if left_open and not books.job.records_payments:
        applied.notes.append(Problem("payment_left_out", "", _told(invoice, amount=left_open)))
        return invoice
    if not left_open and not settled.written_off:
        return invoice
    if settled.paid:
        _pay(books, invoice, settled, applied)
    if books.job.records_payments:
        _give_up(books, invoice, settled, applied)
    invoice.refresh_from_db(fields=["status", "balance", "updated_at"])
    return invoice


def _pay(books: Books, invoice: Invoice, settled: invoicing.Settled, applied: Applied) -> None:
    """One payment of all that was paid, at the invoice's own rate: what was gained or lost since is not known."""
    payment = record_payment(
        actor=books.actor,
        organization=books.organization,
        kind=DocumentKind.PAYMENT,
        values={
            "customer_id": invoice.customer_id,
            "amount": settled.paid,
            "date": settled.day or invoice.date,
            "mode": PaymentMode.OTHERS,
            "currency": invoice.currency,
            "exchange_rate": invoice.exchange_rate,
            "reference": invoice.number,
            "notes": _("Imported: all that was paid of %(number)s until then.") % {"number": invoice.number},
        },
        allocations=[{"invoice_id": invoice.pk, "amount": settled.paid}],
    )
    told = {"label": _amount(settled.paid, invoice), "currency": invoice.currency}
    applied.made.append({"kind": "payment", "id": payment.pk, **told})


def _give_up(books: Books, invoice: Invoice, settled: invoicing.Settled, applied: Applied) -> None:
    """What nobody owes any more and nobody paid: it was written off, or settled by credit notes, which stay there."""
    if settled.written_off:
        reason = _("It was written off in the books that it is imported from.")
        write_off(actor=books.actor, invoice=invoice, amount=settled.written_off, reason=reason, day=settled.day)
    if settled.credited:
        reason = _("It was settled by credit notes in the books that it is imported from.")
        write_off(actor=books.actor, invoice=invoice, amount=settled.credited, reason=reason, day=settled.day)
        applied.notes.append(Problem("credited", "", _told(invoice, amount=settled.credited)))


def _told(invoice: Invoice, **amounts: Decimal) -> dict[str, Particular]:
    """Amounts as a reason keeps them: as numbers of a currency, which each reader sees as they write them."""
    return {"currency": invoice.currency, **{name: _amount(amount, invoice) for name, amount in amounts.items()}}


def _amount(amount: Decimal | None, invoice: Invoice) -> str:
    return "" if amount is None else str(quantize(amount, invoice.currency))
