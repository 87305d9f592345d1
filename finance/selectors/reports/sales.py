"""What was sold: invoices, less credit notes on their own day. The one source of the three reports on sales.

Every figure is in base currency at the document's own rate, as it was stored when the document was saved; drafts and
what is void never count. `net` is what is left of the total without its tax, shipping and adjustment included, so that
the three reports come to the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind as Kind
from finance.selectors.reports.asking import Asked
from finance.selectors.reports.shapes import NOTHING, Column, Row, Shape, fetch, summed
from finance.selectors.shown import COUNTING
from finsuite.kernel.money import decimals

SUMS = ("net", "tax", "total")
COUNTS = ("invoices", "credit_notes")
FILTERS = ("period", "since", "to", "compare", "customer", "item", "salesperson", "currency")

COUNTED = (Column("invoices", _("Invoices"), Shape.COUNT), Column("credit_notes", _("Credit notes"), Shape.COUNT))
MONEY = (
    Column("net", _("Sales")),
    Column("tax", _("Tax")),
    Column("total", _("Sales with tax")),
)
SHARE = Column("share", _("Share of sales"), Shape.SHARE)


def _states(kind: Kind) -> str:
    return ", ".join(f"'{state}'" for state in COUNTING[kind])


_KINDS = (
    {"document": "finance_invoice", "line": "finance_invoiceline", "states": _states(Kind.INVOICE)},
    {"document": "finance_creditnote", "line": "finance_creditnoteline", "states": _states(Kind.CREDIT_NOTE)},
)
_KEPT = "d.organization_id = %(organization)s AND d.status IN ({states}) AND d.date BETWEEN %(since)s AND %(to)s"

# Of whole documents: what is stored, as it is.
_WHOLE = """SELECT {key} AS key, count(*) AS count, 0 AS quantity, sum(d.total_base - d.tax_total_base) AS net,
    sum(d.tax_total_base) AS tax, sum(d.total_base) AS total
    FROM {document} d WHERE {kept} GROUP BY 1"""

# Of lines, which are stored in the document's currency alone: each at the document's rate, half up.
_LINES = """SELECT {key} AS key, count(DISTINCT d.id) AS count, sum(l.quantity) AS quantity,
    sum(round(l.taxable * d.exchange_rate, %(places)s)) AS net,
    sum(round(l.tax_total * d.exchange_rate, %(places)s)) AS tax,
    sum(round(l.taxable * d.exchange_rate, %(places)s) + round(l.tax_total * d.exchange_rate, %(places)s)) AS total
    FROM {line} l JOIN {document} d ON d.id = l.document_id WHERE {kept} GROUP BY 1"""

_BOTH = """SELECT found.key, {named}
    sum(found.invoices)::int AS invoices, sum(found.credit_notes)::int AS credit_notes,
    sum(found.quantity) AS quantity, sum(found.net) AS net, sum(found.tax) AS tax, sum(found.total) AS total
    FROM (
        SELECT key, count AS invoices, 0 AS credit_notes, quantity, net, tax, total FROM ({sold}) sold
        UNION ALL
        SELECT key, 0, count, -quantity, -net, -tax, -total FROM ({credited}) credited
    ) found {joined} GROUP BY found.key {grouped} ORDER BY {order}"""


def sold_by(asked: Asked, key: str, *, order: str, named: Sequence[str] = (), joined: str = "") -> list[dict[str, Any]]:
    """The sales of each key (an expression over the document `d`, or its line `l`), in one statement."""
    parts = [_part(asked, kind, key) for kind in _KINDS]
    names = "".join(f"{one}, " for one in named)
    grouped = "".join(f", {one.partition(' AS ')[0]}" for one in named)
    statement = _BOTH.format(named=names, sold=parts[0], credited=parts[1], joined=joined, grouped=grouped, order=order)
    return fetch(statement, _bound(asked))


def _part(asked: Asked, kind: dict[str, str], key: str) -> str:
    kept = [_KEPT.format(states=kind["states"])]
    if asked.customer is not None:
        kept.append("d.customer_id = %(customer)s")
    if asked.salesperson_id is not None:
        kept.append("d.salesperson_id = %(salesperson)s")
    if asked.currency:
        kept.append("d.currency = %(currency)s")
    if asked.item is not None:
        kept.append("l.item_id = %(item)s")
    source = _LINES if asked.item is not None or key.startswith("l.") else _WHOLE
    return source.format(key=key, kept=" AND ".join(kept), document=kind["document"], line=kind["line"])


def _bound(asked: Asked) -> dict[str, Any]:
    return {
        "organization": asked.organization.pk,
        "since": asked.span.since,
        "to": asked.span.to,
        "customer": asked.customer.pk if asked.customer else None,
        "salesperson": asked.salesperson_id,
        "currency": asked.currency,
        "item": asked.item.pk if asked.item else None,
        "places": decimals(asked.base),
    }


def all_sold(asked: Asked) -> dict[str, Any]:
    """What all documents of the period come to."""
    found = sold_by(asked, "0", order="1")
    return found[0] if found else {**dict.fromkeys(COUNTS, 0), **dict.fromkeys(SUMS, NOTHING)}


def with_shares(rows: Sequence[dict[str, Any]], whole: Any) -> list[Row]:
    """The rows with the part that each has in all sales; None where there are none to have a part in."""
    return [{**row, "share": row["net"] / whole if whole else None} for row in rows]


def total_of(rows: Sequence[Row]) -> dict[str, Any]:
    """The total row: sums, and how many documents."""
    counts = {name: sum(row[name] for row in rows) for name in COUNTS}
    found = {**summed(rows, SUMS), **counts}
    return {**found, "share": Decimal(1) if found["net"] else None}
