"""What the records of a list come to: each money column summed by currency, and in home currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from crm.models import Organization
from crm.selectors.organizations import currencies
from finsuite.kernel.money import to_home


@dataclass(frozen=True)
class Total:
    """One column: (currency, sum) by currency, and all of it at today's rates; None where a rate is missing."""

    column: str
    by_currency: tuple[tuple[str, Decimal], ...]
    home: Decimal | None
    is_mixed: bool = False  # whether the home currency's total says something that the sums don't


def totals(organization: Organization, rows: QuerySet[Any], columns: Sequence[str]) -> dict[str, Total]:
    """The sums of these money columns over all the rows. One statement; one more where currencies are foreign."""
    if not columns:
        return {}
    summed = rows.order_by().values("currency").annotate(**{f"total_{name}": Sum(name) for name in columns})
    found = list(summed.order_by("currency"))
    home = organization.home_currency
    rates = {home: Decimal(1)}
    if any(row["currency"] != home for row in found):
        rates |= dict(currencies(organization).values_list("code", "rate")) | {home: Decimal(1)}
    return {name: _total(name, found, rates, home) for name in columns}


def _total(name: str, found: Sequence[dict[str, Any]], rates: dict[str, Decimal], home: str) -> Total:
    by_currency = tuple((row["currency"], row[f"total_{name}"]) for row in found if row[f"total_{name}"] is not None)
    is_mixed = any(code != home for code, _sum in by_currency)
    if any(code not in rates for code, _sum in by_currency):
        return Total(name, by_currency, None, is_mixed)
    converted = (to_home(amount, rates[code], home) for code, amount in by_currency)
    return Total(name, by_currency, sum(converted, Decimal()), is_mixed)
