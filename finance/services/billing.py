"""Billing on what was spent: an invoice's lines take expenses and lines of bills, and give them back.

What an invoice bills is held before its number is taken, and marked once it is saved. Of two who bill the same thing at
once, the second finds it billed, and is told so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from finance.billables import SOURCES, Billable, Link, links_of, links_of_line
from finance.models import Invoice, InvoiceLine
from finance.models.documents import Document, DocumentLine
from finance.services.drafting import price_in
from finance.services.tax_treatment import bears_tax
from finsuite.kernel import formats
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.money import quantize

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Taking:
    """What an invoice comes to bill, and what it bills no longer; all of it is held."""

    taken: frozenset[Link] = field(default_factory=frozenset)
    freed: frozenset[Link] = field(default_factory=frozenset)


def linked(lines: Iterable[DocumentLine]) -> frozenset[Link]:
    """What these lines bill."""
    return frozenset(link for line in lines if isinstance(line, InvoiceLine) for link in links_of_line(line))


def fill(actor: Actor, document: Document, given: Sequence[Given]) -> Sequence[Given]:
    """The rows as given; what a new one leaves out comes from the one thing that it bills, as it does from items."""
    named = {place: links for place, row in enumerate(given) if not row.get("id") and len(links := links_of(row)) == 1}
    if not named or not isinstance(document, Invoice):
        return given
    found = _read(actor, document, frozenset(link for links in named.values() for link in links))
    faults: dict[str, list[str]] = {}
    rows = [dict(row) for row in given]
    for place, (link,) in named.items():
        if sentence := _refusal(found.get(link), document, is_kept=False):
            faults |= _fault(place, link, sentence)
            continue
        own = {name: value for name, value in given[place].items() if value is not None}
        rows[place] = {**as_line(found[link], document), **own}
    _refuse(faults)
    return rows


def as_line(one: Billable, document: Invoice) -> dict[str, Any]:
    """The line that bills it, marked up, in the invoice's currency by the two records' own rates.

    It keeps the quantity where the price of one, as rounded, comes to the whole amount again.
    """
    has_taxed_prices = document.is_tax_inclusive and bears_tax(document)
    amount = (one.gross if has_taxed_prices else one.net) * (1 + one.markup / 100)
    own, theirs = document.exchange_rate, one.exchange_rate
    if one.currency == document.currency:
        own = theirs = Decimal(1)
    places = document.price_precision
    whole = price_in(amount * theirs, own, places)
    quantity, unit, rate = one.quantity, one.unit, price_in(amount * theirs / one.quantity, own, places)
    if quantize(rate * quantity, document.currency) != quantize(whole, document.currency):
        quantity, unit, rate = Decimal(1), "", whole
    day = formats.day(one.day, language=document.language or document.organization.language)
    return {
        "item_id": one.item_id,
        "name": one.name[:100],
        "description": ", ".join(filter(None, [day, one.description]))[:2000],
        "quantity": quantity,
        "unit": unit,
        "rate": rate,
        "tax_ids": list(one.tax_ids),
    }


def hold(actor: Actor, document: Document, was: frozenset[Link], lines: Sequence[DocumentLine]) -> Taking:
    """Hold what the lines bill and what they billed before; whatever can't be billed to this customer is refused."""
    if not isinstance(document, Invoice):
        return Taking()
    places = _places(lines)
    now = frozenset(places)
    if not (now or was):
        return Taking()
    seen = _read(actor, document, now - was)
    held = _hold(document, now | was)
    faults: dict[str, list[str]] = {}
    for link, place in places.items():
        is_known = link in was or link in seen
        sentence = _refusal(held.get(link) if is_known else None, document, is_kept=link in was)
        if sentence:
            faults |= _fault(place, link, sentence)
    _refuse(faults)
    return Taking(now - was, was - now)


def book(actor: Actor, invoice: Any, taking: Taking) -> None:
    """Mark what the saved invoice bills from now on, and what is free again."""
    for key, source in SOURCES.items():
        for verb, links in (("free", taking.freed), ("invoice", taking.taken)):
            if ids := sorted(pk for its_key, pk in links if its_key == key):
                source.book(actor, invoice, ids, verb=verb)


def free(actor: Actor, document: Document) -> None:
    """Give back all that a document billed which is deleted or voided."""
    was = linked(_lines(document)) if isinstance(document, Invoice) else frozenset()
    if was:
        book(actor, document, Taking(freed=frozenset(_hold(document, was))))


def take_again(actor: Actor, invoice: Invoice) -> None:
    """Bill once more what a voided invoice billed that becomes a draft: it must still be there to be billed."""
    was = linked(_lines(invoice))
    if not was:
        return
    held = _hold(invoice, was)
    for link in sorted(was):
        if sentence := _refusal(held.get(link), invoice, is_kept=False):
            raise Refused(sentence, code="not_billable")
    book(actor, invoice, Taking(taken=was))


def _lines(invoice: Any) -> list[InvoiceLine]:
    return list(invoice.lines.order_by("position", "pk"))


def _read(actor: Actor, document: Document, links: frozenset[Link]) -> dict[Link, Billable]:
    return {
        (key, pk): found
        for key, source in SOURCES.items()
        if (ids := {pk for its_key, pk in links if its_key == key})
        for pk, found in source.read(actor, document.organization, ids).items()
    }


def _hold(document: Document, links: frozenset[Link]) -> dict[Link, Billable]:
    """One sort after another, always in the order in which they are registered."""
    return {
        (key, pk): found
        for key, source in SOURCES.items()
        if (ids := {pk for its_key, pk in links if its_key == key})
        for pk, found in source.hold(document.organization, ids).items()
    }


def _places(lines: Sequence[DocumentLine]) -> dict[Link, int]:
    """Where each thing is billed. Nothing is billed twice."""
    places: dict[Link, int] = {}
    for place, line in enumerate(lines):
        for link in links_of_line(line):
            if link in places:
                sentence = _("This is billed by another line of the invoice already.")
                raise Refused(sentence, code="not_billable", fields=_fault(place, link, sentence))
            places[link] = place
    return places


def _refusal(found: Billable | None, document: Any, *, is_kept: bool) -> str:
    if found is None:
        return _("There is no such record to be billed.")
    if found.customer_id != document.customer_id:
        return _("%(what)s is for another customer.") % {"what": found.label}
    if is_kept:
        return ""
    if found.is_billed:
        return _("%(what)s is billed by another invoice already.") % {"what": found.label}
    return found.refusal


def _refuse(faults: Mapping[str, Sequence[str]]) -> None:
    for said in faults.values():
        raise Refused(said[0], code="not_billable", fields=faults)


def _fault(place: int, link: Link, sentence: str) -> dict[str, list[str]]:
    return {f"lines/{place}/{SOURCES[link[0]].column}": [sentence]}
