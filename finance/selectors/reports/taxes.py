"""Taxes on sales and on purchases of a period, on the basis of invoices: by the day of the document, paid or not.

The figures are the documents' own rows of taxes, as they were computed and stored, in base currency at each document's
own rate. Credit notes take off; drafts, what is void, and rejected expenses don't count. What bears several taxes is
taxable under each of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.selectors.reports.asking import Asked
from finance.selectors.reports.shapes import NOTHING, Column, Report, Row, Shape, fetch, summed
from finsuite.kernel.money import decimals

SUMS = ("sales_taxable", "sales_tax", "purchases_taxable", "purchases_tax", "payable")
COLUMNS = (
    Column("tax_id", _("Tax"), Shape.ID),
    Column("name", _("Tax"), Shape.TEXT),
    Column("rate", _("Rate"), Shape.RATE),
    Column("sales_taxable", _("Taxable sales")),
    Column("sales_tax", pgettext_lazy("amount", "Tax on sales")),
    Column("purchases_taxable", _("Taxable purchases")),
    Column("purchases_tax", pgettext_lazy("amount", "Tax on purchases")),
    Column("payable", _("Net payable")),
)
NOTE = _("By the day of each document, paid or not. Credit notes take off. Rejected expenses don’t count.")

_KEPT = "d.organization_id = %(organization)s AND d.date BETWEEN %(since)s AND %(to)s AND d.status {states}"
_KINDS = (
    ("sales", "", "finance_invoice", "IN ('sent', 'paid')"),
    ("sales", "-", "finance_creditnote", "IN ('open', 'closed')"),
    ("purchases", "", "finance_bill", "IN ('open', 'paid')"),
    ("purchases", "", "finance_expense", "<> 'rejected'"),
)
_TAXED = """SELECT '{side}' AS side, t.key, t.name, t.rate, {sign}sum(t.taxable_base) AS taxable,
    {sign}sum(t.amount_base) AS amount FROM {table} d CROSS JOIN LATERAL jsonb_to_recordset(d.taxes)
    AS t(key text, name text, rate numeric, taxable_base numeric, amount_base numeric)
    WHERE {kept} AND d.taxes <> '[]' GROUP BY t.key, t.name, t.rate"""
_UNTAXED_LINES = """SELECT '{side}' AS side, NULL AS key, NULL AS name, NULL::numeric AS rate,
    {sign}sum(round(l.taxable * d.exchange_rate, %(places)s)) AS taxable, 0 AS amount
    FROM {table}line l JOIN {table} d ON d.id = l.document_id WHERE {kept} AND l.taxes = '[]'"""
_UNTAXED_SHIPPING = """SELECT '{side}', NULL, NULL, NULL::numeric, {sign}sum(d.shipping_charge_base), 0
    FROM {table} d WHERE {kept} AND d.shipping_tax_id IS NULL AND d.shipping_charge_base <> 0"""
_UNTAXED = """SELECT '{side}', NULL, NULL, NULL::numeric, {sign}sum(d.net_base), 0
    FROM {table} d WHERE {kept} AND d.taxes = '[]'"""
_ALL = """SELECT side, key, name, rate, sum(taxable) AS taxable, sum(amount) AS amount FROM ({parts}) found
    WHERE taxable IS NOT NULL GROUP BY side, key, name, rate ORDER BY (key IS NULL), rate DESC, name, key, side"""


def tax_summary(asked: Asked) -> Report:
    """Each tax with what was taxable and its tax, on sales and on purchases, and what is to be paid. One statement."""
    parts = [statement for kind in _KINDS for statement in _statements(*kind)]
    bound = {
        "organization": asked.organization.pk,
        "since": asked.span.since,
        "to": asked.span.to,
        "places": decimals(asked.base),
    }
    rows = _rows(fetch(_ALL.format(parts=" UNION ALL ".join(parts)), bound))
    total = {"name": _("Total"), **summed(rows, ("sales_tax", "purchases_tax", "payable"))}
    return Report(columns=COLUMNS, rows=rows, total=total, drawn=("sales_tax", "purchases_tax"), notes=(NOTE,))


def _statements(side: str, sign: str, table: str, states: str) -> Iterable[str]:
    told = {"side": side, "sign": sign, "table": table, "kept": _KEPT.format(states=states)}
    yield _TAXED.format(**told)
    if table == "finance_expense":
        yield _UNTAXED.format(**told)
    else:
        yield _UNTAXED_LINES.format(**told)
        yield _UNTAXED_SHIPPING.format(**told)


def _rows(found: Iterable[dict[str, Any]]) -> list[Row]:
    """A row a tax, with both sides; last what bears none."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in found:
        key = (each["key"], each["name"], each["rate"])
        row = rows.setdefault(key, {**dict.fromkeys(SUMS, NOTHING), **_named(*key)})
        row[f"{each['side']}_taxable"] = each["taxable"]
        row[f"{each['side']}_tax"] = Decimal(each["amount"])
        row["payable"] = row["sales_tax"] - row["purchases_tax"]
    return [row for row in rows.values() if any(row[name] for name in SUMS)]


def _named(key: str | None, name: str | None, rate: Decimal | None) -> dict[str, Any]:
    if key is None:
        return {"tax_id": None, "name": pgettext_lazy("what bears none", "Without tax"), "rate": None, "kind": "none"}
    return {"tax_id": int(key) if key.isdecimal() else None, "name": name, "rate": rate}
