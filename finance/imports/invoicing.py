"""What the values of an imported invoice come to: its discounts, its state, and what was settled of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from finance.imports.words import DRAFT, SENT, VOID
from finsuite.kernel.imports.problems import Problem

NOTHING = Decimal(0)
TOLERANCE = Decimal("0.05")
"""Up to so much may the file's total differ from ours and be made good by an adjustment, where a person agrees."""

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settled:
    """What of an invoice was settled elsewhere, and on which day, as far as the file tells."""

    paid: Decimal = NOTHING
    written_off: Decimal = NOTHING
    credited: Decimal = NOTHING
    day: date | None = None


def state_of(values: Given) -> str:
    """Whether it is entered as a draft, as sent or as void. A file that doesn't say has drafts."""
    return str(values.get("status") or DRAFT)


def discount_of(values: Given) -> str:
    """The discount of the whole document: "10%", an amount, or none."""
    if values.get("discount_type") in ("item", "none"):
        return ""
    return _discount(values.get("document_discount_percent"), values.get("document_discount_amount"))


def line_discount_of(values: Given, part: Given) -> str:
    """The discount of a line. Where the whole document has one, what a line tells is its share of that."""
    if values.get("discount_type") == "document" or (not values.get("discount_type") and discount_of(values)):
        return ""
    return _discount(part.get("line_discount"), part.get("line_discount_amount"))


def _discount(percent: Decimal | None, amount: Decimal | None) -> str:
    return f"{plain(percent)}%" if percent else plain(amount) if amount else ""


def adjustment_of(values: Given) -> Decimal:
    """What is added to the total besides: the adjustment, and what the total was rounded off by."""
    return (values.get("adjustment") or NOTHING) + (values.get("round_off") or NOTHING)


def settled_of(values: Given) -> Settled:
    """What of it was paid, given up or settled by credit notes: the total less the balance. Nothing is of a draft,
    or of what is void."""
    total, balance = values.get("total"), values.get("balance")
    if state_of(values) != SENT or total is None or balance is None:
        return Settled()
    gone = total - balance
    written_off = _part(values.get("write_off_amount"), gone)
    credited = _part(values.get("credits_applied"), gone - written_off)
    return Settled(gone - written_off - credited, written_off, credited, values.get("last_payment_date"))


def _part(told: Decimal | None, whole: Decimal) -> Decimal:
    """What the file tells to be a part of this, as far as there is so much of it."""
    return min(max(told or NOTHING, NOTHING), max(whole, NOTHING))


def amount_problems(values: Given) -> list[Problem]:
    """What the amounts of the invoice can't be."""
    total, balance = values.get("total"), values.get("balance")
    if total is None or balance is None or state_of(values) == VOID:
        return []
    if not NOTHING <= balance <= total:
        return [Problem("balance_out_of_range", "balance", {"balance": plain(balance), "total": plain(total)})]
    return []


def precision_of(parts: Sequence[Given], least: int) -> int:
    """How many decimals the prices of its lines have, at least those of its currency."""
    return min(6, max([least, *(_places(part.get("rate") or NOTHING) for part in parts)]))


def address_of(values: Given, which: str) -> dict[str, str]:
    """An address as documents keep it: only what is filled in, without the prefix."""
    return {
        name.removeprefix(f"{which}_"): str(value)
        for name, value in values.items()
        if name.startswith(f"{which}_") and name not in NO_ADDRESS and value
    }


NO_ADDRESS = frozenset({"shipping_charge", "shipping_tax_name", "shipping_tax_rate"})


def plain(amount: Decimal) -> str:
    """The amount without zeros at its end."""
    return f"{(amount + 0).normalize():f}"


def _places(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
