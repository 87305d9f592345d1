"""Sales by item: what was sold of each, less what was given back; and what stands on no line of a document.

A line's amounts are stored in the document's currency. They are taken at the document's rate, half up, with the line's
share of a discount before tax. Shipping, adjustments, rounding off, discounts after tax and the cents that converting
line by line leaves over are the row that brings the report to what sales by customer and by month come to.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from finance.selectors.reports.asking import Asked
from finance.selectors.reports.sales import COUNTS, FILTERS, MONEY, SHARE, SUMS, all_sold, sold_by, with_shares
from finance.selectors.reports.shapes import NOTHING, Column, Report, Row, Shape, summed
from finsuite.kernel.money import quantize

ASKED = tuple(name for name in FILTERS if name != "item")
COLUMNS = (
    Column("item_id", _("Item"), Shape.ID),
    Column("name", _("Item"), Shape.TEXT),
    Column("sku", _("SKU"), Shape.TEXT),
    Column("quantity", _("Quantity"), Shape.QUANTITY),
    Column("unit", _("Unit"), Shape.TEXT),
    Column("average", _("Average price")),
    *MONEY,
    SHARE,
)

NOTE = _(
    "Not on lines: shipping, adjustments, rounding off, discounts after tax, and the cents that converting each line "
    "by itself leaves over."
)


def sales_by_item(asked: Asked) -> Report:
    """Every item that was sold or given back, that of which the most was sold first. Two statements."""
    whole = all_sold(asked)
    rows = sold_by(
        asked,
        "l.item_id",
        named=("item.name AS name", "item.sku AS sku", "item.unit AS unit"),
        joined="LEFT JOIN finance_item item ON item.id = found.key",
        order="(found.key IS NULL), net DESC, name, found.key",
    )
    told: list[dict[str, Any]] = [{**row, "item_id": row["key"], **_priced(row, asked.base)} for row in rows]
    lines = summed(rows, SUMS)
    left = {name: whole[name] - lines[name] for name in SUMS}
    if any(left.values()):
        told.append({"kind": "rest", "name": _("Not on lines"), **left})
    total: Row = {"name": _("Total"), **{name: whole[name] for name in (*SUMS, *COUNTS)}}
    share = Decimal(1) if whole["net"] else None
    return Report(
        columns=COLUMNS,
        rows=with_shares(told, whole["net"]),
        total={**total, "share": share},
        drawn=("net",),
        notes=(NOTE,) if any(left.values()) else (),
    )


def _priced(row: dict[str, Any], base: str) -> dict[str, Any]:
    """What one unit brought; of lines without an item, units say nothing."""
    if row["key"] is None:
        return {"kind": "none", "name": _("Lines without an item"), "quantity": None, "average": None}
    quantity = row["quantity"]
    return {"average": quantize(row["net"] / quantity, base) if quantity > NOTHING else None}
