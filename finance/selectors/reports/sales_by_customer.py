"""Sales by customer: what each was invoiced, less what was credited."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from finance.selectors.reports.asking import Asked
from finance.selectors.reports.sales import COUNTED, MONEY, SHARE, sold_by, total_of, with_shares
from finance.selectors.reports.shapes import Column, Report, Shape

COLUMNS = (
    Column("customer_id", _("Customer"), Shape.ID),
    Column("name", _("Customer"), Shape.TEXT),
    *COUNTED,
    *MONEY,
    SHARE,
)


def sales_by_customer(asked: Asked) -> Report:
    """Every customer who bought something, or gave something back; who bought the most first. One statement."""
    rows = sold_by(
        asked,
        "d.customer_id",
        named=("party.display_name AS name",),
        joined="JOIN finance_customer party ON party.id = found.key",
        order="net DESC, name, found.key",
    )
    total = total_of(rows)
    told = with_shares([{**row, "customer_id": row["key"]} for row in rows], total["net"])
    return Report(columns=COLUMNS, rows=told, total={"name": _("Total"), **total}, drawn=("net",))
